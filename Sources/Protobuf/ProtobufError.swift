// SPDX-License-Identifier: Apache-2.0

/// Why bytes are no message of protobuf, or none that is taken.
package enum ProtobufError: Error, Hashable, Sendable {
    /// The bytes end within a field, a group or a list, or a length leads beyond the end.
    case truncated
    /// A number of more bytes than its type can have: ten for a value, five for a tag or a length.
    case numberTooLong
    /// A field with number 0, which there is not.
    case fieldNumberZero
    /// One of the two wire types that mean nothing.
    case unknownWireType(UInt32)
    /// The end of a group that was not begun, or of another one than the innermost.
    case strayEndOfGroup
    /// A list of fixed-size numbers whose length is no multiple of that size.
    case unevenList(byteCount: Int)
    /// Text that is not UTF-8.
    case invalidUTF8
    /// More messages and groups within each other than are allowed.
    case tooDeep(limit: Int)
    /// What the bytes would become takes more memory than the caller grants; the words are the caller's.
    case memoryRefused(String)

    /// For whoever sent the message.
    package var message: String {
        switch self {
        case .truncated: "the message ends too early"
        case .numberTooLong: "the message has a number of too many bytes"
        case .fieldNumberZero: "the message has a field with number 0"
        case .unknownWireType(let type): "the message has a field of wire type \(type), which means nothing"
        case .strayEndOfGroup: "the message has the end of a group where none ends"
        case .unevenList(let count): "the message has a list of numbers of \(count) bytes, no multiple of their size"
        case .invalidUTF8: "the message has a text that is not UTF-8"
        case .tooDeep(let limit): "messages nest deeper than \(limit)"
        case .memoryRefused(let words): words
        }
    }
}
