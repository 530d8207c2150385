// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// The edits that runs hold of one entry, in the order of the runs: of several edits of one document the last counts.
struct EntryEdits {
    private enum Edits {
        /// Lower halves of document numbers, shifted left by one; the lowest bit says whether the document is to be in the set.
        case postings([UInt64])
        /// Offsets in the small chunk in the upper half, frequencies or token counts in the lower; 0 takes the entry out.
        case frequencies([UInt64])
        case tokenCounts([UInt64])
        case coordinates([UInt16: GeoCoordinates?])
        case slices(width: Int, [UInt16: UInt128?])
        /// How many documents more have a value.
        case slicedIndex(width: Int, Int)
        case documentCount(Int)
        case statistics(TextStatistics)
        case longTerm([UInt8])
    }

    let key: [UInt8]
    private var edits: Edits

    /// - Parameter key: of the entry, with its chunk.
    /// - Throws: `IndexDamage` if there is no such kind of entry.
    init(_ key: [UInt8]) throws {
        guard let first = key.first, let kind = EntryKind(rawValue: first) else {
            throw IndexDamage.malformedEntry(key: key)
        }
        self.key = key
        edits =
            switch kind {
            case .live, .term, .present, .length, .referenceTarget, .time: .postings([])
            case .frequency: .frequencies([])
            case .tokenCount: .tokenCounts([])
            case .coordinates: .coordinates([:])
            case .bitSlices: key.count > 3 ? .slices(width: 0, [:]) : .slicedIndex(width: 0, 0)
            case .statistics: key.count > 1 ? .statistics(TextStatistics()) : .documentCount(0)
            case .longTerm: .longTerm([])
            }
    }

    /// Adds what the next run holds.
    ///
    /// - Throws: `IndexDamage` if the bytes are no edits of such an entry.
    mutating func add(_ span: RawSpan) throws {
        guard addIfSound(span) else { throw IndexDamage.malformedEntry(key: key) }
    }

    private mutating func addIfSound(_ span: RawSpan) -> Bool {
        // Each list must have one owner while it grows.
        let before = edits
        edits = .documentCount(0)
        switch before {
        case .postings(var changes):
            guard EditFormat.visitPostings(span, { changes.append(UInt64($0) << 1 | ($1 ? 1 : 0)) }) else {
                return false
            }
            edits = .postings(changes)
        case .frequencies(var changes):
            guard EditFormat.visitNumbers(span, { changes.append(UInt64($0) << 32 | UInt64($1)) }) else { return false }
            edits = .frequencies(changes)
        case .tokenCounts(var changes):
            guard EditFormat.visitNumbers(span, { changes.append(UInt64($0) << 32 | UInt64($1)) }) else { return false }
            edits = .tokenCounts(changes)
        case .coordinates(var changes):
            guard EditFormat.visitCoordinates(span, { changes[$0] = .some($1) }) else { return false }
            edits = .coordinates(changes)
        case .slices(_, var changes):
            guard let width = EditFormat.visitSliced(span, { changes[$0] = .some($1) }) else { return false }
            edits = .slices(width: width, changes)
        case .slicedIndex(_, let count):
            guard span.byteCount == 9, [8, 12].contains(span.byte(at: 0)) else { return false }
            edits = .slicedIndex(width: Int(span.byte(at: 0)), count &+ Int(Int64(bitPattern: span.uint64(at: 1))))
        case .documentCount(let count):
            guard span.byteCount == 8 else { return false }
            edits = .documentCount(count &+ Int(Int64(bitPattern: span.uint64(at: 0))))
        case .statistics(var statistics):
            guard span.byteCount == 16 else { return false }
            statistics.documents &+= Int(Int64(bitPattern: span.uint64(at: 0)))
            statistics.tokens &+= Int(Int64(bitPattern: span.uint64(at: 8)))
            edits = .statistics(statistics)
        case .longTerm: edits = .longTerm(span.bytes)
        }
        return true
    }

