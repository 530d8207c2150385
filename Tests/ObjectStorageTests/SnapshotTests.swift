// SPDX-License-Identifier: Apache-2.0

import DataModel
import Synchronization
import Testing
import VectorIndexes

@testable import ObjectStorage

struct SnapshotTests {
    private let storage: Storage
    private let queue: CommitQueue
    private let vector = VectorID(0)

    init() throws {
        storage = try Storage()
        queue = try CommitQueue(environment: storage.environment)
    }

    private var shard: ShardAddress { storage.shard }

    private func segment(_ name: SegmentName) throws -> [UInt8]? {
        try storage.environment.read { transaction throws in
            var bytes: [UInt8]?
            let isThere = try transaction.segments(of: vector, in: shard).withSegment(name) { span in
                bytes = (0..<span.byteCount).compactMap { Key.number(UInt8.self, in: span, at: $0) }
            }
            #expect(isThere == (bytes != nil))
            return bytes
        }
    }

    private func put(_ value: [UInt8], _ name: SegmentName, to writer: inout SegmentWriter) throws {
        try writer.put(name, unsafe value.span.bytes)
    }

    /// How many segments are kept, of whatever generation.
    private func keptCount() throws -> Int {
        try storage.environment.read { transaction throws in
            var count = 0
            let prefix = Key.inShard(.segment, shard)
            try transaction.scan(prefix: prefix, from: prefix) { _, _ in
                count += 1
                return true
            }
            return count
        }
    }

    @Test func `a snapshot is there once its header is`() async throws {
        #expect(try segment(SegmentName(.header, 0)) == nil)
        var writer = SegmentWriter(queue: queue, vector: vector, shard: shard)
        try put([1, 2], SegmentName(.codes, 0), to: &writer)
        try put([3], SegmentName(.codes, 1), to: &writer)
        #expect(try segment(SegmentName(.codes, 0)) == nil)
        try put([9], SegmentName(.header, 0), to: &writer)
        #expect(try segment(SegmentName(.codes, 0)) == [1, 2])
        #expect(try segment(SegmentName(.codes, 1)) == [3])
        #expect(try segment(SegmentName(.header, 0)) == [9])
        #expect(try segment(SegmentName(.links, 0)) == nil)
        #expect(try storage.problems() == [])
        await queue.close()
    }

    @Test func `the snapshot before stays whole until the next one is, and then goes`() async throws {
        var writer = SegmentWriter(queue: queue, vector: vector, shard: shard)
        for number in 0..<100 as Range<UInt32> { try put([1], SegmentName(.links, number), to: &writer) }
        try put([1], SegmentName(.header, 0), to: &writer)
        // The same writer begins another one.
        try put([2], SegmentName(.links, 0), to: &writer)
        #expect(try segment(SegmentName(.links, 0)) == [1])
        #expect(try segment(SegmentName(.links, 99)) == [1])
        try put([2], SegmentName(.header, 0), to: &writer)
        #expect(try segment(SegmentName(.links, 0)) == [2])
        #expect(try segment(SegmentName(.links, 1)) == nil)
        #expect(try keptCount() == 2)
        await queue.close()
    }

    @Test func `segments that are as before are kept, not stored again`() async throws {
        var writer = SegmentWriter(queue: queue, vector: vector, shard: shard)
        for round in 1...3 as ClosedRange<UInt8> {
            try put([7, 7], SegmentName(.codes, 0), to: &writer)
            try put([round], SegmentName(.codes, 1), to: &writer)
            try put([round], SegmentName(.header, 0), to: &writer)
            #expect(try segment(SegmentName(.codes, 0)) == [7, 7])
            #expect(try segment(SegmentName(.codes, 1)) == [round])
            #expect(try keptCount() == 3)
            #expect(try storage.problems() == [])
        }
        let state = try storage.environment.read { try $0.snapshotState(keys) }
        #expect(state.inherited == [SegmentName(.codes, 0): 1])
        // One that stops in the middle takes nothing away.
        try put([7, 7], SegmentName(.codes, 0), to: &writer)
        try put([9], SegmentName(.codes, 1), to: &writer)
        var next = SegmentWriter(queue: queue, vector: vector, shard: shard)
        try put([7, 8], SegmentName(.codes, 0), to: &next)
        #expect(try segment(SegmentName(.codes, 0)) == [7, 7])
        #expect(try segment(SegmentName(.codes, 1)) == [3])
        try put([4], SegmentName(.header, 0), to: &next)
        #expect(try segment(SegmentName(.codes, 0)) == [7, 8])
        #expect(try keptCount() == 2)
        await queue.close()
    }

    private var keys: SnapshotKeys { SnapshotKeys(VectorAddress(shard: shard, vector: vector)) }

    @Test func `the check finds an inherited segment missing, until the snapshot is removed`() async throws {
        var writer = SegmentWriter(queue: queue, vector: vector, shard: shard)
        for round in 1...2 as ClosedRange<UInt8> {
            for number in 0..<3 as Range<UInt32> { try put([7], SegmentName(.codes, number), to: &writer) }
            try put([round], SegmentName(.header, 0), to: &writer)
        }
        #expect(try storage.problems() == [])
        let lost = keys.segment(SegmentName(.codes, 1), of: 1)
        try storage.environment.write { try $0.removeValue(for: lost) }
        #expect(try storage.problems() == ["\(Key.describe(lost)): the segment is missing, and snapshot 2 inherits it"])
        // What the state of a removed snapshot says of segments means nothing.
        _ = try storage.environment.write { try $0.removeSnapshot(of: vector, in: shard) }
        #expect(try storage.problems() == [])
        await queue.close()
    }

