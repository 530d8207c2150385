// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import DatabaseTesting
import Testing

@testable import GraphQLAPI

@Suite struct MultiVectorTests {
    private func database(checksQueries: Bool = false) -> MemoryDatabase {
        MemoryDatabase([Fixture.multi], checksQueries: checksQueries)
    }

    private func origin(_ arguments: String) async throws -> VectorSearch.Origin {
        let database = database()
        let messages = try await database.messages("{ Get { Multi(\(arguments)) { __typename } } }")
        #expect(messages == [])
        switch database.queries.first?.search {
        case .vector(let search)?: return search.origin
        case .hybrid(let search)?: return try #require(search.origin)
        case .keyword?, nil: throw DatabaseError.cancelled
        }
    }

    private func message(_ arguments: String, checksQueries: Bool = false) async throws -> String? {
        try await database(checksQueries: checksQueries)
            .messages("{ Get { Multi(\(arguments)) { __typename } } }").first
    }

    @Test func `multi-vectors are shown as lists of lists`() async throws {
        let database = database()
        database.answer(
            "Multi",
            with: .success([
                Hit(
                    object: DatabaseObject(
                        collection: "Multi", id: Fixture.firstID, creationTime: 1, updateTime: 2, properties: [:],
                        namedVectors: ["plain": [1, 2]],
                        multiVectors: ["tokens": MultiVector(dimensions: 2, elements: [1, 0, 0.5, -1])]))
            ]))
        #expect(
            try await database.answer("{ Get { Multi { _additional { vectors { tokens plain } } } } }")
                == #"{"data":{"Get":{"Multi":[{"_additional":{"vectors":{"tokens":[[1,0],[0.5,-1]],"plain":[1,2]}}}]}}}"#
        )
    }

    @Test func `their type is a list of lists`() async throws {
        let answer = try await database().answer(
            #"{ __type(name: "MultiAdditionalVectors") { fields { name type { kind ofType { kind } } } } }"#)
        #expect(answer.contains(#"{"name":"plain","type":{"kind":"LIST","ofType":{"kind":"SCALAR"}}}"#), "\(answer)")
        #expect(answer.contains(#"{"name":"tokens","type":{"kind":"LIST","ofType":{"kind":"LIST"}}}"#), "\(answer)")
    }

    @Test(arguments: [
        #"nearVector: {vectorPerTarget: {tokens: [[1 0] [0 1]]}}"#,
        #"nearVector: {vectorPerTarget: {tokens: [[1 0] [0 1]]} targetVectors: ["tokens"]}"#,
        #"hybrid: {query: "x" vector: {tokens: [[1 0] [0 1]]}}"#,
        #"hybrid: {query: "x" searches: {nearVector: {vectorPerTarget: {tokens: [[1 0] [0 1]]}}}}"#,
    ])
    func `a list of vectors for one is one query`(arguments: String) async throws {
        guard case .vectors(let vectors) = try await origin(arguments) else { throw DatabaseError.cancelled }
        #expect(vectors == [.multiVector(MultiVector(dimensions: 2, elements: [1, 0, 0, 1]))])
    }

    @Test(arguments: [
        #"nearVector: {vector: [[1 0] [0 1]] targetVectors: ["tokens"]}"#,
        #"hybrid: {query: "x" vector: [[1 0] [0 1]] targetVectors: ["tokens"]}"#,
    ])
    func `it may stand in the place of a vector`(arguments: String) async throws {
        guard case .multiVector(let vector) = try await origin(arguments) else { throw DatabaseError.cancelled }
        #expect(vector.rows == [[1, 0], [0, 1]])
    }

    @Test func `several for one target, and a vector for another, are as many queries`() async throws {
        let origin = try await origin(
            """
            nearVector: {
                vectorPerTarget: {tokens: [[[1 0]] [[0 1] [1 1]]], plain: [[5] [6]]}
                targets: {targetVectors: ["tokens", "plain"] combinationMethod: sum}
            }
            """)
        guard case .vectors(let vectors) = origin else { throw DatabaseError.cancelled }
        #expect(
            vectors == [
                .multiVector(MultiVector(dimensions: 2, elements: [1, 0])),
                .multiVector(MultiVector(dimensions: 2, elements: [0, 1, 1, 1])), .vector([5]), .vector([6]),
            ])
    }

    @Test(arguments: [
        (#"nearVector: {vectorPerTarget: {tokens: [[1 0] [0]]}}"#, "vector for target tokens is not provided"),
        (#"nearVector: {vector: [[1 0] [0]] targetVectors: ["tokens"]}"#, "list of lists of as many numbers each"),
        (#"nearVector: {vector: "x" targetVectors: ["tokens"]}"#, "must be a list of numbers"),
    ])
    func `rows of different lengths are refused`(arguments: String, words: String) async throws {
        #expect(try await message(arguments)?.contains(words) == true)
    }

    @Test(arguments: [
        (
            #"nearVector: {vector: [1 0] targetVectors: ["tokens"]}"#,
            "provided vector is a regular vector but vector index supports multi vectors"
        ),
        (
            #"nearVector: {vector: [[1 0]] targetVectors: ["plain"]}"#,
            "provided vector is a multi vector but vector index supports regular vectors"
        ),
        (
            #"nearVector: {vectorPerTarget: {tokens: [[1 0]]} certainty: 0.5}"#,
            "can't compute and return certainty when vector index is configured with maxSim distance"
        ),
    ])
    func `what does not fit the target is refused by the database`(arguments: String, words: String) async throws {
        let message = try await message(arguments, checksQueries: true)
        #expect(message?.contains(words) == true, "\(message ?? "")")
    }
}
