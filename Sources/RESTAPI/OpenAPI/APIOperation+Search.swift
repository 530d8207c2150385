// SPDX-License-Identifier: Apache-2.0

import OpenAPI

/// Searches, and stored pictures.
extension APIOperation {
    static func search(_ kind: SearchRequest.Kind) -> APIOperation {
        switch kind {
        case .image: nearImage
        case .vector: nearVector
        case .object: nearObject
        }
    }

    private static let description =
        "Whatever the body has may stand in the query as well, texts as they are, all else as JSON. What a search does not know is refused."
    private static let found = APIResponse.json("What was found, nearest first", .reference(.searchAnswer))
    private static let noClass = APIResponse.refusal(404, "There is no such class")

    private static let nearImage = APIOperation(
        "search.image",
        "\(description) Several pictures, each with a weight, are one search; a negative weight leads away.",
        parameters: SearchRequest.Kind.image.parameters + APIParameter.consistency,
        body: APIRequestBody(
            APIContent(
                "multipart/form-data", SearchRequest.Kind.image.form,
                examples: [
                    APIExample("A file", #"{"image": "\#(OpenAPIExamples.file)", "limit": "5"}"#),
                    APIExample(
                        "Part of it, filtered",
                        #"""
                        {"image": "\#(OpenAPIExamples.file)", "limit": "5", "crop": "0.25,0.25,0.5,0.5",
                         "where": {"operator": "GreaterThan", "path": ["year"], "valueInt": 2020}}
                        """#),
                    APIExample(
                        "Like one, unlike the other",
                        #"{"image": ["\#(OpenAPIExamples.file)", "\#(OpenAPIExamples.file)"], "weights": "1,-0.5"}"#),
                ]),
            .json(
                .reference(.imageSearch),
                APIExample("Base64", #"{"image": "\#(OpenAPIExamples.picture)", "limit": 5}"#),
                APIExample(
                    "A picture and a stored one",
                    #"""
                    {"images": [{"image": "\#(OpenAPIExamples.picture)"}, {"id": "\#(OpenAPIExamples.objectID)", "weight": 0.5}],
                     "limit": 5, "properties": ["text"]}
                    """#)),
            .bytes("image/*"), .bytes("application/octet-stream")),
        responses: [
            found, .unreadable, noClass, .invalid, .refusal(502, "The picture could not be had from its `imageUrl`"),
            .refusal(504, "The host of `imageUrl` did not answer in time"),
        ])

    private static let nearVector = APIOperation(
        "search.vector", description,
        parameters: [OpenAPIExamples.inVectorClass] + SearchRequest.Kind.vector.parameters + APIParameter.consistency,
        body: APIRequestBody(
            .json(
                .reference(.vectorSearch),
                APIExample("A vector", #"{"vector": [1, 0.1, 0], "limit": 5}"#),
                APIExample(
                    "One of each group",
                    #"{"vector": [0, 0.2, 1], "groupBy": {"property": "family", "groups": 2, "objectsPerGroup": 1}}"#)),
            APIContent(
                "multipart/form-data", SearchRequest.Kind.vector.form,
                examples: [APIExample("A vector", #"{"vector": [1, 0.1, 0], "limit": "5"}"#)])),
        responses: [found, .unreadable, noClass, .invalid])

    private static let nearObject = APIOperation(
        "search.object", description,
        parameters: SearchRequest.Kind.object.parameters + APIParameter.consistency,
        body: APIRequestBody(
            .json(
                .reference(.objectSearch),
                APIExample(
                    "Others like it", #"{"id": "\#(OpenAPIExamples.objectID)", "limit": 5, "excludeSelf": true}"#)),
            APIContent(
                "multipart/form-data", SearchRequest.Kind.object.form,
                examples: [
                    APIExample("Others like it", #"{"id": "\#(OpenAPIExamples.objectID)", "excludeSelf": "true"}"#)
                ])),
        responses: [found, .unreadable, noClass, .invalid])

    // MARK: - Stored pictures

    private static let pictureProperty = APIParameter.path(
        "property", "The name of a blob property", example: "image")
    private static let pictureParameters: [APIParameter] =
        [
            .query(
                "size", .oneOf(PictureRequest.sizes),
                "A JPEG whose longer side has so many pixels, instead of the picture as it is stored"),
            .tenant, .header("If-None-Match", .string, "The `ETag` of the picture that is there already"),
        ] + APIParameter.consistency

    static func picture(_ method: String, isOfProperty: Bool) -> APIOperation {
        let isHead = method == "HEAD"
        let types = ["image/*", "application/octet-stream"]
        let description =
            isOfProperty
            ? nil : "Of the property that vectors are made of, or of the only blob that there is."
        return APIOperation(
            "objects.class.image\(isOfProperty ? ".property" : "").\(method.lowercased())", description,
            parameters: (isOfProperty ? [pictureProperty] : [])
                + (isHead
                    ? pictureParameters
                    : pictureParameters + [.header("Range", .string, "Which bytes, e.g. `bytes=0-1023`")]),
            responses: [
                APIResponse(
                    200, "The picture", isHead ? [] : types.map { .bytes($0) },
                    headers: [("ETag", "Changes with the picture")])
            ]
                + (isHead
                    ? []
                    : [
                        APIResponse(206, "The bytes that `Range` asks for", types.map { .bytes($0) }),
                        APIResponse.refusal(416, "`Range` is not within the picture"),
                    ]) + [
                    APIResponse(304, "It is what `If-None-Match` names"),
                    pictureRefusal(404, "There is no such class, object or value", isHead),
                    pictureRefusal(
                        422, "The property is no blob, no thumbnail can be made of it, or there is no such size", isHead
                    ),
                    pictureRefusal(501, "Thumbnails are off", isHead),
                ])
    }

    private static func pictureRefusal(_ status: Int, _ description: String, _ isHead: Bool) -> APIResponse {
        isHead ? APIResponse(status, description) : .refusal(status, description)
    }
}

extension SchemaComponent {
    static let imageSearch = SchemaComponent("ImageSearch") { SearchRequest.Kind.image.json }
    static let vectorSearch = SchemaComponent("VectorSearch") { SearchRequest.Kind.vector.json }
    static let objectSearch = SchemaComponent("ObjectSearch") { SearchRequest.Kind.object.json }

    static let crop = SchemaComponent("Crop") {
        .object(["x", "y", "width", "height"].map { .required($0, .number) }, isClosed: true)
            .described("The part of a picture that is meant, as shares of it, 0 to 1")
    }

    static let searchPicture = SchemaComponent("SearchPicture") {
        .object(
            [
                .optional("image", .base64), .optional("id", .string(format: "uuid").described("Of a stored object")),
                .optional("imageUrl", .string(format: "uri")), .optional("weight", .number.byDefault(1)),
                .optional("crop", .reference(.crop)),
            ], isClosed: true
        )
        .described("A picture, by one of `image`, `id` and `imageUrl`")
    }

    static let groupBy = SchemaComponent("GroupBy") {
        .object(
            [
                .required("property", .string), .optional("groups", .integer.atLeast(1).byDefault(10)),
                .optional("objectsPerGroup", .integer.atLeast(1).byDefault(10)),
            ], isClosed: true)
    }

    static let searchAnswer = SchemaComponent("SearchAnswer") {
        .object([
            .optional("hits", .array(of: .reference(.hit)).described("Unless it is grouped")),
            .optional("groups", .array(of: .reference(.hitGroup)).described("With `groupBy`")),
            .required(
                "took",
                .object(["decodeMs", "inferMs", "searchMs", "totalMs"].map { .required($0, .number) })
                    .described("Milliseconds")),
        ])
    }

    static let hit = SchemaComponent("Hit") {
        .object([
            .required("class", .string), .required("id", .string(format: "uuid")),
            .required("properties", .reference(.properties)), .optional("distance", .number),
            .optional("certainty", .number.described("By cosine alone")),
            .optional("percent", .number.described("100 for equality, 0 for the distance of two objects at random")),
            .optional("imageUrl", .string.described("Where its picture is")),
            .optional("thumbnailUrl", .string), .optional("tenant", .string),
        ])
    }

    static let hitGroup = SchemaComponent("HitGroup") {
        .object([
            .required("property", .string), .required("value", .any), .required("count", .integer),
            .required("minDistance", .number), .required("maxDistance", .number),
            .required("hits", .array(of: .reference(.hit))),
        ])
    }
}
