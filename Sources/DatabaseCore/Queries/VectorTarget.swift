// SPDX-License-Identifier: Apache-2.0

/// Which vector of a collection a search is about.
struct VectorTarget {
    let definition: VectorDefinition

    /// - Parameter names: as the query gives them; empty where the collection has only one vector.
    /// - Throws: `DatabaseError`, if there is no such vector, or more than one and none is named.
    init(_ names: [String], in collection: CollectionDefinition) throws(DatabaseError) {
        if names.count > 1 { throw .unsupported("a search over several target vectors") }
        if let name = names.first {
            guard let definition = collection.vector(named: name) else { throw .unknownVector(name) }
            self.definition = definition
        } else {
            guard let only = collection.vectors.first else { throw .unknownVector("") }
            guard collection.vectors.count == 1 else {
                throw .invalidQuery(
                    "multiple vectorizers configuration found, please specify target vector name (targetVectors)")
            }
            definition = only
        }
    }
}
