// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import HTTPServer
import JSON

/// Reads classes as requests have them, and completes what they leave out.
///
/// Refused here is what no definition can express: unknown types, modules, distances, wrong shapes. What a definition may
/// say is for the database's rules.
struct ClassDecoder {
    enum Purpose {
        case creation
        /// An update that leaves out tenancy or a deletion strategy drops them from the answers.
        case update
    }

    var settings: DatabaseSettings
    var purpose: Purpose

    /// What the interface calls the body.
    static let parameter = "objectClass"

    func definition(reading request: HTTPRequest) throws(Refusal) -> CollectionDefinition {
        var reader = try BodyReader(request, parameter: Self.parameter)
        let fields = try BodyFields(try reader.value(), type: "Class", parameter: Self.parameter)
        return try definition(fields)
    }

    private func definition(_ fields: BodyFields) throws(Refusal) -> CollectionDefinition {
        let moduleConfiguration = try modules(fields)
        var definition = CollectionDefinition(
            name: try fields.text("class") ?? "", description: try fields.text("description"),
            invertedIndex: try invertedIndex(fields), multiTenancy: try multiTenancy(fields),
            replication: try replication(fields), moduleConfiguration: moduleConfiguration)
        definition.sharding = try sharding(fields, isMultiTenant: definition.multiTenancy.isEnabled)
        definition.objectTTL = try objectTTL(fields)
        definition.imageURLProperty = try fields.text("imageUrlProperty").flatMap { $0.isEmpty ? nil : $0 }
        definition.showsEmptyProperties = fields.has("properties")
        let decoder = PropertyDecoder(parameter: Self.parameter)
        for (place, property) in (try fields.list("properties") ?? JSONArray()).enumerated() {
            definition.properties.append(try decoder.property(property, place: "properties.\(place)."))
        }
        let vectorDecoder = VectorConfigDecoder(settings: settings, modules: moduleConfiguration)
        definition.vectors = try vectorDecoder.vectors(fields)
        return definition
    }

    private func modules(_ fields: BodyFields) throws(Refusal) -> JSONObject? {
        guard let value = fields.value("moduleConfig") else { return nil }
        guard case .object(let modules) = value else { throw .schema(422, "moduleConfig must be an object") }
        return modules
    }

    private func invertedIndex(_ fields: BodyFields) throws(Refusal) -> InvertedIndexDefinition {
        var index = InvertedIndexDefinition()
        guard let given = try fields.fields("invertedIndexConfig", type: "InvertedIndexConfig") else { return index }
        index.stopwordPresets = try Self.stopwordPresets(given)
        if let seconds = try given.int("cleanupIntervalSeconds"), seconds != 0 {
            index.cleanupIntervalSeconds = seconds
        }
        if let bm25 = try given.fields("bm25", type: "BM25Config") {
            index.bm25K1 = try bm25.double("k1") ?? 0
            index.bm25B = try bm25.double("b") ?? 0
        }
        if let stopwords = try given.fields("stopwords", type: "StopwordConfig") {
            index.stopwordPreset = try stopwords.text("preset") ?? "en"
            index.stopwordAdditions = try stopwords.texts("additions")
            index.stopwordRemovals = try stopwords.texts("removals")
        }
        index.indexTimestamps = try given.boolean("indexTimestamps") ?? false
        index.indexNullState = try given.boolean("indexNullState") ?? false
        index.indexPropertyLength = try given.boolean("indexPropertyLength") ?? false
        return index
    }

    /// The lists of words in `stopwordPresets`, by name.
    static func stopwordPresets(_ fields: BodyFields) throws(Refusal) -> [String: [String]] {
        guard let given = try fields.fields("stopwordPresets", type: "map[string][]string") else { return [:] }
        var presets: [String: [String]] = [:]
        for member in given.members.members { presets[member.name] = try given.texts(member.name) ?? [] }
        return presets
    }

    private func multiTenancy(_ fields: BodyFields) throws(Refusal) -> MultiTenancyDefinition {
        var multiTenancy = MultiTenancyDefinition()
        guard let given = try fields.fields("multiTenancyConfig", type: "MultiTenancyConfig") else {
            multiTenancy.isShown = purpose == .creation
            return multiTenancy
        }
        multiTenancy.isEnabled = try given.boolean("enabled") ?? false
        multiTenancy.autoTenantCreation = try given.boolean("autoTenantCreation") ?? false
        multiTenancy.autoTenantActivation = try given.boolean("autoTenantActivation") ?? false
        return multiTenancy
    }

    private func replication(_ fields: BodyFields) throws(Refusal) -> ReplicationDefinition {
        var replication = ReplicationDefinition()
        if purpose == .update { replication.deletionStrategy = nil }
        guard let given = try fields.fields("replicationConfig", type: "ReplicationConfig") else { return replication }
        replication.factor = max(1, try given.int("factor") ?? 1)
        replication.asyncEnabled = try given.boolean("asyncEnabled") ?? false
        guard let strategy = try given.text("deletionStrategy") else { return replication }
        let strategies = ["NoAutomatedResolution", "DeleteOnConflict", "TimeBasedResolution"]
        guard strategies.contains(strategy) else {
            throw .notOneOf("replicationConfig.deletionStrategy", in: "body", strategies)
        }
        replication.deletionStrategy = strategy
        return replication
    }

    private func objectTTL(_ fields: BodyFields) throws(Refusal) -> ObjectTTLDefinition? {
        guard let given = try fields.fields("objectTtlConfig", type: "ObjectTTLConfig") else { return nil }
        var ttl = ObjectTTLDefinition()
        ttl.isEnabled = try given.boolean("enabled") ?? false
        ttl.seconds = try given.int("defaultTtl") ?? 0
        ttl.deleteOn = try given.text("deleteOn") ?? ""
        ttl.filtersExpired = try given.boolean("filterExpiredObjects") ?? false
        return ttl
    }

    private func sharding(_ fields: BodyFields, isMultiTenant: Bool) throws(Refusal) -> ShardingDefinition? {
        guard let given = try fields.fields("shardingConfig", type: "ShardingConfig") else {
            return isMultiTenant ? nil : ShardingDefinition()
        }
        guard !isMultiTenant || purpose == .update else {
            throw .schema(422, "cannot have both shardingConfig and multiTenancyConfig")
        }
        guard !isMultiTenant else { return nil }
        for (name, allowed) in [("strategy", "hash"), ("key", "_id"), ("function", "murmur3")] {
            guard try given.text(name) ?? allowed == allowed else {
                throw .schema(422, "sharding only supported with \(name) '\(allowed)' for now")
            }
        }
        var sharding = ShardingDefinition()
        sharding.virtualPerPhysical = try given.int("virtualPerPhysical") ?? sharding.virtualPerPhysical
        sharding.desiredCount = try given.int("desiredCount") ?? sharding.desiredCount
        guard (0...100_000).contains(sharding.virtualPerPhysical), (1...100_000).contains(sharding.desiredCount) else {
            throw .schema(422, "shardingConfig: desiredCount and virtualPerPhysical can be 1 to 100000")
        }
        sharding.desiredVirtualCount =
            try given.int("desiredVirtualCount") ?? sharding.virtualPerPhysical * sharding.desiredCount
        return sharding
    }
}
