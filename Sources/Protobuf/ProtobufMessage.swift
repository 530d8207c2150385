// SPDX-License-Identifier: Apache-2.0

/// A message of protobuf as a value: what the generated types of `WeaviateMessages` are.
///
/// ```swift
/// let request = try SearchRequest(protobuf: bytes)
/// var reply = SearchReply()
/// reply.took = 0.01
/// return reply.protobufBytes()
/// ```
package protocol ProtobufMessage: Hashable, Sendable {
    /// The message with no field set.
    init()

    /// Reads fields up to the end of the reader's current message. Lists grow, messages merge, all else is replaced; fields
    /// that the type does not know are passed over.
    mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError)

    /// Writes the fields that are set, the last one first, as the writer goes backwards.
    func write(to writer: inout ProtobufWriter)
}

extension ProtobufMessage {
    /// Decodes a whole message.
    ///
    /// - Parameter charge: asked for memory before it is taken; see `ProtobufReader.Charge`.
    /// - Throws: why the bytes are no message, or what `charge` throws.
    package init(protobuf bytes: [UInt8], charge: ProtobufReader.Charge? = nil) throws(ProtobufError) {
        self.init()
        var reader = ProtobufReader(bytes, charge: charge)
        try merge(from: &reader)
    }

    /// The message as bytes, its fields in ascending order of their numbers.
    package func protobufBytes() -> [UInt8] {
        var writer = ProtobufWriter()
        write(to: &writer)
        return writer.finish()
    }
}
