// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing

@testable import RESTAPI

struct WhereClauseTests {
    private func filter(_ json: String) throws -> Filter {
        var reader = try BodyReader(Array(json.utf8))
        return try WhereClause(&reader, place: "where").filter()
    }

    private func condition(_ path: FilterPath, _ comparison: FilterComparison, _ value: FilterValue) -> Filter {
        .condition(FilterCondition(path: path, comparison: comparison, value: value))
    }

    @Test(arguments: [
        (#""valueText": "a""#, FilterValue.text("a")), (#""valueString": "a""#, .text("a")),
        (#""valueInt": -1"#, .int(-1)),
        (#""valueNumber": 1.5"#, .number(1.5)), (#""valueBoolean": true"#, .boolean(true)),
        (#""valueDate": "d""#, .date("d")),
        (#""valueTextArray": ["a"]"#, .texts(["a"])), (#""valueStringArray": []"#, .texts([])),
        (#""valueIntArray": [1, 2]"#, .ints([1, 2])), (#""valueNumberArray": [1]"#, .numbers([1])),
        (#""valueBooleanArray": [false]"#, .booleans([false])), (#""valueDateArray": ["d"]"#, .dates(["d"])),
        (
            #""valueGeoRange": {"geoCoordinates": {"latitude": 1, "longitude": 2}, "distance": {"max": 3}}"#,
            .geoRange(center: GeoCoordinates(latitude: 1, longitude: 2), distanceInMeters: 3)
        ),
    ])
    func `every kind of value is read`(json: String, value: FilterValue) throws {
        let found = try filter(#"{"operator": "Equal", "path": ["p"], \#(json)}"#)
        #expect(found == condition(.property("p"), .equal, value))
    }

    @Test(arguments: [
        (#"["p"]"#, FilterPath.property("p")), (#"["id"]"#, .id), (#"["_id"]"#, .id),
        (#"["len(p)"]"#, .length(of: "p")),
        (#"["_creationTimeUnix"]"#, .creationTime), (#"["_lastUpdateTimeUnix"]"#, .updateTime),
        (
            #"["a", "A", "b", "B", "p"]"#,
            .through(
                property: "a", collection: "A", rest: .through(property: "b", collection: "B", rest: .property("p")))
        ),
    ])
    func `every kind of path is read`(json: String, path: FilterPath) throws {
        #expect(
            try filter(#"{"operator": "IsNull", "path": \#(json), "valueBoolean": true}"#)
                == condition(path, .isNull, .boolean(true)))
    }

    @Test func `operators of operands nest`() throws {
        let leaf = #"{"operator": "Like", "path": ["p"], "valueText": "a*"}"#
        let like = condition(.property("p"), .like, .text("a*"))
        let found = try filter(
            #"{"operator": "Or", "operands": [{"operator": "Not", "operands": [\#(leaf)]}, \#(leaf)]}"#)
        #expect(found == .or([.not(like), like]))
    }

    @Test(arguments: [
        #"{"operator": "Equal", "path": ["a", "A"], "valueInt": 1}"#,
        #"{"operator": "Equal", "path": ["a"], "valueInt": 1, "valueText": "b"}"#,
        #"{"operator": "Not", "operands": []}"#, #"{"operator": "And", "operands": [{}]}"#,
        #"{"operator": "WithinGeoRange", "path": ["a"], "valueGeoRange": {}}"#,
        #"{"operator": "WithinGeoRange", "path": ["a"], "valueGeoRange": {"geoCoordinates": {"latitude": 1, "longitude": 2}, "distance": {"max": -3}}}"#,
    ])
    func `a filter that says nothing clear is refused`(json: String) {
        #expect(throws: Refusal.self) { try filter(json) }
    }

    @Test func `operators nest up to a limit`() throws {
        func clause(depth: Int) -> String {
            (1..<depth).reduce(#"{"operator": "IsNull", "path": ["p"], "valueBoolean": true}"#) { clause, _ in
                #"{"operator": "Not", "operands": [\#(clause)]}"#
            }
        }
        _ = try filter(clause(depth: 40))
        #expect(throws: Refusal.self) { try filter(clause(depth: 41)) }
        #expect(throws: Refusal.self) { try filter(clause(depth: 250)) }
    }

    @Test func `a path goes through a limited number of references`() throws {
        func clause(references: Int) -> String {
            let path = (0..<references).map { _ in #""a", "A", "# }.joined()
            return #"{"operator": "IsNull", "path": [\#(path)"p"], "valueBoolean": true}"#
        }
        _ = try filter(clause(references: 20))
        #expect(throws: Refusal.self) { try filter(clause(references: 21)) }
        #expect(throws: Refusal.self) { try filter(clause(references: 100_000)) }
    }
}
