// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import JSON
import OpenAPI

/// How objects look, one by one and in batches, and the filters of batches and searches.
extension SchemaComponent {
    static let newObject = SchemaComponent("NewObject") {
        .object([
            .optional("class", .string.described("Needed where the path does not name it")),
            .optional("id", .string(format: "uuid").described("At random where none is given")),
            .optional("tenant", .string.described("In a class that has tenants")),
            .optional("properties", .reference(.properties)),
            .optional("vector", vector),
            .optional("vectors", .reference(.vectors)),
        ])
        .described("An object as it is sent")
    }

    static let object = SchemaComponent("Object") {
        .object([
            .required("class", .string), .required("id", .string(format: "uuid")),
            .required("creationTimeUnix", time), .required("lastUpdateTimeUnix", time),
            .required("properties", .reference(.properties)),
            .optional("tenant", .string),
            .optional(
                "vector", vector.described("Where it is asked for, by `include=vector`, and in answers to writes")),
            .optional("vectors", .reference(.vectors)), .optional("vectorWeights", .null),
        ])
        .described("An object as it is stored")
    }

    private static let vector = JSONSchema.array(of: .number)
    private static let time = JSONSchema.integer.described("Milliseconds since 1970")

    static let properties = SchemaComponent("Properties") {
        .map(of: .any)
            .described(
                """
                Values by the names of properties: texts, numbers, booleans, lists of them; dates as in RFC 3339; blobs in base64; \
                `{"latitude", "longitude"}`; `{"input", "defaultCountry"}` of telephone numbers; references as lists of `{"beacon"}`
                """)
    }

    static let vectors = SchemaComponent("Vectors") {
        .map(of: .any(of: [vector, .array(of: vector)]))
            .described(
                "By the names of vectors: a list of numbers, or a list of lists where a vector consists of several")
    }

    static let objectForm = SchemaComponent("ObjectForm") {
        .object([
            .optional("class", .string.described("Needed where the path does not name it")),
            .optional("id", .string(format: "uuid")), .optional("tenant", .string),
            .optional("properties", .reference(.properties)), .optional("vector", vector),
            .optional("vectors", .reference(.vectors)),
        ])
        .with("additionalProperties", .object(fileOrText))
        .described(
            "Every other part is the value of the property of its name: a file of a blob, a text of all others; several parts of one name are a list"
        )
    }

    private static var fileOrText: JSONObject {
        ["type": .string("string"), "description": .string("A file, or a text")]
    }

    static let objectList = SchemaComponent("ObjectList") {
        .object([
            .required("objects", .array(of: .reference(.object))),
            .optional("totalResults", .integer.described("How many are in this answer")),
            .optional("deprecations", JSONSchema.array(of: .any).orNull),
        ])
    }

    static let reference = SchemaComponent("Reference") {
        .object([
            .required(
                "beacon",
                .string(format: "uri").described(
                    "`weaviate://localhost/CLASS/ID`; the class may be left out where there is one alone"))
        ])
    }

    // MARK: - Batches

    static let result = SchemaComponent("Result") {
        .object([
            .required("status", .oneOf(["SUCCESS", "FAILED"])),
            .optional("errors", .reference(.errors)),
        ])
    }

    static let batchObject = SchemaComponent("BatchObject") {
        .object([
            .optional("class", .string), .optional("id", .string(format: "uuid")),
            .required("creationTimeUnix", time), .required("lastUpdateTimeUnix", time),
            .required("properties", .reference(.properties)), .required("result", .reference(.result)),
            .optional("tenant", .string), .optional("vector", vector), .optional("vectors", .reference(.vectors)),
            .optional("deprecations", .null),
        ])
        .described("An object of a batch: as it is stored, or as it was sent and why it is not")
    }

    static let batchDelete = SchemaComponent("BatchDelete") {
        .object([
            .required(
                "match", .object([.required("class", .string), .required("where", .reference(.filter))])),
            .optional(
                "output", .oneOf(["minimal", "verbose"]).byDefault("minimal").described("`verbose` lists every object")),
            .optional("dryRun", .boolean.byDefault(false).described("Whether it is only told what would be deleted")),
            .optional("deletionTimeUnixMilli", .integer),
        ])
    }

    static let batchDeleteAnswer = SchemaComponent("BatchDeleteAnswer") {
        .object([
            .required(
                "match", .object([.required("class", .string), .required("where", .reference(.filter))])),
            .required("output", .string), .required("dryRun", .boolean), .required("deletionTimeUnixMilli", .integer),
            .required(
                "results",
                .object([
                    .required("matches", .integer), .required("successful", .integer), .required("failed", .integer),
                    .required(
                        "limit", .integer.described("At most so many are deleted at a time; ask again for the others")),
                    .required(
                        "objects",
                        JSONSchema.array(
                            of: .object([
                                .required("id", .string(format: "uuid")),
                                .required("status", .oneOf(["SUCCESS", "FAILED", "DRYRUN"])),
                                .optional("errors", .reference(.errors)),
                            ])
                        ).orNull),
                ])),
        ])
    }

    static let batchReference = SchemaComponent("BatchReference") {
        .object([
            .required("from", .string(format: "uri").described("`weaviate://localhost/CLASS/ID/PROPERTY`")),
            .required("to", .string(format: "uri").described("`weaviate://localhost/CLASS/ID`")),
            .optional("tenant", .string),
        ])
    }

    static let batchReferenceAnswer = SchemaComponent("BatchReferenceAnswer") {
        .object([
            .optional("from", .string), .optional("to", .string), .required("result", .reference(.result)),
        ])
    }

    // MARK: - Filters

    static let filter: SchemaComponent = SchemaComponent("Where") {
        .object(
            [
                .required("operator", .oneOf(WhereClause.operators)),
                .optional(
                    "path",
                    JSONSchema.array(of: .string).orNull.described(
                        "The property; through references: property, class, …, property. Also `id`, `_creationTimeUnix`, `_lastUpdateTimeUnix`"
                    )),
                .optional(
                    "operands", JSONSchema.array(of: .reference(.filter)).orNull.described("Of `And`, `Or` and `Not`")),
            ] + WhereValueType.allCases.flatMap(filterValues)
        )
        .described("A filter: `And`, `Or`, `Not` have operands, the others a path and one value, by its type")
    }

    private static func filterValues(_ type: WhereValueType) -> [SchemaMember] {
        let value: JSONSchema =
            switch type {
            case .text, .string: .string
            case .date: .string(format: "date-time")
            case .int: .integer
            case .number: .number
            case .boolean: .boolean
            case .geoRange:
                .object([
                    .required(
                        "geoCoordinates", .object([.required("latitude", .number), .required("longitude", .number)])),
                    .required("distance", .object([.required("max", .number.described("Meters"))])),
                ])
            }
        return [.optional(type.rawValue, value)] + (type.listName.map { [.optional($0, .array(of: value))] } ?? [])
    }
}
