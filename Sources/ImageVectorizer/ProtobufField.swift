// SPDX-License-Identifier: Apache-2.0

/// Where one field of an encoded protobuf message lies.
struct ProtobufField {
    let number: Int
    /// Whether it has a length (wire type 2): a message, a string or bytes.
    let isMessage: Bool
    /// With its tag and length.
    let whole: Range<Int>
    /// Without them.
    let content: Range<Int>

    /// The fields of the message in `range`, one level deep.
    ///
    /// - Throws: `unavailable` if the bytes are no protobuf message.
    static func fields(
        in bytes: borrowing Span<UInt8>, _ range: Range<Int>
    ) throws(ImageVectorizerError) -> [ProtobufField] {
        var fields: [ProtobufField] = []
        var offset = range.lowerBound
        while offset < range.upperBound {
            let start = offset
            let tag = try varint(in: bytes, at: &offset, before: range.upperBound)
            let left = range.upperBound - offset
            let contentStart: Int
            let size: Int
            switch tag & 7 {
            case 0:
                contentStart = offset
                _ = try varint(in: bytes, at: &offset, before: range.upperBound)
                size = offset - contentStart
            case 1: (contentStart, size) = (offset, 8)
            case 5: (contentStart, size) = (offset, 4)
            case 2:
                size = Int(clamping: try varint(in: bytes, at: &offset, before: range.upperBound))
                contentStart = offset
            default: throw .unavailable(reason: "the file is no ONNX network")
            }
            guard tag >> 3 > 0, size <= left, contentStart + size <= range.upperBound else {
                throw .unavailable(reason: "the file is no ONNX network, or it is cut off")
            }
            offset = contentStart + size
            fields.append(
                ProtobufField(
                    number: Int(clamping: tag >> 3), isMessage: tag & 7 == 2, whole: start..<offset,
                    content: contentStart..<offset))
        }
        return fields
    }

    private static func varint(
        in bytes: borrowing Span<UInt8>, at offset: inout Int, before end: Int
    ) throws(ImageVectorizerError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < end, shift < 64 {
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
            shift += 7
        }
        throw .unavailable(reason: "the file is no ONNX network, or it is cut off")
    }

    /// Its content as UTF-8.
    func text(in bytes: borrowing Span<UInt8>) -> String {
        var characters: [UInt8] = []
        characters.reserveCapacity(content.count)
        for offset in content { characters.append(bytes[offset]) }
        return String(decoding: characters, as: UTF8.self)
    }

    /// Tag and length of a field that holds `size` bytes.
    static func start(_ number: Int, size: Int) -> [UInt8] {
        encodedVarint(UInt64(number) << 3 | 2) + encodedVarint(UInt64(size))
    }

    static func encoded(_ number: Int, _ content: [UInt8]) -> [UInt8] {
        start(number, size: content.count) + content
    }

    private static func encodedVarint(_ value: UInt64) -> [UInt8] {
        var left = value
        var bytes: [UInt8] = []
        while left > 127 {
            bytes.append(UInt8(left & 127) | 128)
            left >>= 7
        }
        return bytes + [UInt8(left)]
    }
}
