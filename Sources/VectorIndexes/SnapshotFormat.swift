// SPDX-License-Identifier: Apache-2.0

import VectorKernels

/// The 32 bytes before the rows of a segment. All numbers little-endian.
///
/// | offset | bytes | what |
/// | --- | --- | --- |
/// | 0 | 4 | `NVIX` |
/// | 4 | 2 | version of the format |
/// | 6 | 1 | kind |
/// | 7 | 1 | 0 |
/// | 8 | 4 | number |
/// | 12 | 4 | first row |
/// | 16 | 4 | count of rows |
/// | 20 | 4 | bytes of a row |
/// | 24 | 4 | CRC-32C of the rows |
/// | 28 | 4 | CRC-32C of the bytes 0 to 27 |
struct SegmentFrame {
    static let byteCount = 32
    static let version: UInt16 = 1
    private static let magic = Array("NVIX".utf8)

    var name: SegmentName
    var firstRow: Int
    var rowCount: Int
    var stride: Int
    /// CRC-32C of the rows, as the head of a stored segment says.
    private var rowsChecksum: UInt32 = 0

    init(name: SegmentName, firstRow: Int, rowCount: Int, stride: Int) {
        self.name = name
        self.firstRow = firstRow
        self.rowCount = rowCount
        self.stride = stride
    }

    /// The frame and the rows.
    func framing(_ payload: [UInt8]) -> [UInt8] {
        var bytes = Self.magic
        bytes.reserveCapacity(Self.byteCount + payload.count)
        bytes.append(UInt8(truncatingIfNeeded: Self.version))
        bytes.append(UInt8(truncatingIfNeeded: Self.version >> 8))
        bytes.append(name.kind.rawValue)
        bytes.append(0)
        for number in [name.number, UInt32(firstRow), UInt32(rowCount), UInt32(stride)] {
            bytes.append(littleEndian: number)
        }
        bytes.append(littleEndian: unsafe crc32c(of: payload.span.bytes))
        bytes.append(littleEndian: unsafe crc32c(of: bytes.span.bytes))
        bytes.append(contentsOf: payload)
        return bytes
    }

    /// Checks the head of a stored segment and its length; `requireSound` checks the rest.
    ///
    /// - Returns: `nil` if it is of another version.
    /// - Throws: `VectorIndexError.damagedSegment`.
    init?(readingHeadOf bytes: RawSpan, named name: SegmentName) throws(VectorIndexError) {
        guard bytes.byteCount >= Self.byteCount else {
            throw .damagedSegment(name, reason: "it has \(bytes.byteCount) bytes")
        }
        guard bytes.littleEndianUInt32(at: 28) == crc32c(of: bytes.extracting(first: 28)) else {
            throw .damagedSegment(name, reason: "the checksum of its head is wrong")
        }
        let head = bytes.littleEndianUInt32(at: 4)
        guard UInt16(truncatingIfNeeded: head) == Self.version else { return nil }
        self.init(
            name: name, firstRow: Int(bytes.littleEndianUInt32(at: 12)),
            rowCount: Int(bytes.littleEndianUInt32(at: 16)), stride: Int(bytes.littleEndianUInt32(at: 20)))
        guard UInt8(truncatingIfNeeded: head >> 16) == name.kind.rawValue,
            bytes.littleEndianUInt32(at: 8) == name.number
        else {
            throw .damagedSegment(name, reason: "it is another segment")
        }
        let payload = bytes.extracting(droppingFirst: Self.byteCount)
        let (expected, isTooLarge) = rowCount.multipliedReportingOverflow(by: stride)
        guard !isTooLarge, payload.byteCount == expected else {
            throw .damagedSegment(name, reason: "\(payload.byteCount) bytes, not \(rowCount) rows of \(stride)")
        }
        rowsChecksum = bytes.littleEndianUInt32(at: 24)
    }

    var rows: Range<Int> { firstRow..<firstRow + rowCount }

    /// Checks the rows that follow the head.
    ///
    /// - Throws: `VectorIndexError.damagedSegment`.
    /// - Complexity: reads every byte.
    func requireSound(_ rows: RawSpan) throws(VectorIndexError) {
        guard rows.byteCount == rowCount * stride, rowsChecksum == crc32c(of: rows) else {
            throw .damagedSegment(name, reason: "the checksum of its rows is wrong")
        }
    }
}

