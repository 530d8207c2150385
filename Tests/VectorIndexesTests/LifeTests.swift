// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import RandomNumbers
import Synchronization
import Testing

@testable import VectorIndexes

private let small = VectorIndexConfiguration(maxConnections: 12, efConstruction: 64)

@Suite struct DocumentTests {
    @Test(arguments: VectorIndexConfiguration.Kind.allCases)
    func `are found before they are linked`(kind: VectorIndexConfiguration.Kind) throws {
        var configuration = small
        configuration.kind = kind
        let vectors = clustered(2500, dimensions: 12, seed: 1)
        let fixture = try Fixture(configuration, vectors: vectors, isLinked: false)
        #expect(fixture.index.unlinkedCount == (kind == .hnsw ? 2500 : 0))
        for number in stride(from: 0, to: 2500, by: 250) {
            #expect(try fixture.nearest(1, to: vectors[number]).map(\.document) == [document(number * 3)])
        }
        #expect(fixture.index.linkNext(maximum: 1000) == (kind == .hnsw ? 1000 : 0))
        #expect(fixture.index.unlinkedCount == (kind == .hnsw ? 1500 : 0))
        for number in stride(from: 0, to: 2500, by: 250) {
            #expect(try fixture.nearest(1, to: vectors[number]).map(\.document) == [document(number * 3)])
        }
        #expect(fixture.index.checkInvariants() == [])
    }

