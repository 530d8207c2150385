// SPDX-License-Identifier: Apache-2.0

import BenchmarkTiming
import DataModel
import Foundation
import InvertedIndexes
import ObjectStorage
import RandomNumbers

/// Measures keyword search over short texts: the pruned search beside the exhaustive one, which must find the same.
///
/// ```
/// KeywordBenchmark [--smoke] [--documents N] [--seed N]
/// ```
/// Texts have 4 to 12 words of a vocabulary of 50,000 whose n-th word is as frequent as 1/n (Zipf). Indexes alone are measured, without
/// objects. Times are medians; the ratio is what counts on a machine that does other things too.
@main struct KeywordBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments
        let isSmoke = arguments.contains("--smoke")
        let count = Timing.value(of: "--documents", in: arguments) ?? (isSmoke ? 3_000 : 1_000_000)
        let seed = UInt64(Timing.value(of: "--seed", in: arguments) ?? 1)
        let folder = NSTemporaryDirectory() + "needletail-keywords-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var options = StorageEnvironment.Options()
        options.flushesEveryCommit = false
        let environment = try StorageEnvironment.open(folder: folder, options: options)
        let queue = try CommitQueue(environment: environment)
        let corpus = Corpus(documentCount: count, seed: seed)
        let shard = try await queue.submit { transaction in
            let collection = try transaction.createCollection(named: "Benchmark", definition: [])
            return try transaction.createShard(named: "main", of: collection)
        }
        let start = ContinuousClock.now
        for first in stride(from: 0, to: count, by: Corpus.documentsPerCommit) {
            try await queue.submit { transaction in try corpus.index(from: first, into: transaction, shard) }
        }
        print("\(count) texts, seed \(seed), indexed in \(ContinuousClock.now - start)")
        let rounds = isSmoke ? 3 : 15
        print("query                          pruned      exhaustive  ratio")
        for (name, query) in corpus.queries {
            var pruned: [Duration] = []
            var exhaustive: [Duration] = []
            for _ in 0..<rounds {
                let (first, best) = try Timing.timed {
                    try corpus.search(query, environment, shard, isExhaustive: false)
                }
                let (second, all) = try Timing.timed {
                    try corpus.search(query, environment, shard, isExhaustive: true)
                }
                guard best == all else {
                    print("'\(query)': the pruned search finds something else")
                    exit(1)
                }
                pruned.append(first)
                exhaustive.append(second)
            }
            let (left, right) = (Timing.median(pruned), Timing.median(exhaustive))
            print(
                "\(name.padding(toLength: 30, withPad: " ", startingAt: 0)) \(text(left)) \(text(right)) "
                    + String(format: "%.1f", right / left))
        }
        await queue.close()
        environment.close()
    }

    private static func text(_ milliseconds: Double) -> String {
        String(format: "%.2f ms", milliseconds).padding(toLength: 11, withPad: " ", startingAt: 0)
    }
}

/// Texts that are the same for the same seed, and what is asked of them.
struct Corpus: Sendable {
    static let documentsPerCommit = 20_000
    private static let vocabularySize = 50_000

    let documentCount: Int
    let seed: UInt64
    private let schema: InvertedIndexSchema
    /// Σ of 1/n up to each word.
    private let sums: [Double]

    init(documentCount: Int, seed: UInt64) {
        self.documentCount = documentCount
        self.seed = seed
        let property = IndexedProperty(id: PropertyID(1), type: .scalar(.text), isSearchable: true)
        schema = InvertedIndexSchema(properties: ["text": property], settings: InvertedIndexSettings())
        var sums: [Double] = []
        var sum = 0.0
        for rank in 1...Self.vocabularySize {
            sum += 1 / Double(rank)
            sums.append(sum)
        }
        self.sums = sums
    }

    /// Words by their rank, 1 the most frequent.
    let queries = [
        ("four frequent words", "w3 w5 w8 w13"), ("two frequent words", "w4 w7"),
        ("a rare and a frequent word", "w9000 w3"), ("five words, from 10 to 1,000", "w10 w40 w120 w400 w1000"),
        ("one frequent word", "w5"), ("three rare words", "w5000 w9000 w20000"),
    ]

    func index(from first: Int, into transaction: WriteTransaction, _ shard: ShardAddress) throws {
        var batch = PostingBatch()
        for number in first..<min(first + Self.documentsPerCommit, documentCount) {
            var random = SplitMix64(seed: seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
            let count = Int.random(in: 4...12, using: &random)
            let text = (0..<count).map { _ in "w\(word(&random))" }.joined(separator: " ")
            schema.add(
                IndexedDocument(
                    id: DocumentID(UInt32(number)), values: [PropertyID(1): .text(text)], creationTime: 0,
                    updateTime: 0), to: &batch)
        }
        try batch.flush(into: transaction.invertedWriter(shard))
    }

    private func word(_ random: inout SplitMix64) -> Int {
        let wanted = Double.random(in: 0..<(sums.last ?? 1), using: &random)
        var (low, high) = (0, sums.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] <= wanted { low = middle + 1 } else { high = middle }
        }
        return low + 1
    }

    func search(
        _ text: String, _ environment: StorageEnvironment, _ shard: ShardAddress, isExhaustive: Bool
    ) throws -> [KeywordMatch] {
        try environment.read { transaction in
            try schema.search(
                KeywordQuery(text: text, fields: [KeywordQuery.Field(property: PropertyID(1))]), filter: nil, limit: 10,
                ids: NumberedIDs(), in: transaction.inverted(shard), mode: isExhaustive ? .exhaustive : .fastest)
        }
    }
}

/// Ids that end in the number of their document; there are no objects here.
private struct NumberedIDs: IDLookup {
    struct NoTargets: Error {}

    func targets(in collection: CollectionID, matching filter: ResolvedFilter) throws -> any ReferenceTargets {
        throw NoTargets()
    }

    func document(of id: ObjectID) throws -> DocumentID? { DocumentID(UInt32(truncatingIfNeeded: id.low)) }
    func scanIDs(from start: ObjectID, _ body: (ObjectID, DocumentID) throws -> Bool) throws {}
    func id(of document: DocumentID) throws -> ObjectID? { ObjectID(high: 0, low: UInt64(document.number)) }
}
