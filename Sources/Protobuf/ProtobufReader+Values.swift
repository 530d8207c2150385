// SPDX-License-Identifier: Apache-2.0

extension ProtobufReader {
    // MARK: Numbers

    package mutating func readBool() throws(ProtobufError) -> Bool { try readVarint() != 0 }
    package mutating func readInt32() throws(ProtobufError) -> Int32 { Int32(truncatingIfNeeded: try readVarint()) }
    package mutating func readInt64() throws(ProtobufError) -> Int64 { Int64(bitPattern: try readVarint()) }
    package mutating func readUInt32() throws(ProtobufError) -> UInt32 { UInt32(truncatingIfNeeded: try readVarint()) }
    package mutating func readUInt64() throws(ProtobufError) -> UInt64 { try readVarint() }

    package mutating func readFloat() throws(ProtobufError) -> Float {
        Float(bitPattern: try readFixed(UInt32.self))
    }

    package mutating func readDouble() throws(ProtobufError) -> Double {
        Double(bitPattern: try readFixed(UInt64.self))
    }

    private mutating func readFixed<Bits: FixedWidthInteger & BitwiseCopyable>(
        _: Bits.Type
    ) throws(ProtobufError) -> Bits {
        let start = position
        try advance(by: MemoryLayout<Bits>.size)
        // Safety: `advance` has checked that the bytes lie within the message, and any bits are a number.
        let bits = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: start, as: Bits.self) }
        return Bits(littleEndian: bits)
    }

    // MARK: Text and bytes

    package mutating func readString() throws(ProtobufError) -> String {
        let count = try readLength()
        // Up to 15 bytes lie in the `String` itself.
        if count > 15 { try chargeBox(of: count) }
        let start = position
        position += count
        do {
            return String(copying: try UTF8Span(validating: bytes.span.extracting(start..<position)))
        } catch {
            throw .invalidUTF8
        }
    }

    package mutating func readBytes() throws(ProtobufError) -> [UInt8] {
        let count = try readLength()
        guard count > 0 else { return [] }
        try chargeBox(of: count)
        let start = position
        position += count
        return Array(bytes[start..<position])
    }

    // MARK: Lists

    /// Reads one more element of a list.
    package mutating func appendString(to list: inout [String]) throws(ProtobufError) {
        try chargeElement(after: list.count, stride: MemoryLayout<String>.stride)
        list.append(try readString())
    }

    package mutating func appendBool(to list: inout [Bool]) throws(ProtobufError) {
        try chargeElement(after: list.count, stride: MemoryLayout<Bool>.stride)
        list.append(try readBool())
    }

    package mutating func appendInt64(to list: inout [Int64]) throws(ProtobufError) {
        try chargeElement(after: list.count, stride: MemoryLayout<Int64>.stride)
        list.append(try readInt64())
    }

    package mutating func appendFloat(to list: inout [Float]) throws(ProtobufError) {
        try chargeElement(after: list.count, stride: MemoryLayout<Float>.stride)
        list.append(try readFloat())
    }

    package mutating func appendDouble(to list: inout [Double]) throws(ProtobufError) {
        try chargeElement(after: list.count, stride: MemoryLayout<Double>.stride)
        list.append(try readDouble())
    }

    // MARK: Packed lists: all elements in one field, one after the other

    package mutating func appendPackedBools(to list: inout [Bool]) throws(ProtobufError) {
        let outerEnd = try enterList()
        while position < end { try appendBool(to: &list) }
        end = outerEnd
    }

    package mutating func appendPackedInt64s(to list: inout [Int64]) throws(ProtobufError) {
        let outerEnd = try enterList()
        while position < end { try appendInt64(to: &list) }
        end = outerEnd
    }

    package mutating func appendPackedFloats(to list: inout [Float]) throws(ProtobufError) {
        try appendFixed(to: &list, zero: 0)
    }

    package mutating func appendPackedDoubles(to list: inout [Double]) throws(ProtobufError) {
        try appendFixed(to: &list, zero: 0)
    }

    private mutating func enterList() throws(ProtobufError) -> Int {
        let count = try readLength()
        let outerEnd = end
        end = position + count
        return outerEnd
    }

    /// Numbers as they lie in memory: this program runs on little-endian machines only.
    private mutating func appendFixed<Number: BitwiseCopyable>(
        to list: inout [Number], zero: Number
    ) throws(ProtobufError) {
        let size = MemoryLayout<Number>.size
        let byteCount = try readLength()
        guard byteCount % size == 0 else { throw .unevenList(byteCount: byteCount) }
        guard byteCount > 0 else { return }
        try charge((list.isEmpty ? Self.bytesPerAllocation : 0) + byteCount)
        let start = position
        position += byteCount
        let count = byteCount / size
        // Safety: the bytes lie within the message, the buffer has room for `count` numbers, and any bits are a number.
        let numbers = unsafe [Number](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            unsafe bytes.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: source[start..<start + byteCount]))
            }
            initializedCount = count
        }
        if list.isEmpty { list = numbers } else { list.append(contentsOf: numbers) }
    }
}