    @Test(arguments: VectorIndexConfiguration.Kind.allCases)
    func `can be appended many at a time, all or none`(kind: VectorIndexConfiguration.Kind) throws {
        var configuration = small
        configuration.kind = kind
        let vectors = clustered(700, dimensions: 12, seed: 3)
        let fixture = try Fixture(configuration, vectors: Array(vectors.prefix(10)))
        for (number, vector) in vectors.enumerated() { fixture.table[document(number * 3)] = vector }
        let added = (10..<700).map { document($0 * 3) }
        #expect(throws: VectorIndexError.duplicateDocument(document(27))) {
            try fixture.index.append(added + [document(27)], from: fixture.table)
        }
        fixture.table[document(5)] = [1]
        #expect(throws: VectorIndexError.dimensionMismatch(expected: 12, received: 1)) {
            try fixture.index.append(added + [document(5)], from: fixture.table)
        }
        fixture.table[document(5)] = nil
        #expect(fixture.index.liveCount == 10)
        #expect(fixture.index.checkInvariants() == [])
        // The table does not have the last one.
        try fixture.index.append(added + [document(5)], from: fixture.table)
        #expect(fixture.index.documents() == DocumentBits(fixture.table.documents))
        // The first ten were too few for links.
        #expect(fixture.index.unlinkedCount == (kind == .hnsw ? 700 : 0))
        #expect(try fixture.recall(queries: Array(vectors.prefix(30))) == 1)
        fixture.index.linkNext(maximum: .max)
        #expect(fixture.index.checkInvariants() == [])
        #expect(try fixture.recall(queries: Array(vectors.prefix(30))) >= 0.99)
    }

    @Test(arguments: VectorIndexConfiguration.Kind.allCases)
    func `can be appended once, taken back, and appended again`(kind: VectorIndexConfiguration.Kind) throws {
        var configuration = small
        configuration.kind = kind
        let fixture = try Fixture(configuration, vectors: [[1, 0], [0, 1]])
        #expect(throws: VectorIndexError.duplicateDocument(document(3))) { try fixture.add(document(3), [1, 1]) }
        try fixture.add(document(7), [1, 1])
        #expect(fixture.index.contains(document: document(7)))
        fixture.index.retract(document: document(7))
        fixture.index.retract(document: document(7))
        #expect(!fixture.index.contains(document: document(7)))
        #expect(try fixture.nearest(3, to: [1, 1]).map(\.document) == [document(0), document(3)])
        try fixture.add(document(7), [1, 1])
        #expect(try fixture.nearest(1, to: [1, 1]).map(\.document) == [document(7)])
        #expect(fixture.index.documents() == DocumentBits([0, 3, 7].map(document)))
        #expect(fixture.index.checkInvariants() == [])
    }

    @Test(arguments: VectorIndexConfiguration.Kind.allCases, [true, false])
    func `are gone once removed`(kind: VectorIndexConfiguration.Kind, isLinked: Bool) throws {
        var configuration = small
        configuration.kind = kind
        let vectors = clustered(1500, dimensions: 12, seed: 4)
        let fixture = try Fixture(configuration, vectors: vectors, isLinked: isLinked)
        for number in stride(from: 0, to: 1500, by: 2) {
            #expect(fixture.index.remove(document: document(number * 3)))
            #expect(!fixture.index.remove(document: document(number * 3)))
        }
        #expect(fixture.index.liveCount == 750)
        #expect(fixture.index.tombstoneCount == (kind == .hnsw && isLinked ? 750 : 0))
        for number in stride(from: 0, to: 1500, by: 100) {
            // The reader still has them: the index alone leaves them out.
            let found = try fixture.nearest(10, to: vectors[number])
            #expect(found.count == 10)
            #expect(found.allSatisfy { $0.document.number % 2 == 1 })
        }
        #expect(fixture.index.checkInvariants() == [])
    }

    @Test func `all can be removed, and others come`() throws {
        let vectors = clustered(600, dimensions: 8, seed: 4)
        let fixture = try Fixture(small, vectors: vectors)
        for document in fixture.table.documents { fixture.remove(document) }
        #expect(try fixture.nearest(5, to: vectors[0]).isEmpty)
        #expect(fixture.index.repair() == 600)
        #expect(fixture.index.tombstoneCount == 0)
        for (number, vector) in vectors.enumerated() { try fixture.add(document(10_000 + number), vector) }
        fixture.index.linkNext(maximum: .max)
        #expect(try fixture.recall(queries: Array(vectors.prefix(20))) >= 0.98)
        #expect(fixture.index.checkInvariants() == [])
    }

    @Test(arguments: zip([40, 600], [0.02, 0.06]))
    func `keep their recall while vectors move from one to the other`(dimensions: Int, loss: Double) throws {
        let vectors = embedded(2000, dimensions: dimensions, seed: 8)
        let queries = embedded(100, dimensions: dimensions, seed: 81)
        let fixture = try Fixture(small, vectors: vectors)
        let fresh = try fixture.recall(queries: queries, ef: 40)
        var generator = SplitMix64(seed: 5)
        for round in 1...3 {
            let leaving = fixture.table.documents.shuffled(using: &generator)
            let coming = vectors.indices.shuffled(using: &generator)
            for start in stride(from: 0, to: 2000, by: 100) {
                for number in start..<start + 100 {
                    try fixture.add(document(round * 10_000 + number), vectors[coming[number]])
                    fixture.remove(leaving[number])
                }
                fixture.index.linkNext(maximum: .max)
                if fixture.index.tombstoneCount > 200 { fixture.index.repair() }
            }
        }
        #expect(try fixture.recall(queries: queries, ef: 40) >= fresh - loss, "\(fresh) before")
        #expect(fixture.index.checkInvariants() == [])
    }

    @Test func `around a removed neighborhood are found as well as in a fresh index`() throws {
        let vectors = clustered(3000, dimensions: 12, seed: 4)
        let fixture = try Fixture(small, vectors: vectors)
        let queries = try fixture.nearest(800, to: vectors[1]).prefix(20).compactMap { fixture.table[$0.document] }
        for neighbor in try fixture.nearest(800, to: vectors[1]) { fixture.remove(neighbor.document) }
        let fresh = try Fixture(small, vectors: fixture.table.documents.compactMap { fixture.table[$0] })
        let goal = try fresh.recall(queries: queries) - 0.03
        #expect(try fixture.recall(queries: queries) >= goal)
        fixture.index.repair()
        #expect(try fixture.recall(queries: queries) >= goal)
        #expect(fixture.index.checkInvariants() == [])
    }
}

