// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import OpenAPI
import VectorIndexes

/// How classes, properties, aliases and tenants look.
extension SchemaComponent {
    static let collection = SchemaComponent("Class") {
        .object([
            .required(
                "class",
                .string.described("Its name; the first letter is raised").matching("^[A-Za-z][_0-9A-Za-z]*$")),
            .optional("description", .string),
            .optional("properties", JSONSchema.array(of: .reference(.property)).orNull),
            .optional(
                "vectorizer",
                .string.described(
                    "`img2vec-neural`: of the pictures in its `imageFields`; `none`: vectors come with the objects")),
            .optional(
                "moduleConfig",
                .map(of: .any).described("Settings of modules, by their names, e.g. `imageFields` and `preprocess`")),
            .optional("vectorIndexType", vectorIndexType),
            .optional("vectorIndexConfig", .reference(.vectorIndexConfig)),
            .optional(
                "vectorConfig",
                .map(of: .reference(.vectorConfig)).described("Named vectors, instead of the one without a name")),
            .optional("invertedIndexConfig", .reference(.invertedIndexConfig)),
            .optional("multiTenancyConfig", .reference(.multiTenancyConfig)),
            .optional("replicationConfig", .reference(.replicationConfig)),
            .optional("shardingConfig", .reference(.shardingConfig)),
            .optional("objectTtlConfig", .reference(.objectTTLConfig)),
            .optional("imageUrlProperty", .string.described("The text property whose value hits show as `imageUrl`")),
        ])
        .described("A class of objects; answers have all its settings, requests need but the name")
    }

    private static let vectorIndexType = JSONSchema.oneOf(["hnsw", "flat", "dynamic"]).byDefault("hnsw")

    static let property: SchemaComponent = SchemaComponent("Property") {
        .object([
            .required("name", .string.described("The first letter is lowered")),
            .required(
                "dataType",
                JSONSchema.array(of: .string).notEmpty.described(
                    "`text`, `int`, `number`, `boolean`, `date`, `uuid`, `object`, each also as a list (`text[]`); `blob`, `blobHash`, "
                        + "`geoCoordinates`, `phoneNumber`; or the names of the classes that it refers to")),
            .optional("description", .string),
            .optional("indexFilterable", .boolean.described("Whether filters can use it; true by default")),
            .optional(
                "indexSearchable", .boolean.described("Whether it is found by its words; true by default for texts")),
            .optional(
                "indexRangeFilters",
                .boolean.byDefault(false).described("Whether ranges of numbers and dates are found faster")),
            .optional("tokenization", .oneOf(PropertyDecoder.tokenizations).described("How texts are cut")),
            .optional("textAnalyzer", .reference(.textAnalyzer)),
            .optional("nestedProperties", .array(of: .reference(.property)).described("Of objects")),
            .optional("moduleConfig", .map(of: .any)),
        ])
    }

    static let textAnalyzer = SchemaComponent("TextAnalyzer") {
        .object([
            .optional("asciiFold", .boolean.described("Whether accents are left aside")),
            .optional("asciiFoldIgnore", .array(of: .string).described("Characters that keep theirs")),
            .optional("stopwordPreset", .string),
        ])
    }

    static let stopWords = SchemaComponent("StopWords") {
        .object([
            .optional(
                "preset", .string.byDefault("en").described("`en`, `none`, or one of the class's `stopwordPresets`")),
            .optional("additions", JSONSchema.array(of: .string).orNull),
            .optional("removals", JSONSchema.array(of: .string).orNull),
        ])
    }

    static let vectorConfig = SchemaComponent("VectorConfig") {
        .object([
            .required(
                "vectorizer", .map(of: .any).described("One module with its settings, e.g. `{\"none\": {}}`")),
            .optional("vectorIndexType", vectorIndexType),
            .optional("vectorIndexConfig", .reference(.vectorIndexConfig)),
        ])
    }

