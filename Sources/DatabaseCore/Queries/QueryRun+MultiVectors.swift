// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage
import VectorIndexes

// Searches by multi-vector: exact, over all that is stored and allowed (decision 0103).
extension QueryRun {
    /// The nearest documents to what a leg with a multi-vector as its target asks for.
    ///
    /// - Parameters:
    ///   - count: how many at most.
    ///   - maximumDistance: `nil`: however far.
    /// - Complexity: O(rows of the query · rows stored · dimensions); of the documents that are allowed alone.
    func neighborsByMaxSim(
        _ leg: VectorLeg, _ allowed: DocumentSet?, count: Int, maximumDistance: Float?
    ) throws -> [Neighbor] {
        let query = try queryMultiVector(of: leg)
        if leg.target.index.isSkipped || count <= 0 { return [] }
        let stored = reader.transaction.multiVectors(leg.target.id, of: reader.shard.address)
        var search = MaxSimSearch(count, nearestTo: query, maximumDistance: maximumDistance)
        func visit(_ document: DocumentID, _ dimensions: Int, _ rows: Span<Float>) throws {
            guard dimensions == query.dimensions else {
                throw DatabaseError.invalidQuery(.dimensionMismatch(query: query.dimensions, stored: dimensions))
            }
            try search.visit(document, rows, checking: check)
        }
        guard let allowed else {
            try stored.scan { document, dimensions, rows in
                try visit(document, dimensions, rows)
                return true
            }
            return search.neighbors
        }
        for (number, document) in allowed.enumerated() {
            if number % Self.stepsBetweenLooks == 0 { try check() }
            _ = try stored.withRows(of: document) { try visit(document, $0, $1) }
        }
        return search.neighbors
    }

    private func queryMultiVector(of leg: VectorLeg) throws -> MultiVector {
        switch leg.origin {
        case .multiVector(let vector): return vector
        case .object(let id):
            guard let document = try reader.document(of: id) else { throw DatabaseError.missingSearchObject(id) }
            let stored = reader.transaction.multiVectors(leg.target.id, of: reader.shard.address)
            guard let vector = try stored.copy(of: document) else { throw DatabaseError.searchObjectHasNoVector(id) }
            return vector
        case .vector, .pictures: preconditionFailure("a multi-vector is searched with a multi-vector or an object")
        }
    }
}
