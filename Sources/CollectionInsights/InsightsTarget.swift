// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import VectorIndexes

/// Which vectors of which objects are looked at.
package struct InsightsTarget: Hashable, Sendable {
    package var collection: String
    package var tenant: String?
    /// `nil`: the only one.
    package var vector: String?

    package init(collection: String, tenant: String? = nil, vector: String? = nil) {
        self.collection = collection
        self.tenant = tenant
        self.vector = vector
    }
}

/// A target that is there.
struct ResolvedTarget: Sendable {
    let target: InsightsTarget
    /// `nil` for the vector without a name.
    let vectorName: String?
    let metric: VectorMetric
    let definition: CollectionDefinition

    /// - Throws: `InsightsError`, also for a tenant that is not there; one that is not in use is activated where its collection says so.
    init(_ target: InsightsTarget, in database: any DatabaseOperations) async throws(InsightsError) {
        guard let definition = database.collection(named: target.collection) else {
            throw .database(.collectionNotFound(target.collection))
        }
        let names = definition.vectors.compactMap(\.name)
        let vector: VectorDefinition?
        if let name = target.vector {
            vector = definition.vector(named: name)
            if vector == nil { throw .unknownVector(name, names: names) }
        } else {
            vector = definition.defaultVector
            if vector == nil, names.count > 1 { throw .vectorNotNamed(names: names) }
        }
        guard let vector else { throw .noVectors(collection: definition.name) }
        if vector.isMultiVector { throw .multiVector(vector.name ?? "") }
        self.target = target
        vectorName = vector.name
        metric = vector.index.metric
        self.definition = definition
        do {
            var query = Query(collection: target.collection)
            query.tenant = target.tenant
            query.limit = 1
            _ = try await database.plan(query)
        } catch {
            throw .database(error)
        }
    }

    func vector(of object: DatabaseObject) -> [Float]? {
        let vector = vectorName.map { object.namedVectors[$0] } ?? object.vector
        return vector?.isEmpty == true ? nil : vector
    }
}

/// Goes through the objects of a collection in order of their ids, each page in a view of its own: no view gets old. What is written
/// meanwhile may be seen or not.
struct CollectionPages: Sendable {
    static let pageSize = 256

    let database: any DatabaseOperations
    let target: InsightsTarget
    let selection: Query.Selection

    /// On a thread that may block.
    func forEach(_ body: ([DatabaseObject]) throws -> Void) async throws {
        var query = Query(collection: target.collection)
        query.tenant = target.tenant
        query.selection = selection
        query.limit = min(Self.pageSize, max(1, database.settings.maximumResults))
        query.after = .start
        while true {
            try Task.checkCancellation()
            let objects = try await Self.objects(of: query, in: database)
            guard let last = objects.last else { return }
            try body(objects)
            query.after = .behind(last.id)
        }
    }

    private static func objects(
        of query: Query, in database: any DatabaseOperations
    ) async throws(InsightsError) -> [DatabaseObject] {
        do { return try await database.hits(of: query).map(\.object) } catch { throw .database(error) }
    }
}