    static let vectorIndexConfig = SchemaComponent("VectorIndexConfig") {
        .object([
            .optional("distance", .oneOf(VectorMetric.allCases.map(\.rawValue)).byDefault("cosine")),
            .optional("ef", .integer.byDefault(-1).described("How many candidates a search keeps; -1: by the limit")),
            .optional("efConstruction", .integer.byDefault(128)),
            .optional("maxConnections", .integer.byDefault(32)),
            .optional("dynamicEfMin", .integer.byDefault(100)),
            .optional("dynamicEfMax", .integer.byDefault(500)),
            .optional("dynamicEfFactor", .integer.byDefault(8)),
            .optional("flatSearchCutoff", .integer.byDefault(40_000)),
            .optional("filterStrategy", .oneOf(["acorn", "sweeping"])),
            .optional("cleanupIntervalSeconds", .integer), .optional("vectorCacheMaxObjects", .integer),
            .optional("skipDefaultQuantization", .boolean), .optional("trackDefaultQuantization", .boolean),
            .optional("skip", .boolean.byDefault(false).described("Whether vectors are stored without an index")),
            .optional("threshold", .integer.described("Of `dynamic`: from how many vectors on a graph is used")),
            .optional("hnsw", .map(of: .any).described("Of `dynamic`")),
            .optional("flat", .map(of: .any).described("Of `dynamic`")),
            .optional("pq", .map(of: .any)), .optional("bq", .map(of: .any)), .optional("sq", .map(of: .any)),
            .optional("rq", .map(of: .any)), .optional("multivector", .map(of: .any)),
        ])
        .described("How vectors are compared and indexed")
    }

    static let invertedIndexConfig = SchemaComponent("InvertedIndexConfig") {
        .object([
            .optional(
                "bm25", .object([.optional("k1", .number.byDefault(1.2)), .optional("b", .number.byDefault(0.75))])),
            .optional("stopwords", .reference(.stopWords)),
            .optional("stopwordPresets", .map(of: .array(of: .string)).described("Lists of words by their names")),
            .optional("indexTimestamps", .boolean.described("Whether filters can use the times of objects")),
            .optional("indexNullState", .boolean), .optional("indexPropertyLength", .boolean),
            .optional("cleanupIntervalSeconds", .integer), .optional("usingBlockMaxWAND", .boolean),
        ])
    }

    static let multiTenancyConfig = SchemaComponent("MultiTenancyConfig") {
        .object([
            .optional("enabled", .boolean.byDefault(false)),
            .optional(
                "autoTenantCreation",
                .boolean.byDefault(false).described("Whether writing into a tenant that there is not creates it")),
            .optional(
                "autoTenantActivation",
                .boolean.byDefault(false).described("Whether asking for a sleeping tenant wakes it")),
        ])
    }

    static let replicationConfig = SchemaComponent("ReplicationConfig") {
        .object([
            .optional("factor", .integer.byDefault(1)), .optional("asyncEnabled", .boolean.byDefault(false)),
            .optional(
                "deletionStrategy", .oneOf(["NoAutomatedResolution", "DeleteOnConflict", "TimeBasedResolution"])),
        ])
    }

    static let shardingConfig = SchemaComponent("ShardingConfig") {
        .object(
            ["desiredCount", "actualCount", "virtualPerPhysical", "desiredVirtualCount", "actualVirtualCount"].map {
                .optional($0, .integer)
            } + ["strategy", "key", "function"].map { .optional($0, .string) })
    }

    static let objectTTLConfig = SchemaComponent("ObjectTTLConfig") {
        .object([
            .optional("enabled", .boolean), .optional("defaultTtl", .integer.described("Seconds")),
            .optional("deleteOn", .string.described("The date property, or a time of the object, that it counts from")),
            .optional("filterExpiredObjects", .boolean),
        ])
    }

    static let shardStatus = SchemaComponent("ShardStatus") {
        .object([.required("status", .oneOf(["READY", "READONLY"]))])
    }

    static let shard = SchemaComponent("Shard") {
        .object([
            .required("name", .string), .required("status", .oneOf(["READY", "READONLY"])),
            .required("vectorQueueSize", .integer.described("Vectors that are searched exactly, having no links yet")),
        ])
    }

    static let tokens = SchemaComponent("Tokens") {
        .object([
            .required("indexed", .array(of: .string).described("What of a stored text is found")),
            .required("query", .array(of: .string).described("What a search looks for")),
        ])
    }

    static let alias = SchemaComponent("Alias") {
        .object([
            .required("alias", .string.described("The other name; its first letter is raised")),
            .required("class", .string.described("The class that it stands for")),
        ])
    }

    static let tenant = SchemaComponent("Tenant") {
        .object([
            .required("name", .string),
            .optional(
                "activityStatus",
                .oneOf(ActivityStatus.allCases.map(\.rawValue)).described(
                    "Requests say `ACTIVE` or `INACTIVE`, or the older `HOT` or `COLD`, which answers have")),
        ])
    }
}
