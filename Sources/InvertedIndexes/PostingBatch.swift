// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Index entries to be added and removed, collected over many documents so that each stored chunk is rewritten once.
///
/// Entries belong to one shard. What is collected is not seen by queries until it is flushed; of several changes of the same entry the
/// last one counts.
package struct PostingBatch {
    /// Document numbers shifted left by one; the lowest bit says whether the document is to be in the set.
    var postings: [[UInt8]: [UInt64]] = [:]
    /// Document numbers in the upper half, frequencies in the lower; 0 takes the entry out.
    var frequencies: [[UInt8]: [UInt64]] = [:]
    var tokenCounts: [PropertyID: [UInt32: UInt32]] = [:]
    var coordinates: [PropertyID: [UInt32: GeoCoordinates?]] = [:]
    var sliced: [PropertyID: BitSlicedChanges] = [:]
    /// How many documents more have a value in slices.
    var slicedCounts: [PropertyID: Int] = [:]
    /// Key of the whole text of a cut term to that text.
    var longTerms: [[UInt8]: [UInt8]] = [:]
    var statistics: [PropertyID: TextStatistics] = [:]
    var documentCount = 0

    package init() {}

    /// About how many bytes are held; flush before it grows past what memory allows (some 64 MB keep an import fast).
    package internal(set) var byteCount = 0

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

    mutating func setPosting(_ key: [UInt8], _ document: DocumentID, isIn: Bool) {
        let change = UInt64(document.number) << 1 | (isIn ? 1 : 0)
        byteCount += Self.append(change, to: key, of: &postings)
    }

    static func append(_ change: UInt64, to key: [UInt8], of table: inout [[UInt8]: [UInt64]]) -> Int {
        // One look-up for both cases.
        func append(to changes: inout [UInt64]) -> Int {
            changes.append(change)
            return changes.count == 1 ? key.count + entryByteCount : 8
        }
        return append(to: &table[key, default: []])
    }

    /// Puts in or takes out all entries of one value.
    mutating func set(_ entries: PropertyEntries, of property: PropertyID, _ document: DocumentID, isIn: Bool) {
        for key in entries.postings { setPosting(key, document, isIn: isIn) }
        for (term, frequency) in entries.repeated {
            let key = IndexKey.prefix(.frequency, property, term)
            let change = UInt64(document.number) << 32 | UInt64(isIn ? frequency : 0)
            byteCount += Self.append(change, to: key, of: &frequencies)
        }
        for term in entries.longTerms {
            let key = IndexKey.prefix(.longTerm, property, term.bytes)
            if longTerms.updateValue(term.token, forKey: key) == nil {
                byteCount += key.count + term.token.count + Self.entryByteCount
            }
        }
        if let count = entries.tokenCount, count > 0 {
            tokenCounts[property, default: [:]][document.number] = isIn ? UInt32(clamping: count) : 0
            statistics[property, default: TextStatistics()].add(tokens: isIn ? count : -count)
            byteCount += 16
        }
        if let location = entries.coordinates {
            coordinates[property, default: [:]][document.number] = .some(isIn ? location : nil)
            byteCount += 24
        }
        if let value = entries.sliced {
            sliced[property, default: BitSlicedChanges(width: value.width)].set(isIn ? value.number : nil, of: document)
            slicedCounts[property, default: 0] += isIn ? 1 : -1
            byteCount += 48
        }
    }

    /// Writes everything collected and becomes empty. Must be called before the transaction commits.
    ///
    /// - Throws: `IndexDamage` if a stored entry cannot be read, and what `store` throws; then the transaction must be given up.
    /// - Complexity: for each chunk touched one read and at most one write of up to 8 KB (12 KB for frequencies beyond 65,535).
    package mutating func flush(into store: some OrderedWriting) throws {
        // Before the terms: where the index begins is seen from there being none.
        for (property, changes) in sliced.sorted(by: { $0.key < $1.key }) { try changes.flush(property, into: store) }
        try flushPostings(into: store)
        try flushFrequencies(into: store)
        try flushTokenCounts(into: store)
        try flushCoordinates(into: store)
        try flushLongTerms(into: store)
        try flushStatistics(into: store)
        self = PostingBatch()
    }

    private func flushPostings(into store: some OrderedWriting) throws {
        // Ascending keys keep the writes of a B+ tree together.
        for (prefix, changes) in postings.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            try Self.forEachChunk(of: changes, shift: 1, documentsPerChunk: IndexKey.documentsPerChunk) {
                chunk, changes in
                let key = IndexKey.chunk(prefix, UInt16(chunk))
                let edits = changes.map { (number: UInt16(truncatingIfNeeded: $0 >> 1), isIn: $0 & 1 == 1) }
                try store.rewrite(key, read: { PostingChunk($0) }, empty: PostingChunk()) {
                    $0.apply(edits)
                    return $0.encoded()
                }
            }
        }
    }

    private func flushFrequencies(into store: some OrderedWriting) throws {
        for (prefix, changes) in frequencies.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let size = IndexKey.documentsPerSmallChunk
            try Self.forEachChunk(of: changes, shift: 32, documentsPerChunk: size) { chunk, changes in
                let key = IndexKey.smallChunk(prefix, chunk)
                let edits = changes.map {
                    (offset: UInt16(Int($0 >> 32) % size), frequency: UInt32(truncatingIfNeeded: $0))
                }
                try store.rewrite(key, read: { FrequencyChunk($0) }, empty: FrequencyChunk()) {
                    $0.apply(edits)
                    return $0.encoded()
                }
            }
        }
    }

    private func flushTokenCounts(into store: some OrderedWriting) throws {
        let size = UInt32(IndexKey.documentsPerSmallChunk)
        for (property, counts) in tokenCounts.sorted(by: { $0.key < $1.key }) {
            let prefix = IndexKey.prefix(.tokenCount, property)
            let chunks = Dictionary(grouping: counts) { $0.key / size }
            for (chunk, counts) in chunks.sorted(by: { $0.key < $1.key }) {
                let key = IndexKey.smallChunk(prefix, chunk)
                try store.rewrite(key, read: { TokenCountChunk($0) }, empty: TokenCountChunk()) {
                    for (document, count) in counts { $0[Int(document % size)] = count }
                    return $0.encoded()
                }
            }
        }
    }

    private func flushCoordinates(into store: some OrderedWriting) throws {
        let size = UInt32(IndexKey.documentsPerCoordinateChunk)
        for (property, locations) in coordinates.sorted(by: { $0.key < $1.key }) {
            let prefix = IndexKey.prefix(.coordinates, property)
            let chunks = Dictionary(grouping: locations) { $0.key / size }
            for (chunk, locations) in chunks.sorted(by: { $0.key < $1.key }) {
                let key = IndexKey.smallChunk(prefix, chunk)
                try store.rewrite(key, read: { CoordinateChunk($0) }, empty: CoordinateChunk()) {
                    for (document, location) in locations { $0[UInt16(document % size)] = location }
                    return $0.encoded()
                }
            }
        }
    }

    /// Stores the whole text of every cut term that has documents, and takes out that of terms that have none left.
    private func flushLongTerms(into store: some OrderedWriting) throws {
        for (key, text) in longTerms.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            var term = key
            term[0] = EntryKind.term.rawValue
            var isUsed = false
            try store.scan(prefix: term, from: term) { _, _ in
                isUsed = true
                return false
            }
            let isStored = try store.withValue(for: key) { $0 != nil }
            if isUsed, !isStored { try store.put(text, for: key) }
            if !isUsed, isStored { try store.removeValue(for: key) }
        }
    }

    private func flushStatistics(into store: some OrderedWriting) throws {
        if documentCount != 0 {
            let key = IndexKey.prefix(.statistics)
            let count = try store.documentCount() + documentCount
            guard count >= 0 else { throw IndexDamage.malformedEntry(key: key) }
            var value: [UInt8] = []
            value.append(littleEndian: UInt64(count))
            if count > 0 { try store.put(value, for: key) } else { try store.removeValue(for: key) }
        }
        for (property, change) in statistics.sorted(by: { $0.key < $1.key }) {
            let key = IndexKey.prefix(.statistics, property)
            var statistics = try store.textStatistics(of: property)
            statistics.documents += change.documents
            statistics.tokens += change.tokens
            guard statistics.documents >= 0, statistics.tokens >= statistics.documents else {
                throw IndexDamage.malformedEntry(key: key)
            }
            if let value = statistics.encoded() {
                try store.put(value, for: key)
            } else {
                try store.removeValue(for: key)
            }
        }
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

extension OrderedWriting {
    /// Replaces the value under `key` by what `change` makes of it, or removes it where that is nil; writes nothing if it stays the same.
    func rewrite<Value>(
        _ key: [UInt8], read: (RawSpan) -> Value?, empty: @autoclosure () -> Value,
        _ change: (inout Value) -> [UInt8]?
    ) throws {
        let old = try withValue(for: key) { span -> (value: Value, bytes: [UInt8])? in
            guard let span else { return nil }
            guard let value = read(span) else { throw IndexDamage.malformedEntry(key: key) }
            return (value, span.bytes)
        }
        var value = old?.value ?? empty()
        let new = change(&value)
        if let new {
            if new != old?.bytes { try put(new, for: key) }
        } else if old != nil {
            try removeValue(for: key)
        }
    }
}
