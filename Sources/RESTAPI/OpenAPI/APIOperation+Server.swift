// SPDX-License-Identifier: Apache-2.0

import Observability
import OpenAPI
import ServerInspection

/// How the running server fares.
extension APIOperation {
    private static let off = APIResponse.refusal(501, "The server does not look at itself")

    static let serverStatus = APIOperation(
        "server.get", "Reads what the system knows; nothing is measured for it.",
        responses: [.json("How it fares now", .reference(.serverStatus)), off])

    static let serverCollections = APIOperation(
        "server.collections",
        "What a class takes of the file is measured in the background, again when something has changed and a minute has passed; it "
            + "is null until that was done once.",
        responses: [
            .json(
                "Every class",
                .object([
                    .required("collections", .array(of: .reference(.collectionFigures))),
                    .required("isMeasuring", .boolean.described("Whether sizes will soon be newer")),
                ])), off,
        ])

    static let serverSettings = APIOperation(
        "server.settings", "Secrets are not shown.",
        responses: [
            .json(
                "Every setting",
                .object([
                    .required(
                        "settings",
                        .array(
                            of: .object([
                                .required("name", .string), .required("value", .string.described("Of secrets `***`")),
                                .required("default", .string),
                                .required("source", .oneOf(SettingReport.Source.allCases.map(\.rawValue))),
                                .required("section", .string), .required("help", .string),
                            ])))
                ])), off,
        ])

    static let serverLog = APIOperation(
        "server.log", "Only the last \(LogRing.lineLimit) lines are kept.",
        parameters: [
            .query(
                "after", .integer.atLeast(0),
                "The number after which lines are wanted: the `next` of the answer before; without it the last ones are shown"
            ),
            .query(
                "limit", .integer.limited(to: 1...LogRing.lineLimit).byDefault(500), "The most lines of an answer"),
            .query(
                "level", .oneOf(Logger.Level.allCases.map(\.name)), "The least important kind of line that is wanted"),
        ],
        responses: [
            .json(
                "The lines",
                .object([
                    .required(
                        "lines",
                        .array(
                            of: .object([
                                .required("number", .integer), .required("time", .string(format: "date-time")),
                                .required("level", .oneOf(Logger.Level.allCases.map(\.name))),
                                .required("message", .string),
                                .required("values", .map(of: .any(of: [.string, .number, .boolean]))),
                            ]))), .required("next", .integer.described("What to send as `after` next time")),
                    .required("dropped", .integer.described("How many lines after that one are forgotten")),
                ])), .invalid, off,
        ])

    static let slowRequests = APIOperation(
        "server.slowRequests",
        responses: [
            .json(
                "At most \(SlowestRequests.limit), slowest first",
                .object([
                    .required(
                        "requests",
                        .array(
                            of: .object([
                                .required("at", .string(format: "date-time").described("When it was answered")),
                                .required("method", .string.described("`gRPC` for calls over gRPC")),
                                .required("path", .string.described("The pattern, with the class in it")),
                                .required("ms", .number), .required("status", .integer),
                            ])))
                ])), off,
        ])

    static let serverMetrics = APIOperation(
        "server.metrics", "The same as on the port for Prometheus.",
        responses: [APIResponse(200, "In Prometheus's format", [APIContent(Metrics.contentType, .string)]), off])

    static let selfTest = APIOperation(
        "server.selfTest",
        "Writes, reads and removes something, looks at the disk, sends a picture through the network twice, has each vector index look "
            + "for a stored vector, makes a thumbnail, and looks at the clock. What is stored stays as it is.",
        responses: [
            .json(
                "What was tried; also where something failed",
                .object([
                    .required("passed", .boolean.described("Whether all did")),
                    .required(
                        "checks",
                        .array(
                            of: .object([
                                .required("name", .string), .required("passed", .boolean),
                                .required("detail", .string), .required("ms", .number),
                            ]))),
                ])), .tooBusy, off,
        ])
}
