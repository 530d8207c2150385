// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Gives the original float32 vectors of documents, as the caller's read transaction sees them.
package protocol VectorReading {
    /// Calls `body` with the vector of `document`, shape [dimensions], as the user gave it (not normalized).
    ///
    /// - Returns: `false`, without a call, if the document has no such vector.
    func withVector(of document: DocumentID, _ body: (Span<Float>) -> Void) throws -> Bool

    /// Calls `body` once for each of `documents` that has such a vector, with its position and the vector; on several
    /// threads at once where that can be done. Returns when all calls have.
    ///
    /// - Throws: what one of the calls threw.
    func withVectors(of documents: [DocumentID], _ body: @Sendable (Int, Span<Float>) throws -> Void) throws
}

extension VectorReading {
    package func withVectors(
        of documents: [DocumentID], _ body: @Sendable (Int, Span<Float>) throws -> Void
    ) throws {
        for (position, document) in documents.enumerated() {
            var failure: (any Error)?
            _ = try withVector(of: document) { vector in
                do { try body(position, vector) } catch { failure = error }
            }
            if let failure { throw failure }
        }
    }
}
