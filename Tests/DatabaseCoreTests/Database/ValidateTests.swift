// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import JSON
import Testing

@Suite struct ValidateTests {
    @Test func `what auto-schema would add is valid, and nothing is created`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        try await database.validate(.article(1, "one", year: 1))
        #expect(database.collections().isEmpty)
        _ = try await database.createCollection(.articles())
        var object = ObjectInput.article(1, "one", year: 1)
        object.properties?["pages"] = .number(JSONNumber(7))
        try await database.validate(object)
        #expect(database.collection(named: "Article")?.properties.count == 2)
        object.properties?["year"] = .string("no year")
        let wrong = object
        await #expect(throws: DatabaseError.self) { try await database.validate(wrong) }
        await fixture.close()
    }

    @Test func `without auto-schema an unknown collection or property is refused`() async throws {
        let fixture = try DatabaseFixture { $0.hasAutoSchema = false }
        let database = fixture.database
        await #expect(throws: DatabaseError.self) { try await database.validate(.article(1, "one", year: 1)) }
        _ = try await database.createCollection(.articles())
        try await database.validate(.article(1, "one", year: 1))
        var object = ObjectInput.article(1, "one", year: 1)
        object.properties?["pages"] = .number(JSONNumber(7))
        let unknown = object
        await #expect(throws: DatabaseError.self) { try await database.validate(unknown) }
        await fixture.close()
    }
}
