// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import Testing

@testable import ObjectStorage

/// Edits of the inverted indexes between the write that made them and the tree.
struct PostingBufferTests {
    private static let property = PropertyID(1)
    private static let schema = InvertedIndexSchema(
        properties: [
            "text": IndexedProperty(
                id: property, type: .scalar(.text), isSearchable: true)
        ], settings: InvertedIndexSettings())

    private let storage: Storage

    init() throws { storage = try Storage() }

    private static func document(_ number: UInt32, _ text: String = "red green") -> IndexedDocument {
        IndexedDocument(id: DocumentID(number), values: [property: .text(text)], creationTime: 1, updateTime: 1)
    }

    /// Indexes documents in one transaction.
    private func add(_ numbers: some Sequence<UInt32>, _ text: String = "red green") throws {
        try storage.environment.write { transaction in
            try transaction.editPostings(of: storage.shard) { batch in
                for number in numbers { Self.schema.add(Self.document(number, text), to: &batch) }
            }
        }
    }

    private func count() throws -> Int {
        try storage.environment.read { transaction in
            let found = try Self.schema.allDocuments(in: transaction.inverted(storage.shard))
            let counted = try Self.schema.documentCount(in: transaction.inverted(storage.shard))
            #expect(found.count == counted)
            return counted
        }
    }

    private func runCount(_ environment: StorageEnvironment? = nil) throws -> Int {
        try (environment ?? storage.environment).read { try $0.postingRuns(of: storage.shard).count }
    }

    private func merge() { GroupCommit(environment: storage.environment).mergeWaitingShard() }

    @Test func `edits are a run, and found by the next reader`() throws {
        try add(0..<3)
        #expect(try runCount() == 1)
        #expect(try count() == 3)
    }

    @Test func `a reader sees the runs of its own snapshot`() throws {
        try add(0..<3)
        try storage.environment.read { transaction in
            let reader = transaction.inverted(storage.shard)
            try add(3..<5)
            try storage.environment.write { _ = try $0.mergePostings(of: storage.shard) }
            #expect(try Self.schema.documentCount(in: reader) == 3)
        }
        #expect(try count() == 5)
    }

    @Test func `all edits of a transaction are one run`() throws {
        try storage.environment.write { transaction in
            for number: UInt32 in 0..<5 {
                try transaction.editPostings(of: storage.shard) { Self.schema.add(Self.document(number), to: &$0) }
            }
        }
        #expect(try runCount() == 1)
        #expect(try count() == 5)
    }

    @Test func `edits of a transaction that is given up leave nothing`() throws {
        struct GivenUp: Error {}
        #expect(throws: GivenUp.self) {
            try storage.environment.write { transaction in
                try transaction.editPostings(of: storage.shard) { Self.schema.add(Self.document(0), to: &$0) }
                throw GivenUp()
            }
        }
        #expect(try runCount() == 0)
        #expect(try count() == 0)
    }

    @Test func `small runs in a row become one`() throws {
        for number: UInt32 in 0..<UInt32(PostingBufferLimits.smallRunCount) - 1 { try add([number]) }
        #expect(try runCount() == PostingBufferLimits.smallRunCount - 1)
        try add([100])
        #expect(try runCount() == 1)
        #expect(try count() == PostingBufferLimits.smallRunCount)
    }

    @Test func `many edits are brought into the tree by the write that is one too many`() throws {
        // Long words of its own for each document: few edits of many bytes.
        func text(_ number: UInt32) -> String {
            (0..<100).map { "\(number)x\($0)x" + String(repeating: "y", count: 240) }.joined(separator: " ")
        }
        var number: UInt32 = 0
        var mostRuns = 0
        repeat {
            try add([number], text(number))
            number += 1
            mostRuns = max(mostRuns, try runCount())
        } while try runCount() > 0 && number < 1_000
        #expect(mostRuns > 3)
        #expect(try runCount() == 0)
        #expect(try count() == Int(number))
    }

    @Test func `what waits is brought into the tree while there is nothing to write`() throws {
        merge()
        try add(0..<3)
        #expect(storage.environment.mayHaveUnmergedShards)
        merge()
        #expect(try runCount() == 0)
        #expect(!storage.environment.mayHaveUnmergedShards)
        #expect(try count() == 3)
    }

    @Test func `runs outlive the process, and are found after the start`() throws {
        try add(0..<3)
        storage.environment.close()
        let again = try StorageEnvironment.open(folder: storage.folder.path, options: .fast)
        defer { again.close() }
        #expect(try runCount(again) == 1)
        #expect(again.mayHaveUnmergedShards)
        GroupCommit(environment: again).mergeWaitingShard()
        #expect(try runCount(again) == 0)
        let counted = try again.read { try Self.schema.documentCount(in: $0.inverted(storage.shard)) }
        #expect(counted == 3)
    }

    @Test func `a read in a write transaction sees its own edits`() throws {
        try add(0..<3)
        try storage.environment.write { transaction in
            try transaction.editPostings(of: storage.shard) { Self.schema.add(Self.document(7), to: &$0) }
            #expect(try Self.schema.documentCount(in: transaction.inverted(storage.shard)) == 4)
        }
        #expect(try count() == 4)
    }

    @Test func `a removal takes out what an earlier run has put in`() throws {
        try add(0..<3)
        try storage.environment.write { transaction in
            try transaction.editPostings(of: storage.shard) { Self.schema.remove(Self.document(1), from: &$0) }
        }
        #expect(try runCount() == 2)
        #expect(try count() == 2)
        try storage.environment.write { _ = try $0.mergePostings(of: storage.shard) }
        #expect(try count() == 2)
    }

    @Test func `a run that cannot be read is told as damage, and changes nothing`() throws {
        try add(0..<3)
        try storage.environment.write { try $0.put([9, 9, 9], for: Key.postingRun(1, in: storage.shard)) }
        #expect(throws: IndexDamage.malformedRun) { try count() }
        #expect(throws: IndexDamage.malformedRun) {
            try storage.environment.write { _ = try $0.mergePostings(of: storage.shard) }
        }
        #expect(try runCount() == 1)
    }
}
