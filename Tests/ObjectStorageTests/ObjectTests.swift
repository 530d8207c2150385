// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Testing

@testable import ObjectStorage

struct ObjectTests {
    private let storage: Storage

    init() throws { storage = try Storage() }

    private var shard: ShardAddress { storage.shard }

    static let everyKind: [PropertyID: PropertyValue] = [
        PropertyID(0): .text("Grüße 🐦"), PropertyID(1): .int(.min), PropertyID(2): .number(-0.5),
        PropertyID(3): .boolean(true), PropertyID(4): .boolean(false), PropertyID(5): .date("2024-01-02T03:04:05.6Z"),
        PropertyID(6): .uuid(ObjectID(high: 1, low: .max)), PropertyID(7): .blob(Blob(bytes: [1, 2, 3])),
        PropertyID(8): .geoCoordinates(GeoCoordinates(latitude: 52.5, longitude: -13.25)),
        PropertyID(9): .phoneNumber(
            PhoneNumber(
                input: "030 1", defaultCountry: "de", internationalFormatted: "+49 30 1", nationalFormatted: "030 1",
                national: 301, countryCode: 49, isValid: true)),
        PropertyID(10): .object(["b": .array([.text(""), .text("x")]), "a": .object([:])]),
        PropertyID(11): .references([
            Beacon(collection: "Other", id: ObjectID(high: 2, low: 3)),
            Beacon(host: "far", collection: nil, id: ObjectID(high: 4, low: 5)),
        ]),
        PropertyID(12): .array([]), PropertyID(13): .array([.int(1), .int(2), .int(3)]),
        PropertyID(14): .array([.boolean(true), .boolean(false)]),
        PropertyID(15): .array([.number(.infinity), .number(.leastNonzeroMagnitude)]),
        PropertyID(16): .blob(Blob(bytes: [], originalText: "==")), PropertyID(.max): .text(""),
        PropertyID(17): .blobHash(BlobHash(digest: Array(100..<132))),
    ]

    @Test func `an object comes back as it was kept, with every kind of value`() throws {
        let id = ObjectID(number: 1)
        let document = try storage.environment.write { transaction throws in
            try storage.insert(id, Self.everyKind, vector: [1, 2], in: transaction)
        }
        let object = try storage.environment.read { try $0.object(document, in: shard) }
        #expect(object?.properties == Self.everyKind)
        #expect(object?.id == id)
        #expect(object?.creationTime == 1_700_000_000_000)
        #expect(object?.updateTime == 1_700_000_000_001)
        #expect(object?.vectors == [VectorID(0)])
        #expect(try storage.environment.read { try $0.document(of: id, in: shard) } == document)
        #expect(try storage.environment.read { try $0.counters(of: shard).objectCount } == 1)
        #expect(try storage.problems() == [])
    }

    @Test func `an object without properties and vectors is one`() throws {
        let document = try storage.environment.write { try storage.insert(ObjectID(number: 1), in: $0) }
        let object = try storage.environment.read { try $0.object(document, in: shard) }
        #expect(object?.properties == [:])
        #expect(object?.vectors == [])
    }

    @Test func `only the selected properties are read`() throws {
        let document = try storage.environment.write {
            try storage.insert(ObjectID(number: 1), Self.everyKind, in: $0)
        }
        try storage.environment.read { transaction throws in
            let some = try transaction.object(document, in: shard, properties: .only([PropertyID(1), PropertyID(99)]))
            #expect(some?.properties == [PropertyID(1): .int(.min)])
            let none = try transaction.object(document, in: shard, properties: .none)
            #expect(none?.properties == [:])
            let withoutBlobs = try transaction.object(document, in: shard, properties: .allButBlobs)
            var expected = Self.everyKind
            expected[PropertyID(7)] = nil
            expected[PropertyID(16)] = nil
            #expect(withoutBlobs?.properties == expected)
        }
    }

    @Test func `blobs inside arrays and objects come back too`() throws {
        let nested: [PropertyID: PropertyValue] = [
            PropertyID(1): .array([.blob(Blob(bytes: [1])), .blob(Blob(bytes: [2, 2], originalText: "AgJ="))]),
            PropertyID(2): .object(["picture": .blob(Blob(bytes: [UInt8](repeating: 7, count: 10_000)))]),
        ]
        let document = try storage.environment.write { try storage.insert(ObjectID(number: 1), nested, in: $0) }
        #expect(try storage.environment.read { try $0.object(document, in: shard)?.properties } == nested)
        #expect(try storage.environment.checkInvariants().blobCount == 3)
        #expect(try storage.problems() == [])
    }

    @Test func `what is not there is nil`() throws {
        try storage.environment.read { transaction throws in
            #expect(try transaction.object(DocumentID(0), in: shard) == nil)
            #expect(try transaction.document(of: ObjectID(number: 1), in: shard) == nil)
            #expect(try transaction.id(of: DocumentID(.max), in: shard) == nil)
        }
    }

