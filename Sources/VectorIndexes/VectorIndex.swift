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
    /// 1 - cosine of the angle; 1 where either vector is zero.
    case cosine
    /// The negative dot product.
    case dot
    /// The sum of squared differences.
    case l2Squared = "l2-squared"
    /// The sum of absolute differences.
    case manhattan
    /// The number of places that differ.
    case hamming
}

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

/// Finds the documents whose vectors lie nearest to a query.
///
/// Life of a document: `append` (searchable at once, by exact scan) → `linkNext`, in the background → `remove` (gone
/// from answers at once) → `repair`, in the background (its place is used again).
///
/// Searches run on any number of threads beside everything else and wait for nobody. `append`, `retract` and `remove`
/// are called by one thread at a time, the one writer; `linkNext` by several at once; `repair` and `writeSnapshot` by
/// one each.
///
/// Distances in answers are always computed from the float32 vectors that a `VectorReading` gives. What the index itself
/// holds of a vector is a narrow code, good enough to find the candidates.
package protocol VectorIndex: AnyObject, Sendable {
    /// How many numbers a vector has; fixed when the index is made.
    var dimensions: Int { get }
    var configuration: VectorIndexConfiguration { get }

    /// Takes over the values that only searches use: `ef`, the dynamic ef values and `flatSearchCutoff`.
    ///
    /// The others (kind, metric, `maxConnections`, `efConstruction`) stay what they were.
    func reconfigure(_ configuration: VectorIndexConfiguration)

    /// Adds a document; searches started after this returns find it.
    ///
    /// The one writer calls it before the commit, so that nothing acknowledged is ever missing from an answer. A search
    /// whose `VectorReading` does not have the document yet leaves it out.
    ///
    /// - Parameter vector: shape [dimensions], finite, as the user gave it (not normalized).
    /// - Throws: `dimensionMismatch`, `duplicateDocument`, `tooManyVectors`.
    /// - Complexity: O(d) to O(d·log d): one encoding.
    func append(document: DocumentID, vector: Span<Float>) throws(VectorIndexError)

    /// Adds documents that `vectors` has, like `append(document:vector:)` for each but on several threads; those that it does
    /// not have are left out. Called by the one writer, after loading.
    ///
    /// - Parameter documents: each once.
    /// - Throws: `dimensionMismatch`, `duplicateDocument`, `tooManyVectors`, what `vectors` throws; then none is added.
    func append(_ documents: [DocumentID], from vectors: some VectorReading) throws

    /// Takes back an `append` whose commit failed. Does nothing if the document is not in the index.
    func retract(document: DocumentID)

    /// Takes a document out of all answers; called after the commit that deleted it.
    ///
    /// - Returns: `false` if the document was not in the index.
    @discardableResult func remove(document: DocumentID) -> Bool

    func contains(document: DocumentID) -> Bool

    /// The documents that searches can find. O(n).
    func documents() -> DocumentBits

    /// Finds the `count` documents nearest to `query`.
    ///
    /// - Parameters:
    ///   - count: at least 0; 10,000 and more is fine.
    ///   - query: shape [dimensions], finite, not normalized.
    ///   - ef: how many candidates to keep; `nil` for what the configuration says.
    ///   - allowed: only these documents; `nil` for all.
    ///   - vectors: the caller's view of the vectors. A document that it does not have is left out, and the next one
    ///     takes its place.
    ///   - isCancelled: asked from time to time.
    /// - Returns: at most `count` neighbors, nearest first, equal distances by document.
    /// - Throws: `dimensionMismatch`; `cancelled`; what `vectors` throws.
    func nearest(
        _ count: Int, to query: Span<Float>, ef: Int?, allowed: DocumentBits?, vectors: any VectorReading,
        isCancelled: () -> Bool
    ) throws -> [Neighbor]

    /// Finds the documents at most `distance` away from `query`: all of them, or the `maximum` nearest.
    ///
    /// Parameters, order and errors as with `nearest`.
    func within(
        distance: Float, maximum: Int, of query: Span<Float>, allowed: DocumentBits?, vectors: any VectorReading,
        isCancelled: () -> Bool
    ) throws -> [Neighbor]

    /// Documents that searches can find.
    var liveCount: Int { get }
    /// Removed documents whose place is not free yet.
    var tombstoneCount: Int { get }
    /// Documents that searches find only by scanning them: the tail. Always 0 in a flat index.
    var unlinkedCount: Int { get }
    /// Memory held by codes, links and tables.
    var memoryInBytes: Int { get }

    /// Links up to `maximum` documents of the tail into the graph.
    ///
    /// Several threads may do so at once. Looks at `isCancelled` after each document (a fraction of a millisecond).
    ///
    /// - Returns: how many it linked; 0 when there is nothing (more) to do for this thread.
    @discardableResult func linkNext(maximum: Int, isCancelled: () -> Bool) -> Int

    /// Takes removed documents out of the graph and frees their places. Pays from about 10 % of tombstones on.
    ///
    /// - Returns: how many places it freed.
    @discardableResult func repair(isCancelled: () -> Bool) -> Int

    /// Writes what is linked now, as segments of at most 4 MB with a version and a checksum each, the header last.
    ///
    /// Searches, appends, links and removals go on meanwhile. What it leaves out (the tail, and all that comes after the
    /// start) the caller appends again after loading; see `SegmentReading`.
    func writeSnapshot(to segments: inout some SegmentWriting, isCancelled: () -> Bool) throws

    /// Looks at every row of every structure. O(n·M); for tests and for an operator, beside running searches.
    ///
    /// - Returns: what is wrong, as sentences; empty if nothing is.
    func checkInvariants() -> [String]
}

extension VectorIndex {
    /// `nearest` with the configured ef, among all documents, never cancelled.
    package func nearest(
        _ count: Int, to query: Span<Float>, vectors: any VectorReading
    ) throws -> [Neighbor] {
        try nearest(count, to: query, ef: nil, allowed: nil, vectors: vectors, isCancelled: { false })
    }

    @discardableResult package func linkNext(maximum: Int) -> Int { linkNext(maximum: maximum, isCancelled: { false }) }

    @discardableResult package func repair() -> Int { repair(isCancelled: { false }) }
}

/// Makes an empty index of the configured kind.
///
/// - Parameter seed: of the random levels; the same seed and the same order of calls give the same graph.
package func makeVectorIndex(
    dimensions: Int, configuration: VectorIndexConfiguration, seed: UInt64
) throws(VectorIndexError) -> any VectorIndex {
    try CodeIndex(dimensions: dimensions, configuration: configuration, seed: seed)
}

/// Loads the index that `writeSnapshot` wrote.
///
/// The caller then compares `documents()` with what it stores: appends what is missing, removes what is gone.
///
/// - Returns: `nil` if there is no snapshot, or it was written for another kind, metric or `maxConnections`, or by
///   a version whose layout differs: the caller makes an empty index and appends everything.
/// - Throws: `damagedSegment`, naming the segment; what `segments` throws.
package func loadVectorIndex(
    from segments: some SegmentReading, configuration: VectorIndexConfiguration
) throws -> (any VectorIndex)? {
    try CodeIndex(reading: segments, configuration: configuration)
}
