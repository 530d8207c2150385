// SPDX-License-Identifier: Apache-2.0

import DataModel

/// A document found by a search, with its distance from the query in the metric's own unit (L2 is squared).
package struct Neighbor: Hashable, Sendable {
    package var document: DocumentID
    package var distance: Float

    package init(document: DocumentID, distance: Float) {
        self.document = document
        self.distance = distance
    }
}

/// How the distance of two vectors is measured.
package enum VectorMetric: String, Hashable, Sendable, CaseIterable {
    case cosine
    case dot
    case l2Squared = "l2-squared"
    case manhattan
    case hamming
}

/// Gives the original float32 vectors of documents, as the caller's read transaction sees them.
package protocol VectorReading {
    /// Calls `body` with the vector of `document`, shape [dimensions], as the user gave it (not normalized).
    ///
    /// - Returns: `false`, without a call, if the document has no such vector.
    func withVector(of document: DocumentID, _ body: (Span<Float>) -> Void) throws -> Bool
}
