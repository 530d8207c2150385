// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import ImageVectorizer
import JSON
import VectorIndexes

/// Reads which vectors a class has: the unnamed one of `vectorizer`, `vectorIndexType` and `vectorIndexConfig`, those
/// of `vectorConfig`, or both.
struct VectorConfigDecoder {
    var settings: DatabaseSettings
    /// `moduleConfig` of the class.
    var modules: JSONObject?

    func vectors(_ fields: BodyFields) throws(Refusal) -> [VectorDefinition] {
        let ownTexts = [try fields.text("vectorizer"), try fields.text("vectorIndexType")].compactMap { $0 }
        let hasOwnVector = !ownTexts.isEmpty || fields.has("vectorIndexConfig")
        guard let named = try fields.fields("vectorConfig", type: "VectorConfig"), !named.members.isEmpty else {
            return [try unnamedVector(fields)]
        }
        var vectors = hasOwnVector ? [try unnamedVector(fields)] : []
        for member in named.members.members {
            let fields = try BodyFields(member.value, type: "VectorConfig", parameter: ClassDecoder.parameter)
            vectors.append(try namedVector(member.name, fields))
        }
        return vectors
    }

    private func unnamedVector(_ fields: BodyFields) throws(Refusal) -> VectorDefinition {
        let module = try fields.text("vectorizer") ?? settings.defaultVectorizer
        var vector = VectorDefinition(
            vectorizer: try vectorizer(module, settings: modules?[module], prefix: ""),
            index: try index(fields, prefix: "", isNamed: false))
        vector.preprocessing = try preprocessing(modules?[module], for: vector.vectorizer, prefix: "")
        return vector
    }

    private func namedVector(_ name: String, _ fields: BodyFields) throws(Refusal) -> VectorDefinition {
        let prefix = "target vector \"\(name.prefix(100))\": "
        guard case .object(let given)? = fields.value("vectorizer"), let module = given.members.first else {
            throw .schema(422, "\(prefix)vectorizer must be an object with the name of one module, e.g. {\"none\": {}}")
        }
        guard given.members.count == 1 else {
            throw .schema(422, "\(prefix)vectorizer must name exactly one module, got \(given.members.count)")
        }
        var configuration = JSONObject()
        if case .object(let object) = module.value { configuration = object }
        let settings: JSONValue? = configuration.isEmpty ? nil : .object(configuration)
        var vector = VectorDefinition(
            name: name, vectorizer: try vectorizer(module.name, settings: settings, prefix: prefix),
            vectorizerConfiguration: configuration, index: try index(fields, prefix: prefix, isNamed: true))
        vector.preprocessing = try preprocessing(settings, for: vector.vectorizer, prefix: prefix)
        return vector
    }

    // MARK: - Vectorizers

    private func vectorizer(_ module: String, settings: JSONValue?, prefix: String) throws(Refusal) -> Vectorizer {
        if module == "none" { return .none }
        guard module == Vectorizer.imageModule, self.settings.modules.contains(module) else {
            throw .schema(422, "\(prefix)vectorizer: no module with name \"\(module.prefix(100))\" present")
        }
        // Without any settings the class is accepted, and no object gets a vector from a picture.
        guard let settings else { return .image(fields: []) }
        return .image(fields: try imageFields(settings, prefix: "\(prefix)module '\(module)': "))
    }

    private func preprocessing(
        _ settings: JSONValue?, for vectorizer: Vectorizer, prefix: String
    ) throws(Refusal) -> [String: PicturePreprocessing] {
        guard case .image(let fields) = vectorizer, let value = settings?["preprocess"] else { return [:] }
        do throws(PreprocessingSettings.Invalid) {
            return try PreprocessingSettings.preprocessing(value, fields: fields)
        } catch {
            throw .schema(422, "\(prefix)module '\(vectorizer.moduleName)': \(error.message)")
        }
    }

