// SPDX-License-Identifier: Apache-2.0

import CollectionInsights
import Importing
import OpenAPI

/// What takes a while and is asked for again: imports, measurements, maps.
extension APIOperation {
    private static let importID = APIParameter.path("id", "What the import's beginning answered", example: "1")
    private static let off = APIResponse.refusal(422, "Imports are off: `NEEDLETAIL_IMPORT_ROOTS` lists no folders")
    private static let noImport = APIResponse.refusal(
        404, "There is no such import; those that ended long ago are forgotten")

    static let listImports = APIOperation(
        "imports.list",
        responses: [
            .json(
                "All imports, the newest first", .object([.required("imports", .array(of: .reference(.importStatus)))])),
            off,
        ])

    static let startImport = APIOperation(
        "imports.create",
        "Begun again after an interruption, it goes on where it was. A class that is missing is created.",
        body: APIRequestBody(
            .json(
                .reference(.importRequest),
                APIExample(
                    "A folder of folders",
                    #"{"class": "Pet", "source": ".", "labelFromFolder": "label", "dryRun": true}"#))),
        responses: [
            APIResponse(
                202, "It has begun", [.json(.reference(.importStatus))], headers: [("Location", "Where its status is")]),
            .unreadable, .refusal(403, "The source is outside of the folders that may be read"),
            .refusal(422, "Imports are off, or the request makes no sense"),
            .refusal(429, "As many as may run are running"),
        ])

    static let importStatus = APIOperation(
        "imports.get", parameters: [importID],
        responses: [.json("How far it is, with the first failures", .reference(.importStatus)), noImport, off])

    static let cancelImport = APIOperation(
        "imports.cancel", "What is stored already stays.", parameters: [importID],
        responses: [.doneWithoutContent, noImport, off])

    // MARK: - Insights

    private static let notUnderWay = APIResponse.refusal(404, "Nothing of the kind is under way with these parameters")
    private static let insightsAreOff = APIResponse.refusal(501, "Measuring is off")

    private static let measurement: [APIParameter] = {
        let (sample, ranks) = (QualityRequest.sampleRange, QualityRequest.rankRange)
        return [
            OpenAPIExamples.inVectorClass,
            .query(
                "label", .string, "The property that says which objects belong together", isRequired: true,
                example: "family"),
            .query(
                "sample",
                .any(of: [.integer.limited(to: sample), .oneOf(["all"])]).byDefault(QualityRequest.defaultSample),
                "How many objects are searched near to; `all` for every one"),
            .query(
                "k", .string.byDefault(QualityRequest.defaultRanks.map { "\($0)" }.joined(separator: ",")),
                "Among how many neighbors, \(ranks.lowerBound) to \(ranks.upperBound); up to \(QualityRequest.rankLimit) numbers with commas between them"
            ),
            .targetVector, .tenant,
        ]
    }()

    static let quality = APIOperation(
        "quality.get",
        "The first request begins the measurement, the next ones with the same parameters tell how far it is.",
        parameters: measurement + [.refresh],
        responses: [
            .json("It has ended", .reference(.quality)), .json(202, "It is under way", .reference(.quality)), .noClass,
            .invalid, .tooBusy, insightsAreOff,
        ])

    static let cancelQuality = APIOperation(
        "quality.cancel", parameters: measurement,
        responses: [.doneWithoutContent, notUnderWay, .invalid, insightsAreOff])

    private static let recallMeasurement: [APIParameter] = {
        let (efs, queries) = (RecallRequest.efRange, RecallRequest.queryRange)
        return [
            OpenAPIExamples.inVectorClass,
            .query(
                "ef", .string.byDefault(RecallRequest.defaultEfs.map { "\($0)" }.joined(separator: ",")),
                "What is measured, \(efs.lowerBound) to \(efs.upperBound); up to \(RecallRequest.efLimit) numbers with commas between them"
            ),
            .query(
                "queries", .integer.limited(to: queries).byDefault(RecallRequest.defaultQueryCount),
                "How many stored vectors are searched near to"),
            .query(
                "limit",
                .integer.limited(to: RecallRequest.neighborRange).byDefault(RecallRequest.defaultNeighborCount),
                "How many neighbors count: the k of recall@k"),
            .targetVector, .tenant,
        ]
    }()

    static let recall = APIOperation(
        "recall.get",
        "The first request begins the measurement, the next ones with the same parameters tell how far it is. Searches meanwhile are not changed by it.",
        parameters: recallMeasurement + [.refresh],
        responses: [
            .json("It has ended", .reference(.recall)), .json(202, "It is under way", .reference(.recall)), .noClass,
            .invalid, .tooBusy, insightsAreOff,
        ])

    static let cancelRecall = APIOperation(
        "recall.cancel", parameters: recallMeasurement,
        responses: [.doneWithoutContent, notUnderWay, .invalid, insightsAreOff])

    static let map = APIOperation(
        "map.get", "The first request begins to draw, the next ones tell how far it is.",
        parameters: [
            OpenAPIExamples.inVectorClass,
            .query("color", .string, "A property whose value comes with each point", example: "family"), .targetVector,
            .tenant, .refresh,
        ],
        responses: [
            .json("It is drawn", .reference(.map)), .json(202, "It is being drawn", .reference(.map)), .noClass,
            .invalid, .tooBusy, .refusal(500, "It could not be drawn"), insightsAreOff,
        ])

    static let cancelMap = APIOperation(
        "map.cancel", parameters: [OpenAPIExamples.inVectorClass, .targetVector, .tenant],
        responses: [.doneWithoutContent, notUnderWay, .invalid, insightsAreOff])
}

extension SchemaComponent {
    static let importRequest = SchemaComponent("ImportRequest") {
        .object(
            [
                .required("class", .string),
                .optional(
                    "source",
                    .string.described(
                        "A folder, archive or table, below one of `NEEDLETAIL_IMPORT_ROOTS`; or `sources`")),
                .optional("sources", .array(of: .string)), .optional("tenant", .string),
                .optional(
                    "pictureProperty",
                    .string.described("The property of the pictures; that which vectors are made of, or `image`")),
                .optional(
                    "labelFromFolder", .string.described("The property that gets the name of the picture's folder")),
                .optional(
                    "property",
                    .map(of: .any(of: [.string, .number, .boolean])).described("Properties that are the same for all")),
                .optional(
                    "id",
                    .oneOf(ImportOptions.IDScheme.allCases.map(\.rawValue)).byDefault(
                        ImportOptions.IDScheme.content.rawValue
                    )
                    .described("Where ids come from: `content` lets equal pictures be one object")),
                .optional("idColumn", .string.byDefault("id").described("The column with ids, where `id` is `uuid`")),
                .optional(
                    "existing",
                    .oneOf(ImportOptions.ExistingPolicy.allCases.map(\.rawValue))
                        .byDefault(ImportOptions.ExistingPolicy.skip.rawValue).described(
                            "What becomes of ids that are taken")),
                .optional("pictureColumn", .string.described("The column of a table that names the pictures")),
                .optional("properties", .string.described("The table that belongs to a file of `.npy` vectors")),
                .optional("dryRun", .boolean.byDefault(false).described("Whether all is read and nothing stored")),
            ], isClosed: true)
    }

    static let importStatus = SchemaComponent("ImportStatus") {
        .object(
            [
                .required("id", .string), .required("href", .string),
                .required("state", .oneOf(["STARTED", "SUCCESS", "FAILED", "CANCELED"])), .required("class", .string),
                .required("sources", .array(of: .string)), .required("dryRun", .boolean),
                .required("total", JSONSchema.integer.orNull.described("Null until all is counted")),
            ] + ["done", "stored", "skipped", "failed", "ignored"].map { .required($0, .integer) } + [
                .required("share", .number.described("Of what is to be done, 0 to 1")),
                .required("rate", .number.described("Items a second")),
                .required("secondsLeft", JSONSchema.number.orNull), .required("seconds", .number),
                .optional("error", .string.described("Why it failed as a whole")),
                .optional("definition", .reference(.collection)),
                .optional("notes", .array(of: .string)),
                .optional(
                    "failures", .array(of: .object([.required("path", .string), .required("reason", .string)]))),
            ])
    }

    /// What is told of every measurement.
    static let job: [SchemaMember] = [
        .required("id", .string), .required("class", .string),
        .required("state", .oneOf(["running", "succeeded", "failed", "cancelled"])), .required("done", .integer),
        .required("total", .integer), .required("progress", .number.described("0 to 1")),
        .required("elapsedMs", .integer),
    ]

    private static let figures: [SchemaMember] = [
        .optional("queries", .integer),
        .optional("precision", .map(of: .number).described("The share of neighbors with the same label, by k")),
        .optional("mAP", .number.described("Mean average precision")),
    ]

    static let quality = SchemaComponent("Quality") {
        .object(
            job + [
                .required("label", .string),
                .optional("stale", .boolean.described("Whether objects came or went since")),
                .optional("objects", .integer), .optional("labeled", .integer), .optional("labels", .integer),
                .optional("withoutPeers", .integer.described("Objects that are the only one of their label")),
                .optional("dimensions", .integer), .optional("metric", .string), .optional("depth", .integer),
                .optional(
                    "recall",
                    JSONSchema.object([.required("value", .number), .required("queries", .integer)]).orNull),
                .optional(
                    "byLabel",
                    .array(of: .object([.required("label", .string), .required("objects", .integer)] + figures))),
                .optional(
                    "confusions",
                    .array(
                        of: .object([
                            .required("label", .string), .required("found", .string), .required("count", .integer),
                            .required("share", .number),
                        ]))),
            ] + figures)
    }

    static let recall = SchemaComponent("Recall") {
        .object(
            job + [
                .optional("stale", .boolean.described("Whether objects came or went since")),
                .optional("k", .integer), .optional("queries", .integer),
                .optional("objects", .integer.described("How many vectors there are")),
                .optional("unlinked", .integer.described("Vectors that are searched exactly, having no links yet")),
                .optional("dimensions", .integer), .optional("index", .string), .optional("metric", .string),
                .optional("currentEf", JSONSchema.integer.orNull.described("What searches for k neighbors use now")),
                .optional("curve", .array(of: .reference(.recallPoint)).described("By ef")),
                .optional("exactMs", JSONSchema.number.orNull.described("What an exact search takes")),
                .optional("note", JSONSchema.string.orNull.described("What has to be known to read the figures")),
            ])
    }

    static let recallPoint = SchemaComponent("RecallPoint") {
        .object([
            .required("ef", .integer), .required("recall", .number.described("0 to 1")),
            .required("p50Ms", JSONSchema.number.orNull), .required("p99Ms", JSONSchema.number.orNull),
            .required("qps", .number.described("Searches a second, one after the other")),
            .required("scan", .boolean.described("Whether searches go through all vectors, being cheaper so")),
        ])
    }

    static let map = SchemaComponent("Map") {
        .object(
            job + [
                .optional("stale", .boolean.described("Whether objects came or went since")),
                .optional("objects", .integer), .optional("vectors", .integer), .optional("laidOut", .integer),
                .optional("color", .string),
                .optional(
                    "points",
                    .array(
                        of: .object([
                            .required("id", .string(format: "uuid")), .required("x", .number.described("0 to 1")),
                            .required("y", .number.described("0 to 1")), .optional("color", JSONSchema.string.orNull),
                        ]))),
            ])
    }
}
