// SPDX-License-Identifier: Apache-2.0

import Protobuf
import Testing
import WeaviateMessages

@Suite struct GeneratedCodeTests {
    @Test func `an optional scalar that is set to its default is written, one that is not is not`() throws {
        var near = NearVector()
        #expect(near.protobufBytes() == [])
        near.distance = 0
        #expect(near.protobufBytes() == [0x19, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(try NearVector(protobuf: near.protobufBytes()).distance == 0)
    }

    @Test func `a oneof that is set to a default is written`() throws {
        var value = Value()
        value.kind = .numberValue(0)
        #expect(value.protobufBytes() == [0x09, 0, 0, 0, 0, 0, 0, 0, 0])
        value.kind = .nullValue(.nullValue)
        #expect(value.protobufBytes() == [0x60, 0])
    }

    @Test func `of a oneof the last one counts`() throws {
        #expect(try Value(protobuf: [0x40, 1, 0x18, 1]).kind == .boolValue(true))
    }

    @Test func `a message of a oneof that comes twice is merged, in a box or not`() throws {
        let list = try ListValue(protobuf: [0x42, 3, 0x0A, 1, 0x61, 0x42, 3, 0x0A, 1, 0x62])
        var texts = TextValues()
        texts.values = ["a", "b"]
        #expect(list.kind == .textValues(texts))
        let phone = try Value(protobuf: [0x5A, 2, 0x08, 1, 0x5A, 2, 0x28, 2])
        var number = PhoneNumber()
        (number.countryCode, number.national) = (1, 2)
        #expect(phone.kind == .phoneValue(number))
    }

    @Test func `a message of a oneof is not merged with one of another case between`() throws {
        let value = try Value(protobuf: [0x5A, 2, 0x08, 1, 0x18, 1, 0x5A, 2, 0x28, 2])
        var number = PhoneNumber()
        number.national = 2
        #expect(value.kind == .phoneValue(number))
    }

    @Test func `values of enumerations that are not known stay as they are`() throws {
        let filters = try Filters(protobuf: [0x08, 99])
        #expect(filters.operator.rawValue == 99)
        #expect(filters.protobufBytes() == [0x08, 99])
        #expect(try Filters(protobuf: [0x08, 5]).operator == .lessThan)
    }

    @Test func `entries of a map stay in order, with all that have the same key`() throws {
        let bytes: [UInt8] = [0x0A, 7, 0x0A, 1, 0x62, 0x12, 2, 0x20, 1, 0x0A, 7, 0x0A, 1, 0x61, 0x12, 2, 0x20, 0]
        let map = try ProtobufStruct(protobuf: bytes + bytes)
        #expect(map.fields.map(\.key) == ["b", "a", "b", "a"])
        #expect(map.fields[1].value.kind == .boolValue(false))
        #expect(map.protobufBytes() == bytes + bytes)
    }

    @Test func `an entry of a map may lack key or value`() throws {
        let map = try ProtobufStruct(protobuf: [0x0A, 0])
        #expect(map.fields == [ProtobufStruct.FieldsEntry()])
        #expect(map.protobufBytes() == [0x0A, 4, 0x0A, 0, 0x12, 0])
    }

    /// As Go and C++ have it; upb, the oracle of the other tests, sets such an entry aside.
    @Test func `an unknown field in an entry of a map is passed over`() throws {
        let map = try ProtobufStruct(protobuf: [0x0A, 5, 0x0A, 1, 0x61, 0x78, 1])
        #expect(map.fields.map(\.key) == ["a"])
    }

    @Test func `targets of filters nest up to the limit of depth`() throws {
        var target = FilterTarget()
        target.target = .property("name")
        for _ in 0..<50 {
            var single = FilterReferenceSingleTarget()
            (single.on, single.target) = ("ref", target)
            target.target = .singleTarget(single)
        }
        #expect(try FilterTarget(protobuf: target.protobufBytes()) == target)
        var single = FilterReferenceSingleTarget()
        single.target = target
        #expect(throws: ProtobufError.tooDeep(limit: 100)) {
            try FilterReferenceSingleTarget(protobuf: single.protobufBytes())
        }
    }

    @Test func `boxes of a oneof are charged`() throws {
        // Conditions of a boost, each with an empty filter.
        let bytes = Array(repeating: [0x0A, 2, 0x0A, 0] as [UInt8], count: 10_000).flatMap { $0 }
        var sum = 0
        _ = try Boost(protobuf: bytes) { sum += $0 }
        #expect(sum >= 10_000 * (MemoryLayout<Boost.Condition>.stride + MemoryLayout<Filters>.stride))
    }

    @Test func `a real request of a client is read`() throws {
        // Search for a vector of two dimensions: collection "Meme", limit 3, metadata uuid and distance.
        let bytes: [UInt8] =
            [0x0A, 4] + Array("Meme".utf8) + [0xAA, 1, 4, 0x08, 1, 0x28, 1, 0xF0, 1, 3]
            + [0xDA, 2, 14, 0x4A, 12, 0x1A, 8, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0x20, 1] + [0xB0, 6, 1]
        let request = try SearchRequest(protobuf: bytes)
        #expect(request.collection == "Meme")
        #expect(request.limit == 3)
        #expect(
            request.metadata?.uuid == true && request.metadata?.distance == true && request.metadata?.score == false)
        #expect(request.nearVector?.vectors.map(\.vectorBytes) == [[0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]])
        #expect(request.nearVector?.vectors.first?.type == .singleFp32)
        #expect(request.uses127Api)
        #expect(request.protobufBytes() == bytes)
    }

    @Test func `methods are named as calls name them`() {
        #expect(WeaviateMethod.batchObjects.rawValue == "/weaviate.v1.Weaviate/BatchObjects")
        #expect(WeaviateMethod.allCases.count == 7)
        #expect(HealthMethod(rawValue: "/grpc.health.v1.Health/Check") == .check)
    }
}
