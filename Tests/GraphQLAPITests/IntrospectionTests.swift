// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import DatabaseTesting
import Execution
import GraphQLLanguage
import JSON
import Testing

@testable import GraphQLAPI

@Suite struct IntrospectionTests {
    @Test func `the query type and its fields are told`() async throws {
        #expect(
            try await Fixture.database().answer(
                "{ __schema { queryType { name fields { name } } mutationType { name } } }")
                == #"{"data":{"__schema":{"queryType":{"name":"WeaviateObj","fields":[{"name":"Get"},{"name":"Aggregate"},{"name":"Explore"}]},"mutationType":null}}}"#
        )
    }

    @Test func `a type tells kind, fields and what they are made of`() async throws {
        #expect(
            try await Fixture.database().answer(
                #"{ __type(name: "Author") { kind name fields { name type { name kind ofType { name } } } } }"#)
                == #"{"data":{"__type":{"kind":"OBJECT","name":"Author","fields":[{"name":"name","type":{"name":"String","kind":"SCALAR","ofType":null}},{"name":"wrote","type":{"name":null,"kind":"LIST","ofType":{"name":"AuthorwroteObj"}}},{"name":"_additional","type":{"name":"AuthorAdditional","kind":"OBJECT","ofType":null}}]}}}"#
        )
        #expect(
            try await Fixture.database().answer(#"{ __type(name: "No") { name } }"#) == #"{"data":{"__type":null}}"#)
    }

    @Test func `the query that tools begin with is answered without errors`() async throws {
        let answer = try await Fixture.database().answer(
            """
            query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name }
              types { ...FullType } directives { name description locations args { ...InputValue } } } }
            fragment FullType on __Type { kind name description
              fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
              inputFields { ...InputValue } interfaces { ...TypeRef }
              enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
            fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
            fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
            """)
        #expect(answer.hasPrefix(#"{"data":{"__schema":{"queryType":{"name":"WeaviateObj"}"#))
        #expect(!answer.contains(#""errors":["#))
        #expect(answer.contains(#""name":"GetObjectsThingWhereOperandsInpObj""#))
    }

    private static let full = """
        query IntrospectionQuery { __schema { queryType { name } types { ...FullType } } }
        fragment FullType on __Type { kind name description
          fields(includeDeprecated: true) { name args { ...InputValue } type { ...TypeRef } }
          inputFields { ...InputValue } enumValues(includeDeprecated: true) { name } possibleTypes { ...TypeRef } }
        fragment InputValue on __InputValue { name type { ...TypeRef } defaultValue }
        fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
        """

    @Test func `many collections are described as few are`() async throws {
        let database = MemoryDatabase(
            (0..<60).map { number in
                var collection = Fixture.thing
                collection.name = "Thing\(number)"
                return collection
            })
        let answer = try await database.answer(Self.full)
        #expect(!answer.contains(#""errors":["#))
        #expect(answer.contains(#""name":"AggregateObjectsThing59WhereInpObj""#))
    }

    @Test func `a description that goes round in circles ends in an error`() async throws {
        // Each level multiplies the answer by the number of fields.
        let level = "fields { type { "
        let query =
            "{ __schema { types { \(String(repeating: level, count: 30)) name \(String(repeating: "} }", count: 30)) } } }"
        let database = Fixture.database()
        let schema = CollectionSchema(database.collections(), generation: 0)
        var limits = GraphQLLimits()
        limits.introspectionBytes = 10_000
        let allowance = DecodingAllowance(MemoryReservation(), bodyByteCount: 0)
        var execution = RequestExecution(
            database: database, schema: schema, limits: limits, allowance: allowance, width: 1)
        let body = JSONValue.object(JSONObject([("query", .string(query))])).encoded
        let answer = await execution.answer(try GraphQLRequest(body, allowance: allowance))
        // The types refer to the schema without holding it.
        withExtendedLifetime(schema) {}
        #expect(
            String(decoding: answer, as: UTF8.self).contains("The description of the schema is larger than 10000 bytes")
        )
    }
}
