// SPDX-License-Identifier: Apache-2.0

import OpenAPI

/// Classes, their properties and shards.
extension APIOperation {
    static let schema = APIOperation(
        "schema.dump",
        responses: [
            .json(
                "All classes, with every default",
                .object([.required("classes", .array(of: .reference(.collection)))]))
        ])

    static let createClass = APIOperation(
        "schema.objects.create",
        """
        What is left out gets its default, and the answer shows all of it. Vectors are made of the pictures in `imageFields` if `vectorizer` \
        is `img2vec-neural`, and come with the objects if it is `none`; several named ones stand in `vectorConfig`.
        """,
        body: APIRequestBody(.json(.reference(.collection), pictureClass, vectorClass, classWithTenants)),
        responses: [.json("The class as it is stored", .reference(.collection)), .unreadable, .invalid])

    private static let pictureClass = APIExample(
        "Pictures with a text",
        #"""
        {"class": "\#(OpenAPIExamples.pictureClass)", "description": "A picture with a line of text", "vectorizer": "img2vec-neural",
         "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
         "properties": [
          {"name": "image", "dataType": ["blob"], "description": "The picture, base64"},
          {"name": "text", "dataType": ["text"]},
          {"name": "year", "dataType": ["int"], "indexRangeFilters": true},
          {"name": "related", "dataType": ["\#(OpenAPIExamples.pictureClass)"]}]}
        """#)
    private static let vectorClass = APIExample(
        "Objects that bring their vectors",
        #"""
        {"class": "\#(OpenAPIExamples.vectorClass)", "vectorizer": "none", "vectorIndexConfig": {"distance": "cosine", "efConstruction": 128},
         "properties": [{"name": "name", "dataType": ["text"]}, {"name": "family", "dataType": ["text"], "tokenization": "field"}]}
        """#)
    private static let classWithTenants = APIExample(
        "A class with tenants",
        #"""
        {"class": "\#(OpenAPIExamples.classWithTenants)", "vectorizer": "none", "multiTenancyConfig": {"enabled": true},
         "properties": [{"name": "title", "dataType": ["text"]}]}
        """#)

    static let getClass = APIOperation(
        "schema.objects.get",
        responses: [.json("The class, with every default", .reference(.collection)), .notFound])

    static let updateClass = APIOperation(
        "schema.objects.update",
        "The whole class is sent, as it was answered, with other settings. What cannot change any more is refused.",
        body: APIRequestBody(
            .json(
                .reference(.collection),
                APIExample(
                    "Another description",
                    #"""
                    {"class": "\#(OpenAPIExamples.pictureClass)", "description": "Pictures that are worth a smile", "vectorizer": "img2vec-neural",
                     "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
                     "properties": [
                      {"name": "image", "dataType": ["blob"], "description": "The picture, base64"},
                      {"name": "text", "dataType": ["text"]},
                      {"name": "year", "dataType": ["int"], "indexRangeFilters": true},
                      {"name": "related", "dataType": ["\#(OpenAPIExamples.pictureClass)"]}]}
                    """#))),
        responses: [.json("The class as it is now", .reference(.collection)), .unreadable, .notFound, .invalid])

    static let deleteClass = APIOperation(
        "schema.objects.delete", "Nothing brings them back. Also done where there is no such class.",
        responses: [.done])

    static let addProperty = APIOperation(
        "schema.objects.properties.add",
        body: APIRequestBody(
            .json(
                .reference(.property),
                APIExample("A list of words", #"{"name": "tags", "dataType": ["text[]"], "tokenization": "field"}"#),
                APIExample("A property of its own form", #"{"name": "place", "dataType": ["geoCoordinates"]}"#))),
        responses: [.json("The property as it is stored", .reference(.property)), .unreadable, .invalid])

    static let deleteIndex = APIOperation(
        "schema.objects.properties.index.delete",
        "Searches and filters that need the index are refused from then on. The values stay.",
        responses: [.done, .invalid])

    static let tokenizeAsProperty = APIOperation(
        "schema.objects.properties.tokenize",
        body: APIRequestBody(
            .json(
                .object([.required("text", textToCut)]), APIExample("A line", #"{"text": "The Cat's hat"}"#))),
        responses: [
            .json("The tokens", .reference(.tokens)), .unreadable, APIResponse(404, "No such class or property"),
            .invalid,
        ])

    static let tokenize = APIOperation(
        "tokenize",
        body: APIRequestBody(
            .json(
                .object([
                    .required("text", textToCut),
                    .required("tokenization", .oneOf(PropertyDecoder.tokenizations)),
                    .optional("analyzerConfig", .reference(.textAnalyzer)),
                    .optional("stopwords", .reference(.stopWords)),
                    .optional("stopwordPresets", .map(of: .array(of: .string))),
                ]),
                APIExample("Words", #"{"text": "The Cat's hat", "tokenization": "word"}"#),
                APIExample(
                    "Accents folded, own stop words",
                    #"{"text": "La crème brûlée", "tokenization": "word", "analyzerConfig": {"asciiFold": true}, "stopwords": {"preset": "none", "additions": ["la"]}}"#
                ))),
        responses: [.json("The tokens", .reference(.tokens)), .unreadable, .invalid])

    private static let textToCut = JSONSchema.string.described("At most 10,000 bytes")

    static let shards = APIOperation(
        "schema.objects.shards.get",
        parameters: [
            .query("tenant", .string, "Only the shard of this tenant; none where it has no objects in use")
        ],
        responses: [.json("The shards", .array(of: .reference(.shard))), .noClass])

    static let changeShardStatus = APIOperation(
        "schema.objects.shards.update", "A read-only shard refuses writes with status 500.",
        body: APIRequestBody(
            .json(
                .reference(.shardStatus), APIExample("No more writes", #"{"status": "READONLY"}"#),
                APIExample("Writes again", #"{"status": "READY"}"#))),
        responses: [
            .json("The status as it is now", .reference(.shardStatus)), .unreadable,
            .refusal(404, "There is no such class or shard"), .refusal(500, "There is no such status"),
        ])
}

/// Aliases and tenants.
extension APIOperation {
    static let listAliases = APIOperation(
        "aliases.get", parameters: [.query("class", .string, "Only those of this class")],
        responses: [
            .json("The aliases by name", .object([.required("aliases", .array(of: .reference(.alias)))]))
        ])

    static let createAlias = APIOperation(
        "aliases.create",
        body: APIRequestBody(
            .json(
                .reference(.alias),
                APIExample(
                    "Another name", #"{"alias": "Funny", "class": "\#(OpenAPIExamples.pictureClass)"}"#))),
        responses: [
            .json("The alias", .reference(.alias)), .unreadable, .invalid, .refusal(500, "The name is taken"),
        ])

    static let getAlias = APIOperation(
        "aliases.get.alias", responses: [.json("The alias", .reference(.alias)), .notFound])

    static let updateAlias = APIOperation(
        "aliases.update", "From one request to the next everybody who uses the alias finds the other class.",
        body: APIRequestBody(
            .json(
                .object([.required("class", .string)]),
                APIExample("Another class", #"{"class": "\#(OpenAPIExamples.vectorClass)"}"#))),
        responses: [.json("The alias as it is now", .reference(.alias)), .unreadable, .notFound, .invalid])

    static let deleteAlias = APIOperation("aliases.delete", responses: [.doneWithoutContent, .notFound])

    private static let tenantsOf = OpenAPIExamples.inClassWithTenants
    private static let tenantList = APIResponse.json("The tenants", .array(of: .reference(.tenant)))

    static let listTenants = APIOperation("tenants.get", parameters: [tenantsOf], responses: [tenantList, .invalid])

    static let createTenants = APIOperation(
        "tenants.create", parameters: [tenantsOf],
        body: APIRequestBody(
            .json(
                .array(of: .reference(.tenant)),
                APIExample("Two", #"[{"name": "carol"}, {"name": "dave", "activityStatus": "INACTIVE"}]"#))),
        responses: [tenantList, .unreadable, .invalid])

    static let updateTenants = APIOperation(
        "tenants.update",
        "Objects of a tenant that is not active cannot be reached, and take no memory. At most 100 at a time.",
        parameters: [tenantsOf],
        body: APIRequestBody(
            .json(
                .array(of: .reference(.tenant)),
                APIExample(
                    "Put to sleep", #"[{"name": "\#(OpenAPIExamples.tenant)", "activityStatus": "INACTIVE"}]"#))),
        responses: [tenantList, .unreadable, .invalid])

    static let deleteTenants = APIOperation(
        "tenants.delete", "Names of tenants that there are not are passed over.", parameters: [tenantsOf],
        body: APIRequestBody(
            .json(.array(of: .string), APIExample("One", #"["\#(OpenAPIExamples.tenant)"]"#))),
        responses: [.done, .unreadable, .invalid])

    static let getTenant = APIOperation(
        "tenants.get.one", parameters: [tenantsOf],
        responses: [.json("The tenant", .reference(.tenant)), .notFound, .invalid])

    static let headTenant = APIOperation(
        "tenant.exists", parameters: [tenantsOf],
        responses: [APIResponse(200, "There is"), .notFound, APIResponse(422, "No such class, or one without tenants")])
}
