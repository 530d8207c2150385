// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Observability

/// How fast vectors, pictures and trees are read and written.
///
/// ```
/// JSONBenchmark [--smoke]
/// ```
@main struct JSONBenchmark {
    static func main() throws {
        let isSmoke = CommandLine.arguments.contains("--smoke")
        let rounds = isSmoke ? 3 : 200
        let random = SeededFloats(seed: 7)
        let vector = random.prefix(2048).map { $0 }

        let shortest = text { $0.floats(vector) }
        let asDoubles = Array("[\(vector.map { "\(Double($0))" }.joined(separator: ", "))]".utf8)
        try measure("read 2048 floats, shortest text", bytes: shortest.count, rounds: rounds) {
            var reader = JSONReader(shortest)
            try check(reader.readFloats() == vector)
        }
        try measure("read 2048 floats, 17 digits", bytes: asDoubles.count, rounds: rounds) {
            var reader = JSONReader(asDoubles)
            try check(reader.readFloats() == vector)
        }
        measure("write 2048 floats", bytes: shortest.count, rounds: rounds) {
            _ = text { $0.floats(vector) }
        }

        let picture = Array("\"\(String(repeating: "QUJD/+09", count: 100 << 7))\"".utf8)
        try measure("read 100 KB of base64 in place", bytes: picture.count, rounds: rounds) {
            var reader = JSONReader(picture)
            try check(reader.readStringBytes().count == picture.count - 2)
        }
        let string = String(repeating: "Träumerei ", count: 10_000)
        let encoded = text { $0.string(string) }
        try measure("read 110 KB of text", bytes: encoded.count, rounds: rounds) {
            var reader = JSONReader(encoded)
            try check(reader.readString().utf8.count == string.utf8.count)
        }
        measure("write 110 KB of text", bytes: encoded.count, rounds: rounds) {
            _ = text { $0.string(string) }
        }

        let item =
            #"{"class":"Meme","id":"36ddd591-2dee-4e7e-a3cc-eb86d30a4303","properties":{"title":"a","likes":12,"tags":["x","y"]}}"#
        let batch = Array("[\(Array(repeating: item, count: isSmoke ? 100 : 10_000).joined(separator: ","))]".utf8)
        try measure("build a tree of small objects", bytes: batch.count, rounds: max(1, rounds / 20)) {
            _ = try JSONValue(parsing: batch)
        }
        try measure("pass over the same", bytes: batch.count, rounds: max(1, rounds / 20)) {
            var reader = JSONReader(batch)
            try reader.skipValue()
        }
        let large = Array(
            "[\(Array(repeating: String(decoding: asDoubles, as: UTF8.self), count: isSmoke ? 5 : 1200).joined(separator: ","))]"
                .utf8)
        try measure("pass over a large batch of vectors", bytes: large.count, rounds: 1) {
            var reader = JSONReader(large)
            try reader.skipValue()
        }
        try measure("read the vectors of a large batch", bytes: large.count, rounds: 1) {
            var reader = JSONReader(large)
            try reader.beginArray()
            while try reader.nextElement() { try check(reader.readFloats().count == vector.count) }
        }
    }

    private struct WrongResult: Error {}

    private static func check(_ isRight: Bool) throws {
        if !isRight { throw WrongResult() }
    }

    private static func text(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        write(&writer)
        return writer.bytes
    }

    /// Prints the median of `rounds` runs.
    private static func measure(_ name: String, bytes: Int, rounds: Int, _ body: () throws -> Void) rethrows {
        var times: [Double] = []
        for _ in 0..<rounds {
            let watch = Stopwatch()
            try body()
            times.append(watch.elapsed.inSeconds)
        }
        let median = times.sorted()[times.count / 2]
        let microseconds = (median * 1e7).rounded() / 10
        let rate = (Double(bytes) / median / 1e6).rounded()
        print("\(name): \(microseconds) us, \(bytes) bytes, \(Int(rate)) MB/s")
    }
}

/// Values as embeddings have them: most between -1 and 3.
struct SeededFloats: Sequence, IteratorProtocol {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> Float? {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(state >> 40) / Float(1 << 22) - 1
    }
}
