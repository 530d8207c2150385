// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Reads what keyword search needs of one term in one chunk of 65,536 documents.
struct KeywordReader<Store: OrderedReading> {
    let store: Store
    let meter: WorkMeter

    /// The documents of a chunk that have the term, ascending.
    ///
    /// - Parameter allowed: 1,024 words of which bits are looked at; nil allows all.
    func documents(
        of term: KeywordPlan.Term, _ property: PropertyID, _ chunk: UInt16, _ allowed: [UInt64]?
    ) throws -> [UInt16] {
        let key = IndexKey.chunk(IndexKey.prefix(.term, property, term.token.bytes), chunk)
        return try store.withValue(for: key) { span in
            guard let span else { return [] }
            try meter.count(WorkMeter.lookUp + span.byteCount)
            var numbers: [UInt16] = []
            if allowed == nil { numbers.reserveCapacity(PostingChunk.count(span) ?? 0) }
            let isWhole = PostingChunk.visit(span, within: allowed) { numbers.append($0) }
            guard isWhole else { throw IndexDamage.malformedEntry(key: key) }
            return numbers
        }
    }

    /// Sets the bits of the documents of a chunk that have the term in the 1,024 words from `position` on; bits set already stay.
    func add(
        to words: inout [UInt64], at position: Int, documentsOf term: KeywordPlan.Term, _ property: PropertyID,
        _ chunk: UInt16
    ) throws {
        let key = IndexKey.chunk(IndexKey.prefix(.term, property, term.token.bytes), chunk)
        try store.withValue(for: key) { span in
            guard let span else { return }
            try meter.count(WorkMeter.lookUp + span.byteCount)
            guard PostingChunk.fill(span, into: &words, at: position) else {
                throw IndexDamage.malformedEntry(key: key)
            }
        }
    }

    /// The documents of a chunk that have the term, ascending, and how often each has it.
    ///
    /// - Parameter allowed: bits of the documents that count; `nil`: all.
    func postings(
        of term: KeywordPlan.Term, _ property: PropertyID, _ chunk: UInt16, _ allowed: [UInt64]?
    ) throws -> (documents: [UInt16], frequencies: [UInt32]) {
        let documents = try documents(of: term, property, chunk, allowed)
        try meter.count(16 * documents.count)
        var frequencies = [UInt32](repeating: 1, count: documents.count)
        if documents.isEmpty { return (documents, frequencies) }
        var next = 0
        try forEachFrequency(of: term, property, chunk) { number, frequency in
            while next < documents.count, documents[next] < number { next += 1 }
            if next < documents.count, documents[next] == number { frequencies[next] = frequency }
        }
        return (documents, frequencies)
    }

    /// Visits the documents of a chunk that have the term more than once, ascending.
    private func forEachFrequency(
        of term: KeywordPlan.Term, _ property: PropertyID, _ chunk: UInt16,
        _ body: (_ number: UInt16, _ frequency: UInt32) -> Void
    ) throws {
        let prefix = IndexKey.prefix(.frequency, property, term.token.bytes)
        try meter.count()
        let chunks = UInt32(IndexKey.documentsPerChunk / IndexKey.documentsPerSmallChunk)
        let first = UInt32(chunk) * chunks
        try store.scan(prefix: prefix, from: IndexKey.smallChunk(prefix, first)) { key, value in
            try meter.count(WorkMeter.lookUp + value.byteCount)
            guard key.byteCount == prefix.count + 3 else { throw IndexDamage.malformedEntry(key: key.bytes) }
            let small = UInt32(key.byte(at: prefix.count)) << 16 | UInt32(key.lastUInt16)
            guard small < first + chunks else { return false }
            let start = UInt16((small - first) * UInt32(IndexKey.documentsPerSmallChunk))
            guard FrequencyChunk.visit(value, { body(start + $0, $1) }) else {
                throw IndexDamage.malformedEntry(key: key.bytes)
            }
            return true
        }
    }
}

extension KeywordReader {
    /// With more rows a scan costs less than looking each of them up.
    private static var mostLookUps: Int { 4 }

    /// Visits rows of 2,048 documents, ascending: those of some blocks of a chunk of 65,536 that are stored.
    ///
    /// - Parameters:
    ///   - prefix: of the keys, which end in the number of the small chunk.
    ///   - blocks: as bits.
    func forEachRow(
        _ prefix: [UInt8], chunk: UInt16, blocks: UInt32,
        _ body: (_ block: Int, _ key: () -> [UInt8], _ row: RawSpan) throws -> Void
    ) throws {
        let first = UInt32(chunk) * UInt32(KeywordColumns.blocksPerChunk)
        try meter.count()
        if blocks.nonzeroBitCount <= Self.mostLookUps {
            for block in SetBits(blocks) {
                let key = IndexKey.smallChunk(prefix, first + UInt32(block))
                try store.withValue(for: key) { row in
                    guard let row else { return }
                    try meter.count(WorkMeter.lookUp + row.byteCount)
                    try body(block, { key }, row)
                }
            }
            return
        }
        let start = IndexKey.smallChunk(prefix, first + UInt32(blocks.trailingZeroBitCount))
        try store.scan(prefix: prefix, from: start) { key, row in
            guard key.byteCount == prefix.count + 3 else { throw IndexDamage.malformedEntry(key: key.bytes) }
            let small = UInt32(key.byte(at: prefix.count)) << 16 | UInt32(key.lastUInt16)
            guard small < first + UInt32(KeywordColumns.blocksPerChunk) else { return false }
            let block = small - first
            try meter.count(WorkMeter.lookUp)
            if blocks >> block & 1 == 1 {
                try meter.count(row.byteCount)
                try body(Int(block), { IndexKey.smallChunk(prefix, small) }, row)
            }
            return blocks >> block > 1
        }
    }
}

/// Token counts of one field in one chunk of 65,536 documents, read when first asked for.
struct TokenCounts {
    let property: PropertyID
    let chunk: UInt16
    private var chunks: [StoredTokenCounts?]

    init(property: PropertyID, chunk: UInt16) {
        self.property = property
        self.chunk = chunk
        chunks = Array(repeating: nil, count: IndexKey.documentsPerChunk / IndexKey.documentsPerSmallChunk)
    }

    mutating func count(of number: UInt16, in store: some OrderedReading) throws -> UInt32 {
        let (index, offset) = Int(number).quotientAndRemainder(dividingBy: IndexKey.documentsPerSmallChunk)
        if chunks[index] == nil { chunks[index] = try read(index, store) }
        return chunks[index]?[offset] ?? 0
    }

    private func read(_ index: Int, _ store: some OrderedReading) throws -> StoredTokenCounts {
        let key = IndexKey.smallChunk(
            IndexKey.prefix(.tokenCount, property), UInt32(Int(chunk) * chunks.count + index))
        return try store.withValue(for: key) { span in
            guard let span else { return StoredTokenCounts() }
            guard let counts = StoredTokenCounts(span) else { throw IndexDamage.malformedEntry(key: key) }
            return counts
        }
    }
}
