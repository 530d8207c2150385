// SPDX-License-Identifier: Apache-2.0

import Protobuf

// What generated code does with fields that are messages. It is here and not in `Protobuf` so that the compiler makes
// code for each type of message: across modules it calls one function that asks for the type's layout at run time, which
// took half of the time of reading small messages.

extension ProtobufReader {
    /// Merges the message that is the field into `message`.
    mutating func merge<Message: ProtobufMessage>(into message: inout Message) throws(ProtobufError) {
        let outerEnd = try enterMessage()
        try message.merge(from: &self)
        leaveMessage(outerEnd)
    }

    /// Merges the message that is the field into `message`, which is made if it is not there.
    mutating func merge<Message: ProtobufMessage>(into message: inout Message?) throws(ProtobufError) {
        let outerEnd = try enterMessage()
        if message == nil { message = Message() }
        // In place: a list in it that grows with each of many such fields must not be copied each time.
        try message?.merge(from: &self)
        leaveMessage(outerEnd)
    }

    /// Reads the message that is the field as one more element of `list`.
    mutating func append<Message: ProtobufMessage>(to list: inout [Message]) throws(ProtobufError) {
        let outerEnd = try enterMessage()
        try chargeElement(after: list.count, stride: MemoryLayout<Message>.stride)
        list.append(Message())
        try list[list.count - 1].merge(from: &self)
        leaveMessage(outerEnd)
    }
}

extension ProtobufWriter {
    mutating func message<Message: ProtobufMessage>(_ tag: UInt32, _ value: Message) {
        let end = byteCount
        value.write(to: &self)
        close(tag, since: end)
    }

    mutating func messages<Message: ProtobufMessage>(_ tag: UInt32, _ values: [Message]) {
        for index in values.indices.reversed() { message(tag, values[index]) }
    }
}
