// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import JSON
import VectorIndexes

/// What a collection (Weaviate: class) is: complete, with every default filled in.
///
/// Invariants: property and vector numbers are unique and below `nextPropertyNumber` and `nextVectorNumber`; there is one
/// unnamed vector, or only named ones.
package struct CollectionDefinition: Hashable, Sendable {
    package var name: String
    package var description: String?
    package var properties: [PropertyDefinition]
    /// Whether no properties are shown as `[]`: they were given so; else as `null`.
    package var showsEmptyProperties = false
    /// The unnamed vector alone, or the named vectors in order of their names.
    package var vectors: [VectorDefinition]
    package var invertedIndex: InvertedIndexDefinition
    package var multiTenancy: MultiTenancyDefinition
    package var replication: ReplicationDefinition
    /// `nil` where none was ever given.
    package var objectTTL: ObjectTTLDefinition?
    /// The text property with the address of an object's original picture, which hits show; `nil`: they show where the stored
    /// picture is.
    package var imageURLProperty: String?
    package var sharding: ShardingDefinition?
    /// `moduleConfig` as it was given, e.g. for generative modules that are not here.
    package var moduleConfiguration: JSONObject?
    /// The number for the next property; numbers are never used twice.
    package var nextPropertyNumber: UInt16
    package var nextVectorNumber: UInt16

    package init(
        name: String, description: String? = nil, properties: [PropertyDefinition] = [],
        vectors: [VectorDefinition] = [], invertedIndex: InvertedIndexDefinition = .init(),
        multiTenancy: MultiTenancyDefinition = .init(), replication: ReplicationDefinition = .init(),
        sharding: ShardingDefinition? = .init(), moduleConfiguration: JSONObject? = nil, nextPropertyNumber: UInt16 = 0,
        nextVectorNumber: UInt16 = 0
    ) {
        self.name = name
        self.description = description
        self.properties = properties
        self.vectors = vectors
        self.invertedIndex = invertedIndex
        self.multiTenancy = multiTenancy
        self.replication = replication
        self.sharding = sharding
        self.moduleConfiguration = moduleConfiguration
        self.nextPropertyNumber = nextPropertyNumber
        self.nextVectorNumber = nextVectorNumber
    }

    /// The property called exactly `name`.
    package func property(named name: String) -> PropertyDefinition? { properties.first { $0.name == name } }

    /// The vector called `name`; `nil` stands for the unnamed one.
    package func vector(named name: String?) -> VectorDefinition? { vectors.first { $0.name == name } }

    /// The vector that is meant where none is named: the unnamed one, or the only one; `nil` if there are several with names.
    package var defaultVector: VectorDefinition? { vector(named: nil) ?? (vectors.count == 1 ? vectors[0] : nil) }

    /// Whether vectors have names (`vectorConfig`) in this collection.
    package var hasNamedVectors: Bool { vectors.contains { $0.name != nil } }
}

/// One property of a collection.
package struct PropertyDefinition: Hashable, Sendable {
    /// Given by the database when the property is added.
    package var id: PropertyID
    package var name: String
    package var description: String?
    package var type: PropertyType
    /// Only for text and text[].
    package var tokenization: Tokenization?
    /// Only for text and text[].
    package var textAnalyzer: TextAnalyzerDefinition?
    package var isFilterable: Bool
    package var isSearchable: Bool
    package var hasRangeIndex: Bool
    /// Only for object and object[]; numbers of nested properties mean nothing.
    package var nestedProperties: [PropertyDefinition]
    package var moduleConfiguration: JSONObject?

    package init(
        id: PropertyID = PropertyID(0), name: String, description: String? = nil, type: PropertyType,
        tokenization: Tokenization? = nil, isFilterable: Bool = true, isSearchable: Bool = false,
        hasRangeIndex: Bool = false, nestedProperties: [PropertyDefinition] = [],
        moduleConfiguration: JSONObject? = nil
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.type = type
        self.tokenization = tokenization
        self.isFilterable = isFilterable
        self.isSearchable = isSearchable
        self.hasRangeIndex = hasRangeIndex
        self.nestedProperties = nestedProperties
        self.moduleConfiguration = moduleConfiguration
    }
}

