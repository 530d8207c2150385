// SPDX-License-Identifier: Apache-2.0

import OpenAPI

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
        .required("limitBytes", .integer.described("What the process may hold, mapped files not counted")),
        .required("heldBytes", .integer.described("What it holds")),
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

    static let collectionFigures = SchemaComponent("CollectionFigures") {
        .object([
            .required("class", .string), .required("objects", .integer),
            .required("tenants", JSONSchema.integer.orNull.described("Null of a class without tenants")),
            .required("vectorizer", .string.described("`several` where vectors have different ones")),
            .required(
                "vectors",
                .array(
                    of: .object([
                        .required("name", JSONSchema.string.orNull), .required("index", .string),
                        .required("metric", .string), .required("vectorizer", .string),
                        .required("dimensions", JSONSchema.integer.orNull.described("Null before the first vector")),
                        .required(
                            "bytes", JSONSchema.integer.orNull.described("Of vectors and snapshots of their indexes")),
                        .required("memoryBytes", .integer),
                        .required("unlinked", .integer.described("Vectors that wait for their links")),
                    ]))),
            .required(
                "bytes",
                .object(
                    ["objects", "pictures", "vectors", "inverted", "total"].map {
                        .required($0, JSONSchema.integer.orNull)
                    }
                ).described("Of keys and values in the file; null until they are measured")),
            .required("measuredAt", JSONSchema.string(format: "date-time").orNull),
        ])
    }
}
