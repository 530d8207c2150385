// SPDX-License-Identifier: Apache-2.0

import RandomNumbers
import Testing

@testable import VectorKernels

private func layout(_ metric: CodeLayout.Metric, _ dimensions: Int, connections: Int = 0) -> CodeLayout {
    CodeLayout(
        metric: metric,
        format: metric == .manhattan || metric == .hamming ? .floats : dimensions >= 512 ? .planes : .bytes,
        dimensions: dimensions, maxConnections: connections, levelSeed: 1, rotationSeed: 2)
}

private func fill(_ store: CodeStore, with vectors: [[Float]]) throws -> SearchContext {
    let context = try #require(SearchContext())
    let fits = context.fit(to: store)
    #expect(fits)
    for (slot, vector) in vectors.enumerated() {
        #expect(store.grow(by: 1))
        store.encode(vector.span, document: UInt32(slot), at: UInt32(slot), with: context)
        store.setState(.occupied, of: UInt32(slot))
    }
    return context
}

private func distances(_ context: SearchContext, _ store: CodeStore, to query: [Float]) -> [UInt32: Float] {
    let hasBegun = context.begin(query.span, in: store)
    #expect(hasBegun)
    #expect(context.keep(store.count, of: store.count, in: store))
    context.scan(0..<store.count, in: store, allowed: nil)
    return Dictionary(uniqueKeysWithValues: context.takeScanned(in: store).map { ($0.slot, $0.distance) })
}

@Suite struct CodeStoreTests {
    @Test(
        arguments: KernelTier.all.map(\.name), [1, 3, 63, 64, 65, 127, 128, 300, 511, 512, 513, 640, 1000, 1280, 2048])
    func `give distances near the exact ones`(name: String, dimensions: Int) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        var generator = SplitMix64(seed: UInt64(dimensions))
        let vectors = (0..<20).map { _ in (0..<dimensions).map { _ in Float.random(in: -1...1, using: &generator) } }
        for metric in [CodeLayout.Metric.cosine, .dot, .l2Squared, .manhattan, .hamming] {
            let store = try #require(CodeStore(layout: layout(metric, dimensions), tier: tier))
            let context = try fill(store, with: vectors)
            let query = vectors[0].map { $0 + Float.random(in: -0.5...0.5, using: &generator) }
            let found = distances(context, store, to: query)
            for (slot, vector) in vectors.enumerated() {
                let dot = ReferenceKernels.dot(query.span, vector.span)
                let norms =
                    (ReferenceKernels.dot(query.span, query.span) * ReferenceKernels.dot(vector.span, vector.span))
                    .squareRoot()
                let (expected, tolerance) =
                    switch metric {
                    case .cosine: (1 - dot / norms, 0.06)
                    case .dot: (-dot, 0.06 * norms)
                    case .l2Squared: (ReferenceKernels.l2Squared(query.span, vector.span), 0.12 * norms)
                    case .manhattan: (ReferenceKernels.manhattan(query.span, vector.span), 1e-3)
                    case .hamming: (ReferenceKernels.hamming(query.span, vector.span), 0)
                    }
                let distance = try #require(found[UInt32(slot)])
                #expect(abs(Double(distance) - expected) <= tolerance, "\(metric) at \(slot)")
            }
        }
    }

    @Test(arguments: KernelTier.all.map(\.name), [5, 700])
    func `of degenerate vectors give finite distances`(name: String, dimensions: Int) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        let values: [Float] = [0, 1, -1, 3e38, -3e38, 3 * .leastNonzeroMagnitude, .nan, .infinity, -.infinity]
        let vectors = values.map { [Float](repeating: $0, count: dimensions) }
        for metric in [CodeLayout.Metric.cosine, .dot, .l2Squared, .manhattan, .hamming] {
            let store = try #require(CodeStore(layout: layout(metric, dimensions), tier: tier))
            let context = try fill(store, with: vectors)
            for query in vectors {
                let found = distances(context, store, to: query)
                #expect(found.count == values.count)
                #expect(found.values.allSatisfy { !$0.isNaN })
            }
            if metric == .cosine { #expect(distances(context, store, to: vectors[1])[0] == 1) }
        }
    }

    @Test func `rows stay where they are while the store grows past a chunk`() throws {
        let store = try #require(CodeStore(layout: layout(.manhattan, 2048)))
        let context = try #require(SearchContext())
        let fits = context.fit(to: store)
        #expect(fits)
        let vector = [Float](repeating: 2, count: 2048)
        #expect(store.grow(by: 1))
        store.encode(vector.span, document: 77, at: 0, with: context)
        store.setState(.occupied, of: 0)
        #expect(store.grow(by: 3000))
        #expect(store.document(at: 0) == 77)
        #expect(distances(context, store, to: vector) == [0: 0])
    }

    @Test func `only live and allowed slots are scanned`() throws {
        let store = try #require(CodeStore(layout: layout(.l2Squared, 2)))
        let context = try fill(store, with: (0..<200).map { [Float($0), 0] })
        store.setState([.occupied, .tombstone], of: 3)
        let query: [Float] = [3, 0]
        let hasBegun = context.begin(query.span, in: store)
        #expect(hasBegun)
        #expect(context.keep(2, of: 5, in: store))
        context.scan(0..<200, in: store, allowed: [0b11111])
        #expect(context.takeScanned(in: store).map(\.slot).sorted() == [2, 4])
        #expect(context.keep(5, of: 5, in: store))
        context.scan(0..<200, in: store, allowed: [])
        #expect(context.takeScanned(in: store).isEmpty)
    }

    @Test func `the tail holds what was put into it`() throws {
        let store = try #require(CodeStore(layout: layout(.l2Squared, 1, connections: 4)))
        #expect(store.addGraph())
        let context = try fill(store, with: (0..<9000).map { [Float($0)] })
        for slot in [UInt32(0), 63, 64, 4095, 4096, 8999] { store.setInTail(true, slot) }
        store.setInTail(false, 64)
        let zero: [Float] = [0]
        let hasBegun = context.begin(zero.span, in: store)
        #expect(hasBegun)
        #expect(context.keep(10, of: 5, in: store))
        context.scanTail(of: store, allowed: nil)
        #expect(context.takeScanned(in: store).map(\.slot) == [0, 63, 4095, 4096, 8999])
    }

    @Test func `the upper rows below a slot are as many as when there were no slots behind it`() throws {
        let store = try #require(CodeStore(layout: layout(.l2Squared, 1, connections: 4)))
        #expect(store.upperRowCount(below: 0) == 0)
        #expect(store.addGraph())
        var counts = [0]
        for _ in 0..<500 {
            #expect(store.grow(by: 1))
            counts.append(store.upperRowCount)
        }
        #expect(counts[500] > counts[1])
        #expect((0...500).map { store.upperRowCount(below: $0) } == counts)
    }

    @Test func `that are read with a link twice have it once`() throws {
        let store = try #require(CodeStore(layout: layout(.cosine, 3, connections: 4)))
        #expect(store.addGraph())
        _ = try fill(store, with: (0..<4).map { [1, 0, Float($0)] })
        let numbers: [UInt32] = [5, 1, 2, 1, 3, 2, 0, 0, 0]
        let row = numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
        // Safety: any byte may be read as one.
        let badRow = unsafe store.import(.links, rows: 0..<1, from: row.span.bytes)
        #expect(badRow == nil)
        #expect(store.links(of: 0, layer: 0) == [1, 2, 3])
    }
}
