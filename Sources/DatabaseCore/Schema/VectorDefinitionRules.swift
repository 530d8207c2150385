// SPDX-License-Identifier: Apache-2.0

/// What the vectors of a collection may be.
struct VectorDefinitionRules {
    var settings: DatabaseSettings

    /// The least that `maxConnections` and `efConstruction` may be.
    static let minimumConnections = 4

    /// Bounds against settings that no machine could serve.
    static let maximumConnections = 2047
    static let maximumSearchWidth = 1_000_000

    /// What clients call the vector without a name.
    private static let clientName = "default"

    /// The vectors of a new collection: one without a name, or some with names, which may come beside it later.
    func checkNew(_ vectors: [VectorDefinition]) throws(DatabaseError) {
        guard vectors.allSatisfy({ $0.name == nil }) || vectors.allSatisfy({ $0.name != nil }) else {
            throw .invalidDefinition(
                "creating a class with both a class level vector index and named vectors is forbidden")
        }
        try check(vectors)
    }

    func check(_ vectors: [VectorDefinition]) throws(DatabaseError) {
        var names: Set<String> = []
        for vector in vectors {
            if let name = vector.name {
                guard VectorName.isValid(name) else {
                    throw .invalidDefinition(
                        "'\(name.prefix(300))' is not a valid vector name. Vector names must match "
                            + "\"[_A-Za-z][_0-9A-Za-z]{0,229}\"")
                }
                guard names.insert(name).inserted else {
                    throw .invalidDefinition("vector '\(name)' is given twice")
                }
            }
            try check(vector)
        }
        if names.count < vectors.count, names.contains(Self.clientName) {
            throw .invalidDefinition(
                "vector '\(Self.clientName)' cannot be beside the class level vector, which clients show under this name"
            )
        }
        guard !vectors.isEmpty else { throw .invalidDefinition("a class needs at least one vector") }
    }

    func check(_ vector: VectorDefinition) throws(DatabaseError) {
        if case .image = vector.vectorizer, !settings.modules.contains(Vectorizer.imageModule) {
            throw .invalidDefinition(
                "\(prefix(vector))vectorizer: no module with name \"\(Vectorizer.imageModule)\" present")
        }
        if vector.isMultiVector, vector.vectorizer != .none {
            throw .invalidDefinition(
                "parse vector config for \(vector.name ?? ""): multi vector index configured but vectorizer: "
                    + "\"\(vector.vectorizer.moduleName)\" doesn't support multi vectors")
        }
        if let threshold = vector.index.dynamic?.threshold, threshold < 0 {
            throw .invalidDefinition(
                "\(prefix(vector))invalid dynamic config: threshold cannot be below 0, got \(threshold)")
        }
        guard vector.index.kind != .flat else { return }
        try check(vector.index.maxConnections, "maxConnections", vector, upTo: Self.maximumConnections)
        try check(vector.index.efConstruction, "efConstruction", vector, upTo: Self.maximumSearchWidth)
        guard vector.index.ef <= Self.maximumSearchWidth, vector.index.dynamicEfMax <= Self.maximumSearchWidth else {
            throw .invalidDefinition(
                "\(prefix(vector))invalid hnsw config: ef and dynamicEfMax can be at most \(Self.maximumSearchWidth)")
        }
    }

    private func check(
        _ value: Int, _ name: String, _ vector: VectorDefinition, upTo limit: Int
    ) throws(DatabaseError) {
        guard value >= Self.minimumConnections else {
            throw .invalidDefinition(
                "\(prefix(vector))class.VectorIndexConfig can not parse: parse vector index config: invalid hnsw config: "
                    + "\(name) must be a positive integer with a minimum of \(Self.minimumConnections)")
        }
        guard value <= limit else {
            throw .invalidDefinition(
                "\(prefix(vector))invalid hnsw config: \(name) must be less than or equal to \(limit)")
        }
    }

    private func prefix(_ vector: VectorDefinition) -> String { vector.name.map { "target vector \"\($0)\": " } ?? "" }
}