    @Test func `an id that is taken is refused before anything is written`() throws {
        try storage.environment.write { transaction throws in
            try storage.insert(ObjectID(number: 1), in: transaction)
            transaction.isDirty = false
            #expect(throws: StorageError.idTaken(ObjectID(number: 1), shard)) {
                try storage.insert(ObjectID(number: 1), in: transaction)
            }
            #expect(!transaction.isDirty)
        }
        #expect(try storage.problems() == [])
    }

    @Test func `an update keeps blobs it is told to keep and drops the others`() throws {
        let document = try storage.environment.write {
            try storage.insert(ObjectID(number: 1), Self.everyKind, vector: [1], in: $0)
        }
        try storage.environment.write { transaction throws in
            let object = StoredObject.sample(ObjectID(number: 1), [PropertyID(0): .text("new")])
            try transaction.update(document, with: object, keepingBlobsOf: [PropertyID(7), PropertyID(50)], in: shard)
        }
        let object = try storage.environment.read { try $0.object(document, in: shard) }
        #expect(
            object?.properties == [PropertyID(0): .text("new"), PropertyID(7): .blob(Blob(bytes: [1, 2, 3]))])
        #expect(object?.vectors == [VectorID(0)])
        #expect(try storage.environment.checkInvariants().blobCount == 1)
        #expect(try storage.problems() == [])
    }

    @Test func `a replacement takes id, kept blobs and the count along`() throws {
        let id = ObjectID(number: 1)
        let old = try storage.environment.write { try storage.insert(id, Self.everyKind, vector: [1, 2], in: $0) }
        let new = try storage.environment.write { transaction throws in
            let new = try transaction.takeDocumentNumber(in: shard)
            try transaction.replace(
                old, with: .sample(id, [:]), vectors: [VectorID(0): [3, 4], VectorID(9): [5]], as: new,
                keepingBlobsOf: [PropertyID(7)], in: shard)
            return new
        }
        try storage.environment.read { transaction throws in
            #expect(new > old)
            #expect(try transaction.document(of: id, in: shard) == new)
            #expect(try transaction.object(old, in: shard) == nil)
            let object = try transaction.object(new, in: shard)
            #expect(object?.properties == [PropertyID(7): .blob(Blob(bytes: [1, 2, 3]))])
            #expect(object?.vectors == [VectorID(0), VectorID(9)])
            #expect(try transaction.counters(of: shard).objectCount == 1)
            #expect(try transaction.vectors(VectorID(0), of: shard).withVector(of: old) { _ in } == false)
        }
        #expect(try storage.problems() == [])
    }

    @Test func `a removed object leaves nothing behind once its shard is merged`() throws {
        let before = try storage.environment.statistics().entryCount
        let document = try storage.environment.write {
            try storage.insert(ObjectID(number: 1), Self.everyKind, vector: [1, 2], in: $0)
        }
        try storage.environment.write { transaction throws in
            #expect(try transaction.remove(document, in: shard) == ObjectID(number: 1))
            #expect(try transaction.remove(document, in: shard) == nil)
        }
        try storage.environment.write { transaction throws in
            while try !transaction.tidyColumn(of: shard) {}
        }
        // The counters stay.
        #expect(try storage.environment.statistics().entryCount == before + 1)
        #expect(try storage.environment.read { try $0.counters(of: shard).objectCount } == 0)
        #expect(try storage.problems() == [])
    }

    @Test func `document numbers are never given out twice`() throws {
        let first = try storage.environment.write { transaction throws in
            let document = try storage.insert(ObjectID(number: 1), in: transaction)
            try transaction.remove(document, in: shard)
            return document
        }
        let second = try storage.environment.write { try storage.insert(ObjectID(number: 2), in: $0) }
        #expect(second > first)
    }

    @Test func `a shard that has given out all numbers says so`() throws {
        try storage.environment.write { transaction throws in
            transaction.counters[shard] = WriteTransaction.CountersInMemory(
                values: ShardCounters(nextDocument: UInt64(UInt32.max), objectCount: 0), isChanged: true)
            #expect(try transaction.takeDocumentNumber(in: shard) == DocumentID(.max))
            #expect(throws: StorageError.documentNumbersExhausted(shard)) {
                try transaction.takeDocumentNumber(in: shard)
            }
        }
    }

    @Test func `ids are listed in order, after a given one`() throws {
        var generator = SplitMix64(seed: 3)
        let ids = (0..<50).map { _ in ObjectID.random(using: &generator) }
        try storage.environment.write { transaction throws in
            for id in ids { try storage.insert(id, in: transaction) }
        }
        let sorted = ids.sorted()
        var found: [ObjectID] = []
        try storage.environment.read { transaction throws in
            try transaction.scanIDs(in: shard, after: sorted[9]) { id, document in
                #expect(ids[Int(document.number)] == id)
                found.append(id)
                return found.count < 20
            }
        }
        #expect(found == Array(sorted[10..<30]))
    }

    @Test func `objects are visited by document number from a start on`() throws {
        try storage.environment.write { transaction throws in
            for number in 0..<5 {
                try storage.insert(ObjectID(number: 5 - UInt64(number)), in: transaction)
            }
            try transaction.remove(DocumentID(3), in: shard)
        }
        var found: [UInt32] = []
        try storage.environment.read { transaction throws in
            try transaction.scanObjects(in: shard, from: DocumentID(1)) { document, object in
                #expect(object.id == ObjectID(number: 5 - UInt64(document.number)))
                found.append(document.number)
                return true
            }
        }
        #expect(found == [1, 2, 4])
    }

    @Test func `values that nest too deep are refused`() throws {
        var value = PropertyValue.text("x")
        for _ in 0..<ValueTag.maximumDepth { value = .array([value]) }
        let accepted = value
        let refused = PropertyValue.array([value])
        try storage.environment.write { transaction throws in
            let document = try storage.insert(ObjectID(number: 1), [PropertyID(0): accepted], in: transaction)
            #expect(try transaction.object(document, in: shard)?.properties == [PropertyID(0): accepted])
            #expect(throws: StorageError.valueTooDeep(limit: ValueTag.maximumDepth)) {
                try storage.insert(ObjectID(number: 2), [PropertyID(0): refused], in: transaction)
            }
        }
    }
}
