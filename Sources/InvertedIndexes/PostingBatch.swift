// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Index entries to be added and removed, collected over many documents so that each stored chunk is rewritten once.
///
/// Entries belong to one shard. What is collected is not seen by queries until it is flushed; of several changes of the same entry the
/// last one counts.
package struct PostingBatch {
    /// By posting key without its chunk: document numbers shifted left by one; the lowest bit says whether the document is to be in the set.
    var postings = EditLog()
    /// By key without its chunk: document numbers in the upper half, frequencies in the lower; 0 takes the entry out.
    var frequencies = EditLog()
    var tokenCounts: [PropertyID: [UInt32: UInt32]] = [:]
    var coordinates: [PropertyID: [UInt32: GeoCoordinates?]] = [:]
    var sliced: [PropertyID: BitSlicedChanges] = [:]
    /// Key of the whole text of a cut term to that text.
    var longTerms: [[UInt8]: [UInt8]] = [:]
    var statistics: [PropertyID: TextStatistics] = [:]
    var documentCount = 0

    package init() {}

    /// About how many bytes are held; flush before it grows past what memory allows (some 64 MB keep an import fast).
    package var byteCount: Int { postings.byteCount + frequencies.byteCount + otherByteCount }
    /// What is not in the logs.
    private var otherByteCount = 0

    package var isEmpty: Bool {
        postings.isEmpty && frequencies.isEmpty && tokenCounts.isEmpty && coordinates.isEmpty && sliced.isEmpty
            && longTerms.isEmpty && statistics.isEmpty && documentCount == 0
    }

    // Bytes of a dictionary entry beside its key, as measured roughly.
    static let entryByteCount = 120

    mutating func countDocument(_ document: DocumentID, isAdded: Bool) {
        documentCount += isAdded ? 1 : -1
        setPosting(IndexKey.prefix(.live), document, isIn: isAdded)
    }

    mutating func setPosting(_ key: some Collection<UInt8>, _ document: DocumentID, isIn: Bool) {
        postings.append(key, UInt64(document.number) << 1 | (isIn ? 1 : 0))
    }

    /// Puts in or takes out all entries of one value.
    mutating func set(_ entries: PropertyEntries, of property: PropertyID, _ document: DocumentID, isIn: Bool) {
        for index in 0..<entries.postings.count { setPosting(entries.postings[index], document, isIn: isIn) }
        for (term, frequency) in entries.repeated {
            let change = UInt64(document.number) << 32 | UInt64(isIn ? frequency : 0)
            frequencies.append(IndexKey.prefix(.frequency, property, term), change)
        }
        for term in entries.longTerms {
            let key = IndexKey.prefix(.longTerm, property, term.bytes)
            if longTerms.updateValue(term.token, forKey: key) == nil {
                otherByteCount += key.count + term.token.count + Self.entryByteCount
            }
        }
        if let count = entries.tokenCount, count > 0 {
            tokenCounts[property, default: [:]][document.number] = isIn ? UInt32(clamping: count) : 0
            statistics[property, default: TextStatistics()].add(tokens: isIn ? count : -count)
            otherByteCount += 16
        }
        if let location = entries.coordinates {
            coordinates[property, default: [:]][document.number] = .some(isIn ? location : nil)
            otherByteCount += 24
        }
        if let value = entries.sliced {
            sliced[property, default: BitSlicedChanges(width: value.width)].set(value.number, of: document, isIn: isIn)
            otherByteCount += 48
        }
    }

    /// Writes everything collected and becomes empty. Must be called before the transaction commits.
    ///
    /// - Throws: `IndexDamage` if a stored entry cannot be read, and what `store` throws; then the transaction must be given up.
    /// - Complexity: for each chunk touched one read and at most one write of up to 8 KB (12 KB for frequencies beyond 65,535).
    package mutating func flush(into store: some OrderedWriting) throws {
        if let run = encodedRun() { try PostingRun.merge(RunsInMemory(runs: [run]), into: store) }
        self = PostingBatch()
    }

    /// Calls `body` for each chunk with its changes, ascending by document, the last one of each document.
    ///
    /// - Parameter shift: the document number is the change shifted right by this.
    static func forEachChunk(
        of changes: [UInt64], shift: UInt64, documentsPerChunk: Int, _ body: (UInt32, [UInt64]) throws -> Void
    ) rethrows {
        let last = lastOfEachDocument(changes, shift: shift)
        var start = 0
        while start < last.count {
            let chunk = Int(last[start] >> shift) / documentsPerChunk
            var end = start + 1
            while end < last.count, Int(last[end] >> shift) / documentsPerChunk == chunk { end += 1 }
            try body(UInt32(chunk), Array(last[start..<end]))
            start = end
        }
    }

    /// The changes ascending by document, the last one of each document.
    static func lastOfEachDocument(_ changes: [UInt64], shift: UInt64) -> [UInt64] {
        if zip(changes, changes.dropFirst()).allSatisfy({ $0 >> shift < $1 >> shift }) { return changes }
        let byDocument = Dictionary(changes.map { ($0 >> shift, $0) }, uniquingKeysWith: { $1 })
        return byDocument.values.sorted { $0 >> shift < $1 >> shift }
    }
}
