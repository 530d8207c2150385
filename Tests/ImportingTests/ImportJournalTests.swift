// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import Testing

@testable import Importing

struct ImportJournalTests {
    private let path = NSTemporaryDirectory() + "needletail-journal-\(UUID().uuidString)"

    private func key(_ number: Int) -> ImportJournal.Key {
        ImportJournal.Key(place: "place \(number)", digest: [UInt8](repeating: UInt8(number % 256), count: 32))
    }

    @Test func `what was noted is there when it is opened again, whatever its end was cut to`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let ids = (0..<10).map { _ in ObjectID.random() }
        do {
            let journal = try ImportJournal(path: path)
            try journal.add((0..<5).map { (key($0), ids[$0]) })
            try journal.add((5..<10).map { (key($0), ids[$0]) })
        }
        let whole = try Data(contentsOf: URL(filePath: path))
        #expect(whole.count == 8 + 10 * ImportJournal.recordByteCount)
        for length in [whole.count, whole.count - 1, whole.count - 35, whole.count - 36, 8 + 36, 9, 8] {
            try whole.prefix(length).write(to: URL(filePath: path))
            let kept = (length - 8) / ImportJournal.recordByteCount
            do {
                let journal = try ImportJournal(path: path)
                #expect(journal.count == kept)
                #expect((0..<10).map { journal.id(for: key($0)) } == (0..<10).map { $0 < kept ? ids[$0] : nil })
                try journal.add([(key(77), ids[0])])
            }
            #expect(try ImportJournal(path: path).id(for: key(77)) == ids[0])
        }
    }

    @Test func `what is damaged counts as not noted, and so does what follows`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            let journal = try ImportJournal(path: path)
            try journal.add((0..<3).map { (key($0), .random()) })
        }
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[8 + 36 + 3] ^= 1
        try bytes.write(to: URL(filePath: path))
        #expect(try ImportJournal(path: path).count == 1)
    }

    @Test func `another file is not taken for a journal`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("something else".utf8).write(to: URL(filePath: path))
        #expect(throws: ImportError.self) { try ImportJournal(path: path) }
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("something else".utf8))
    }

    @Test func `two imports do not share one`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try ImportJournal(path: path)
        #expect(throws: ImportError.self) { try ImportJournal(path: path) }
        #expect(first.count == 0)
    }
}

struct ImportIDTests {
    @Test func `ids of names are those of RFC 9562`() {
        // Its example: www.example.com in the namespace of domain names.
        let namespace = ObjectID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")!
        #expect(ImportIDs.id("www.example.com", in: namespace).description == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
    }

    @Test func `ids depend on class and content, and stay as they are`() {
        let digest = [UInt8](repeating: 1, count: 32)
        let ids = ImportIDs(collection: "A")
        #expect(ids.id(ofContent: digest) == ImportIDs(collection: "A").id(ofContent: digest))
        #expect(ids.id(ofContent: digest) != ImportIDs(collection: "B").id(ofContent: digest))
        #expect(ids.id(ofPath: "a") != ids.id(ofPath: "b"))
    }
}
