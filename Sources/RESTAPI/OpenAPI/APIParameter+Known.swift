// SPDX-License-Identifier: Apache-2.0

import CollectionInsights
import DatabaseCore
import OpenAPI

/// Parameters that several endpoints have.
extension APIParameter {
    static let tenant = APIParameter.query(
        "tenant", .string, "The tenant that is meant, in a class that has tenants; without one elsewhere")
    static let consistencyLevel = APIParameter.query(
        "consistency_level", .oneOf(["ONE", "QUORUM", "ALL"]),
        "How many replicas have to agree. With one node all levels mean the same")
    static let nodeName = APIParameter.query(
        "node_name", .string, "The node that is to answer, `CLUSTER_HOSTNAME`; not beside `consistency_level`")
    static let include = APIParameter.query(
        "include", .string,
        "`vector` to have vectors answered; `classification` is accepted and changes nothing. Several with commas")
    static let targetVector = APIParameter.query(
        "targetVector", .string, "The name of the vector that is meant, where a class has several")
    static let refresh = APIParameter.query(
        "refresh", .boolean.byDefault(false), "Whether it is worked out anew, although there is a result")

    /// What says which copies of the data are asked.
    static let consistency = [consistencyLevel, nodeName]

    /// What a name stands for in paths, unless an operation says otherwise.
    static func inPath(_ name: String) -> APIParameter? { known[name] }

    private static let known: [String: APIParameter] = Dictionary(
        uniqueKeysWithValues: [
            .path(
                "class", "The name of a class, or an alias of it; its first letter may be small",
                example: OpenAPIExamples.pictureClass),
            .path("id", "The id of an object, a UUID", .string(format: "uuid"), example: OpenAPIExamples.objectID),
            .path("property", "The name of a property", example: "text"),
            .path(
                "index", "Which index of the property", .oneOf(PropertyIndex.allCases.map(\.rawValue)),
                example: PropertyIndex.searchable.rawValue),
            .path("shard", "The name of a shard, as the list of shards has it", example: "nIZ0vBvuBzPp"),
            .path("tenant", "The name of a tenant", example: OpenAPIExamples.tenant),
            .path("alias", "The name of an alias", example: OpenAPIExamples.alias),
            .path("backend", "Where backups are kept: `filesystem`", .oneOf(["filesystem"]), example: "filesystem"),
        ].map { ($0.name, $0) })
}

/// Names and values that the examples of the document have in common, so that they work one after the other.
enum OpenAPIExamples {
    /// A class whose vectors are made of pictures.
    static let pictureClass = "Meme"
    /// A class whose objects bring their vectors.
    static let vectorClass = "Color"
    static let classWithTenants = "Album"
    static let tenant = "alice"
    static let alias = "Joke"
    static let backup = "before-the-update"
    static let objectID = "6f1d5a0e-8c3b-4b7a-9e42-0d5c7a1b2e3f"
    static let otherID = "0b0a2c5e-3f53-4d0c-9a6b-7f3a1d5c8e21"
    /// Of an object of the class with vectors.
    static let vectorID = "c1a7e5d0-1111-4a6e-8f1a-2b3c4d5e6f70"

    /// A PNG file of four pixels, base64.
    static let picture =
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR42mM4wWBzIsCG4QRD3omAPAAjGAUVyTqOpAAAAABJRU5ErkJggg=="
    /// Stands in examples of forms where the bytes of a file are.
    static let file = "<the bytes of a picture>"

    /// The path of the class with vectors.
    static let inVectorClass = APIParameter.path(
        "class", "The name of a class, or an alias of it; its first letter may be small", example: vectorClass)
    static let inClassWithTenants = APIParameter.path(
        "class", "The name of a class that has tenants", example: classWithTenants)
}
