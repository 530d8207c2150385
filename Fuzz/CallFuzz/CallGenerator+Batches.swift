// SPDX-License-Identifier: Apache-2.0

import Protobuf
import RandomNumbers
import WeaviateMessages

// What is to be stored.
extension CallGenerator {
    private mutating func object() -> BatchObject {
        make(BatchObject.self) {
            $0.uuid = anyID()
            $0.collection = chance(20) ? collection() : pick(["Thing", "Thing", "Thing", "Named", "Tenanted"])
            $0.tenant = tenant()
            if $0.collection == "Named" { $0.vectors = list(2) { $0.vectors() } } else { $0.vectorBytes = bytes() }
            $0.properties = maybe(1) { $0.objectProperties() }
        }
    }

    private mutating func objectProperties() -> BatchObject.Properties {
        make(BatchObject.Properties.self) {
            $0.nonRefProperties = make(ProtobufStruct.self) { message in
                message.fields = list(5) { generator in
                    make(ProtobufStruct.FieldsEntry.self) {
                        $0.key = generator.pick(["t", "n", "x", "b", "d", "u", "p", "g", "ns", "ts", "r"])
                        $0.value = generator.value(depth: 0)
                    }
                }
            }
            $0.intArrayProperties =
                chance(3)
                ? [
                    make(IntArrayProperties.self) {
                        $0.propName = "ns"; $0.values = list(5) { $0.integer() }
                    }
                ] : []
            $0.textArrayProperties =
                chance(3)
                ? [
                    make(TextArrayProperties.self) {
                        $0.propName = "ts"; $0.values = list(5) { $0.text() }
                    }
                ] : []
            $0.emptyListProps = chance(6) ? [name()] : []
            $0.singleTargetRefProps =
                chance(5)
                ? [
                    make(BatchObject.SingleTargetRefProps.self) {
                        $0.propName = pick(["r", "rs"]); $0.uuids = list(3) { $0.anyID() }
                    }
                ] : []
            $0.multiTargetRefProps =
                chance(5)
                ? [
                    make(BatchObject.MultiTargetRefProps.self) {
                        $0.propName = pick(["r", "rs"])
                        $0.targetCollection = collection()
                        $0.uuids = list(3) { $0.anyID() }
                    }
                ] : []
        }
    }

    private mutating func value(depth: Int) -> ProtobufValue {
        make(ProtobufValue.self) {
            switch random.next() % (depth < 3 ? 8 : 5) {
            case 0, 1: $0.kind = .stringValue(text())
            case 2: $0.kind = .numberValue(number())
            case 3: $0.kind = .boolValue(chance(2))
            case 4: $0.kind = chance(4) ? nil : .nullValue(.nullValue)
            case 5:
                $0.kind = .listValue(
                    make(ProtobufListValue.self) { $0.values = list(3) { $0.value(depth: depth + 1) } })
            default:
                $0.kind = .structValue(
                    make(ProtobufStruct.self) { message in
                        message.fields = ["latitude", "longitude"].map { key in
                            make(ProtobufStruct.FieldsEntry.self) {
                                $0.key = key
                                $0.value = value(depth: depth + 1)
                            }
                        }
                    })
            }
        }
    }

    private mutating func reference() -> BatchReference {
        make(BatchReference.self) {
            $0.name = pick(["r", "rs", "t", "zz", ""])
            $0.fromCollection = collection()
            $0.fromUuid = anyID()
            $0.toUuid = anyID()
            $0.toCollection = maybe(3) { $0.collection() }
            $0.tenant = tenant()
        }
    }

    mutating func stream() -> FuzzCall {
        var messages: [BatchStreamRequest.Message?] = [.start(BatchStreamRequest.Start())]
        messages += list(4) { generator in
            .data(
                make(BatchStreamRequest.Data.self) {
                    $0.objects = generator.maybe(2) { generator in
                        make(BatchStreamRequest.Data.Objects.self) { $0.values = generator.list(5, Self.object) }
                    }
                    $0.references = generator.maybe(3) { generator in
                        make(BatchStreamRequest.Data.References.self) { $0.values = generator.list(3, Self.reference) }
                    }
                })
        }
        if chance(2) { messages.append(.stop(BatchStreamRequest.Stop())) }
        if chance(8) { messages.shuffle(using: &random) }
        if chance(12) { messages.append(nil) }
        return FuzzCall(
            method: .batchStream,
            messages: messages.map { content in make(BatchStreamRequest.self) { $0.message = content }.protobufBytes() }
        )
    }

    static func object(_ generator: inout Self) -> BatchObject { generator.object() }
    static func reference(_ generator: inout Self) -> BatchReference { generator.reference() }
}
