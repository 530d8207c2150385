// SPDX-License-Identifier: Apache-2.0

import DatabaseTesting
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
}
