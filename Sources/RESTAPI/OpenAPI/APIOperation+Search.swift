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
        parameters: SearchMembers.parameters(of: .image) + APIParameter.consistency,
        body: APIRequestBody(
            APIContent(
                "multipart/form-data", SearchMembers.form(of: .image),
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
        parameters: [OpenAPIExamples.inVectorClass] + SearchMembers.parameters(of: .vector) + APIParameter.consistency,
        body: APIRequestBody(
            .json(
                .reference(.vectorSearch),
                APIExample("A vector", #"{"vector": [1, 0.1, 0], "limit": 5}"#),
                APIExample(
                    "One of each group",
                    #"{"vector": [0, 0.2, 1], "groupBy": {"property": "family", "groups": 2, "objectsPerGroup": 1}}"#)),
            APIContent(
                "multipart/form-data", SearchMembers.form(of: .vector),
                examples: [APIExample("A vector", #"{"vector": [1, 0.1, 0], "limit": "5"}"#)])),
        responses: [found, .unreadable, noClass, .invalid])

    private static let nearObject = APIOperation(
        "search.object", description,
        parameters: SearchMembers.parameters(of: .object) + APIParameter.consistency,
        body: APIRequestBody(
            .json(
                .reference(.objectSearch),
                APIExample(
                    "Others like it", #"{"id": "\#(OpenAPIExamples.objectID)", "limit": 5, "excludeSelf": true}"#)),
            APIContent(
                "multipart/form-data", SearchMembers.form(of: .object),
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

/// What searches take, in all the ways in which it may be given.
enum SearchMembers {
    private static let common: [SchemaMember] = [
        .optional(
            "limit",
            .integer.atLeast(1).described(
                "At most so many; all within `distance` or `certainty` where one is given, else 100")),
        .optional("offset", .integer.atLeast(0).byDefault(0)),
        .optional("distance", .number.described("Only what is no farther; not beside `certainty`")),
        .optional(
            "certainty", .number.described("Only what is at least as certain, 0 to 1, by cosine; not beside `distance`")
        ),
        .optional("where", .reference(.filter)),
        .optional(
            "properties", .array(of: .string).described("Those that are shown; all but blobs where none are named")),
        .optional(
            "targetVector", .any(of: [.string, .array(of: .string)]).described("The vectors that are meant, by name")),
        .optional("tenant", .string),
        .optional("groupBy", .reference(.groupBy)),
        .optional("excludeSelf", .boolean.byDefault(false).described("Whether what is searched near to is left out")),
    ]
    private static let crop = JSONSchema.any(of: [
        .reference(.crop), .string.described("`x,y,width,height`, as in forms and queries"),
    ])
    private static let vector = JSONSchema.any(of: [.array(of: .number), .array(of: .array(of: .number))])

    private static func own(_ kind: SearchRequest.Kind) -> [SchemaMember] {
        switch kind {
        case .image:
            [
                .optional(
                    "imageUrl",
                    .string(format: "uri").described(
                        "Where the picture is fetched, from a host of `NEEDLETAIL_FETCH_HOSTS`")),
                .optional("weights", .array(of: .number).described("One for each picture; a negative one leads away")),
            ]
        case .vector:
            [
                .optional("vector", vector),
                .optional("vectors", .map(of: vector).described("By the names of target vectors, instead of `vector`")),
            ]
        case .object: [.optional("id", .string(format: "uuid").described("The object"))]
        }
    }

    static func json(of kind: SearchRequest.Kind) -> JSONSchema {
        var members = own(kind) + common
        if kind == .image {
            members =
                [
                    .optional("image", .base64.described("A picture, with or without `data:…;base64,` before it")),
                    .optional("images", .array(of: .any(of: [.base64, .reference(.searchPicture)]))),
                    .optional("crop", .reference(.crop)),
                ] + members
        }
        return .object(members, isClosed: true)
    }

    /// Members that are no texts are JSON there.
    static func form(of kind: SearchRequest.Kind) -> JSONSchema {
        guard kind == .image else { return .object(own(kind) + common, isClosed: true) }
        let file = JSONSchema.string(format: "binary")
        return .object(
            [
                .optional("image", .array(of: file).described("Pictures: files, or texts in base64")),
                .optional("crop", crop.described("The part of the picture that is meant")),
            ] + own(kind) + common, isClosed: true)
    }

    /// What may stand in the query beside a body that is a picture itself.
    static func parameters(of kind: SearchRequest.Kind) -> [APIParameter] {
        let crops: [SchemaMember] =
            kind == .image ? [.optional("crop", .string.described("`x,y,width,height`, as shares of the picture"))] : []
        return (crops + own(kind) + common).map { member in
            .query(member.name, text(member), member.description ?? queryDescriptions[member.name] ?? "")
        }
    }

    private static let queryDescriptions = [
        "offset": "So many are passed over", "tenant": "The tenant that is meant, in a class that has tenants",
        "where": "A filter, as JSON", "groupBy": "Groups, as JSON", "vector": "A vector, as JSON",
    ]

    /// As it stands in a query.
    private static func text(_ member: SchemaMember) -> JSONSchema {
        ["limit", "offset", "distance", "certainty", "excludeSelf"].contains(member.name) ? member.schema : .string
    }
}

extension SchemaComponent {
    static let imageSearch = SchemaComponent("ImageSearch") { SearchMembers.json(of: .image) }
    static let vectorSearch = SchemaComponent("VectorSearch") { SearchMembers.json(of: .vector) }
    static let objectSearch = SchemaComponent("ObjectSearch") { SearchMembers.json(of: .object) }

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
