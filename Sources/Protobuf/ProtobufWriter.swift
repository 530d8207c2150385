// SPDX-License-Identifier: Apache-2.0

/// Writes one message in the binary form of protobuf, from its end to its beginning.
///
/// A message within another one stands behind its own length. Whoever goes backwards knows the length when it is due, so
/// nothing is measured beforehand and nothing is moved:
/// ```swift
/// for index in children.indices.reversed() { writer.message(2 << 3 | 2, children[index]) }
/// writer.string(1 << 3 | 2, name)
/// ```
/// Every operation takes the tag (number of the field and wire type) and writes it before the value.
/// Bytes go into chunks, each filled from its end, and are copied once, when all is written.
/// Invariant: what has been written are the bytes of `chunk` from `start` on, then `full` from its last element to its first.
package struct ProtobufWriter {
    /// A chunk is as large as all before it together, between these.
    private static let chunkSizes = 256...1 << 20

    private var chunk: [UInt8] = []
    private var start = 0
    private var full: [ArraySlice<UInt8>] = []
    private var fullByteCount = 0

    package init() {}

    /// How much has been written.
    package var byteCount: Int { fullByteCount + chunk.count - start }

    /// What has been written, in order.
    package consuming func finish() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        bytes.append(contentsOf: chunk[start...])
        for slice in full.reversed() { bytes.append(contentsOf: slice) }
        return bytes
    }

    // MARK: Numbers

    package mutating func bool(_ tag: UInt32, _ value: Bool) {
        varint(value ? 1 : 0)
        varint(UInt64(tag))
    }

    /// Also for enumerations. A negative number takes ten bytes, as protobuf wants it.
    package mutating func int32(_ tag: UInt32, _ value: Int32) { int64(tag, Int64(value)) }

    package mutating func int64(_ tag: UInt32, _ value: Int64) { uint64(tag, UInt64(bitPattern: value)) }

    package mutating func uint32(_ tag: UInt32, _ value: UInt32) { uint64(tag, UInt64(value)) }

    package mutating func uint64(_ tag: UInt32, _ value: UInt64) {
        varint(value)
        varint(UInt64(tag))
    }

    package mutating func float(_ tag: UInt32, _ value: Float) {
        // Safety: a number has no padding.
        unsafe withUnsafeBytes(of: value.bitPattern.littleEndian) { unsafe raw($0) }
        varint(UInt64(tag))
    }

    package mutating func double(_ tag: UInt32, _ value: Double) {
        // Safety: a number has no padding.
        unsafe withUnsafeBytes(of: value.bitPattern.littleEndian) { unsafe raw($0) }
        varint(UInt64(tag))
    }

    // MARK: Text and bytes

    package mutating func string(_ tag: UInt32, _ value: String) {
        var value = value
        // Safety: the bytes are only read while the closure runs.
        value.withUTF8 { unsafe raw(UnsafeRawBufferPointer($0)) }
        varint(UInt64(value.utf8.count))
        varint(UInt64(tag))
    }

    package mutating func bytes(_ tag: UInt32, _ value: [UInt8]) {
        // Safety: the bytes are only read while the closure runs.
        unsafe value.withUnsafeBytes { unsafe raw($0) }
        varint(UInt64(value.count))
        varint(UInt64(tag))
    }

    // MARK: Lists

    package mutating func strings(_ tag: UInt32, _ values: [String]) {
        for index in values.indices.reversed() { string(tag, values[index]) }
    }

    package mutating func packedBools(_ tag: UInt32, _ values: [Bool]) {
        for index in values.indices.reversed() { varint(values[index] ? 1 : 0) }
        varint(UInt64(values.count))
        varint(UInt64(tag))
    }

    package mutating func packedInt64s(_ tag: UInt32, _ values: [Int64]) {
        let end = byteCount
        for index in values.indices.reversed() { varint(UInt64(bitPattern: values[index])) }
        close(tag, since: end)
    }

    /// Numbers as they lie in memory: this program runs on little-endian machines only.
    package mutating func packedFloats(_ tag: UInt32, _ values: [Float]) {
        // Safety: numbers have no padding.
        unsafe values.withUnsafeBytes { unsafe raw($0) }
        varint(UInt64(values.count * MemoryLayout<Float>.size))
        varint(UInt64(tag))
    }

    package mutating func packedDoubles(_ tag: UInt32, _ values: [Double]) {
        // Safety: numbers have no padding.
        unsafe values.withUnsafeBytes { unsafe raw($0) }
        varint(UInt64(values.count * MemoryLayout<Double>.size))
        varint(UInt64(tag))
    }

    // MARK: Messages

    /// Writes length and tag before what has been written since `byteCount` was `end`.
    package mutating func close(_ tag: UInt32, since end: Int) {
        varint(UInt64(byteCount - end))
        varint(UInt64(tag))
    }

    // MARK: Bytes

    private mutating func varint(_ value: UInt64) {
        if value < 0x80 {
            if start == 0 { beginChunk(for: 1) }
            start -= 1
            chunk[start] = UInt8(value)
            return
        }
        if value < 0x4000 {
            // Most tags and lengths of more than a byte.
            if start < 2 { beginChunk(for: 2) }
            start -= 2
            chunk[start] = UInt8(truncatingIfNeeded: value) | 0x80
            chunk[start + 1] = UInt8(value >> 7)
            return
        }
        longVarint(value)
    }

    private mutating func longVarint(_ value: UInt64) {
        let count = (70 - value.leadingZeroBitCount) / 7
        if start < count { beginChunk(for: count) }
        start -= count
        var rest = value
        for index in start..<start + count - 1 {
            chunk[index] = UInt8(truncatingIfNeeded: rest) | 0x80
            rest >>= 7
        }
        chunk[start + count - 1] = UInt8(rest)
    }

    private mutating func raw(_ source: UnsafeRawBufferPointer) {
        // Safety: `cut` is at most as large as the source.
        let cut = max(0, source.count - start)
        unsafe place(UnsafeRawBufferPointer(rebasing: source[cut...]))
        guard cut > 0 else { return }
        beginChunk(for: cut)
        unsafe place(UnsafeRawBufferPointer(rebasing: source[..<cut]))
    }

    /// Copies bytes for which there is room in the chunk.
    private mutating func place(_ source: UnsafeRawBufferPointer) {
        let count = source.count
        guard count > 0 else { return }
        start -= count
        let offset = start
        // Safety: the caller made sure of the room, and `source` is no part of the chunk.
        unsafe chunk.withUnsafeMutableBytes { chunk in
            unsafe UnsafeMutableRawBufferPointer(rebasing: chunk[offset..<offset + count]).copyMemory(from: source)
        }
    }

    /// Puts the chunk aside and begins one that has room for `count` bytes at least.
    private mutating func beginChunk(for count: Int) {
        if start < chunk.count {
            full.append(chunk[start...])
            fullByteCount += chunk.count - start
        }
        let size = max(count, min(max(fullByteCount, Self.chunkSizes.lowerBound), Self.chunkSizes.upperBound))
        // Safety: bytes need no initialization, and none is read before it was written.
        chunk = unsafe [UInt8](unsafeUninitializedCapacity: size) { _, initializedCount in initializedCount = size }
        start = size
    }
}
