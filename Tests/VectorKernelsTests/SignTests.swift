// SPDX-License-Identifier: Apache-2.0

import RandomNumbers
import Testing

@testable import VectorKernels

private func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}

@Suite struct SignKernelTests {
    @Test(arguments: KernelTier.all.map(\.name), [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 512])
    func `agree with the reference at every length`(name: String, blocks: Int) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        let signs = bytes(blocks * 16 + 1, seed: UInt64(blocks))
        let query = bytes(blocks * 64 + 1, seed: UInt64(blocks) + 99)
        for offset in 0...1 {
            let a = signs.span.extracting(offset..<offset + blocks * 16)
            let b = query.span.extracting(offset..<offset + blocks * 64)
            let product = tier.dot(signs: a, query: b)
            let expected = ReferenceKernels.dot(signs: a, query: b)
            #expect(product == expected)
        }
    }

    @Test(arguments: KernelTier.all.map(\.name))
    func `count all bits and none`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        for blocks in [1, 4, 5, 512] {
            let ones = [UInt8](repeating: 255, count: blocks * 64)
            let zeros = [UInt8](repeating: 0, count: blocks * 64)
            let all = tier.dot(signs: ones.span.extracting(first: blocks * 16), query: ones.span)
            #expect(all == UInt32(blocks * 128 * 15))
            let none = tier.dot(signs: ones.span.extracting(first: blocks * 16), query: zeros.span)
            #expect(none == 0)
        }
    }
}

@Suite struct SignScanTests {
    /// Vectors of many dimensions that differ in a few directions only, as embeddings do.
    private func vectors(_ count: Int, _ dimensions: Int) -> [[Float]] {
        var generator = SplitMix64(seed: UInt64(dimensions))
        func numbers(_ count: Int) -> [Float] {
            (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
        }
        let directions = (0..<16).map { _ in numbers(dimensions) }
        return (0..<count).map { _ in
            zip(numbers(16), directions).reduce(into: [Float](repeating: 0, count: dimensions)) { vector, part in
                for dimension in vector.indices { vector[dimension] += part.0 * part.1[dimension] }
            }
        }
    }

    private func scanned(_ context: SearchContext, _ store: CodeStore, _ query: [Float], expected: Int) -> [Candidate] {
        let hasBegun = context.begin(query.span, in: store)
        #expect(hasBegun)
        #expect(context.keep(20, of: expected, in: store))
        context.scan(0..<store.count, in: store, allowed: nil)
        return context.takeScanned(in: store)
    }

    @Test(arguments: KernelTier.all.map(\.name), [512, 640, 1000])
    func `find what scans by codes find, with the same distances`(name: String, dimensions: Int) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        let vectors = vectors(2000, dimensions)
        for metric in [CodeLayout.Metric.cosine, .dot, .l2Squared] {
            let layout = CodeLayout(
                metric: metric, format: .planes, dimensions: dimensions, maxConnections: 0, levelSeed: 1,
                rotationSeed: 2)
            let store = try #require(CodeStore(layout: layout, tier: tier))
            let context = try #require(SearchContext())
            let fits = context.fit(to: store)
            #expect(fits)
            #expect(store.grow(by: vectors.count))
            for (slot, vector) in vectors.enumerated() {
                store.encode(vector.span, document: UInt32(slot), at: UInt32(slot), with: context)
                store.setState(.occupied, of: UInt32(slot))
            }
            for query in vectors.prefix(10) {
                // With few expected the codes are measured at once.
                let byCodes = scanned(context, store, query, expected: 0).prefix(10)
                let bySigns = scanned(context, store, query, expected: vectors.count)
                #expect(Set(bySigns).isSuperset(of: byCodes), "\(metric)")
            }
        }
    }

    @Test func `keep equal vectors apart from nothing`() throws {
        let layout = CodeLayout(
            metric: .cosine, format: .planes, dimensions: 512, maxConnections: 0, levelSeed: 1, rotationSeed: 2)
        let store = try #require(CodeStore(layout: layout))
        let context = try #require(SearchContext())
        let fits = context.fit(to: store)
        #expect(fits)
        #expect(store.grow(by: 1000))
        let vector = [Float](repeating: 0.25, count: 512)
        let zero = [Float](repeating: 0, count: 512)
        for slot in 0..<UInt32(1000) {
            store.encode((slot % 2 == 0 ? vector : zero).span, document: slot, at: slot, with: context)
            store.setState(.occupied, of: slot)
        }
        let found = scanned(context, store, vector, expected: 1000)
        #expect(found.count >= 20)
        #expect(found.allSatisfy { $0.slot % 2 == 0 })
    }
}
