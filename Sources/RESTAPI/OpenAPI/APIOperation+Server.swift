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
                                .required("message", .string),
                                .required("values", .map(of: .any(of: [.string, .number, .boolean]))),
                            ]))), .required("next", .integer), .required("dropped", .integer),
                ])), .invalid, off,
        ])
}

extension SchemaComponent {
    static let serverStatus = SchemaComponent("ServerStatus") {
        .object([
            .required("version", .string), .required("weaviateVersion", .string),
            .required("startedAt", .string(format: "date-time")), .required("uptimeSeconds", .integer),
            .required("isReady", .boolean), .required("processor", processor), .required("memory", memory),
            .required("disk", disk), .required("requests", .reference(.serverRequests)),
            .required("network", JSONSchema.reference(.serverNetwork).orNull),
            .optional("networkReason", .string.described("Why there is no network")),
            .required("features", features),
        ])
    }

    private static let processor = JSONSchema.object([
        .required("name", .string), .required("cores", .integer),
        .required("kernels", .string.described("Which instructions compare vectors")),
    ])
    private static let memory = JSONSchema.object([
        .required("residentBytes", JSONSchema.integer.orNull), .required("machineBytes", JSONSchema.integer.orNull),
        .required("indexBytes", .integer.described("Of vector indexes")),
        .required("requestBudgetBytes", .integer.described("What all requests may take together")),
        .required("requestUsedBytes", .integer),
    ])
    private static let disk = JSONSchema.object(
        ["usedBytes", "freeBytes", "totalBytes"].map { .required($0, JSONSchema.integer.orNull) }
            + [.required("mapBytes", .integer.described("The size of the memory map"))])
    private static let features = JSONSchema.object(
        ["imports", "fetchHosts", "backups", "thumbnails"].map { .required($0, .boolean) }
            + [.required("importRoots", .integer.described("How many folders may be imported from"))])

    static let serverRequests = SchemaComponent("ServerRequests") {
        .object(
            ["inProgress", "connections", "total", "failed", "refused"].map { .required($0, .integer) } + [
                .required("perSecond", .number),
                .required(
                    "byEndpoint",
                    .array(
                        of: .object(
                            [.required("method", .string), .required("path", .string)]
                                + ["count", "failed", "refused"].map { .required($0, .integer) }
                                + ["p50Ms", "p95Ms", "p99Ms"].map { .required($0, JSONSchema.number.orNull) }))),
            ])
    }

    static let serverNetwork = SchemaComponent("ServerNetwork") {
        .object([
            .required("name", .string), .required("sha256", .string), .required("dimensions", .integer),
            .required("precision", .string), .required("streams", JSONSchema.string.orNull),
            .required("source", .string),
            .required(
                "licence",
                .object([
                    .required("name", .string), .required("note", .string),
                    .required("nonCommercial", JSONSchema.boolean.orNull.described("Null where it is not known")),
                ])),
        ])
        .described("What makes vectors of pictures")
    }
}
