// SPDX-License-Identifier: Apache-2.0

import OpenAPI

/// Objects, one at a time.
extension APIOperation {
    static let listObjects = APIOperation(
        "objects.list",
        "Page by page with `after`, the id of the last object of the page before; that reads all of a class, however large, in order of ids.",
        parameters: [
            .query("class", .string, "Only this class; without it all of them, one after the other"),
            .query("limit", .integer.atLeast(0), "At most so many; `QUERY_DEFAULTS_LIMIT` (10) where none is given"),
            .query("offset", .integer.atLeast(0).byDefault(0), "So many are passed over; with `limit` at most 10,000"),
            .query(
                "after", .string,
                "The objects behind this id; empty for the first page. With `class`, without `offset` and `sort`"),
            .query("sort", .string, "Properties to sort by, with commas between them"),
            .query("order", .string, "`asc` or `desc` for each of `sort`, with commas between them"),
            .include, .tenant,
        ],
        responses: [
            .json("Objects", .reference(.objectList)), .unreadable, .noClass, .invalid,
            .refusal(500, "`after`, or a property of `sort` that some class lacks, without `class`"),
        ])

    static let createObject = APIOperation(
        "objects.create",
        """
        A class or property that is not there is created, unless `AUTOSCHEMA_ENABLED` is off. Where the class makes vectors of pictures, \
        the object gets its vector from them. A form has the picture as a file, and properties as parts.
        """,
        parameters: APIParameter.consistency, body: newObject,
        responses: [
            .json("The object as it is stored, with its vector", .reference(.object)), .unreadable, .invalid,
            .refusal(500, "A vector of another length than those that are there, or the shard is read-only"),
        ])

    private static let newObject = APIRequestBody(
        .json(
            .reference(.newObject),
            APIExample(
                "A picture",
                #"""
                {"class": "\#(OpenAPIExamples.pictureClass)", "properties": {"image": "\#(OpenAPIExamples.picture)", "text": "a cat in a hat", "year": 2024}}
                """#),
            APIExample(
                "An own vector",
                #"""
                {"class": "\#(OpenAPIExamples.vectorClass)", "vector": [0.9, 0.1, 0.2], "properties": {"name": "crimson", "family": "warm"}}
                """#),
            APIExample(
                "Of a tenant",
                #"""
                {"class": "\#(OpenAPIExamples.classWithTenants)", "tenant": "\#(OpenAPIExamples.tenant)", "properties": {"title": "Summer"}}
                """#)),
        APIContent(
            "multipart/form-data", .reference(.objectForm),
            examples: [
                APIExample(
                    "A file and a text",
                    #"{"class": "\#(OpenAPIExamples.pictureClass)", "image": "\#(OpenAPIExamples.file)", "text": "a cat in a hat"}"#
                )
            ]))

    static let createObjectFromForm = APIOperation(
        "objects.class.create",
        "Files become blobs, texts what the types of their properties make of them: `curl -F image=@cat.jpg -F text='a cat' …`.",
        parameters: APIParameter.consistency,
        body: APIRequestBody(
            APIContent(
                "multipart/form-data", .reference(.objectForm),
                examples: [
                    APIExample(
                        "A file and a text",
                        #"{"image": "\#(OpenAPIExamples.file)", "text": "a cat in a hat", "year": "2024"}"#),
                    APIExample(
                        "Properties as JSON",
                        #"{"image": "\#(OpenAPIExamples.file)", "properties": {"text": "a cat in a hat"}}"#),
                ])),
        responses: [
            .json("The object as it is stored, with its vector", .reference(.object)), .unreadable,
            .refusal(415, "The body is no form"), .invalid, .refusal(500, "It can't be stored"),
        ])

    static let validateObject = APIOperation(
        "objects.validate", body: newObject,
        responses: [APIResponse(200, "It could be stored"), .unreadable, .invalid])
}
