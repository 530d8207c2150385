// SPDX-License-Identifier: Apache-2.0

import OpenAPI

/// Many objects at once, and GraphQL.
extension APIOperation {
    static let batchObjects = APIOperation(
        "batch.objects.create",
        "The answer lists the objects in the order in which they were sent, with status 200 even where some, or all, could not be stored. An id that is taken is replaced.",
        parameters: APIParameter.consistency,
        body: APIRequestBody(
            .json(
                .object([.required("objects", JSONSchema.array(of: .reference(.newObject)).notEmpty)]),
                APIExample(
                    "Colors with their vectors",
                    #"""
                    {"objects": [
                     {"class": "\#(OpenAPIExamples.vectorClass)", "id": "\#(OpenAPIExamples.vectorID)", "vector": [1, 0, 0], "properties": {"name": "red", "family": "warm"}},
                     {"class": "\#(OpenAPIExamples.vectorClass)", "id": "c1a7e5d0-2222-4a6e-8f1a-2b3c4d5e6f70", "vector": [0.9, 0.5, 0.1], "properties": {"name": "orange", "family": "warm"}},
                     {"class": "\#(OpenAPIExamples.vectorClass)", "id": "c1a7e5d0-3333-4a6e-8f1a-2b3c4d5e6f70", "vector": [0, 0.1, 1], "properties": {"name": "blue", "family": "cold"}},
                     {"class": "\#(OpenAPIExamples.vectorClass)", "id": "c1a7e5d0-4444-4a6e-8f1a-2b3c4d5e6f70", "vector": [0, 0.8, 0.9], "properties": {"name": "cyan", "family": "cold"}}]}
                    """#),
                APIExample(
                    "Pictures with ids",
                    #"""
                    {"objects": [
                     {"class": "\#(OpenAPIExamples.pictureClass)", "id": "\#(OpenAPIExamples.objectID)", "properties": {"image": "\#(OpenAPIExamples.picture)", "text": "a cat", "year": 2023}},
                     {"class": "\#(OpenAPIExamples.pictureClass)", "id": "\#(OpenAPIExamples.otherID)", "properties": {"text": "a hat", "year": 2021}}]}
                    """#))),
        responses: [
            .json("What became of each object", .array(of: .reference(.batchObject))), .unreadable, .invalid,
        ])

    static let batchDelete = APIOperation(
        "batch.objects.delete", "Begin with `dryRun`. At most `QUERY_MAXIMUM_RESULTS` (10,000) are deleted at a time.",
        parameters: [.tenant] + APIParameter.consistency,
        body: APIRequestBody(
            .json(
                .reference(.batchDelete),
                APIExample(
                    "What would be deleted",
                    #"""
                    {"match": {"class": "\#(OpenAPIExamples.pictureClass)",
                     "where": {"operator": "Equal", "path": ["text"], "valueText": "a hat"}},
                     "output": "verbose", "dryRun": true}
                    """#))),
        responses: [
            .json("What became of it", .reference(.batchDeleteAnswer)), .unreadable, .invalid,
            .refusal(500, "There is no such `output`"),
        ])

    static let batchReferences = APIOperation(
        "batch.references.create",
        "The answer lists the references in the order in which they were sent, with status 200 even where some could not be added.",
        parameters: APIParameter.consistency,
        body: APIRequestBody(
            .json(
                JSONSchema.array(of: .reference(.batchReference)).notEmpty,
                APIExample(
                    "One",
                    #"""
                    [{"from": "weaviate://localhost/\#(OpenAPIExamples.pictureClass)/\#(OpenAPIExamples.objectID)/related",
                      "to": "weaviate://localhost/\#(OpenAPIExamples.pictureClass)/\#(OpenAPIExamples.otherID)"}]
                    """#))),
        responses: [
            .json("What became of each reference", .array(of: .reference(.batchReferenceAnswer))), .unreadable,
            .invalid,
        ])

    static let graphql = APIOperation(
        "graphql.post",
        "Searches, filters, groups, sorts and aggregates. Status 200 whenever the query could be read: what went wrong stands in `errors`.",
        body: APIRequestBody(.json(.reference(.graphqlRequest), picturesNearPicture, someObjects)),
        responses: [.json("The answer", .reference(.graphqlAnswer)), .unreadable, .invalid])

    static let graphqlBatch = APIOperation(
        "graphql.batch", "At most 1,000 queries.",
        body: APIRequestBody(
            .json(
                .array(of: .reference(.graphqlRequest)),
                APIExample("One", #"[{"query": "{Aggregate {\#(OpenAPIExamples.pictureClass) {meta {count}}}}"}]"#))),
        responses: [.json("The answers in order", .array(of: .reference(.graphqlAnswer))), .unreadable, .invalid])

    private static let someObjects = APIExample(
        "Objects by a filter",
        #"""
        {"query": "{Get {\#(OpenAPIExamples.pictureClass)(where: {operator: Equal, path: [\"text\"], valueText: \"cat\"}, limit: 3) {text _additional {id}}}}"}
        """#)
    private static let picturesNearPicture = APIExample(
        "Pictures near to a picture",
        #"""
        {"query": "query Near($picture: String!) {Get {\#(OpenAPIExamples.pictureClass)(nearImage: {image: $picture}, limit: 3) {text _additional {id distance}}}}",
         "variables": {"picture": "\#(OpenAPIExamples.picture)"}}
        """#)
}

extension SchemaComponent {
    static let graphqlRequest = SchemaComponent("GraphQLRequest") {
        .object([
            .required("query", .string), .optional("operationName", JSONSchema.string.orNull),
            .optional("variables", JSONSchema.map(of: .any).orNull),
        ])
    }

    static let graphqlAnswer = SchemaComponent("GraphQLAnswer") {
        .object([
            .optional("data", JSONSchema.map(of: .any).orNull),
            .optional(
                "errors",
                JSONSchema.array(
                    of: .object([
                        .required("message", .string),
                        .optional(
                            "locations",
                            JSONSchema.array(
                                of: .object([.required("line", .integer), .required("column", .integer)])
                            ).orNull),
                        .optional("path", JSONSchema.array(of: .any(of: [.string, .integer])).orNull),
                    ])
                ).orNull),
        ])
    }
}