/// The one row of the header segment. All numbers little-endian.
///
/// | offset | bytes | what |
/// | --- | --- | --- |
/// | 0 | 4 | metric: 0 cosine, 1 dot, 2 l2-squared, 3 manhattan, 4 hamming |
/// | 4 | 4 | format of codes: 0 floats, 1 bytes, 2 planes |
/// | 8 | 4 | dimensions |
/// | 12 | 4 | M; 0 in a flat index |
/// | 16 | 8 | seed of levels |
/// | 24 | 8 | seed of the rotation |
/// | 32 | 4 | count of slots |
/// | 36 | 4 | count of rows in upper layers |
/// | 40 | 4 | slot where walks begin; 2³² - 1: none |
/// | 44 | 20 | count of segments: slots, codes, residuals, links, upper links |
struct SnapshotHeader {
    static let byteCount = 64
    static let rowKinds: [SegmentName.Kind] = [.slots, .codes, .residuals, .links, .upperLinks]

    var layout: CodeLayout
    var slotCount: UInt32 = 0
    var upperRowCount: UInt32 = 0
    var entry: UInt32?
    /// By kind.
    var segmentCounts: [UInt8: UInt32] = [:]

    init(layout: CodeLayout) { self.layout = layout }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: layout.metric.rawValue)
        bytes.append(littleEndian: layout.format.rawValue)
        bytes.append(littleEndian: UInt32(layout.dimensions))
        bytes.append(littleEndian: UInt32(layout.maxConnections))
        for seed in [layout.levelSeed, layout.rotationSeed] {
            bytes.append(littleEndian: UInt32(truncatingIfNeeded: seed))
            bytes.append(littleEndian: UInt32(truncatingIfNeeded: seed >> 32))
        }
        bytes.append(littleEndian: slotCount)
        bytes.append(littleEndian: upperRowCount)
        bytes.append(littleEndian: entry ?? .max)
        for kind in Self.rowKinds { bytes.append(littleEndian: segmentCounts[kind.rawValue] ?? 0) }
        return bytes
    }

    /// - Returns: `nil` if it holds what this version does not know.
    init?(reading bytes: RawSpan, named name: SegmentName) throws(VectorIndexError) {
        guard bytes.byteCount == Self.byteCount else {
            throw .damagedSegment(name, reason: "its row has \(bytes.byteCount) bytes")
        }
        let numbers = (0..<16).map { bytes.littleEndianUInt32(at: $0 * 4) }
        guard let metric = CodeLayout.Metric(rawValue: numbers[0]),
            let format = CodeLayout.Format(rawValue: numbers[1])
        else { return nil }
        guard (1...VectorIndex.dimensionLimit).contains(Int(numbers[2])), numbers[3] <= 2047 else {
            throw .damagedSegment(name, reason: "\(numbers[2]) dimensions, \(numbers[3]) connections")
        }
        layout = CodeLayout(
            metric: metric, format: format, dimensions: Int(numbers[2]), maxConnections: Int(numbers[3]),
            levelSeed: UInt64(numbers[4]) | UInt64(numbers[5]) << 32,
            rotationSeed: UInt64(numbers[6]) | UInt64(numbers[7]) << 32)
        slotCount = numbers[8]
        upperRowCount = numbers[9]
        entry = numbers[10] == .max ? nil : numbers[10]
        for (index, kind) in Self.rowKinds.enumerated() { segmentCounts[kind.rawValue] = numbers[11 + index] }
    }

    /// How many rows of a kind the snapshot has.
    func rowCount(of kind: SegmentName.Kind) -> Int {
        switch kind {
        case .header: 1
        case .slots, .codes, .residuals: Int(slotCount)
        case .links: layout.maxConnections > 0 ? Int(slotCount) : 0
        case .upperLinks: Int(upperRowCount)
        }
    }
}

extension [UInt8] {
    mutating func append(littleEndian number: UInt32) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}

extension RawSpan {
    /// - Precondition: four bytes are there.
    func littleEndianUInt32(at offset: Int) -> UInt32 {
        precondition(offset >= 0 && offset <= byteCount - 4, "bytes \(offset) to \(offset + 3) of \(byteCount)")
        // Safety: in bounds, and any four bytes are a number.
        return unsafe UInt32(littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
    }
}
