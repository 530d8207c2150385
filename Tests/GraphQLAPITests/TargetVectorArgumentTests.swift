// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import DatabaseTesting
import Testing

@testable import GraphQLAPI

@Suite struct TargetVectorArgumentTests {
    private func search(_ argument: String) async throws -> VectorSearch {
        let database = Fixture.database()
        let messages = try await database.messages("{ Get { Named(nearVector: {\(argument)}) { __typename } } }")
        #expect(messages == [])
        guard case .vector(let search)? = database.queries.first?.search else { throw DatabaseError.cancelled }
        return search
    }

    private func message(_ argument: String) async throws -> String? {
        try await Fixture.database().messages("{ Get { Named(nearVector: {\(argument)}) { __typename } } }").first
    }

    @Test(arguments: [
        #"vector: [1] targetVectors: ["a"]"#, #"vectorPerTarget: {a: [1]}"#,
        #"vector: [1] targets: {targetVectors: "a"}"#,
        #"vectorPerTarget: {a: [1]} targetVectors: ["a"]"#,
    ])
    func `one target is named in several ways`(argument: String) async throws {
        let search = try await search(argument)
        #expect(search.targetVectors == ["a"])
        #expect(search.combination == .minimum)
    }

    @Test func `vectors go to the targets that they are for, in the order of the targets`() async throws {
        let search = try await search(
            #"vectorPerTarget: {a: [1], b: [2 3]} targets: {targetVectors: ["b", "a"] combinationMethod: sum}"#)
        #expect(search.targetVectors == ["b", "a"])
        #expect(search.combination == .sum)
        guard case .vectors([[2, 3], [1]]) = search.origin else { throw DatabaseError.cancelled }
    }

    @Test(arguments: [#""a""#, #""a", "a""#])
    func `a target takes several vectors, named once or for each`(names: String) async throws {
        let search = try await search(
            """
            vectorPerTarget: {a: [[1] [2]]}
            targets: {targetVectors: [\(names)] combinationMethod: manualWeights weights: {a: [0.5, 2]}}
            """)
        #expect(search.targetVectors == ["a", "a"])
        #expect(search.combination == .manualWeights([0.5, 2]))
        guard case .vectors([[1], [2]]) = search.origin else { throw DatabaseError.cancelled }
    }

    @Test(
        arguments: [
            ("minimum", .minimum), ("sum", .sum), ("average", .average), ("manualWeights", .manualWeights([1, 0.25])),
            ("relativeScore", .relativeScore([1, 0.25])),
        ] as [(String, VectorSearch.Combination)])
    func `combinations are read, with weights where they have some`(
        name: String, combination: VectorSearch.Combination
    ) async throws {
        let search = try await search(
            #"vector: [1] targets: {targetVectors: ["a", "b"] combinationMethod: \#(name) weights: {b: 0.25, a: 1}}"#)
        #expect(search.combination == combination)
    }

    @Test(arguments: [
        (
            #"vector: [1] targetVectors: ["a"] targets: {targetVectors: ["a"]}"#,
            "cannot provide both targets and targetVectors"
        ),
        (#"vectorPerTarget: {a: [1]} targetVectors: ["a", "b"]"#, "vector for target b is not provided"),
        (#"vectorPerTarget: {a: "x"}"#, "vector for target a is not provided"),
        (
            #"vector: [1] targets: {targetVectors: ["a", "b"] combinationMethod: relativeScore weights: {a: 1}}"#,
            "weight for target b is not provided"
        ),
        (
            #"vectorPerTarget: {a: [[1] [2]]} targetVectors: ["a", "a", "a"]"#,
            "target a has 2 vectors, but is named 3 times"
        ),
    ])
    func `what does not fit together is refused`(argument: String, message: String) async throws {
        #expect(try await self.message(argument) == "failed to extract nearVector params: \(message)")
    }

    @Test func `a hybrid search takes targets as a search by vector does`() async throws {
        for argument in [
            #"vector: {a: [1], b: [2]} targets: {targetVectors: ["a", "b"] combinationMethod: sum}"#,
            #"searches: {nearVector: {vectorPerTarget: {a: [1], b: [2]} targets: {targetVectors: ["a", "b"] combinationMethod: sum}}}"#,
        ] {
            let database = Fixture.database()
            _ = try await database.messages(#"{ Get { Named(hybrid: {query: "x" \#(argument)}) { __typename } } }"#)
            guard case .hybrid(let search)? = database.queries.first?.search,
                case .vectors([[1], [2]])? = search.origin
            else { throw DatabaseError.cancelled }
            #expect(search.targetVectors == ["a", "b"])
            #expect(search.combination == .sum)
        }
    }
}
