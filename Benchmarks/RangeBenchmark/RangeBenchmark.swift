// SPDX-License-Identifier: Apache-2.0

import BenchmarkTiming
import DataModel
import Foundation
import InvertedIndexes
import ObjectStorage
import RandomNumbers

/// Measures ranges over ints, numbers and dates: single ones, which have a bit-sliced index, beside lists of one element, which have terms
/// alone and must find the same.
///
/// ```
/// RangeBenchmark [--smoke] [--documents N] [--seed N]
/// ```
/// Indexes alone are measured, without objects. Times of ranges are medians, times of writing are of all documents; the ratio is what
/// counts on a machine that does other things too.
@main struct RangeBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments
        let isSmoke = arguments.contains("--smoke")
        let count = Timing.value(of: "--documents", in: arguments) ?? (isSmoke ? 3_000 : 200_000)
        let seed = UInt64(Timing.value(of: "--seed", in: arguments) ?? 1)
        print("\(count) documents, seed \(seed)")
        print("values                share  sliced      terms       ratio")
        for values in ValueSeries.all {
            let sliced = try await Column(values, isList: false, count: count, seed: seed)
            let terms = try await Column(values, isList: true, count: count, seed: seed)
            for share in [0.01, 0.1, 0.5, 0.9] {
                try compare(sliced, terms, share: share, rounds: isSmoke ? 3 : 25)
            }
            print(
                "  written in \(sliced.writing), \(sliced.byteCount / 1024) KiB; terms \(terms.writing), \(terms.byteCount / 1024) KiB"
            )
            await sliced.close()
            await terms.close()
        }
    }

    private static func compare(_ sliced: Column, _ terms: Column, share: Double, rounds: Int) throws {
        var (left, right): ([Duration], [Duration]) = ([], [])
        for _ in 0..<rounds {
            let (first, found) = try Timing.timed { try sliced.find(share: share) }
            let (second, same) = try Timing.timed { try terms.find(share: share) }
            guard found == same else {
                print("\(sliced.values.name): the slices find something else than the terms")
                exit(1)
            }
            left.append(first)
            right.append(second)
        }
        print(
            sliced.values.name.padding(toLength: 21, withPad: " ", startingAt: 0),
            String(format: "%3.0f %%", share * 100), text(Timing.median(left)),
            text(Timing.median(right)),
            String(format: "%.1f", Timing.median(right) / Timing.median(left)))
    }

    private static func text(_ milliseconds: Double) -> String {
        String(format: "%.3f ms", milliseconds).padding(toLength: 11, withPad: " ", startingAt: 0)
    }
}

/// Values that are the same for the same seed; each says what a share of them lies between.
struct ValueSeries: Sendable {
    var name: String
    var type: ScalarType
    /// A value of 0 up to 1.
    var value: @Sendable (Double) -> PropertyValue
    var bound: @Sendable (Double) -> FilterValue

    static let all = [
        ints(100), ints(10_000), ints(1_000_000_000),
        ValueSeries(name: "numbers", type: .number, value: { .number($0) }, bound: { .number($0) }),
        ValueSeries(name: "dates of 3 years", type: .date, value: { .date(date($0)) }, bound: { .date(date($0)) }),
    ]

    private static func ints(_ different: Double) -> ValueSeries {
        ValueSeries(
            name: "\(Int(different)) ints", type: .int, value: { .int(Int64($0 * different)) },
            bound: { .int(Int64($0 * different)) })
    }

    private static func date(_ part: Double) -> String {
        let milliseconds = Int64(part * 3 * 365 * 86_400_000)
        let seconds = TimeInterval(1_600_000_000 + milliseconds / 1_000)
        return Date(timeIntervalSince1970: seconds).formatted(.iso8601).dropLast()
            + String(format: ".%03dZ", Int(milliseconds % 1_000))
    }
}

/// One property of a shard of its own.
struct Column {
    private static let documentsPerBatch = 200

    let values: ValueSeries
    let writing: Duration
    let byteCount: Int
    private let schema: InvertedIndexSchema
    private let folder: String
    private let environment: StorageEnvironment
    private let queue: CommitQueue
    private let shard: ShardAddress

    init(_ values: ValueSeries, isList: Bool, count: Int, seed: UInt64) async throws {
        self.values = values
        folder = NSTemporaryDirectory() + "needletail-ranges-\(ProcessInfo.processInfo.processIdentifier)-\(isList)"
        var options = StorageEnvironment.Options()
        options.flushesEveryCommit = false
        environment = try StorageEnvironment.open(folder: folder, options: options)
        queue = try CommitQueue(environment: environment)
        let property = IndexedProperty(
            id: PropertyID(1), type: isList ? .array(values.type) : .scalar(values.type))
        let schema = InvertedIndexSchema(properties: ["value": property], settings: InvertedIndexSettings())
        self.schema = schema
        let shard = try await queue.submit { transaction in
            let collection = try transaction.createCollection(named: "Benchmark", definition: [])
            return try transaction.createShard(named: "main", of: collection)
        }
        self.shard = shard
        var random = SplitMix64(seed: seed)
        var documents: [IndexedDocument] = []
        for number in 0..<count {
            let value = values.value(Double.random(in: 0..<1, using: &random))
            documents.append(
                IndexedDocument(
                    id: DocumentID(UInt32(number)), values: [PropertyID(1): isList ? .array([value]) : value],
                    creationTime: 0, updateTime: 0))
        }
        let start = ContinuousClock.now
        for first in stride(from: 0, to: count, by: Self.documentsPerBatch) {
            let part = Array(documents[first..<min(first + Self.documentsPerBatch, count)])
            try await queue.submit { transaction in
                var batch = PostingBatch()
                for document in part { schema.add(document, to: &batch) }
                try batch.flush(into: transaction.invertedWriter(shard))
            }
        }
        writing = ContinuousClock.now - start
        byteCount = try Self.byteCount(of: folder)
    }

    private static func byteCount(of folder: String) throws -> Int {
        try FileManager.default.subpathsOfDirectory(atPath: folder).reduce(0) {
            let size = try FileManager.default.attributesOfItem(atPath: "\(folder)/\($1)")[.size] as? Int
            return $0 + (size ?? 0)
        }
    }

    /// The documents of a range in the middle.
    func find(share: Double) throws -> DocumentSet {
        let (low, high) = (0.5 - share / 2, 0.5 + share / 2)
        let filter = Filter.and(
            [(FilterComparison.greaterThanEqual, low), (.lessThan, high)].map {
                .condition(
                    FilterCondition(path: .property("value"), comparison: $0, value: values.bound($1)))
            })
        let resolved = try schema.resolve(filter, collection: "Benchmark") { _ in nil }
        return try environment.read { transaction in
            try schema.documents(matching: resolved, ids: NoIDs(), in: transaction.inverted(shard))
        }
    }

    func close() async {
        await queue.close()
        environment.close()
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// There are no objects here.
private struct NoIDs: IDLookup {
    struct NoTargets: Error {}

    func targets(in collection: CollectionID, matching filter: ResolvedFilter) throws -> any ReferenceTargets {
        throw NoTargets()
    }

    func document(of id: ObjectID) throws -> DocumentID? { nil }
    func scanIDs(from start: ObjectID, _ body: (ObjectID, DocumentID) throws -> Bool) throws {}
    func id(of document: DocumentID) throws -> ObjectID? { nil }
}