    /// What the entry is when the edits are carried out.
    ///
    /// - Parameter stored: nil if there is none.
    /// - Returns: nil if it is gone. The text of a long term stays, whether the term is in use or not.
    /// - Throws: `IndexDamage` if the stored bytes are no such entry.
    func applied(to stored: RawSpan?) throws -> [UInt8]? {
        switch edits {
        case .postings(let changes):
            let last = PostingBatch.lastOfEachDocument(changes, shift: 1)
            if let extended = PostingChunk.extended(stored, by: last) { return extended }
            var chunk = try read(stored, empty: PostingChunk()) { PostingChunk($0) }
            chunk.apply(last.map { (number: UInt16(truncatingIfNeeded: $0 >> 1), isIn: $0 & 1 == 1) })
            return chunk.encoded()
        case .frequencies(let changes):
            var chunk = try read(stored, empty: FrequencyChunk()) { FrequencyChunk($0) }
            let last = PostingBatch.lastOfEachDocument(changes, shift: 32)
            chunk.apply(
                last.map { (offset: UInt16(truncatingIfNeeded: $0 >> 32), frequency: UInt32(truncatingIfNeeded: $0)) })
            return chunk.encoded()
        case .tokenCounts(let changes):
            var chunk = try read(stored, empty: TokenCountChunk()) { TokenCountChunk($0) }
            for change in changes { chunk[Int(change >> 32)] = UInt32(truncatingIfNeeded: change) }
            return chunk.encoded()
        case .coordinates(let changes):
            var chunk = try read(stored, empty: CoordinateChunk()) { CoordinateChunk($0) }
            for (offset, location) in changes { chunk[offset] = location }
            return chunk.encoded()
        case .slices(let width, let changes):
            var block = try read(stored, empty: BitSlicedBlock(width: width)) { BitSlicedBlock($0, width: width) }
            block.apply(changes.map { (offset: $0.key, number: $0.value) }.sorted { $0.offset < $1.offset })
            return block.encoded()
        case .slicedIndex(let width, let count):
            var index = try read(stored, empty: BitSlicedIndex(width: width)) { BitSlicedIndex($0) }
            index.documentCount += count
            guard index.documentCount >= 0 else { throw IndexDamage.malformedEntry(key: key) }
            return index.encoded()
        case .documentCount(let change):
            let count =
                try read(stored, empty: 0) { $0.byteCount == 8 ? Int(exactly: $0.uint64(at: 0)) : nil } &+ change
            guard count >= 0 else { throw IndexDamage.malformedEntry(key: key) }
            var bytes: [UInt8] = []
            bytes.append(littleEndian: UInt64(count))
            return count > 0 ? bytes : nil
        case .statistics(let change):
            var statistics = try read(stored, empty: TextStatistics()) { TextStatistics($0) }
            statistics.documents += change.documents
            statistics.tokens += change.tokens
            guard statistics.documents >= 0, statistics.tokens >= statistics.documents else {
                throw IndexDamage.malformedEntry(key: key)
            }
            return statistics.encoded()
        case .longTerm(let text): return stored?.bytes ?? text
        }
    }

    /// The edits as one run holds them; nil if there are none.
    func encoded() -> [UInt8]? {
        var bytes: [UInt8] = []
        switch edits {
        case .postings(let changes):
            EditFormat.append(postings: PostingBatch.lastOfEachDocument(changes, shift: 1), to: &bytes)
        case .frequencies(let changes), .tokenCounts(let changes):
            for change in PostingBatch.lastOfEachDocument(changes, shift: 32) {
                EditFormat.append(
                    UInt16(truncatingIfNeeded: change >> 32), UInt32(truncatingIfNeeded: change), to: &bytes)
            }
        case .coordinates(let changes):
            for (offset, location) in changes.sorted(by: { $0.key < $1.key }) {
                EditFormat.append(offset, location, to: &bytes)
            }
        case .slices(let width, let changes):
            EditFormat.append(width: width, to: &bytes)
            for (offset, number) in changes.sorted(by: { $0.key < $1.key }) {
                EditFormat.append(offset, number, width: width, to: &bytes)
            }
        case .slicedIndex(let width, let count):
            bytes.append(UInt8(width))
            bytes.append(littleEndian: Int64(count))
        case .documentCount(let count):
            if count == 0 { return nil }
            bytes.append(littleEndian: Int64(count))
        case .statistics(let change):
            if change.documents == 0, change.tokens == 0 { return nil }
            bytes.append(littleEndian: Int64(change.documents))
            bytes.append(littleEndian: Int64(change.tokens))
        case .longTerm(let text): bytes = text
        }
        return bytes
    }

    private func read<Value>(
        _ stored: RawSpan?, empty: @autoclosure () -> Value, _ read: (RawSpan) -> Value?
    ) throws -> Value {
        guard let stored else { return empty() }
        guard let value = read(stored) else { throw IndexDamage.malformedEntry(key: key) }
        return value
    }
}

/// How the edits of an entry are written in a run.
enum EditFormat {
    /// What the edits of a posting chunk are, the first byte.
    private enum Form: UInt8 {
        case additions = 0
        case removals = 1
        /// The number of removals (4 bytes) comes first, then they, then the additions.
        case both = 2
    }