extension PropertyDefinition {
    /// A property with everything that is not given as Weaviate completes it: filterable, searchable if it is text, text
    /// cut into words.
    ///
    /// - Parameter isNested: a blob, or a blob's hash, inside an object is not filterable.
    package init(
        completing type: PropertyType, name: String, tokenization: Tokenization? = nil, isFilterable: Bool? = nil,
        isSearchable: Bool? = nil, hasRangeIndex: Bool? = nil, isNested: Bool = false
    ) {
        let isText = type == .scalar(.text) || type == .array(.text)
        self.init(
            name: name, type: type, tokenization: tokenization ?? (isText ? .word : nil),
            isFilterable: isFilterable ?? !(isNested && [.scalar(.blob), .scalar(.blobHash)].contains(type)),
            isSearchable: isSearchable ?? isText,
            hasRangeIndex: hasRangeIndex ?? false)
    }
}

/// One vector of a collection's objects: who makes it and how it is indexed.
package struct VectorDefinition: Hashable, Sendable {
    /// Given by the database when the vector is added.
    package var id: VectorID
    /// `nil` for the unnamed vector.
    package var name: String?
    package var vectorizer: Vectorizer
    /// The settings of a named vector's vectorizer as they were given, for the answer.
    package var vectorizerConfiguration: JSONObject
    /// How the pictures of single fields are made ready for the network; those that are not in it in compatible mode.
    package var preprocessing: [String: PicturePreprocessing] = [:]
    package var index: VectorIndexDefinition

    package init(
        id: VectorID = VectorID(0), name: String? = nil, vectorizer: Vectorizer,
        vectorizerConfiguration: JSONObject = .init(), index: VectorIndexDefinition
    ) {
        self.id = id
        self.name = name
        self.vectorizer = vectorizer
        self.vectorizerConfiguration = vectorizerConfiguration
        self.index = index
    }
}

extension VectorDefinition {
    /// How the pictures of one of its image fields are made ready.
    package func preprocessing(ofField field: String) -> PicturePreprocessing { preprocessing[field] ?? .compatible }

    /// How pictures that are searched with are made ready: as those of its first image field.
    package var searchPreprocessing: PicturePreprocessing {
        guard case .image(let fields) = vectorizer, let field = fields.first else { return .compatible }
        return preprocessing(ofField: field)
    }

    /// Whether its values are multi-vectors, which are compared by `MaxSim`; only named vectors are.
    package var isMultiVector: Bool { name != nil && index.isMultiVector }

    /// Whether a `VectorIndex` is kept of it.
    var hasVectorIndex: Bool { !index.isSkipped && !isMultiVector }
}

extension VectorDefinition {
    /// The property with the pictures of which the vector is made, if only their hashes are stored.
    func hashedPicture(in collection: CollectionDefinition) -> String? {
        guard case .image(let fields) = vectorizer else { return nil }
        return fields.first { collection.property(named: $0)?.type == .scalar(.blobHash) }
    }
}

package enum Vectorizer: Hashable, Sendable {
    /// Vectors come with the objects.
    case none
    /// `img2vec-neural`: made from the pictures in these blob properties, in the order given.
    case image(fields: [String])

    /// The name of the module that makes vectors from pictures.
    package static let imageModule = "img2vec-neural"

    /// What definitions call it: a module, or `none`.
    package var moduleName: String {
        switch self {
        case .none: "none"
        case .image: Self.imageModule
        }
    }
}

