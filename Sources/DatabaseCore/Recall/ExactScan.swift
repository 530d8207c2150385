// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import VectorIndexes

/// Goes through all stored vectors of a shard for some exact searches, piece by piece.
///
/// Each piece has a short read transaction of its own. That is as good as one view, because the vectors of a document
/// never change and new documents have higher numbers than all before: once a piece has reached the end, everything
/// that its transaction shows has been visited. What was removed meanwhile may have been visited too, and is for the
/// caller to leave out.
struct ExactScan {
    /// What bounds a piece: about a millisecond of work with the vectors in memory.
    private static let bytesInPiece = 8 << 20
    private static let rowsInPiece = 8_192

    let vector: VectorID
    let shard: ShardAddress
    /// Only these documents; `nil` for all.
    let allowed: DocumentBits?
    private(set) var searches: [ExactSearch]
    private(set) var visitedCount = 0
    /// The first document that has not been visited; `nil` behind the highest number there is.
    private var next: DocumentID? = DocumentID(0)

    /// - Parameter searches: one at least, all of the same dimensions.
    init(_ searches: [ExactSearch], of vector: VectorID, in shard: ShardAddress, allowed: DocumentBits?) {
        precondition(!searches.isEmpty, "a scan is for a search or more, not for none")
        self.searches = searches
        self.vector = vector
        self.shard = shard
        self.allowed = allowed
    }

    /// Visits the next piece.
    ///
    /// - Returns: whether it was the last one: all that `transaction` shows has been visited.
    mutating func advance(in transaction: ReadTransaction) throws -> Bool {
        guard let start = next else { return true }
        let reader = try transaction.vectors(vector, of: shard)
        let bytesInRow = max(1, searches[0].dimensions * MemoryLayout<Float>.size)
        let rows = min(max(1, Self.bytesInPiece / bytesInRow), Self.rowsInPiece)
        if let allowed { return try advance(through: allowed, rows: rows, reader) }
        var count = 0
        var isLast = true
        try reader.scanVectors(from: start) { document, vector in
            if count == rows {
                isLast = false
                return false
            }
            visit(document, vector)
            count += 1
            return true
        }
        return isLast
    }

    /// Allowed documents are looked up one by one: where few are, most blocks need not be read.
    private mutating func advance(
        through allowed: DocumentBits, rows: Int, _ reader: VectorReader
    ) throws -> Bool {
        for _ in 0..<rows {
            guard let start = next, let document = allowed.first(from: start) else { return true }
            if try !reader.withVector(of: document, { visit(document, $0) }) { pass(document) }
        }
        return false
    }

    private mutating func visit(_ document: DocumentID, _ vector: Span<Float>) {
        for index in searches.indices { searches[index].visit(document, vector) }
        visitedCount += 1
        pass(document)
    }

    private mutating func pass(_ document: DocumentID) {
        next = document.number == .max ? nil : DocumentID(document.number + 1)
    }
}