    private func imageFields(_ settings: JSONValue, prefix: String) throws(Refusal) -> [String] {
        guard let fields = settings["imageFields"] else { throw .schema(422, "\(prefix)imageFields not present") }
        guard case .array(let elements) = fields else { throw .schema(422, "\(prefix)imageFields must be an array") }
        guard !elements.isEmpty else {
            throw .schema(422, "\(prefix)must contain at least one image field name in imageFields")
        }
        var names: [String] = []
        for element in elements {
            guard case .string(let name) = element else { throw .schema(422, "\(prefix)imageField must be a string") }
            guard !name.isEmpty else { throw .schema(422, "\(prefix)imageField values cannot be empty") }
            names.append(name)
        }
        return names
    }

    // MARK: - Indexes

    private func index(_ fields: BodyFields, prefix: String, isNamed: Bool) throws(Refusal) -> VectorIndexDefinition {
        let type = try fields.text("vectorIndexType") ?? settings.defaultIndexKind.rawValue
        guard let kind = VectorIndexDefinition.Kind(rawValue: type) else {
            throw .schema(422, "\(prefix)unrecognized or unsupported vectorIndexType \"\(type.prefix(100))\"")
        }
        // As in the original, for those who rely on the refusal: here every index works with and without.
        guard kind != .dynamic || settings.hasAsyncIndexing else {
            throw .schema(422, "\(prefix)the dynamic index can only be created when async indexing is enabled")
        }
        var index = VectorIndexDefinition(kind: kind, metricName: settings.defaultMetric)
        guard let value = fields.value("vectorIndexConfig") else { return index }
        guard case .object(let given) = value else {
            throw .schema(422, "\(prefix)vectorIndexConfig must be an object, got \(GoName.type(of: value))")
        }
        let reader = IndexSettingsReader(given: given, prefix: prefix)
        try reader.read(into: &index)
        if index.quantization["multivector"]?["enabled"] == .boolean(true) {
            guard isNamed else {
                throw .schema(
                    422,
                    "class.VectorIndexConfig multi vector type index type is only configurable using named vectors")
            }
            try checkMultiVector(index, prefix: prefix)
        }
        return index
    }

    private func checkMultiVector(_ index: VectorIndexDefinition, prefix: String) throws(Refusal) {
        let settings = index.quantization["multivector"]
        guard index.kind == .hnsw else {
            throw .schema(422, "\(prefix)multi vector index is not supported for \(index.kind.rawValue) index")
        }
        guard settings?["muvera"]?["enabled"] != .boolean(true) else {
            throw .schema(
                501, "\(prefix)multivector.muvera is not supported; without it multi-vectors are compared exactly")
        }
        guard settings?["aggregation"] == .string("maxSim") else {
            throw .schema(422, "\(prefix)multivector.aggregation must be \"maxSim\"")
        }
    }
}

/// Reads the members of `vectorIndexConfig` over the defaults. What is not known is left aside, as in the original.
private struct IndexSettingsReader {
    var given: JSONObject
    var prefix: String

    func read(into index: inout VectorIndexDefinition) throws(Refusal) {
        try readMetric(into: &index)
        if index.kind == .dynamic { return try readParts(into: &index) }
        try number("vectorCacheMaxObjects", &index.vectorCacheMaxObjects)
        if index.kind == .hnsw { try readGraphSettings(into: &index) }
        try readQuantization(into: &index.quantization, ofGraph: index.kind == .hnsw)
    }

    /// Of a dynamic index: the settings of the graph and of the flat index that it is before, both with the metric of the whole.
    private func readParts(into index: inout VectorIndexDefinition) throws(Refusal) {
        var dynamic = DynamicIndexDefinition()
        try number("threshold", &dynamic.threshold)
        let graph = try part("hnsw")
        try graph.number("vectorCacheMaxObjects", &index.vectorCacheMaxObjects)
        try graph.readGraphSettings(into: &index)
        try graph.readQuantization(into: &index.quantization, ofGraph: true)
        let flat = try part("flat")
        try flat.number("vectorCacheMaxObjects", &dynamic.vectorCacheMaxObjects)
        try flat.readQuantization(into: &dynamic.quantization, ofGraph: false)
        index.dynamic = dynamic
    }