@Suite struct RepairTests {
    @Test func `keeps the recall and the memory while everything is replaced three times`() throws {
        let vectors = clustered(2000, dimensions: 20, seed: 11)
        let fixture = try Fixture(small, vectors: vectors)
        let queries = clustered(40, dimensions: 20, seed: 11).map { $0.map { $0 * 1.1 } }
        let fresh = try fixture.recall(queries: queries, ef: 60)
        var next = 100_000
        for _ in 0..<3 {
            for batch in stride(from: 0, to: 2000, by: 250) {
                for document in fixture.table.documents.prefix(250) { fixture.remove(document) }
                for vector in vectors[batch..<batch + 250] {
                    try fixture.add(document(next), vector)
                    next += 1
                }
                fixture.index.linkNext(maximum: .max)
                #expect(fixture.index.repair() == 250)
                #expect(fixture.index.checkInvariants() == [])
            }
        }
        #expect(fixture.index.liveCount == 2000)
        #expect(try fixture.recall(queries: queries, ef: 60) >= fresh - 0.02)
        let again = try Fixture(small, vectors: vectors)
        #expect(fixture.index.memoryInBytes < again.index.memoryInBytes * 3 / 2)
    }

    @Test func `a cancelled repair changes no answer`() throws {
        let vectors = clustered(1500, dimensions: 8, seed: 4)
        let fixture = try Fixture(small, vectors: vectors)
        for document in fixture.table.documents.prefix(300) { fixture.remove(document) }
        #expect(fixture.index.repair(isCancelled: { true }) == 0)
        #expect(fixture.index.tombstoneCount == 300)
        #expect(try fixture.recall(queries: Array(vectors.prefix(20))) >= 0.98)
    }

    @Test func `a repair that is cancelled when it has led all links past the dead leaves a sound index`() throws {
        let vectors = clustered(1000, dimensions: 8, seed: 4)
        let fixture = try Fixture(small, vectors: vectors)
        for document in fixture.table.documents.prefix(300) { fixture.remove(document) }
        var looks = 0
        // The first look is before the only part that is relinked.
        let freed = fixture.index.repair {
            looks += 1
            return looks > 1
        }
        #expect(freed == 0 && looks == 2)
        #expect(fixture.index.tombstoneCount == 300)
        #expect(fixture.index.checkInvariants() == [])
    }
}

/// Something that happens once.
private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}

@Suite struct ConcurrencyTests {
    @Test func `searches, appends, removals, links, repairs and snapshots go on together`() async throws {
        let vectors = clustered(3000, dimensions: 16, seed: 21)
        let fixture = try Fixture(small, vectors: Array(vectors.prefix(500)))
        let flag = Flag()
        let index = fixture.index
        let table = fixture.table
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for (number, vector) in vectors.enumerated().dropFirst(500) {
                    let new = document(number * 3)
                    table[new] = vector
                    try index.append(document: new, vector: vector.span)
                    let fixture = Fixture(index: index, table: table)
                    #expect(try fixture.nearest(1, to: vector).first?.distance ?? 1 < 1e-5)
                    if number % 4 == 0 {
                        index.remove(document: document((number - 400) * 3))
                        table[document((number - 400) * 3)] = nil
                    }
                }
                flag.set()
            }
            for _ in 0..<2 {
                group.addTask {
                    while !flag.isSet || index.unlinkedCount > 0 {
                        if index.linkNext(maximum: 10) == 0 { await Task.yield() }
                    }
                }
            }
            group.addTask {
                while !flag.isSet {
                    index.repair()
                    var segments = SegmentTable()
                    try index.writeSnapshot(to: &segments, isCancelled: { false })
                    #expect(try VectorIndex(reading: segments, configuration: index.configuration) != nil)
                    await Task.yield()
                }
            }
            group.addTask {
                let fixture = Fixture(index: index, table: table)
                while !flag.isSet {
                    for vector in vectors.prefix(20) {
                        let found = try fixture.nearest(10, to: vector)
                        #expect(found.count == 10)
                    }
                    await Task.yield()
                }
            }
            try await group.waitForAll()
        }
        #expect(index.checkInvariants() == [])
        #expect(index.liveCount == table.documents.count)
        #expect(try fixture.recall(queries: Array(vectors.suffix(30))) >= 0.97)
    }
}
