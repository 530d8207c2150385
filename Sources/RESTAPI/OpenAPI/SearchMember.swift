// SPDX-License-Identifier: Apache-2.0

import OpenAPI

/// What searches take, in all the ways in which it may be given.
struct SearchMember: Sendable {
    let name: String
    let description: String
    /// In a body of JSON.
    let json: JSONSchema
    /// As part of a form.
    let form: JSONSchema
    /// In the query; `nil` for what is not taken there.
    let query: JSONSchema?

    /// Those of one kind of search: its own, then those of all kinds.
    static func members(of kind: SearchRequest.Kind) -> [Self] {
        switch kind {
        case .image: image + common
        case .vector: vector + common
        case .object: [value("id", .string(format: "uuid"), "The object to search near to")] + common
        }
    }

    // MARK: - The members

    private static let image: [Self] = {
        let base64 = JSONSchema.base64
        let files = JSONSchema.array(of: .string(format: "binary"))
        return [
            Self(
                name: "image", description: "A picture; in JSON base64, with or without `data:…;base64,` before it",
                json: base64, form: files, query: nil),
            Self(
                name: "images", description: "Pictures, each by itself or with what it has of its own",
                json: .array(of: .any(of: [base64, .reference(.searchPicture)])), form: files, query: nil),
            value(
                "imageUrl", .string(format: "uri"),
                "Where a picture is fetched, from a host of `NEEDLETAIL_FETCH_HOSTS`"),
            list("weights", of: .number, "One for each picture; a negative one leads away"),
            Self(
                name: "crop",
                description:
                    "The part of the picture that is meant; in forms and queries `x,y,width,height`, as shares of it",
                json: .reference(.crop), form: .string, query: .string),
        ]
    }()

    private static let vector: [Self] = {
        let vector = JSONSchema.any(of: [.array(of: .number), .array(of: .array(of: .number))])
        return [
            structure("vector", vector, "A vector: numbers, or lists of them where a vector consists of several"),
            structure("vectors", .map(of: vector), "By the names of target vectors, instead of `vector`"),
        ]
    }()

    private static let common: [Self] = [
        value(
            "limit", .integer.atLeast(1),
            "At most so many; where none is given all within `distance` or `certainty`, or else 100"),
        value("offset", .integer.atLeast(0).byDefault(0), "So many are passed over"),
        value("distance", .number, "Only what is no farther; not beside `certainty`"),
        value("certainty", .number, "Only what is at least as certain, 0 to 1, by cosine; not beside `distance`"),
        structure("where", .reference(.filter), "A filter"),
        list("properties", of: .string, "Those that are shown; all but blobs where none are named"),
        Self(
            name: "targetVector", description: "The vectors that are meant, by name; several with commas between them",
            json: .any(of: [.string, .array(of: .string)]), form: .string, query: .string),
        value("tenant", .string, "The tenant that is meant, in a class that has tenants"),
        structure("groupBy", .reference(.groupBy), "How hits are grouped"),
        value("excludeSelf", .boolean.byDefault(false), "Whether what is searched near to is left out"),
    ]

    /// What is written alike everywhere.
    private static func value(_ name: String, _ schema: JSONSchema, _ description: String) -> Self {
        Self(name: name, description: description, json: schema, form: schema, query: schema)
    }

    /// A list; in forms and queries with commas between the elements.
    private static func list(_ name: String, of element: JSONSchema, _ description: String) -> Self {
        Self(name: name, description: description, json: .array(of: element), form: .string, query: .string)
    }

    /// What is JSON everywhere.
    private static func structure(_ name: String, _ schema: JSONSchema, _ description: String) -> Self {
        Self(name: name, description: "\(description), as JSON", json: schema, form: schema, query: .string)
    }
}

extension SearchRequest.Kind {
    /// Of a body of JSON.
    var json: JSONSchema {
        .object(members.map { .optional($0.name, $0.json.described($0.description)) }, isClosed: true)
    }

    /// Of a form.
    var form: JSONSchema {
        .object(members.map { .optional($0.name, $0.form.described($0.description)) }, isClosed: true)
    }

    /// What may stand in the query, beside a body that is a picture itself too.
    var parameters: [APIParameter] {
        members.compactMap { member in member.query.map { .query(member.name, $0, member.description) } }
    }

    var members: [SearchMember] { SearchMember.members(of: self) }
}
