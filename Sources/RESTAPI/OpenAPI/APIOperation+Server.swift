// SPDX-License-Identifier: Apache-2.0

import Observability
import OpenAPI

/// How the running server fares.
extension APIOperation {
    private static let off = APIResponse.refusal(501, "The server does not look at itself")

    static let serverStatus = APIOperation(
        "server.get", "Reads what the system knows; nothing is measured for it.",
        responses: [.json("How it fares now", .reference(.serverStatus)), off])

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
                                .required("name", .string), .required("value", .string), .required("default", .string),
                                .required("source", .string), .required("section", .string), .required("help", .string),
                            ])))
                ])), off,
        ])

    static let serverLog = APIOperation(
        "server.log", "Only the last \(LogRing.lineLimit) lines are kept.",
        parameters: [
            .query("after", .integer, "The number after which lines are wanted: the `next` of the answer before"),
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
                                .required("number", .integer), .required("time", .string), .required("level", .string),
                                .required("message", .string), .required("values", .object([])),
                            ]))), .required("next", .integer), .required("dropped", .integer),
                ])), .invalid, off,
        ])

    private static let recallParameters: [APIParameter] = [
        OpenAPIExamples.inVectorClass,
        .query("ef", .string, "The values of `ef` that are measured, with commas between them"),
        .query("queries", .integer, "How many stored vectors are searched with"),
        .query("limit", .integer, "How many neighbors count, k of recall@k"), .targetVector, .tenant,
    ]

    static let recall = APIOperation(
        "recall.get", "The first request begins the measurement, the next ones tell how far it is.",
        parameters: recallParameters + [.refresh],
        responses: [
            .json("It has ended", .object([])), .json(202, "It is under way", .object([])), .noClass, .invalid,
            .tooBusy,
            off,
        ])

    static let cancelRecall = APIOperation(
        "recall.cancel", parameters: recallParameters,
        responses: [
            .doneWithoutContent, .refusal(404, "Nothing of the kind is under way with these parameters"), .invalid, off,
        ])
}

extension SchemaComponent {
    static let serverStatus = SchemaComponent("ServerStatus") {
        .object([
            .required("version", .string), .required("weaviateVersion", .string), .required("startedAt", .string),
            .required("uptimeSeconds", .number), .required("isReady", .boolean), .required("processor", .object([])),
            .required("memory", .object([])), .required("disk", .object([])), .required("requests", .object([])),
            .required("features", .object([])),
        ])
    }
}
