// SPDX-License-Identifier: Apache-2.0

package import DataModel

extension InvertedIndexSchema {
    /// Compares all entries of a shard with its documents.
    ///
    /// Each entry that a document should have is looked up and counted; then all stored entries are read, and must be as many. So nothing
    /// can be missing, wrong or left over, and no copy of the indexes is built.
    ///
    /// - Parameters:
    ///   - limit: stop after so many findings.
    ///   - documents: calls its argument with every live document, once, in any order.
    /// - Returns: what is wrong, in words; empty if all is right.
    /// - Throws: `CancellationError`, and what `store` and `documents` throw; damaged entries are findings.
    /// - Complexity: a look-up for each entry of each document, and one scan.
    package func checkInvariants(
        in store: some OrderedReading, limit: Int = 100, cancellation: Cancellation = .ofCurrentTask,
        documents: ((IndexedDocument) throws -> Void) throws -> Void
    ) throws -> [String] {
        var check = InvertedIndexCheck(
            schema: self, store: RememberedEntries(store), limit: limit, meter: WorkMeter(cancellation))
        try documents { try check.compare($0) }
        try check.scan()
        check.compareCounts()
        return check.findings
    }
}

private struct InvertedIndexCheck<Store: OrderedReading> {
    /// What entries are counted by; property 0 where the kind has none.
    struct Group: Hashable {
        var kind: EntryKind
        var property: UInt16
    }

    let schema: InvertedIndexSchema
    let store: Store
    let limit: Int
    let meter: WorkMeter
    private(set) var findings: [String] = []
    private var expected: [Group: Int] = [:]
    private var stored: [Group: Int] = [:]
    private var statistics: [PropertyID: TextStatistics] = [:]
    private var documentCount = 0

    init(schema: InvertedIndexSchema, store: Store, limit: Int, meter: WorkMeter) {
        self.schema = schema
        self.store = store
        self.limit = limit
        self.meter = meter
    }

    private mutating func report(_ finding: String) {
        if findings.count < limit { findings.append(finding) }
    }

    // MARK: What documents should have

    mutating func compare(_ document: IndexedDocument) throws {
        documentCount += 1
        try expectPosting(IndexKey.prefix(.live), document.id, of: nil)
        for key in schema.timeKeys(of: document) { try expectPosting(key, document.id, of: nil) }
        for (id, value) in document.values {
            guard let property = schema.propertiesByID[id] else { continue }
            let entries = schema.entries(of: value, in: property)
            for key in Set((0..<entries.postings.count).map { Array(entries.postings[$0]) }) {
                try expectPosting(key, document.id, of: id)
            }
            try compareCounts(entries, id, document.id)
            try compareLongTerms(entries, id)
            if let coordinates = entries.coordinates { try compareCoordinates(coordinates, id, document.id) }
            if let value = entries.sliced { try compareSliced(value, id, document.id) }
        }
    }

    private mutating func expectPosting(_ prefix: [UInt8], _ document: DocumentID, of property: PropertyID?) throws {
        guard let kind = EntryKind(rawValue: prefix[0]) else { return }
        expected[Group(kind: kind, property: property?.number ?? 0), default: 0] += 1
        try meter.count()
        let key = IndexKey.chunk(prefix, UInt16(document.number >> 16))
        let isStored = try store.withValue(for: key) { span -> Bool in
            guard let span else { return false }
            return PostingChunk.contains(span, UInt16(document.number & 0xFFFF))
        }
        if !isStored { report("document \(document.number) is missing from \(IndexDamage.hexadecimal(key))") }
    }

    private mutating func compareCounts(
        _ entries: PropertyEntries, _ property: PropertyID, _ document: DocumentID
    ) throws {
        let (chunk, offset) = document.number.quotientAndRemainder(dividingBy: UInt32(IndexKey.documentsPerSmallChunk))
        if let count = entries.tokenCount, count > 0 {
            statistics[property, default: TextStatistics()].add(tokens: count)
            expected[Group(kind: .tokenCount, property: property.number), default: 0] += 1
            let key = IndexKey.smallChunk(IndexKey.prefix(.tokenCount, property), chunk)
            let found = try store.withValue(for: key) { span -> UInt32 in
                guard let span else { return 0 }
                return TokenCountChunk(span)?[Int(offset)] ?? 0
            }
            if found != UInt32(clamping: count) {
                report(
                    "document \(document.number) has \(count) tokens in property \(property.number); stored is \(found)"
                )
            }
        }
        for (term, frequency) in entries.repeated {
            expected[Group(kind: .frequency, property: property.number), default: 0] += 1
            let key = IndexKey.smallChunk(IndexKey.prefix(.frequency, property, term), chunk)
            let found = try store.withValue(for: key) { span -> UInt32 in
                guard let span else { return 1 }
                return FrequencyChunk(span)?.frequency(at: UInt16(offset)) ?? 1
            }
            if found != frequency {
                report(
                    "document \(document.number) has a term \(frequency) times; \(IndexDamage.hexadecimal(key)) says \(found)"
                )
            }
        }
    }

    private mutating func compareLongTerms(_ entries: PropertyEntries, _ property: PropertyID) throws {
        for term in entries.longTerms {
            let key = IndexKey.prefix(.longTerm, property, term.bytes)
            let isSame = try store.withValue(for: key) { $0?.bytes == term.token }
            if !isSame { report("the whole text of the long term \(IndexDamage.hexadecimal(key)) is missing or wrong") }
        }
    }

