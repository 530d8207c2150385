// SPDX-License-Identifier: Apache-2.0

import DataModel
import Dispatch
import Foundation
import Synchronization
import VectorIndexes

/// Finds the true neighbors by measuring every vector: what answers are held against.
///
/// A first pass in single precision goes through the base block by block, for several queries at once, on all cores;
/// those in front are measured again in double precision.
struct ExactSearch: Sendable {
    /// Rows of a block stay in the second-level cache while several queries are measured against them.
    private static let blockBytes = 128 << 10
    private static let queriesAtOnce = 8
    /// Many more than rounding can bring into the wrong order.
    private static let margin = 16

    private let data: DataSet
    /// One over the length of each base vector, 0 for a zero vector.
    private let scales: [Float]

    init(_ data: DataSet) {
        self.data = data
        scales = (0..<data.count).map { row in
            let start = row * data.dimensions
            let square = data.base[start..<start + data.dimensions].reduce(0.0) { $0 + Double($1) * Double($1) }
            return square > 0 ? Float(1 / square.squareRoot()) : 0
        }
    }

    /// The nearest of each query, among each of several selections at once (`nil`: all documents).
    ///
    /// - Returns: shape [selections, queries], nearest first.
    func nearest(_ count: Int, among selections: [DocumentBits?] = [nil]) -> [[[Neighbor]]] {
        let groups = (data.queryCount + Self.queriesAtOnce - 1) / Self.queriesAtOnce
        let found = Mutex(
            Array(repeating: Array(repeating: [Neighbor](), count: data.queryCount), count: selections.count))
        DispatchQueue.concurrentPerform(iterations: groups) { group in
            let start = group * Self.queriesAtOnce
            let queries = start..<min(start + Self.queriesAtOnce, data.queryCount)
            var best = Array(
                repeating: Best(count: count + Self.margin), count: selections.count * queries.count)
            forEachBlock(of: queries) { query, rows, distances in
                for (number, selection) in selections.enumerated() {
                    let selected = number * queries.count + query - queries.lowerBound
                    for row in distances.indices where distances[row] < best[selected].limit {
                        let document = DocumentID(UInt32(rows.lowerBound + row))
                        if selection?.contains(document) ?? true { best[selected].insert(document, distances[row]) }
                    }
                }
            }
            for number in selections.indices {
                for query in queries {
                    let candidates = best[number * queries.count + query - queries.lowerBound].items.map(\.document)
                    let sure = measuredAgain(candidates, query, count)
                    found.withLock { $0[number][query] = sure }
                }
            }
        }
        return found.withLock { $0 }
    }

    /// The distances of all documents from one query, in single precision.
    func distances(from query: Int) -> [Float] {
        var all: [Float] = []
        all.reserveCapacity(data.count)
        forEachBlock(of: query..<query + 1) { _, _, distances in all.append(contentsOf: distances) }
        return all
    }

    /// The nearest of a query among documents that lie at least so far away, given all distances.
    func nearest(_ count: Int, beyond limit: Float, of query: Int, _ distances: [Float]) -> [Neighbor] {
        var best = Best(count: count + Self.margin)
        for row in distances.indices where distances[row] >= limit && distances[row] < best.limit {
            best.insert(DocumentID(UInt32(row)), distances[row])
        }
        return measuredAgain(best.items.map(\.document), query, count)
    }

    /// How many dimensions the neighborhoods of the queries seem to have: the median of the maximum likelihood estimates
    /// (Levina and Bickel, 2004). The more, the harder a set is to search.
    static func localIntrinsicDimension(_ nearest: [[Neighbor]]) -> Double {
        let estimates = nearest.compactMap { neighbors -> Double? in
            // Of vectors of length 1, the squared distance is twice the cosine distance.
            let distances = neighbors.map { Double($0.distance) }.filter { $0 > 0 }
            guard distances.count > 2, let last = distances.last, last > distances[0] else { return nil }
            let logarithms = distances.dropLast().reduce(0) { $0 + log($1 / last) / 2 }
            return -Double(distances.count - 1) / logarithms
        }.sorted()
        return estimates.isEmpty ? 0 : estimates[estimates.count / 2]
    }

    private func measuredAgain(_ documents: [DocumentID], _ query: Int, _ count: Int) -> [Neighbor] {
        let dimensions = data.dimensions
        func product(_ left: ArraySlice<Float>, _ right: ArraySlice<Float>) -> Double {
            zip(left, right).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        }
        let asked = data.queries[query * dimensions..<(query + 1) * dimensions]
        let norm = product(asked, asked)
        let measured = documents.map { document in
            let start = Int(document.number) * dimensions
            let row = data.base[start..<start + dimensions]
            let lengths = (norm * product(row, row)).squareRoot()
            return Neighbor(document: document, distance: lengths > 0 ? Float(1 - product(asked, row) / lengths) : 1)
        }
        return Array(measured.sorted { ($0.distance, $0.document) < ($1.distance, $1.document) }.prefix(count))
    }

    /// Calls `body` with the distances of one block of rows from one query after the other.
    private func forEachBlock(of queries: Range<Int>, _ body: (Int, Range<Int>, [Float]) -> Void) {
        let dimensions = data.dimensions
        let rowsOfBlock = max(Self.blockBytes / (4 * dimensions), 1)
        let queryScales = queries.map { query -> Float in
            let row = data.queries[query * dimensions..<(query + 1) * dimensions]
            let square = row.reduce(0.0) { $0 + Double($1) * Double($1) }
            return square > 0 ? Float(1 / square.squareRoot()) : 0
        }
        var distances: [Float] = []
        // Safety: the pointers are used here only, at rows that are there.
        unsafe data.base.withUnsafeBufferPointer { base in
            unsafe data.queries.withUnsafeBufferPointer { asked in
                guard let base = base.baseAddress, let asked = asked.baseAddress else { return }
                for start in stride(from: 0, to: data.count, by: rowsOfBlock) {
                    let rows = start..<min(start + rowsOfBlock, data.count)
                    for query in queries {
                        let scale = queryScales[query - queries.lowerBound]
                        distances.removeAll(keepingCapacity: true)
                        for row in rows {
                            let product = unsafe Self.product(
                                base + row * dimensions, asked + query * dimensions, dimensions)
                            distances.append(1 - product * scale * scales[row])
                        }
                        body(query, rows, distances)
                    }
                }
            }
        }
    }

    private static func product(_ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ count: Int) -> Float {
        var sum: SIMD16<Float> = .zero
        var rest: Float = 0
        let whole = count / 16 * 16
        let x = unsafe UnsafeRawPointer(left)
        let y = unsafe UnsafeRawPointer(right)
        // Safety: both hold `count` numbers.
        for index in stride(from: 0, to: whole, by: 16) {
            sum +=
                unsafe x.loadUnaligned(fromByteOffset: 4 * index, as: SIMD16<Float>.self)
                * y.loadUnaligned(fromByteOffset: 4 * index, as: SIMD16<Float>.self)
        }
        for index in whole..<count { rest += unsafe left[index] * right[index] }
        return sum.sum() + rest
    }

    /// The nearest seen so far, nearest first.
    private struct Best {
        let count: Int
        private(set) var items: [Neighbor] = []
        /// Only what is nearer than this can get in.
        private(set) var limit = Float.infinity

        init(count: Int) { self.count = count }

        mutating func insert(_ document: DocumentID, _ distance: Float) {
            let at = items.firstIndex { $0.distance > distance } ?? items.count
            items.insert(Neighbor(document: document, distance: distance), at: at)
            if items.count > count { items.removeLast() }
            if items.count == count { limit = items[count - 1].distance }
        }
    }
}
