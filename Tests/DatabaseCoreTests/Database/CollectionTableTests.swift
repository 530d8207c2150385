// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Testing

@testable import DatabaseCore

@Suite struct CollectionTableTests {
    private func collection(_ name: String, _ number: UInt32) -> Collection {
        Collection(id: CollectionID(number), definition: CollectionDefinition(name: name), shards: [])
    }

    @Test func `a collection is found by name and by number until it is removed`() {
        let table = CollectionTable()
        table.add(collection("B", 1))
        table.add(collection("A", 2))
        #expect(table["A"]?.id == CollectionID(2))
        #expect(table[CollectionID(1)]?.definition.name == "B")
        #expect(table.definitions.map(\.name) == ["A", "B"])
        #expect(table.remove(CollectionID(2))?.definition.name == "A")
        #expect(table.remove(CollectionID(2)) == nil)
        #expect(table["A"] == nil)
        #expect(table.definitions.map(\.name) == ["B"])
    }

    @Test func `every change of what the collections are gives another generation`() {
        let table = CollectionTable()
        var seen: Set<UInt64> = [table.generation]
        table.add(collection("A", 1))
        #expect(seen.insert(table.generation).inserted)
        var definition = CollectionDefinition(name: "A")
        definition.description = "new"
        table.adopt(definition, of: CollectionID(1))
        #expect(seen.insert(table.generation).inserted)
        #expect(table.definitions.map(\.description) == ["new"])
        table.remove(CollectionID(1))
        #expect(seen.insert(table.generation).inserted)
    }

    @Test func `a reserved name is taken, in upper case and lower case alike, until it is released`() {
        let table = CollectionTable()
        #expect(table.reserve("Cat") == nil)
        #expect(table.reserve("CAT") == "Cat")
        #expect(table.names.similar("cAt") == nil)
        #expect(!table.names.contains("Cat"))
        table.release("Cat")
        #expect(table.reserve("CAT") == nil)
        table.add(collection("CAT", 1))
        #expect(table.names.similar("cAt") == "CAT")
        #expect(table.reserve("CAT") == "CAT")
        table.remove(CollectionID(1))
        #expect(table.reserve("cat") == nil)
    }

    @Test func `of creations at one time that differ in case only, one succeeds`() async throws {
        let fixture = try DatabaseFixture()
        let names = ["Cat", "CAT", "CaT", "Cat"]
        let results = await withTaskGroup(of: Result<CollectionDefinition, DatabaseError>.self) { group in
            for name in names {
                group.addTask { [database = fixture.database] in
                    do throws(DatabaseError) {
                        var definition = CollectionDefinition.articles()
                        definition.name = name
                        return .success(try await database.createCollection(definition))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count { (try? $0.get()) != nil } == 1)
        for case .failure(let error) in results {
            switch error {
            case .collectionExists, .similarCollectionExists: break
            default: Issue.record("not the error expected: \(error)")
            }
        }
        #expect(fixture.database.collections().count == 1)
        await fixture.close()
    }

    @Test func `shards are found by number and by name`() {
        let shards = (1...3).map { number in
            Shard(
                address: ShardAddress(CollectionID(7), ShardID(UInt32(number))), name: "s\(number)",
                definition: .articles())
        }
        let table = ShardTable([shards[1], shards[0]])
        #expect(table.all.map(\.name) == ["s1", "s2"])
        table.add(shards[2])
        #expect(table[ShardID(3)] === shards[2])
        #expect(table["s2"] === shards[1])
        #expect(table["s4"] == nil)
        #expect(table.count == 3)
    }
}
