// SPDX-License-Identifier: Apache-2.0

import Foundation
import Protobuf
import RandomNumbers
import WeaviateMessages

/// How fast messages are read and written: vectors, which are copied, and properties, which are many small values.
///
/// ```
/// ProtobufBenchmark [--smoke]
/// ```
/// `Benchmarks/protobuf_yardstick.py` does the same with Google's protobuf for Python, which is upb.
@main struct ProtobufBenchmark {
    static func main() throws {
        let rounds = CommandLine.arguments.contains("--smoke") ? 3 : 500
        var random = SplitMix64(seed: 7)
        try measure("SearchReply, 10 vectors of 2048 floats", searchReply(isOld: false, &random), rounds: rounds)
        try measure("SearchReply, the same as lists of floats", searchReply(isOld: true, &random), rounds: rounds)
        try measure("BatchObjectsRequest, 100 vectors of 2048 floats", batchOfVectors(&random), rounds: rounds)
        try measure("BatchObjectsRequest, 1000 objects of 8 properties", batchOfProperties(&random), rounds: rounds)
        try measure("SearchReply, 1000 objects of 8 properties", replyOfProperties(&random), rounds: rounds)
    }

    private struct WrongResult: Error {}

    /// Prints the medians of `rounds` runs.
    private static func measure<Message: ProtobufMessage>(_ name: String, _ message: Message, rounds: Int) throws {
        let bytes = message.protobufBytes()
        var reading: [Double] = []
        var writing: [Double] = []
        let clock = ContinuousClock()
        for _ in 0..<rounds {
            var decoded = Message()
            reading.append(try clock.measure { decoded = try Message(protobuf: bytes) { _ in } } / .seconds(1))
            var encoded: [UInt8] = []
            writing.append(clock.measure { encoded = decoded.protobufBytes() } / .seconds(1))
            if encoded != bytes { throw WrongResult() }
        }
        print("\(name), \(bytes.count) bytes: read \(rate(reading, bytes)), write \(rate(writing, bytes))")
    }

    private static func rate(_ times: [Double], _ bytes: [UInt8]) -> String {
        let median = times.sorted()[times.count / 2]
        return "\((median * 1e7).rounded() / 10) us, \(Int(Double(bytes.count) / median / 1e6)) MB/s"
    }

    // MARK: Messages

    private static func vector(_ random: inout SplitMix64) -> [Float] {
        (0..<2048).map { _ in Float.random(in: -1..<3, using: &random) }
    }

    private static func vectorBytes(_ random: inout SplitMix64) -> [UInt8] {
        vector(&random).flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) } }
    }

    private static func text(_ count: Int, _ random: inout SplitMix64) -> String {
        String((0..<count).map { _ in "abcdefghij klmnop".randomElement(using: &random) ?? "a" })
    }

    private static func searchReply(isOld: Bool, _ random: inout SplitMix64) -> SearchReply {
        var reply = SearchReply()
        for _ in 0..<10 {
            var metadata = MetadataResult()
            metadata.id = text(36, &random)
            if isOld { metadata.vector = vector(&random) } else { metadata.vectorBytes = vectorBytes(&random) }
            var result = SearchResult()
            result.metadata = metadata
            reply.results.append(result)
        }
        return reply
    }

    private static func batchOfVectors(_ random: inout SplitMix64) -> BatchObjectsRequest {
        var request = BatchObjectsRequest()
        for _ in 0..<100 {
            var object = BatchObject()
            (object.uuid, object.collection) = (text(36, &random), "Meme")
            object.vectorBytes = vectorBytes(&random)
            request.objects.append(object)
        }
        return request
    }

    private static func batchOfProperties(_ random: inout SplitMix64) -> BatchObjectsRequest {
        var request = BatchObjectsRequest()
        for _ in 0..<1000 {
            var properties = BatchObject.Properties()
            var values = ProtobufStruct()
            for index in 0..<8 {
                var entry = ProtobufStruct.FieldsEntry()
                entry.key = "property\(index)"
                entry.value.kind =
                    index % 2 == 0
                    ? .stringValue(text(4 + 4 * index, &random)) : .numberValue(.random(in: 0..<1, using: &random))
                values.fields.append(entry)
            }
            properties.nonRefProperties = values
            var object = BatchObject()
            (object.uuid, object.collection, object.properties) = (text(36, &random), "Meme", properties)
            request.objects.append(object)
        }
        return request
    }

    private static func replyOfProperties(_ random: inout SplitMix64) -> SearchReply {
        var reply = SearchReply()
        for _ in 0..<1000 {
            var properties = PropertiesResult()
            properties.targetCollection = "Meme"
            var values = Properties()
            for index in 0..<8 {
                var entry = Properties.FieldsEntry()
                entry.key = "property\(index)"
                entry.value.kind =
                    index % 2 == 0
                    ? .textValue(text(4 + 4 * index, &random)) : .intValue(.random(in: 0..<100_000, using: &random))
                values.fields.append(entry)
            }
            properties.nonRefProps = values
            var metadata = MetadataResult()
            (metadata.id, metadata.idAsBytes) = (text(36, &random), Array(repeating: 7, count: 16))
            (metadata.distance, metadata.distancePresent) = (.random(in: 0..<2, using: &random), true)
            var result = SearchResult()
            (result.properties, result.metadata) = (properties, metadata)
            reply.results.append(result)
        }
        return reply
    }
}
