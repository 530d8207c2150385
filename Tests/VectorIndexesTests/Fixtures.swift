// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import RandomNumbers
import Synchronization
import Testing

@testable import VectorIndexes

/// Vectors by document, as a store would hold them.
final class VectorTable: VectorReading, Sendable {
    private let vectors: Mutex<[DocumentID: [Float]]>

    init(_ vectors: [DocumentID: [Float]] = [:]) { self.vectors = Mutex(vectors) }

    subscript(document: DocumentID) -> [Float]? {
        get { vectors.withLock { $0[document] } }
        set { vectors.withLock { $0[document] = newValue } }
    }

    var documents: [DocumentID] { vectors.withLock { $0.keys.sorted() } }

    func withVector(of document: DocumentID, _ body: (Span<Float>) -> Void) throws -> Bool {
        guard let vector = self[document] else { return false }
        body(vector.span)
        return true
    }

    /// The exact answer.
    func nearest(_ count: Int, to query: [Float], metric: VectorMetric, allowed: DocumentBits? = nil) -> [Neighbor] {
        let exact = ExactDistance(metric: metric, query: query.span)
        let all = vectors.withLock { $0 }.filter { allowed?.contains($0.key) ?? true }
            .map { Neighbor(document: $0.key, distance: exact.distance(to: $0.value.span)) }
        return Array(all.sorted { ($0.distance, $0.document) < ($1.distance, $1.document) }.prefix(count))
    }
}

/// Vectors around centers, as real ones are.
func clustered(_ count: Int, dimensions: Int, clusters: Int = 20, seed: UInt64) -> [[Float]] {
    var generator = SplitMix64(seed: seed)
    func point(_ spread: Float) -> [Float] {
        (0..<dimensions).map { _ in Float.random(in: -spread...spread, using: &generator) }
    }
    let centers = (0..<clusters).map { _ in point(1) }
    return (0..<count).map { _ in
        zip(centers.randomElement(using: &generator) ?? [], point(0.7)).map { $0 + $1 }
    }
}

/// Vectors of many dimensions that differ in a few directions only, as embeddings do.
func embedded(_ count: Int, dimensions: Int, intrinsic: Int = 24, seed: UInt64) -> [[Float]] {
    var generator = SplitMix64(seed: seed &* 31 &+ 7)
    let directions = clustered(intrinsic, dimensions: dimensions, clusters: 1, seed: 77)
    return (0..<count).map { _ in
        var vector = [Float](repeating: 0, count: dimensions)
        for direction in directions {
            let length = Float.random(in: -1...1, using: &generator)
            for dimension in 0..<dimensions { vector[dimension] += direction[dimension] * length }
        }
        return vector
    }
}

func document(_ number: Int) -> DocumentID { DocumentID(UInt32(number)) }

/// An index and the vectors in it; documents are numbered in steps of three.
struct Fixture {
    var index: VectorIndex
    var table = VectorTable()

    init(
        _ configuration: VectorIndexConfiguration, vectors: [[Float]], isLinked: Bool = true, seed: UInt64 = 42
    ) throws {
        index = try VectorIndex(dimensions: vectors[0].count, configuration: configuration, seed: seed)
        for (number, vector) in vectors.enumerated() { try add(document(number * 3), vector) }
        if isLinked { index.linkNext(maximum: .max) }
    }

    init(index: VectorIndex, table: VectorTable) {
        self.index = index
        self.table = table
    }

    func add(_ document: DocumentID, _ vector: [Float]) throws {
        try index.append(document: document, vector: vector.span)
        table[document] = vector
    }

    func remove(_ document: DocumentID) {
        index.remove(document: document)
        table[document] = nil
    }

    func nearest(_ count: Int, to query: [Float], ef: Int? = nil, allowed: DocumentBits? = nil) throws -> [Neighbor] {
        try index.nearest(count, to: query.span, ef: ef, allowed: allowed, vectors: table, isCancelled: { false })
    }

    /// Share of the true nearest that are found.
    func recall(_ count: Int = 10, queries: [[Float]], ef: Int? = nil, allowed: DocumentBits? = nil) throws -> Double {
        var found = 0
        var wanted = 0
        for query in queries {
            let truth = table.nearest(count, to: query, metric: index.configuration.metric, allowed: allowed)
            let answer = try nearest(count, to: query, ef: ef, allowed: allowed)
            #expect(answer.count == truth.count)
            // By distance: equally near ones are equally right.
            let limit = truth.last?.distance ?? 0
            found += answer.count { $0.distance <= limit }
            wanted += truth.count
        }
        return wanted == 0 ? 1 : Double(found) / Double(wanted)
    }
}

/// Segments in memory.
struct SegmentTable: SegmentWriting, SegmentReading {
    var segments: [SegmentName: [UInt8]] = [:]
    /// In the order they were put.
    var names: [SegmentName] = []

    mutating func put(_ name: SegmentName, _ bytes: RawSpan) throws {
        segments[name] = (0..<bytes.byteCount).map {
            unsafe bytes.unsafeLoad(fromUncheckedByteOffset: $0, as: UInt8.self)
        }
        names.append(name)
    }

    func withSegment(_ name: SegmentName, _ body: (RawSpan) throws -> Void) throws -> Bool {
        guard let bytes = segments[name] else { return false }
        try unsafe body(bytes.span.bytes)
        return true
    }

    /// On several threads, as the storage does it.
    func withSegments(_ names: [SegmentName], _ body: @Sendable (Int, RawSpan?) throws -> Void) throws {
        let failures = Mutex<[Int: any Error]>([:])
        DispatchQueue.concurrentPerform(iterations: names.count) { position in
            do {
                if try !withSegment(names[position], { try body(position, $0) }) { try body(position, nil) }
            } catch {
                failures.withLock { $0[position] = error }
            }
        }
        if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw first.value }
    }
}