    private func part(_ name: String) throws(Refusal) -> IndexSettingsReader {
        switch given[name] {
        case nil, .null?: return IndexSettingsReader(given: JSONObject(), prefix: prefix)
        case .object(let members)?: return IndexSettingsReader(given: members, prefix: prefix)
        case let value?: throw refusal("\(name) must be an object, got \(GoName.type(of: value))")
        }
    }

    private func readGraphSettings(into index: inout VectorIndexDefinition) throws(Refusal) {
        try boolean("skip", &index.isSkipped)
        try number("cleanupIntervalSeconds", &index.cleanupIntervalSeconds)
        try number("maxConnections", &index.maxConnections)
        try number("efConstruction", &index.efConstruction)
        try number("ef", &index.ef)
        try number("dynamicEfMin", &index.dynamicEfMin)
        try number("dynamicEfMax", &index.dynamicEfMax)
        try number("dynamicEfFactor", &index.dynamicEfFactor)
        try number("flatSearchCutoff", &index.flatSearchCutoff)
        guard let strategy = given["filterStrategy"], strategy != .null else { return }
        guard case .string(let name) = strategy, ["acorn", "sweeping"].contains(name) else {
            throw refusal("filterStrategy must be one of [acorn sweeping]")
        }
        index.filterStrategy = name
    }

    private func readMetric(into index: inout VectorIndexDefinition) throws(Refusal) {
        guard let value = given["distance"], value != .null, value != .string("") else { return }
        guard case .string(let name) = value, let metric = VectorMetric(rawValue: name) else {
            throw refusal(
                "unrecognized distance metric \"\(GoName.text(of: value, limit: 100))\", choose one of [\"cosine\", \"dot\", "
                    + "\"l2-squared\", \"manhattan\", \"hamming\"]")
        }
        index.metric = metric
    }

    /// Members of the quantizers over their defaults; two quantizers at once are refused.
    private func readQuantization(into quantization: inout JSONObject, ofGraph isOfGraph: Bool) throws(Refusal) {
        for member in quantization.members {
            guard let value = given[member.name], value != .null else { continue }
            quantization[member.name] = try merged(member.value, with: value, name: member.name)
        }
        let quantizers = ["pq", "bq", "sq", "rq"]
        let enabled = quantizers.filter { quantization[$0]?["enabled"] == .boolean(true) }
        guard enabled.count <= 1 else {
            throw refusal("only a single quantization can be enabled, got \(enabled.joined(separator: ", "))")
        }
        guard isOfGraph, let bits = quantization["rq"]?["bits"]?.number else { return }
        guard bits == 8 || bits == 1 else { throw refusal("rq.bits must be 1 or 8") }
    }

    /// `defaults` with the members of `given` in their places; both of the same kind.
    private func merged(_ defaults: JSONValue, with given: JSONValue, name: String) throws(Refusal) -> JSONValue {
        switch (defaults, given) {
        case (.object(var members), .object(let new)):
            for member in members.members {
                guard let value = new[member.name], value != .null else { continue }
                members[member.name] = try merged(member.value, with: value, name: "\(name).\(member.name)")
            }
            return .object(members)
        case (.boolean, .boolean), (.number, .number), (.string, .string): return given
        default: throw refusal("\(name) must be of the same type as \(GoName.text(of: defaults, limit: 100))")
        }
    }

    private func number(_ name: String, _ target: inout Int) throws(Refusal) {
        guard let value = given[name], value != .null else { return }
        guard case .number(let number) = value, let int = Int(exactly: number.value) else {
            throw refusal("\(name) must be a whole number, got \(GoName.text(of: value, limit: 100))")
        }
        target = int
    }

    private func boolean(_ name: String, _ target: inout Bool) throws(Refusal) {
        guard let value = given[name], value != .null else { return }
        guard case .boolean(let boolean) = value else {
            throw refusal("\(name) must be true or false, got \(GoName.text(of: value, limit: 100))")
        }
        target = boolean
    }

    private func refusal(_ reason: String) -> Refusal {
        .schema(422, "\(prefix)class.VectorIndexConfig can not parse: parse vector index config: \(reason)")
    }
}
