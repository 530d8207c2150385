// SPDX-License-Identifier: Apache-2.0

import DataModel
import Synchronization
import Testing

@testable import InvertedIndexes

/// Counts how often it was asked, and says yes from some question on.
private final class Caller: Sendable {
    private let asked = Mutex(0)
    private let patience: Int

    init(patience: Int) { self.patience = patience }

    var questions: Int { asked.withLock { $0 } }

    var cancellation: Cancellation {
        Cancellation {
            self.asked.withLock { asked in
                asked += 1
                return asked > self.patience
            }
        }
    }
}

/// Everything that can take long asks, again and again, and stops when it is told to.
@Suite struct CancellationTests {
    private static let properties: [String: IndexedProperty] = [
        "word": .text(1), "int": .scalar(2, .int), "place": .scalar(3, .geoCoordinates),
        "r": IndexedProperty(id: PropertyID(4), type: .reference(["A"])), "ints": .array(5, .int),
    ]

    /// 20,000 documents, each with a word and a number of its own.
    private func shard() throws -> Shard {
        var shard = Shard(
            Self.properties, settings: InvertedIndexSettings(indexTimestamps: true, indexPropertyLength: true))
        var batch = PostingBatch()
        for number in 0..<20_000 as Range<UInt32> {
            shard.put(
                number,
                [
                    "r": .references([Beacon(collection: "B", id: ObjectID(high: 1, low: UInt64(number)))]),
                    "word": .text("w\(number) common"), "int": .int(Int64(number)),
                    "ints": .array([.int(Int64(number))]),
                    "place": .geoCoordinates(GeoCoordinates(latitude: 1, longitude: 1)),
                ], creationTime: Int64(number), updateTime: 0, in: &batch)
        }
        try batch.flush(into: shard.store)
        return shard
    }

    private static let filters: [(String, FilterCondition)] = [
        ("pattern", .init(path: .property("word"), comparison: .like, value: .text("*x*"))),
        ("tokens", .init(path: .property("word"), comparison: .greaterThan, value: .text("b"))),
        ("range", .init(path: .property("ints"), comparison: .greaterThan, value: .int(5))),
        ("ids", .init(path: .id, comparison: .greaterThan, value: .text(ObjectID(high: 0, low: 0).description))),
        ("id pattern", .init(path: .id, comparison: .like, value: .text("*9"))),
        ("times", .init(path: .creationTime, comparison: .greaterThan, value: .text("5"))),
        ("list", .init(path: .property("int"), comparison: .containsAny, value: .ints((0..<20_000).map { $0 }))),
        (
            "list of ids",
            .init(
                path: .id, comparison: .containsAny,
                value: .texts((0..<20_000).map { ObjectID(high: 0, low: $0).description }))
        ),
        (
            "targets",
            .init(
                path: .through(property: "r", collection: "A", rest: .property("int")), comparison: .equal,
                value: .int(1))
        ),
        (
            "more targets than references",
            .init(
                path: .through(property: "r", collection: "B", rest: .property("int")), comparison: .equal,
                value: .int(1))
        ),
    ]

    @Test func `filters ask and stop`() throws {
        var shard = try shard()
        let others: [String: UInt32] = ["A": 1, "B": 2]
        shard.ids.targets = { collection, _ in
            TargetList(ids: (0..<(collection.number == 1 ? 20_000 : 20_001)).map { ObjectID(high: 1, low: $0) })
        }
        for (name, condition) in Self.filters {
            func run(_ caller: Caller) throws {
                let resolved = try shard.schema.resolve(
                    .condition(condition), collection: "C", cancellation: caller.cancellation,
                    others: { name in
                        others[name].map { ReferencedCollection(id: CollectionID($0), schema: shard.schema) }
                    })
                _ = try shard.schema.documents(
                    matching: resolved, ids: shard.ids, in: shard.store, cancellation: caller.cancellation)
            }
            let patient = Caller(patience: .max)
            try run(patient)
            #expect(patient.questions >= 4, "\(name)")
            let impatient = Caller(patience: 1)
            #expect(throws: CancellationError.self, "\(name)") { try run(impatient) }
            #expect(impatient.questions == 2, "\(name)")
        }
    }

    @Test func `keyword search asks and stops, in planning, scoring and ranking`() throws {
        let shard = try shard()
        let text = (0..<4_000).map { "w\($0) " }.joined() + "common"
        func run(_ caller: Caller) throws {
            _ = try shard.schema.search(
                KeywordQuery(text: text, fields: try shard.schema.keywordFields(named: ["word"])), filter: nil,
                limit: 10_000, explain: true, ids: NumberedIDs(), in: shard.store, cancellation: caller.cancellation)
        }
        let patient = Caller(patience: .max)
        try run(patient)
        #expect(patient.questions >= 8)
        for patience in stride(from: 0, to: patient.questions, by: max(1, patient.questions / 8)) {
            let impatient = Caller(patience: patience)
            #expect(throws: CancellationError.self) { try run(impatient) }
            #expect(impatient.questions == patience + 1)
        }
    }
}

/// Ids that are their documents' numbers.
private struct NumberedIDs: IDLookup {
    func targets(in collection: CollectionID, matching filter: ResolvedFilter) throws -> any ReferenceTargets {
        TargetList()
    }
    func document(of id: ObjectID) -> DocumentID? { DocumentID(UInt32(id.low)) }
    func scanIDs(from start: ObjectID, _ body: (ObjectID, DocumentID) throws -> Bool) throws {}
    func id(of document: DocumentID) -> ObjectID? { ObjectID(high: 0, low: UInt64(document.number)) }
}