/// How one vector is indexed; the members of Weaviate's `vectorIndexConfig`.
package struct VectorIndexDefinition: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable { case hnsw, flat, dynamic }

    package var kind: Kind
    package var metric: VectorMetric
    /// Vectors are stored but not indexed.
    package var isSkipped: Bool
    /// Accepted and shown; removed vectors leave the graph when they are many (seconds).
    package var cleanupIntervalSeconds: Int
    /// M of the paper: links of a node on the upper layers, twice as many on the lowest.
    package var maxConnections: Int
    /// Candidates that are kept while a node is linked.
    package var efConstruction: Int
    /// −1: dynamic.
    package var ef: Int
    package var dynamicEfMin: Int
    package var dynamicEfMax: Int
    package var dynamicEfFactor: Int
    /// Accepted and shown; codes are always in memory.
    package var vectorCacheMaxObjects: Int
    /// Filters that leave fewer objects are answered by a scan.
    package var flatSearchCutoff: Int
    /// `acorn` or `sweeping`.
    package var filterStrategy: String
    /// `pq`, `bq`, `sq`, `rq`, `multivector`, `skipDefaultQuantization`, `trackDefaultQuantization`, complete, as they are answered.
    package var quantization: JSONObject
    /// Of a dynamic index, whose other settings are those of its graph; else `nil`.
    package var dynamic: DynamicIndexDefinition?

    package init(
        kind: Kind = .hnsw, metric: VectorMetric = .cosine, isSkipped: Bool = false, cleanupIntervalSeconds: Int = 300,
        maxConnections: Int = 32, efConstruction: Int = 128, ef: Int = -1, dynamicEfMin: Int = 100,
        dynamicEfMax: Int = 500, dynamicEfFactor: Int = 8, vectorCacheMaxObjects: Int = 1_000_000_000_000,
        flatSearchCutoff: Int = 40_000, filterStrategy: String = "acorn", quantization: JSONObject? = nil
    ) {
        self.kind = kind
        self.metric = metric
        self.isSkipped = isSkipped
        self.cleanupIntervalSeconds = cleanupIntervalSeconds
        self.maxConnections = maxConnections
        self.efConstruction = efConstruction
        self.ef = ef
        self.dynamicEfMin = dynamicEfMin
        self.dynamicEfMax = dynamicEfMax
        self.dynamicEfFactor = dynamicEfFactor
        self.vectorCacheMaxObjects = vectorCacheMaxObjects
        self.flatSearchCutoff = flatSearchCutoff
        self.filterStrategy = filterStrategy
        self.quantization = quantization ?? QuantizationDefaults.settings(for: kind)
        dynamic = kind == .dynamic ? DynamicIndexDefinition() : nil
    }
}

/// What a dynamic index has beside the settings of its graph.
package struct DynamicIndexDefinition: Hashable, Sendable {
    /// With more vectors than this it becomes a graph; until then it is flat.
    package var threshold = 10_000
    /// Accepted and shown, of the flat index.
    package var vectorCacheMaxObjects = 1_000_000_000_000
    /// Those of the flat index, as `VectorIndexDefinition.quantization`.
    package var quantization = QuantizationDefaults.settings(for: .flat)

    package init() {}
}

extension VectorIndexDefinition {
    /// Whether `multivector` is enabled.
    package var isMultiVector: Bool {
        guard case .object(let settings)? = quantization["multivector"] else { return false }
        return settings["enabled"] == .boolean(true)
    }

    /// An index with all defaults but its metric, by the metric's wire name; cosine when there is none of this name.
    package init(kind: Kind = .hnsw, metricName: String) {
        self.init(kind: kind, metric: VectorMetric(rawValue: metricName) ?? .cosine)
    }
}

/// The members of Weaviate's `invertedIndexConfig`.
package struct InvertedIndexDefinition: Hashable, Sendable {
    package var cleanupIntervalSeconds = 60
    package var bm25K1 = 1.2
    package var bm25B = 0.75
    /// `en`, `none`, or one of `stopwordPresets`.
    package var stopwordPreset = "en"
    /// Lists of stop words by name; one named as a built-in one takes its place.
    package var stopwordPresets: [String: [String]] = [:]
    /// `nil` is answered as `null`.
    package var stopwordAdditions: [String]?
    package var stopwordRemovals: [String]?
    package var indexTimestamps = false
    package var indexNullState = false
    package var indexPropertyLength = false
    /// Accepted and shown; keyword search is exact either way.
    package var usesBlockMaxWAND = true

    package init() {}
}

/// The members of Weaviate's `multiTenancyConfig`.
package struct MultiTenancyDefinition: Hashable, Sendable {
    package var isEnabled = false
    package var autoTenantCreation = false
    package var autoTenantActivation = false
    /// Whether the answer shows it: an update that leaves it out drops it from there.
    package var isShown = true

    package init() {}
}

/// The members of Weaviate's `replicationConfig`.
package struct ReplicationDefinition: Hashable, Sendable {
    /// Copies of each object; there is one server, so 1.
    package var factor = 1
    package var asyncEnabled = false
    /// `nil` is left out of the answer: so it is after an update that does not name one.
    package var deletionStrategy: String? = "TimeBasedResolution"

    package init() {}
}

/// The members of Weaviate's `shardingConfig`; a collection has one shard whatever they say.
package struct ShardingDefinition: Hashable, Sendable {
    package var virtualPerPhysical = 128
    package var desiredCount = 1
    package var desiredVirtualCount = 128

    package init() {}
}
