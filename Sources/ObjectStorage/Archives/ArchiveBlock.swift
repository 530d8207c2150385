// SPDX-License-Identifier: Apache-2.0

import CZlib

/// How much time is spent on making the blocks of an archive small.
package enum ArchiveCompression: Int32, Hashable, Sendable {
    case none = 0
    case fastest = 1
    case balanced = 6
    case smallest = 9
}

/// What stands before each block of an archive; `Docs/formats/archives.md` is the specification.
struct ArchiveBlockHeader: Hashable {
    enum Kind: UInt8 {
        case plain = 0
        case deflated = 1
        /// The last block: it holds the count of entries and the count of their bytes, 8 bytes each.
        case end = 2
    }

    static let byteCount = 16
    /// Deflate never makes more than this of a byte, so a header that claims more is damaged.
    static let greatestRatio = 1_040

    var kind: Kind
    /// Of the entries.
    var plainByteCount: UInt32
    /// As the file has them.
    var storedByteCount: UInt32
    /// Of the entries.
    var checksum: UInt32

    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.append(plainByteCount)
        writer.append(storedByteCount)
        writer.append(checksum)
        writer.append(kind.rawValue)
        writer.append(contentsOf: [0, 0, 0])
        return writer.bytes
    }

    init(kind: Kind, plainByteCount: UInt32, storedByteCount: UInt32, checksum: UInt32) {
        self.kind = kind
        self.plainByteCount = plainByteCount
        self.storedByteCount = storedByteCount
        self.checksum = checksum
    }

    /// - Returns: `nil` for bytes that no writer makes.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, let kind = Kind(rawValue: bytes[12]), bytes[13...] == [0, 0, 0] else {
            return nil
        }
        func number(at offset: Int) -> UInt32 {
            bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        self.init(
            kind: kind, plainByteCount: number(at: 0), storedByteCount: number(at: 4), checksum: number(at: 8))
        let mostPlain = UInt64(storedByteCount) * UInt64(Self.greatestRatio)
        guard plainByteCount > 0, kind == .deflated || storedByteCount == plainByteCount,
            UInt64(plainByteCount) <= mostPlain
        else { return nil }
    }
}

/// Entries of an archive, one after the other: length of the key (2 bytes), length of the value (4), key, value.
package struct ArchiveBlock: Hashable, Sendable {
    /// What stands before the key and the value of each.
    static let entryHeaderByteCount = 6

    private(set) var bytes: [UInt8] = []

    init() {}
    init(bytes: [UInt8]) { self.bytes = bytes }

    package var byteCount: Int { bytes.count }

    /// - Parameters:
    ///   - key: up to 511 bytes.
    ///   - value: less than 4 GiB.
    mutating func append(key: RawSpan, value: RawSpan) {
        var header = ByteWriter(capacity: Self.entryHeaderByteCount)
        header.append(UInt16(clamping: key.byteCount))
        header.append(UInt32(clamping: value.byteCount))
        bytes.append(contentsOf: header.bytes)
        // Safety: the buffers live for the closures.
        unsafe key.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        unsafe value.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Calls `body` with each entry.
    ///
    /// - Returns: whether the block consists of whole entries.
    func forEachEntry(_ body: (_ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) throws -> Void) rethrows -> Bool {
        var offset = 0
        while offset < bytes.count {
            guard bytes.count - offset >= Self.entryHeaderByteCount else { return false }
            let keyCount = Int(bytes[offset]) | Int(bytes[offset + 1]) << 8
            let valueCount = bytes[offset + 2..<offset + 6].reversed().reduce(0) { $0 << 8 | Int($1) }
            let key = offset + Self.entryHeaderByteCount
            guard bytes.count - key >= keyCount, bytes.count - key - keyCount >= valueCount else { return false }
            offset = key + keyCount + valueCount
            try body(bytes[key..<key + keyCount], bytes[key + keyCount..<offset])
        }
        return true
    }

    var checksum: UInt32 {
        // Safety: the buffer lives for the call.
        unsafe bytes.withUnsafeBufferPointer { unsafe nt_crc32($0.baseAddress, $0.count) }
    }

    /// The block as a zlib stream, if that is smaller.
    func deflated(_ compression: ArchiveCompression) -> [UInt8]? {
        guard compression != .none, !bytes.isEmpty else { return nil }
        let capacity = nt_deflate_bound(bytes.count)
        // Safety: both buffers live for the call, which is told their lengths.
        let packed = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { out, count in
            count = unsafe bytes.withUnsafeBufferPointer { source in
                unsafe nt_deflate(source.baseAddress, source.count, compression.rawValue, out.baseAddress, capacity)
            }
        }
        return packed.isEmpty || packed.count >= bytes.count ? nil : packed
    }

    /// The block that a zlib stream holds; `nil` if it is not exactly `byteCount` bytes.
    init?(inflating packed: [UInt8], byteCount: Int) {
        // Safety: both buffers live for the calls, which are told their lengths; one byte more shows what is too long.
        let plain = unsafe [UInt8](unsafeUninitializedCapacity: byteCount + 1) { out, count in
            count = unsafe packed.withUnsafeBufferPointer { source in
                guard let stream = unsafe nt_inflate_begin(source.baseAddress, source.count) else { return 0 }
                defer { unsafe nt_inflate_end(stream) }
                var written = 0
                guard unsafe nt_inflate_next(stream, out.baseAddress, byteCount + 1, &written) == 0 else { return 0 }
                return written
            }
        }
        guard plain.count == byteCount else { return nil }
        bytes = plain
    }
}
