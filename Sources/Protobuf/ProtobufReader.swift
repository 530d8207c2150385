// SPDX-License-Identifier: Apache-2.0

/// Reads the fields of one message in the binary form of protobuf, and of the messages within it, without copying them.
///
/// ```swift
/// while let tag = try reader.nextTag() {
///     switch tag {
///     case 1 << 3 | 2: name = try reader.readString()
///     case 2 << 3 | 2: try reader.append(to: &children)
///     default: try reader.skip(tag)
///     }
/// }
/// ```
/// A tag is the number of a field and its wire type in one. A known number with another wire type is therefore passed over
/// like an unknown field, as every implementation does. Invariant: `position <= end <= bytes.count`.
/// After an error the reader is of no further use. Accepts what Google's C implementation (upb) accepts.
package struct ProtobufReader {
    /// Asked before memory is taken for what is decoded, for some KiB at a time; refuses by throwing `.memoryRefused`.
    package typealias Charge = (_ byteCount: Int) throws(ProtobufError) -> Void

    /// How deep messages and groups may nest within the outermost one, as elsewhere.
    package static let depthLimit = 100
    /// How much is asked for at least, so that small fields cost no call each.
    static let bytesPerCharge = 4096
    /// What the memory of an array or of a long text has besides its elements.
    static let bytesPerAllocation = 32

    let bytes: [UInt8]
    /// The byte that is read next.
    var position = 0
    /// Where the innermost message ends.
    var end: Int
    private var depth = 0
    private let charge: Charge?
    /// What has been asked for and not been used.
    private var bytesPaid = 0

    /// - Parameter charge: `nil` for bytes that need no limit.
    package init(_ bytes: [UInt8], charge: Charge? = nil) {
        self.bytes = bytes
        self.charge = charge
        end = bytes.count
    }

    // MARK: Structure

    /// The tag of the next field, or `nil` at the end of the message. The caller reads or skips the field before it asks again.
    package mutating func nextTag() throws(ProtobufError) -> UInt32? {
        guard position < end else { return nil }
        let first = bytes[position]
        var tag = UInt32(first)
        if first < 0x80 {
            position += 1
        } else {
            guard let long = UInt32(exactly: try readShortVarint()) else { throw .numberTooLong }
            tag = long
        }
        guard tag >> 3 != 0 else { throw .fieldNumberZero }
        return tag
    }

    /// Passes over the field whose tag was read last.
    package mutating func skip(_ tag: UInt32) throws(ProtobufError) {
        switch tag & 7 {
        case 0: _ = try readVarint()
        case 1: try advance(by: 8)
        case 2: try advance(by: try readLength())
        case 3: try skipGroup(tag >> 3)
        case 4: throw .strayEndOfGroup
        case 5: try advance(by: 4)
        case let type: throw .unknownWireType(type)
        }
    }

    private mutating func skipGroup(_ number: UInt32) throws(ProtobufError) {
        try descend()
        while let tag = try nextTag() {
            if tag & 7 == 4 {
                guard tag >> 3 == number else { throw .strayEndOfGroup }
                depth -= 1
                return
            }
            try skip(tag)
        }
        throw .truncated
    }

    /// Enters the message that is the field: until `leaveMessage` the reader ends where that one does.
    ///
    /// - Returns: what `leaveMessage` wants.
    package mutating func enterMessage() throws(ProtobufError) -> Int {
        let count = try readLength()
        try descend()
        let outerEnd = end
        end = position + count
        return outerEnd
    }

    /// Leaves a message that has been read up to its end.
    package mutating func leaveMessage(_ outerEnd: Int) {
        end = outerEnd
        depth -= 1
    }

    private mutating func descend() throws(ProtobufError) {
        guard depth < Self.depthLimit else { throw .tooDeep(limit: Self.depthLimit) }
        depth += 1
    }

    // MARK: Memory

    /// Counts `byteCount` bytes that are about to be kept.
    package mutating func charge(_ byteCount: Int) throws(ProtobufError) {
        if byteCount <= bytesPaid {
            bytesPaid -= byteCount
            return
        }
        guard let charge else { return }
        let missing = max(byteCount - bytesPaid, Self.bytesPerCharge)
        try charge(missing)
        bytesPaid += missing - byteCount
    }

    /// Counts what an array of `count` elements takes more for another one: arrays double.
    package mutating func chargeElement(after count: Int, stride: Int) throws(ProtobufError) {
        if count == 0 {
            try chargeBox(of: stride)
        } else if count & (count - 1) == 0 {
            try charge(count * stride)
        }
    }

    /// Counts a value of `byteCount` bytes in memory of its own.
    package mutating func chargeBox(of byteCount: Int) throws(ProtobufError) {
        try charge(Self.bytesPerAllocation + byteCount)
    }

    // MARK: Bytes

    /// A number of at most ten bytes; what does not fit into 64 bits is lost.
    mutating func readVarint() throws(ProtobufError) -> UInt64 {
        guard position < end else { throw .truncated }
        let first = bytes[position]
        if first < 0x80 {
            position += 1
            return UInt64(first)
        }
        return try readLongVarint(mostBytes: 10)
    }

    /// A tag or a length: at most five bytes.
    private mutating func readShortVarint() throws(ProtobufError) -> UInt64 { try readLongVarint(mostBytes: 5) }

    private mutating func readLongVarint(mostBytes: Int) throws(ProtobufError) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<mostBytes {
            guard position < end else { throw .truncated }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) &<< UInt64(7 * index)
            if byte < 0x80 { return value }
        }
        throw .numberTooLong
    }

    /// The length of what follows, which lies within the message.
    mutating func readLength() throws(ProtobufError) -> Int {
        guard position < end else { throw .truncated }
        var length = Int(bytes[position])
        if length < 0x80 {
            position += 1
        } else {
            guard let long = Int32(exactly: try readShortVarint()) else { throw .numberTooLong }
            length = Int(long)
        }
        guard length <= end - position else { throw .truncated }
        return length
    }

    mutating func advance(by count: Int) throws(ProtobufError) {
        guard count <= end - position else { throw .truncated }
        position += count
    }
}
