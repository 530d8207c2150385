// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import DatabaseTesting
import Execution
import HTTPServer
import JSON

@testable import GraphQLAPI

/// Two collections: things of every type, and the authors they refer to.
enum Fixture {
    static let firstID = ObjectID(high: 1, low: 1)
    static let authorID = ObjectID(high: 2, low: 2)

    static var thing: CollectionDefinition {
        CollectionDefinition(
            name: "Thing",
            properties: [
                PropertyDefinition(name: "title", type: .scalar(.text)),
                PropertyDefinition(name: "num", type: .scalar(.int)),
                PropertyDefinition(name: "real", type: .scalar(.number)),
                PropertyDefinition(name: "flag", type: .scalar(.boolean)),
                PropertyDefinition(name: "day", type: .scalar(.date)),
                PropertyDefinition(name: "uid", type: .scalar(.uuid)),
                PropertyDefinition(name: "image", type: .scalar(.blob)),
                PropertyDefinition(name: "tags", type: .array(.text)),
                PropertyDefinition(name: "place", type: .scalar(.geoCoordinates)),
                PropertyDefinition(name: "phone", type: .scalar(.phoneNumber)),
                PropertyDefinition(
                    name: "inner", type: .scalar(.object),
                    nestedProperties: [
                        PropertyDefinition(name: "label", type: .scalar(.text)),
                        PropertyDefinition(
                            name: "deep", type: .array(.object),
                            nestedProperties: [PropertyDefinition(name: "n", type: .scalar(.int))]),
                    ]),
                PropertyDefinition(name: "author", type: .reference(["Author"])),
            ],
            vectors: [VectorDefinition(vectorizer: .none, index: VectorIndexDefinition())])
    }

    static var author: CollectionDefinition {
        CollectionDefinition(
            name: "Author",
            properties: [
                PropertyDefinition(name: "name", type: .scalar(.text)),
                PropertyDefinition(name: "wrote", type: .reference(["Thing"])),
            ],
            vectors: [
                VectorDefinition(vectorizer: .image(fields: ["face"]), index: VectorIndexDefinition())
            ])
    }

    static var named: CollectionDefinition {
        CollectionDefinition(
            name: "Named",
            vectors: [
                VectorDefinition(name: "a", vectorizer: .none, index: VectorIndexDefinition()),
                VectorDefinition(name: "b", vectorizer: .none, index: VectorIndexDefinition()),
            ])
    }

    /// `tokens`, a multi-vector, and `plain`, a vector.
    static var multi: CollectionDefinition {
        var tokens = VectorIndexDefinition()
        tokens.quantization["multivector"] = .object(JSONObject([("enabled", .boolean(true))]))
        return CollectionDefinition(
            name: "Multi",
            vectors: [
                VectorDefinition(name: "plain", vectorizer: .none, index: VectorIndexDefinition()),
                VectorDefinition(name: "tokens", vectorizer: .none, index: tokens),
            ])
    }

    static func database(settings: DatabaseSettings = .init()) -> MemoryDatabase {
        MemoryDatabase([author, named, thing], settings: settings, checksQueries: false)
    }

    static func hit(
        _ properties: [String: PropertyValue] = [:], collection: String = "Thing", vector: [Float]? = nil,
        distance: Float? = nil
    ) -> Hit {
        Hit(
            object: DatabaseObject(
                collection: collection, id: firstID, creationTime: 1_000, updateTime: 2_000, properties: properties,
                vector: vector), distance: distance, certainty: distance.map { 1 - Double($0) / 2 })
    }
}

extension MemoryDatabase {
    /// The body of the answer to a query.
    func answer(_ query: String, variables: JSONObject? = nil, operationName: String? = nil) async throws -> String {
        var body = JSONObject([("query", .string(query))])
        if let variables { body["variables"] = .object(variables) }
        if let operationName { body["operationName"] = .string(operationName) }
        let response = await send(JSONValue.object(body).encoded)
        return String(decoding: response.body, as: UTF8.self)
    }

    /// The messages of the errors in the answer to a query.
    func messages(_ query: String, variables: JSONObject? = nil) async throws -> [String] {
        let body = try JSONValue(parsing: try await answer(query, variables: variables))
        guard case .object(let object) = body, case .array(let errors)? = object["errors"] else { return [] }
        return errors.compactMap { error in
            if case .object(let error) = error, case .string(let text)? = error["message"] { text } else { nil }
        }
    }

    /// - Parameters:
    ///   - width: how many fields are worked on at a time.
    ///   - memory: what the request holds, its body aside.
    func send(
        _ body: [UInt8], method: String = "POST", path: [String] = ["v1", "graphql"], width: Int = 1,
        memory: MemoryReservation = MemoryReservation()
    ) async -> HTTPResponse {
        await GraphQLHandler(database: self, width: width).respond(
            to: HTTPRequest(
                method: method, pathSegments: path, rawPath: "/" + path.joined(separator: "/"), body: body,
                memory: memory))
    }
}
