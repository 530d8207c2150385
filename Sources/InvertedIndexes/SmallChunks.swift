// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Tokens of each of 2,048 documents in one property, for BM25.
///
/// Stored: a byte 1, 2 or 4, then that many bytes for each document up to the last that has tokens; whichever width the largest needs.
struct TokenCountChunk {
    private(set) var counts: [UInt32]

    init() { counts = [] }

    init?(_ span: RawSpan) {
        guard let width = Self.width(of: span), (span.byteCount - 1) / width <= IndexKey.documentsPerSmallChunk else {
            return nil
        }
        counts = (0..<(span.byteCount - 1) / width).map { Self.number(span, at: 1 + width * $0, width: width) }
    }

    subscript(offset: Int) -> UInt32 {
        get { offset < counts.count ? counts[offset] : 0 }
        set {
            while counts.count <= offset { counts.append(0) }
            counts[offset] = newValue
        }
    }

    /// nil when no document has tokens.
    func encoded() -> [UInt8]? {
        guard let last = counts.lastIndex(where: { $0 > 0 }), let largest = counts.max() else { return nil }
        let width = Self.width(for: largest)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 + width * (last + 1))
        bytes.append(UInt8(width))
        for count in counts[...last] { Self.append(count, width: width, to: &bytes) }
        return bytes
    }

    static func width(for number: UInt32) -> Int { number <= 0xFF ? 1 : number <= 0xFFFF ? 2 : 4 }

    static func width(of span: RawSpan) -> Int? {
        guard span.byteCount > 1 else { return nil }
        let width = Int(span.byte(at: 0))
        return [1, 2, 4].contains(width) ? width : nil
    }

    static func number(_ span: RawSpan, at offset: Int, width: Int) -> UInt32 {
        switch width {
        case 1: UInt32(span.byte(at: offset))
        case 2: UInt32(span.uint16(at: offset))
        default: span.uint32(at: offset)
        }
    }

    static func append(_ number: UInt32, width: Int, to bytes: inout [UInt8]) {
        for shift in 0..<UInt32(width) { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * shift))) }
    }
}

/// Token counts as they are stored, copied and not decoded: a search asks for few of them.
struct StoredTokenCounts {
    private let bytes: [UInt8]
    private let width: Int

    init() {
        bytes = []
        width = 1
    }

    init?(_ span: RawSpan) {
        guard let width = TokenCountChunk.width(of: span),
            (span.byteCount - 1) / width <= IndexKey.documentsPerSmallChunk
        else { return nil }
        self.width = width
        bytes = span.bytes
    }

    /// - Parameter offset: at least 0; 0 tokens for one behind the last.
    subscript(offset: Int) -> UInt32 {
        let position = 1 + width * offset
        guard position + width <= bytes.count else { return 0 }
        if width == 1 { return UInt32(bytes[position]) }
        return bytes[position..<position + width].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// How often one term is in each of 2,048 documents, where that is at least twice.
///
/// Stored: a byte 1, 2 or 4, then for each such document, ascending, its offset (2 bytes) and the frequency in that many bytes.
struct FrequencyChunk {
    private(set) var entries: [(offset: UInt16, frequency: UInt32)]

    init() { entries = [] }

    init?(_ span: RawSpan) {
        entries = []
        guard Self.visit(span, { entries.append(($0, $1)) }) else { return nil }
    }

    /// Visits the entries of a stored chunk, ascending.
    ///
    /// - Returns: whether the bytes are a chunk; what was visited before that was seen may be wrong.
    static func visit(_ span: RawSpan, _ body: (_ offset: UInt16, _ frequency: UInt32) -> Void) -> Bool {
        guard let width = TokenCountChunk.width(of: span), (span.byteCount - 1) % (2 + width) == 0 else { return false }
        var least = 0
        for position in stride(from: 1, to: span.byteCount, by: 2 + width) {
            let offset = span.uint16(at: position)
            guard Int(offset) >= least, Int(offset) < IndexKey.documentsPerSmallChunk else { return false }
            least = Int(offset) + 1
            body(offset, TokenCountChunk.number(span, at: position + 2, width: width))
        }
        return true
    }

    func frequency(at offset: UInt16) -> UInt32 {
        entries.first { $0.offset == offset }?.frequency ?? 1
    }

    /// - Parameter changes: ascending offsets without repeats; a frequency below 2 takes the entry out.
    mutating func apply(_ changes: [(offset: UInt16, frequency: UInt32)]) {
        var result: [(offset: UInt16, frequency: UInt32)] = []
        var position = 0
        for change in changes {
            while position < entries.count, entries[position].offset < change.offset {
                result.append(entries[position])
                position += 1
            }
            if position < entries.count, entries[position].offset == change.offset { position += 1 }
            if change.frequency >= 2 { result.append(change) }
        }
        result.append(contentsOf: entries[position...])
        entries = result
    }

    func encoded() -> [UInt8]? {
        guard let largest = entries.map(\.frequency).max() else { return nil }
        let width = TokenCountChunk.width(for: largest)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 + (2 + width) * entries.count)
        bytes.append(UInt8(width))
        for entry in entries {
            bytes.append(littleEndian: entry.offset)
            TokenCountChunk.append(entry.frequency, width: width, to: &bytes)
        }
        return bytes
    }
}

/// The coordinates of up to 512 documents.
///
/// Stored: for each document that has some, ascending, its offset (2 bytes), latitude and longitude as float32.
struct CoordinateChunk {
    static let entryByteCount = 10
    private var entries: [UInt16: GeoCoordinates]

    init() { entries = [:] }

    init?(_ span: RawSpan) {
        entries = [:]
        guard Self.visit(span, { entries[$0] = $1 }) else { return nil }
    }

    subscript(offset: UInt16) -> GeoCoordinates? {
        get { entries[offset] }
        set { entries[offset] = newValue }
    }

    func encoded() -> [UInt8]? {
        guard !entries.isEmpty else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.entryByteCount * entries.count)
        for (offset, coordinates) in entries.sorted(by: { $0.key < $1.key }) {
            bytes.append(littleEndian: offset)
            bytes.append(littleEndian: coordinates.latitude.bitPattern)
            bytes.append(littleEndian: coordinates.longitude.bitPattern)
        }
        return bytes
    }

    static func visit(_ span: RawSpan, _ body: (UInt16, GeoCoordinates) -> Void) -> Bool {
        guard span.byteCount > 0, span.byteCount % entryByteCount == 0 else { return false }
        for position in stride(from: 0, to: span.byteCount, by: entryByteCount) {
            let coordinates = GeoCoordinates(
                latitude: Float(bitPattern: span.uint32(at: position + 2)),
                longitude: Float(bitPattern: span.uint32(at: position + 6)))
            let offset = span.uint16(at: position)
            guard Int(offset) < IndexKey.documentsPerCoordinateChunk else { return false }
            body(offset, coordinates)
        }
        return true
    }
}
