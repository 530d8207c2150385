// SPDX-License-Identifier: Apache-2.0

import Protobuf

/// A message with a field of each kind, as generated code has them; `children` makes it recursive.
struct Sample: ProtobufMessage {
    var name = ""
    var count: Int64 = 0
    var data: [UInt8] = []
    var floats: [Float] = []
    var whole: [Int64] = []
    var children: [Sample] = []
    var single: Leaf?

    mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
        while let tag = try reader.nextTag() {
            switch tag {
            case 10: name = try reader.readString()
            case 16: count = try reader.readInt64()
            case 26: data = try reader.readBytes()
            case 34: try reader.appendPackedFloats(to: &floats)
            case 37: try reader.appendFloat(to: &floats)
            case 40: try reader.appendInt64(to: &whole)
            case 42: try reader.appendPackedInt64s(to: &whole)
            case 50: try reader.append(to: &children)
            case 58: try reader.merge(into: &single)
            default: try reader.skip(tag)
            }
        }
    }

    func write(to writer: inout ProtobufWriter) {
        if let single { writer.message(58, single) }
        writer.messages(50, children)
        if !whole.isEmpty { writer.packedInt64s(42, whole) }
        if !floats.isEmpty { writer.packedFloats(34, floats) }
        if !data.isEmpty { writer.bytes(26, data) }
        if count != 0 { writer.int64(16, count) }
        if !name.isEmpty { writer.string(10, name) }
    }
}

/// A message without others in it.
struct Leaf: ProtobufMessage {
    var texts: [String] = []
    var number = 0.0

    mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
        while let tag = try reader.nextTag() {
            switch tag {
            case 10: try reader.appendString(to: &texts)
            case 17: number = try reader.readDouble()
            default: try reader.skip(tag)
            }
        }
    }

    func write(to writer: inout ProtobufWriter) {
        if number.bitPattern != 0 { writer.double(17, number) }
        writer.strings(10, texts)
    }
}

extension ProtobufMessage {
    /// A copy that `change` has changed.
    func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}