    @Test func `a state of version 1 inherits nothing`() throws {
        let bytes: [UInt8] = [1, 5, 0, 0, 0, 6, 0, 0, 0]
        let state = try SnapshotState(unsafe bytes.span.bytes, key: [0])
        #expect(state.current == 5)
        #expect(state.inherited.isEmpty)
        #expect(state.generation(of: SegmentName(.codes, 3)) == 5)
    }

    @Test func `what an unfinished writer left goes with the next one`() async throws {
        var first = SegmentWriter(queue: queue, vector: vector, shard: shard)
        try put([1], SegmentName(.codes, 0), to: &first)
        try put([1], SegmentName(.header, 0), to: &first)
        var unfinished = SegmentWriter(queue: queue, vector: vector, shard: shard)
        for number in 0..<70 as Range<UInt32> { try put([2], SegmentName(.codes, number), to: &unfinished) }
        #expect(try storage.problems() == [])
        var next = SegmentWriter(queue: queue, vector: vector, shard: shard)
        try put([3], SegmentName(.codes, 5), to: &next)
        #expect(try keptCount() == 3)
        #expect(try segment(SegmentName(.codes, 0)) == [1])
        try put([3], SegmentName(.header, 0), to: &next)
        #expect(try keptCount() == 2)
        #expect(try segment(SegmentName(.codes, 5)) == [3])
        await queue.close()
    }

    @Test func `the largest segment fits, also an empty one`() async throws {
        var writer = SegmentWriter(queue: queue, vector: vector, shard: shard)
        let largest = [UInt8](repeating: 7, count: 4 << 20 | 64 << 10)
        try put(largest, SegmentName(.codes, 0), to: &writer)
        try put([], SegmentName(.slots, 0), to: &writer)
        try put([1], SegmentName(.header, 0), to: &writer)
        #expect(try segment(SegmentName(.codes, 0)) == largest)
        #expect(try segment(SegmentName(.slots, 0)) == [])
        await queue.close()
    }

    @Test func `indexes of other vectors and shards are not touched`() async throws {
        let second = try storage.environment.write { try $0.createShard(named: "second", of: shard.collection) }
        var writers = [
            SegmentWriter(queue: queue, vector: vector, shard: shard),
            SegmentWriter(queue: queue, vector: VectorID(1), shard: shard),
            SegmentWriter(queue: queue, vector: vector, shard: second),
        ]
        for (number, position) in writers.indices.enumerated() {
            try put([UInt8(number)], SegmentName(.header, 0), to: &writers[position])
        }
        _ = try storage.environment.write { try $0.removeSnapshot(of: VectorID(1), in: shard) }
        #expect(try segment(SegmentName(.header, 0)) == [0])
        try storage.environment.read { transaction throws in
            let name = SegmentName(.header, 0)
            #expect(try transaction.segments(of: VectorID(1), in: shard).withSegment(name) { _ in } == false)
            #expect(try transaction.segments(of: vector, in: second).withSegment(name) { _ in })
        }
        await queue.close()
    }

    @Test func `all segments are lent at once, missing ones as nothing`() async throws {
        var writer = SegmentWriter(queue: queue, vector: vector, shard: shard)
        for number in 0..<50 as Range<UInt32> { try put([UInt8(number)], SegmentName(.links, number), to: &writer) }
        try put([9], SegmentName(.header, 0), to: &writer)
        let names = (0..<60 as Range<UInt32>).map { SegmentName(.links, $0) }
        let seen = Mutex<[Int: [UInt8]?]>([:])
        try storage.environment.read { transaction throws in
            try transaction.segments(of: vector, in: shard).withSegments(names) { position, bytes in
                var byte: [UInt8]?
                if let bytes, let number = Key.number(UInt8.self, in: bytes, at: 0) { byte = [number] }
                seen.withLock { [byte] in _ = $0.updateValue(byte, forKey: position) }
            }
        }
        let expected = Dictionary(uniqueKeysWithValues: (0..<60).map { ($0, $0 < 50 ? [UInt8($0)] : nil) })
        #expect(seen.withLock { $0 } == expected)
        await queue.close()
    }

    @Test func `of several failures the first segment's is told`() async throws {
        struct Failure: Error, Equatable { var position: Int }
        let names = (0..<40 as Range<UInt32>).map { SegmentName(.links, $0) }
        try storage.environment.read { transaction throws in
            _ = #expect(throws: Failure(position: 7)) {
                try transaction.segments(of: vector, in: shard).withSegments(names) { position, _ in
                    if position >= 7 { throw Failure(position: position) }
                }
            }
        }
        await queue.close()
    }

    @Test func `writing for a shard that was dropped is refused`() async throws {
        var writer = SegmentWriter(queue: queue, vector: vector, shard: shard)
        try put([1], SegmentName(.codes, 0), to: &writer)
        try await queue.submit { [shard] in try $0.dropShard(shard) }
        #expect(throws: StorageError.noSuchShard(shard)) { try put([1], SegmentName(.header, 0), to: &writer) }
        await queue.close()
    }
}