    /// - Parameter changes: ascending, as `PostingBatch` keeps them.
    static func append(postings changes: some Collection<UInt64>, to bytes: inout [UInt8]) {
        let removedCount = changes.reduce(0) { $0 + Int(~$1 & 1) }
        let form: Form = removedCount == 0 ? .additions : removedCount == changes.count ? .removals : .both
        bytes.append(form.rawValue)
        if form == .both {
            bytes.append(littleEndian: UInt32(removedCount))
            for change in changes where change & 1 == 0 {
                bytes.append(littleEndian: UInt16(truncatingIfNeeded: change >> 1))
            }
        }
        for change in changes where form != .both || change & 1 == 1 {
            bytes.append(littleEndian: UInt16(truncatingIfNeeded: change >> 1))
        }
    }

    /// Visits the documents, those to be taken out first.
    static func visitPostings(_ span: RawSpan, _ body: (_ number: UInt16, _ isIn: Bool) -> Void) -> Bool {
        guard span.byteCount >= 3, span.byteCount % 2 == 1, let form = Form(rawValue: span.byte(at: 0)) else {
            return false
        }
        let start = form == .both ? 5 : 1
        guard span.byteCount > start else { return false }
        var removedCount = form == .removals ? (span.byteCount - 1) / 2 : 0
        if form == .both { removedCount = Int(span.uint32(at: 1)) }
        guard start + 2 * removedCount <= span.byteCount else { return false }
        for position in stride(from: start, to: span.byteCount, by: 2) {
            body(span.uint16(at: position), position >= start + 2 * removedCount)
        }
        return true
    }

    static func append(_ offset: UInt16, _ number: UInt32, to bytes: inout [UInt8]) {
        bytes.append(littleEndian: offset)
        bytes.append(littleEndian: number)
    }

    static func visitNumbers(_ span: RawSpan, _ body: (_ offset: UInt16, _ number: UInt32) -> Void) -> Bool {
        guard span.byteCount > 0, span.byteCount % 6 == 0 else { return false }
        for position in stride(from: 0, to: span.byteCount, by: 6) {
            guard Int(span.uint16(at: position)) < IndexKey.documentsPerSmallChunk else { return false }
            body(span.uint16(at: position), span.uint32(at: position + 2))
        }
        return true
    }

    static func append(_ offset: UInt16, _ location: GeoCoordinates?, to bytes: inout [UInt8]) {
        bytes.append(littleEndian: offset)
        bytes.append(location == nil ? 0 : 1)
        bytes.append(littleEndian: (location?.latitude ?? 0).bitPattern)
        bytes.append(littleEndian: (location?.longitude ?? 0).bitPattern)
    }

    static func visitCoordinates(
        _ span: RawSpan, _ body: (_ offset: UInt16, _ location: GeoCoordinates?) -> Void
    ) -> Bool {
        guard span.byteCount > 0, span.byteCount % 11 == 0 else { return false }
        for position in stride(from: 0, to: span.byteCount, by: 11) {
            let offset = span.uint16(at: position)
            guard Int(offset) < IndexKey.documentsPerCoordinateChunk, span.byte(at: position + 2) <= 1 else {
                return false
            }
            let location = GeoCoordinates(
                latitude: Float(bitPattern: span.uint32(at: position + 3)),
                longitude: Float(bitPattern: span.uint32(at: position + 7)))
            body(offset, span.byte(at: position + 2) == 1 ? location : nil)
        }
        return true
    }

    /// What stands before the edits of a block of slices.
    static func append(width: Int, to bytes: inout [UInt8]) { bytes.append(UInt8(width)) }

    static func append(_ offset: UInt16, _ number: UInt128?, width: Int, to bytes: inout [UInt8]) {
        bytes.append(littleEndian: offset)
        bytes.append(number == nil ? 0 : 1)
        for byte in (0..<width).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: (number ?? 0) >> UInt128(8 * byte)))
        }
    }

    /// - Returns: bytes of a value; nil if the bytes are no such edits.
    static func visitSliced(_ span: RawSpan, _ body: (_ offset: UInt16, _ number: UInt128?) -> Void) -> Int? {
        guard span.byteCount > 1, [8, 12].contains(span.byte(at: 0)) else { return nil }
        let width = Int(span.byte(at: 0))
        guard (span.byteCount - 1) % (3 + width) == 0 else { return nil }
        for position in stride(from: 1, to: span.byteCount, by: 3 + width) {
            let offset = span.uint16(at: position)
            guard Int(offset) < IndexKey.documentsPerSlicedBlock, span.byte(at: position + 2) <= 1 else { return nil }
            let number = span.bigEndianNumber(at: position + 3, width: width)
            body(offset, span.byte(at: position + 2) == 1 ? number : nil)
        }
        return width
    }
}
