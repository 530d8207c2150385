// SPDX-License-Identifier: Apache-2.0

import CSystem
import DataModel
import DatabaseCore
import Foundation
import ImageVectorizer
import JSON
import ObjectStorage
import Observability
import RandomNumbers

/// Measures what many small shards cost, beside a database with one: memory, opening, writes, searches.
///
/// `ShardBenchmark [--shards N] [--vectors N] [--dimensions N] [--smoke]`; the goals are those of 10,000 shards with 20
/// vectors each. Writes are not flushed to the medium, so that what they cost the processor is not hidden behind it.
@main
struct ShardBenchmark {
    var shardCount = 10_000
    var vectorsInShard = 20
    var dimensions = 64
    var repetitions = 2_000

    static func main() async throws {
        var benchmark = Self()
        if CommandLine.arguments.contains("--smoke") {
            benchmark.shardCount = 100
            benchmark.repetitions = 50
        }
        benchmark.shardCount = number(after: "--shards") ?? benchmark.shardCount
        benchmark.vectorsInShard = number(after: "--vectors") ?? benchmark.vectorsInShard
        benchmark.dimensions = number(after: "--dimensions") ?? benchmark.dimensions
        try await benchmark.run()
    }

    private static func number(after flag: String) -> Int? {
        guard let position = CommandLine.arguments.firstIndex(of: flag),
            position + 1 < CommandLine.arguments.count
        else { return nil }
        return Int(CommandLine.arguments[position + 1]).flatMap { $0 > 0 ? $0 : nil }
    }

    private func run() async throws {
        print("\(shardCount) shards of \(vectorsInShard) vectors, \(dimensions) dimensions; beside one such shard")
        var one = try await ShardDatabase(shardCount: 1, vectorsInShard: vectorsInShard, dimensions: dimensions)
        var many = try await ShardDatabase(
            shardCount: shardCount, vectorsInShard: vectorsInShard, dimensions: dimensions)
        defer {
            one.removeFolder()
            many.removeFolder()
        }
        _ = try await one.fill()
        report("making and filling a shard", try await many.fill() / shardCount, "")

        for isLazy in [false, true] {
            await many.close()
            // What was freed must not hide what is taken.
            nt_trim_memory()
            let before = ProcessMemory.now
            let opening = try many.open(loadsShardsAtStart: !isLazy)
            let memory = ProcessMemory.now
            let isWhole = shardCount == 10_000
            let name = isLazy ? "lazy" : "eager"
            report("start to ready, \(name)", opening, isWhole ? "goal: under 1 s" : "")
            print(
                "memory of a shard, \(name): \((memory.anonymousBytes - before.anonymousBytes) / shardCount) bytes, "
                    + "\(memory.mappings - before.mappings) mappings for all"
                    + (isLazy ? "" : "; goal: under 40,000 bytes, less than one mapping"))
        }
        report("first search of a shard", try await many.firstSearches(min(repetitions, shardCount)), "")
        try await compare(one, many)
        await one.close()
        await many.close()
    }

    private func compare(_ one: ShardDatabase, _ many: ShardDatabase) async throws {
        for (name, goal, measure) in [
            ("write", "; goal: within 1.5", { try await $0.write($1) }),
            ("search", "", { try await $0.search($1) }),
        ] as [(String, String, (ShardDatabase, Int) async throws -> Duration)] {
            var times: (one: [Duration], many: [Duration]) = ([], [])
            // In turns, so that both meet the same state of the machine.
            for number in 0..<repetitions {
                times.one.append(try await measure(one, number))
                times.many.append(try await measure(many, number))
            }
            let (few, lot) = (Self.median(times.one), Self.median(times.many))
            report("\(name), one shard", few, "")
            report("\(name), \(shardCount) shards", lot, "\(Self.rounded(lot / few)) x\(goal)")
        }
    }

    private func report(_ name: String, _ time: Duration, _ remark: String) {
        let microseconds = time / .microseconds(1)
        let text =
            microseconds < 10_000 ? "\(Self.rounded(microseconds)) µs" : "\(Self.rounded(microseconds / 1_000)) ms"
        print("\(name): \(text)" + (remark.isEmpty ? "" : "  (\(remark))"))
    }

    private static func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }

    private static func median(_ times: [Duration]) -> Duration { times.sorted()[times.count / 2] }
}

/// What the system says of this process.
struct ProcessMemory {
    var anonymousBytes: Int
    var mappings: Int

    static var now: Self {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        let kilobytes = line?.split(separator: " ").compactMap { Int($0) }.first ?? 0
        let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
        return Self(anonymousBytes: kilobytes << 10, mappings: maps.split(separator: "\n").count)
    }
}
