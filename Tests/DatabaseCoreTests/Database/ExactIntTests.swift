// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing

@testable import DatabaseCore

/// Ints that float64 cannot tell apart are kept, found and sorted exactly.
@Suite struct ExactIntTests {
    private static let numbers = [
        Int64.min, .min + 1, -1_641_628_187_827_904_802, -1_641_628_187_827_904_801, 0, 9_007_199_254_740_992,
        9_007_199_254_740_993, 1_641_628_187_827_904_801, 1_641_628_187_827_904_802, .max - 1, .max,
    ]

    /// Object i has number i of `numbers`, in `year` and as the only one of `years`; objects come in another order.
    private func fixture() async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture()
        var definition = CollectionDefinition.articles()
        definition.properties.append(PropertyDefinition(name: "years", type: .array(.int)))
        _ = try await fixture.database.createCollection(definition)
        let results = await fixture.database.upsert(
            Self.numbers.enumerated().reversed().map { index, number in
                let json = JSONValue.number(JSONNumber(literal: String(number), value: Double(number)))
                return ObjectInput(
                    collection: "Article", id: .number(UInt64(index)),
                    properties: JSONObject([("year", json), ("years", .array([json]))]))
            })
        #expect(results.allSatisfy { (try? $0.get()) != nil })
        return fixture
    }

    private func found(
        _ fixture: DatabaseFixture, _ change: (inout Query) -> Void
    ) async throws -> [Int64] {
        var query = Query(collection: "Article")
        query.limit = 100
        change(&query)
        return try await fixture.database.hits(of: query).map { hit in
            guard case .int(let number)? = hit.object.properties["year"],
                hit.object.properties["years"] == .array([.int(number)])
            else { return 0 }
            return number
        }
    }

    @Test func `sorting tells neighbors apart`() async throws {
        let fixture = try await fixture()
        for field in ["year", "years"] {
            let ascending = try await found(fixture) { $0.sort = [SortKey(field: .property(field))] }
            #expect(ascending == Self.numbers)
            let descending = try await found(fixture) {
                $0.sort = [SortKey(field: .property(field), isDescending: true)]
            }
            #expect(descending == Self.numbers.reversed())
        }
        await fixture.close()
    }

    @Test func `filters tell neighbors apart`() async throws {
        let fixture = try await fixture()
        for number in Self.numbers {
            let expected: [(FilterComparison, FilterValue, (Int64) -> Bool)] = [
                (.equal, .int(number), { $0 == number }), (.notEqual, .int(number), { $0 != number }),
                (.lessThan, .int(number), { $0 < number }), (.lessThanEqual, .int(number), { $0 <= number }),
                (.greaterThan, .int(number), { $0 > number }), (.greaterThanEqual, .int(number), { $0 >= number }),
                (.containsAny, .ints([number]), { $0 == number }), (.containsAll, .ints([number]), { $0 == number }),
                (.containsNone, .ints([number]), { $0 != number }),
            ]
            for (comparison, value, isFound) in expected {
                for field in ["year", "years"] {
                    let found = try await found(fixture) {
                        $0.filter = .condition(.init(path: .property(field), comparison: comparison, value: value))
                    }
                    #expect(found.sorted() == Self.numbers.filter(isFound), "\(field) \(comparison) \(number)")
                }
            }
        }
        await fixture.close()
    }
}
