// SPDX-License-Identifier: Apache-2.0

import DataModel
import GRPCServer
import Testing
import WeaviateMessages

@testable import GRPCAPI

@Suite struct FilterReaderTests {
    private func filter(_ message: Filters) throws(GRPCStatus) -> Filter {
        try FilterReader(collections: Fixture.collection).filter(message, on: Fixture.thing)
    }

    private func condition(
        _ name: String, _ operation: Filters.Operator, _ value: Filters.TestValue
    ) -> Filters {
        message {
            $0.operator = operation
            $0.target = message { $0.target = .property(name) }
            $0.testValue = value
        }
    }

    private func refusal(_ message: Filters) -> String? {
        do throws(GRPCStatus) {
            _ = try filter(message)
            return nil
        } catch {
            return error.message
        }
    }

    @Test(
        arguments: [
            ("num", .valueInt(3), .int(3)), ("num", .valueNumber(3), .int(3)), ("num", .valueText("3"), .int(3)),
            ("num", .valueText("3.0"), .int(3)), ("real", .valueInt(3), .number(3)),
            ("real", .valueText("3.5"), .number(3.5)),
            ("title", .valueText("3"), .text("3")),
            ("day", .valueText("2024-01-01T00:00:00Z"), .date("2024-01-01T00:00:00Z")),
            ("_creationTimeUnix", .valueText("2024-01-01T00:00:00Z"), .date("2024-01-01T00:00:00Z")),
            ("len(title)", .valueInt(3), .int(3)), ("flag", .valueBoolean(true), .boolean(true)),
        ] as [(String, Filters.TestValue, FilterValue)])
    func `a value becomes what its property is`(
        name: String, given: Filters.TestValue, expected: FilterValue
    ) throws {
        guard case .condition(let condition) = try filter(condition(name, .equal, given)) else {
            Issue.record("no condition")
            return
        }
        #expect(condition.value == expected)
    }

    @Test func `lists of numbers become what their property is`() throws {
        let given = condition("nums", .containsAny, .valueNumberArray(message { $0.values = [1, 2] }))
        guard case .condition(let condition) = try filter(given) else {
            Issue.record("no condition")
            return
        }
        #expect(condition.value == .ints([1, 2]))
    }

    @Test func `a fraction is no whole number`() {
        #expect(refusal(condition("num", .equal, .valueNumber(42.5)))?.contains("42.5 is no whole number") == true)
        #expect(refusal(condition("num", .equal, .valueNumber(.infinity)))?.contains("no whole number") == true)
    }

    @Test func `a text that is no number is refused with the text`() {
        #expect(refusal(condition("num", .equal, .valueText("many")))?.contains("'many'") == true)
    }

    @Test func `a filter goes through a reference to the class it leads to`() throws {
        let inner = message(FilterTarget.self) { $0.target = .property("name") }
        let given = message(Filters.self) {
            $0.operator = .equal
            $0.testValue = .valueText("Ben")
            $0.target = message {
                $0.target = .singleTarget(
                    message {
                        $0.on = "Author"
                        $0.target = inner
                    })
            }
        }
        #expect(
            try filter(given)
                == .condition(
                    FilterCondition(
                        path: .through(property: "author", collection: "Author", rest: .property("name")),
                        comparison: .equal, value: .text("Ben"))))
    }

    @Test func `a reference to several classes needs the one that is meant`() {
        let given = message(Filters.self) {
            $0.operator = .equal
            $0.testValue = .valueText("x")
            $0.target = message {
                $0.target = .singleTarget(
                    message {
                        $0.on = "from"
                        $0.target = message { $0.target = .property("name") }
                    })
            }
        }
        #expect(refusal(given)?.contains("name one: [Author Place]") == true)
    }

    @Test func `the old form of a path means the same`() throws {
        let given = message(Filters.self) {
            $0.operator = .equal
            $0.testValue = .valueText("Ben")
            $0.on = ["author", "Author", "name"]
        }
        #expect(
            try filter(given)
                == .condition(
                    FilterCondition(
                        path: .through(property: "author", collection: "Author", rest: .property("name")),
                        comparison: .equal, value: .text("Ben"))))
    }

    @Test func `a path of two parts is refused`() {
        let given = message(Filters.self) {
            $0.operator = .equal
            $0.testValue = .valueText("Ben")
            $0.on = ["author", "Author"]
        }
        #expect(refusal(given)?.contains("uneven number of components") == true)
    }

    @Test(arguments: ["id", "Title", "nope"])
    func `a property is found by its exact name alone`(name: String) {
        #expect(refusal(condition(name, .equal, .valueText("x")))?.contains("no such prop with name '\(name)'") == true)
    }

    @Test func `a filter without a value is refused`() {
        let given = message(Filters.self) {
            $0.operator = .equal
            $0.target = message { $0.target = .property("title") }
        }
        #expect(refusal(given) == "unknown value type <nil>")
    }

    @Test func `an unknown operator is refused`() {
        #expect(
            refusal(condition("title", .init(rawValue: 99), .valueText("x")))?.contains("unknown filter operator 99")
                == true)
    }

    @Test func `operators nest as deep as in every API`() {
        func nested(_ depth: Int) -> Filters {
            if depth == 1 { return condition("title", .equal, .valueText("x")) }
            return message {
                $0.operator = .not
                $0.filters = [nested(depth - 1)]
            }
        }
        #expect(refusal(nested(40)) == nil)
        #expect(refusal(nested(41))?.contains("nest deeper than 40") == true)
    }
}
