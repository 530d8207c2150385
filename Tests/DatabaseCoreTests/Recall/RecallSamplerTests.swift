// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Synchronization
import Testing
import VectorIndexes

@testable import DatabaseCore

@Suite struct RecallSamplerTests {
    /// A clock that tests set.
    private final class Clock: Sendable {
        let time = Mutex(Duration.zero)
        func advance(_ duration: Duration) { time.withLock { $0 += duration } }
    }

    private let clock = Clock()

    private func sampler(_ limits: RecallSampler.Limits) -> RecallSampler {
        RecallSampler(limits: limits, seed: 1, clock: { [clock] in clock.time.withLock { $0 } })
    }

    private func index() -> ShardVectorIndex {
        ShardVectorIndex(
            vector: VectorID(0), shard: ShardAddress(CollectionID(1), ShardID(0)),
            configuration: VectorIndexConfiguration())
    }

    private func sample(
        _ index: ShardVectorIndex, dimensions: Int = 2, count: Int = 10, allowed: DocumentBits? = nil
    ) -> RecallSample {
        RecallSample(
            index: index, query: [Float](repeating: 1, count: dimensions), count: count, allowed: allowed)
    }

    @Test func `the first searches of each index are taken, and then none where the share picks none`() {
        let sampler = sampler(.init(share: 1e-18, firstCount: 3))
        for index in [index(), index()] {
            #expect((0..<5).map { _ in sampler.offer(sample(index)) } == [true, true, true, false, false])
        }
    }

    @Test func `a share of 0 takes none, not even the first`() {
        let sampler = sampler(.init(share: 0))
        #expect(!sampler.offer(sample(index())))
        #expect(sampler.waitingCount == 0)
    }

    @Test func `about the share of all searches is taken`() {
        let sampler = sampler(.init(share: 0.01, firstCount: 0, countPerMinute: 1_000_000))
        let index = index()
        var taken = 0
        for _ in 0..<100_000 where sampler.offer(sample(index)) {
            taken += 1
            _ = sampler.next()
        }
        #expect((900...1_100).contains(taken))
    }

    @Test func `no more wait than may wait, and the one that waited longest comes first`() {
        let sampler = sampler(.init(share: 1, waitingCount: 2))
        let index = index()
        #expect((1...3).map { sampler.offer(sample(index, count: $0)) } == [true, true, false])
        #expect(sampler.next()?.count == 1)
        #expect(sampler.offer(sample(index, count: 4)))
        #expect(sampler.next()?.count == 2)
        #expect(sampler.next()?.count == 4)
        #expect(sampler.next() == nil)
    }

    @Test func `what waits is bounded in bytes, filters included`() {
        let sampler = sampler(.init(share: 1, waitingBytes: 1_000))
        let index = index()
        #expect(sampler.offer(sample(index, dimensions: 125)))
        #expect(!sampler.offer(sample(index, allowed: DocumentBits(words: [UInt64](repeating: 1, count: 63)))))
        #expect(sampler.offer(sample(index, allowed: DocumentBits(words: [UInt64](repeating: 1, count: 61)))))
        _ = sampler.next()
        #expect(sampler.offer(sample(index, dimensions: 125)))
    }

    @Test func `only so many are taken in a minute`() {
        let sampler = sampler(.init(share: 1, waitingCount: 100, countPerMinute: 6))
        let index = index()
        #expect((0..<10).count { _ in sampler.offer(sample(index)) } == 6)
        clock.advance(.seconds(9))
        #expect(!sampler.offer(sample(index)))
        clock.advance(.seconds(2))
        #expect((0..<10).count { _ in sampler.offer(sample(index)) } == 1)
        clock.advance(.seconds(3600))
        #expect((0..<10).count { _ in sampler.offer(sample(index)) } == 6)
    }

    @Test func `an index whose search values change has its first searches taken again`() {
        let sampler = sampler(.init(share: 1e-18, firstCount: 1))
        let index = index()
        #expect((0..<2).map { _ in sampler.offer(sample(index)) } == [true, false])
        index.reconfigure(VectorIndexConfiguration())
        #expect(!sampler.offer(sample(index)))
        index.reconfigure(VectorIndexConfiguration(ef: 500))
        #expect(sampler.offer(sample(index)))
    }
}
