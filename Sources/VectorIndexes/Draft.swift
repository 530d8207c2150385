// SPDX-License-Identifier: Apache-2.0

import DataModel
import Synchronization

/// Exact search over a set of documents; stands in until the graph does.
final class ExactScan: Sendable {
    let dimensions: Int
    let configuration: Mutex<VectorIndexConfiguration>
    let known = Mutex<Set<DocumentID>>([])

    init(dimensions: Int, configuration: VectorIndexConfiguration) throws(VectorIndexError) {
        guard (1...65_535).contains(dimensions) else {
            throw .dimensionsOutOfRange(received: dimensions, maximum: 65_535)
        }
        self.dimensions = dimensions
        self.configuration = Mutex(configuration)
    }

    func append(document: DocumentID, vector: Span<Float>) throws(VectorIndexError) {
        guard vector.count == dimensions else {
            throw .dimensionMismatch(expected: dimensions, received: vector.count)
        }
        guard known.withLock({ $0.insert(document).inserted }) else { throw .duplicateDocument(document) }
    }

    func all(
        of query: Span<Float>, allowed: DocumentBits?, vectors: any VectorReading
    ) throws -> [Neighbor] {
        guard query.count == dimensions else {
            throw VectorIndexError.dimensionMismatch(expected: dimensions, received: query.count)
        }
        let metric = configuration.withLock { $0.metric }
        let q = query.indices.map { query[$0] }
        var found: [Neighbor] = []
        for document in known.withLock({ $0 }) where allowed?.contains(document) ?? true {
            var distance: Float = 0
            let isThere = try vectors.withVector(of: document) { vector in
                var dot = 0.0
                var left = 0.0
                var right = 0.0
                var squares = 0.0
                var absolute = 0.0
                var differing = 0.0
                for place in 0..<vector.count {
                    let x = Double(vector[place])
                    let y = Double(q[place])
                    dot += x * y
                    left += x * x
                    right += y * y
                    squares += (x - y) * (x - y)
                    absolute += abs(x - y)
                    differing += x == y ? 0 : 1
                }
                switch metric {
                case .cosine: distance = left == 0 || right == 0 ? 1 : Float(1 - dot / (left * right).squareRoot())
                case .dot: distance = Float(-dot)
                case .l2Squared: distance = Float(squares)
                case .manhattan: distance = Float(absolute)
                case .hamming: distance = Float(differing)
                }
            }
            if isThere { found.append(Neighbor(document: document, distance: distance)) }
        }
        return found.sorted { ($0.distance, $0.document) < ($1.distance, $1.document) }
    }
}
