// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing

@testable import DatabaseCore

/// Sorted listings show what sorting the listed objects themselves shows.
@Suite struct SortTests {
    private static let positive = Filter.condition(
        .init(path: .property("num"), comparison: .greaterThan, value: .int(0)))

    private static let orders: [[SortKey]] =
        [
            ["num"], ["plainNum"], ["real"], ["flag"], ["day"], ["word"], ["tags"], ["nums"], ["flag", "num"],
            ["word", "day", "tags"],
        ].flatMap { names in
            [false, true].map { isDescending in
                names.enumerated().map { index, name in
                    SortKey(field: .property(name), isDescending: isDescending == (index % 2 == 0))
                }
            }
        } + [
            [SortKey(field: .id, isDescending: true)],
            [SortKey(field: .property("num"), isDescending: false), SortKey(field: .id, isDescending: true)],
        ]

    /// What a listing of all in their order is when it is sorted afterwards.
    private func expected(_ listed: [Hit], _ keys: [SortKey]) -> [ObjectID] {
        let values = listed.map { hit in
            keys.map { key -> SortValue in
                if case .property(let name) = key.field { return SortValue(hit.object.properties[name]) }
                return .id(hit.object.id)
            }
        }
        let order = SortOrder(isDescending: keys.map(\.isDescending))
        return listed.indices.sorted { order.precedes(values[$0], values[$1]) ?? ($0 < $1) }.map {
            listed[$0].object.id
        }
    }

    @Test(arguments: [nil, positive]) func `any window of any order is that of the sorted objects`(filter: Filter?)
        async throws
    {
        let fixture = try await DatabaseFixture.measured(JSONObject.measured(600, seed: 11))
        // Later documents of earlier ids, and gaps.
        for number in stride(from: 0, to: 600, by: 7) {
            _ = try await fixture.database.delete(.number(UInt64(number)), in: "Measured", tenant: nil)
        }
        let again = JSONObject.measured(600, seed: 12).enumerated().filter { $0.offset % 14 == 0 }
        let results = await fixture.database.upsert(
            again.map { number, properties in
                ObjectInput(
                    collection: "Measured", id: .number(UInt64(number)), properties: properties, vector: [Float(number)]
                )
            })
        for result in results { _ = try result.get() }
        var query = Query(collection: "Measured")
        query.filter = filter
        query.limit = 10_000
        let listed = try await fixture.database.hits(of: query)
        for keys in Self.orders {
            let right = expected(listed, keys)
            for (offset, limit) in [(0, 1), (0, 10), (95, 40), (0, 10_000), (listed.count - 1, 5)] {
                query.sort = keys
                query.offset = offset
                query.limit = min(limit, 10_000 - offset)
                let found = try await fixture.database.hits(of: query).map(\.object.id)
                #expect(found == Array(right.dropFirst(offset).prefix(limit)), "\(keys), \(offset), \(limit)")
            }
        }
        await fixture.close()
    }

    @Test func `among more equal objects than are worth asking one by one those with the least ids come first`()
        async throws
    {
        let fixture = try await DatabaseFixture.measured(
            (0..<1_500).map { _ in
                var object = JSONObject()
                object["flag"] = .boolean(true)
                return object
            })
        var query = Query(collection: "Measured")
        query.sort = [SortKey(field: .property("flag"), isDescending: false)]
        query.offset = 3
        query.limit = 4
        let found = try await fixture.database.hits(of: query).map(\.object.id)
        #expect(found == (3..<7).map { .number(UInt64($0)) })
        await fixture.close()
    }

    @Test func `a text too long for a column is sorted by all of it`() async throws {
        let long = String(repeating: "x", count: 200)
        let fixture = try await DatabaseFixture.measured(
            [long + "b", "y", long + "a", "a"].map { text in
                var object = JSONObject()
                object["word"] = .string(text)
                return object
            })
        var query = Query(collection: "Measured")
        query.sort = [SortKey(field: .property("word"), isDescending: false)]
        let found = try await fixture.database.hits(of: query).map(\.object.id)
        #expect(found == [3, 2, 0, 1].map { .number($0) })
        await fixture.close()
    }
}
