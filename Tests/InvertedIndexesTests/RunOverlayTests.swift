// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import Testing

/// Edits that are kept as runs, against the same edits carried out at once.
@Suite struct RunOverlayTests {
    /// All entries that a scan shows.
    private static func entries(of store: some OrderedReading, prefix: [UInt8] = []) throws -> [[UInt8]: [UInt8]] {
        var found: [[UInt8]: [UInt8]] = [:]
        var last: [UInt8] = []
        try store.scan(prefix: prefix, from: prefix) { key, value in
            let key = (0..<key.byteCount).map { unsafe key.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
            #expect(last.lexicographicallyPrecedes(key), "keys ascend")
            last = key
            found[key] = (0..<value.byteCount).map { unsafe value.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
            return true
        }
        return found
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `what is read through runs is what would be stored without them`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        // Everything is carried out here at once, and there in runs.
        var shard = Shard(ModelTests.properties, settings: ModelTests.settings)
        let base = MemoryStore()
        var runs: [[UInt8]] = []
        for round in 0..<10 {
            var batch = PostingBatch()
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                let number = ModelTests.numbers.randomElement(using: &generator)!  // The list is not empty.
                if Int.random(in: 0..<3, using: &generator) == 0 {
                    shard.remove(number, in: &batch)
                } else {
                    shard.put(
                        number, ModelTests.values(&generator), creationTime: Int64(round), updateTime: 7, in: &batch)
                }
            }
            if let run = batch.encodedRun() { runs.append(run) }
            try batch.flush(into: shard.store)
            let overlay = RunOverlay(base: base, runs: RunsInMemory(runs: runs))
            #expect(try Self.entries(of: overlay) == shard.store.entries, "seed \(seed), round \(round)")
            for (key, value) in shard.store.entries {
                #expect(try overlay.withValue(for: key) { $0?.byteCount } == value.count)
            }
            for prefix in Set(shard.store.entries.keys.map { Array($0.prefix(3)) }) {
                #expect(
                    try overlay.withLastKey(prefix: prefix) { $0?.byteCount }
                        == shard.store.withLastKey(prefix: prefix) { $0?.byteCount })
            }
            #expect(try overlay.withValue(for: [3, 0, 1, 99]) { $0 == nil })
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                try PostingRun.merge(RunsInMemory(runs: runs), into: base)
                runs = []
            // The oldest alone, as where there is little time.
            case 1 where !runs.isEmpty:
                try PostingRun.merge(RunsInMemory(runs: [runs.removeFirst()]), into: base)
            case 2: runs = try PostingRun.joined(RunsInMemory(runs: runs)).map { [$0] } ?? []
            default: break
            }
        }
        try PostingRun.merge(RunsInMemory(runs: runs), into: base)
        #expect(base.entries == shard.store.entries, "seed \(seed)")
    }

    @Test func `bytes that are no run are refused, wherever they are cut`() throws {
        var shard = Shard(ModelTests.properties, settings: ModelTests.settings)
        var generator = SeededGenerator(seed: 7)
        var batch = PostingBatch()
        for number: UInt32 in 0..<8 {
            shard.put(number, ModelTests.values(&generator), creationTime: 1, updateTime: 7, in: &batch)
        }
        let run = try #require(batch.encodedRun())
        for length in 0..<run.count {
            #expect(throws: IndexDamage.malformedRun, "\(length) of \(run.count) bytes") {
                try PostingRun.merge(RunsInMemory(runs: [Array(run[..<length])]), into: MemoryStore())
            }
        }
        // A spoiled byte may change what is read, but nothing else happens.
        for position in stride(from: 0, to: run.count, by: 41) {
            var spoiled = run
            spoiled[position] ^= 0xA5
            let overlay = RunOverlay(base: MemoryStore(), runs: RunsInMemory(runs: [spoiled]))
            _ = try? overlay.scan(prefix: [], from: []) { _, _ in true }
        }
    }

    @Test func `many removals of one entry fit into a run`() throws {
        var shard = Shard([:])
        var batch = PostingBatch()
        for number: UInt32 in 0..<65_536 { shard.put(number, [:], in: &batch) }
        var runs: [[UInt8]] = []
        runs.append(try #require(batch.encodedRun()))
        batch = PostingBatch()
        for number: UInt32 in 0..<65_536 { shard.remove(number, in: &batch) }
        runs.append(try #require(batch.encodedRun()))
        #expect(try Self.entries(of: RunOverlay(base: MemoryStore(), runs: RunsInMemory(runs: runs))).isEmpty)
    }
}