    private mutating func compareCoordinates(
        _ coordinates: GeoCoordinates, _ property: PropertyID, _ document: DocumentID
    ) throws {
        expected[Group(kind: .coordinates, property: property.number), default: 0] += 1
        let (chunk, offset) = document.number.quotientAndRemainder(
            dividingBy: UInt32(IndexKey.documentsPerCoordinateChunk))
        let key = IndexKey.smallChunk(IndexKey.prefix(.coordinates, property), chunk)
        let found = try store.withValue(for: key) { span -> GeoCoordinates? in
            guard let span else { return nil }
            return CoordinateChunk(span)?[UInt16(offset)]
        }
        if found != coordinates {
            report("the coordinates of document \(document.number) in property \(property.number) are wrong")
        }
    }

    private mutating func compareSliced(
        _ value: SlicedValue, _ property: PropertyID, _ document: DocumentID
    ) throws {
        // None is stored beside terms that are older than such indexes.
        guard let index = try slicedIndex(of: property) else { return }
        expected[Group(kind: .bitSlices, property: property.number), default: 0] += 1
        let (block, offset) = document.number.quotientAndRemainder(dividingBy: UInt32(IndexKey.documentsPerSlicedBlock))
        let key = IndexKey.smallChunk(IndexKey.prefix(.bitSlices, property), block)
        let found = try store.withValue(for: key) { span -> UInt128? in
            guard let span else { return nil }
            return BitSlicedBlock(span, width: index.width)?[UInt16(offset)]
        }
        if found != value.number || index.width != value.width {
            report("document \(document.number) has another value in \(IndexDamage.hexadecimal(key))")
        }
    }

    // MARK: What is stored

    mutating func scan() throws {
        try store.scan(prefix: [], from: []) { key, value in
            try meter.count(WorkMeter.lookUp + value.byteCount)
            if let count = try count(key, value) {
                let kind = EntryKind(rawValue: key.byte(at: 0)) ?? .live
                let property =
                    [.live, .time].contains(kind) || key.byteCount < 3 ? 0 : IndexKey.property(in: key).number
                stored[Group(kind: kind, property: property), default: 0] += count
            } else {
                report(IndexDamage.malformedEntry(key: key.bytes).message)
            }
            return findings.count < limit
        }
    }

    /// How many entries of documents a stored value holds; nil if it is not exactly as it would be written.
    private func count(_ key: RawSpan, _ value: RawSpan) throws -> Int? {
        guard key.byteCount > 0, let kind = EntryKind(rawValue: key.byte(at: 0)) else { return nil }
        if kind.holdsPostings {
            guard key.byteCount >= 3, PostingChunk(value)?.encoded() == value.bytes else { return nil }
            return PostingChunk.count(value)
        }
        switch kind {
        case .statistics: return 0
        case .frequency:
            guard key.byteCount > 6, let chunk = FrequencyChunk(value), chunk.encoded() == value.bytes else {
                return nil
            }
            return chunk.entries.count
        case .tokenCount:
            guard key.byteCount == 6, let chunk = TokenCountChunk(value), chunk.encoded() == value.bytes else {
                return nil
            }
            return chunk.counts.count { $0 > 0 }
        case .coordinates:
            guard key.byteCount == 6, CoordinateChunk(value)?.encoded() == value.bytes else { return nil }
            return value.byteCount / CoordinateChunk.entryByteCount
        case .bitSlices: return try countSliced(key, value)
        default: return try countLongTerm(key, value)
        }
    }

    /// nil also for one that cannot be read, which is a finding of the scan.
    private func slicedIndex(of property: PropertyID) throws -> BitSlicedIndex? {
        do {
            return try store.bitSlicedIndex(of: property)
        } catch is IndexDamage {
            return nil
        }
    }

    private func countSliced(_ key: RawSpan, _ value: RawSpan) throws -> Int? {
        if key.byteCount == 3 { return BitSlicedIndex(value) == nil ? nil : 0 }
        guard key.byteCount == 6, let index = try slicedIndex(of: IndexKey.property(in: key)),
            let block = BitSlicedBlock(value, width: index.width), block.encoded() == value.bytes
        else { return nil }
        return block.count
    }

    /// 1 if the text belongs to its key and the term is in use.
    private func countLongTerm(_ key: RawSpan, _ value: RawSpan) throws -> Int? {
        let bytes = key.bytes
        guard bytes.count > 3, TextTerm(value.bytes).bytes == Array(bytes[3...]) else { return nil }
        return try store.isInUse(longTermUnder: bytes) ? 0 : nil
    }

    mutating func compareCounts() {
        for group in Set(expected.keys).union(stored.keys) {
            let (wanted, found) = (expected[group] ?? 0, stored[group] ?? 0)
            guard wanted != found else { continue }
            let suffix = [.live, .time].contains(group.kind) ? "" : " of property \(group.property)"
            report("\(found) entries of kind \(group.kind)\(suffix) are stored; the documents have \(wanted)")
        }
        do {
            let count = try store.documentCount()
            if count != documentCount { report("\(count) documents are counted; there are \(documentCount)") }
            for property in schema.propertiesByID.keys {
                let values = stored[Group(kind: .bitSlices, property: property.number)] ?? 0
                let counted = try store.bitSlicedIndex(of: property)?.documentCount ?? 0
                if values != counted {
                    report("property \(property.number): \(values) values are in slices; \(counted) are counted")
                }
                let (wanted, found) = (statistics[property] ?? TextStatistics(), try store.textStatistics(of: property))
                if wanted != found {
                    report(
                        "property \(property.number): \(found.documents) documents with \(found.tokens) tokens are counted; "
                            + "there are \(wanted.documents) with \(wanted.tokens)")
                }
            }
        } catch {
            report("the counts cannot be read: \(error)")
        }
    }
}
