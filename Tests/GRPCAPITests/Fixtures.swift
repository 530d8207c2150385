// SPDX-License-Identifier: Apache-2.0

import Authentication
import DataModel
import DatabaseCore
import DatabaseTesting
import Execution
import GRPCServer
import Protobuf
import WeaviateMessages

@testable import GRPCAPI

/// Things of many types, the authors and places that they refer to, and a collection with named vectors.
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
                PropertyDefinition(name: "image", type: .scalar(.blob)),
                PropertyDefinition(name: "nums", type: .array(.int)),
                PropertyDefinition(
                    name: "inner", type: .scalar(.object),
                    nestedProperties: [
                        PropertyDefinition(name: "label", type: .scalar(.text)),
                        PropertyDefinition(name: "n", type: .scalar(.int)),
                    ]),
                PropertyDefinition(name: "author", type: .reference(["Author"])),
                PropertyDefinition(name: "from", type: .reference(["Author", "Place"])),
            ],
            vectors: [VectorDefinition(vectorizer: .none, index: VectorIndexDefinition())])
    }

    static var author: CollectionDefinition {
        CollectionDefinition(
            name: "Author", properties: [PropertyDefinition(name: "name", type: .scalar(.text))],
            vectors: [VectorDefinition(vectorizer: .image(fields: ["face"]), index: VectorIndexDefinition())])
    }

    static var place: CollectionDefinition {
        CollectionDefinition(name: "Place", properties: [PropertyDefinition(name: "name", type: .scalar(.text))])
    }

    static var named: CollectionDefinition {
        CollectionDefinition(
            name: "Named",
            vectors: [
                VectorDefinition(name: "a", vectorizer: .none, index: VectorIndexDefinition()),
                VectorDefinition(name: "b", vectorizer: .none, index: VectorIndexDefinition()),
            ])
    }

    static func database() -> MemoryDatabase {
        MemoryDatabase([author, named, place, thing], checksQueries: false)
    }

    static func hit(
        _ properties: [String: PropertyValue] = [:], vector: [Float]? = nil, distance: Float? = nil
    ) -> Hit {
        Hit(
            object: DatabaseObject(
                collection: "Thing", id: firstID, creationTime: 1_000, updateTime: 2_000, properties: properties,
                vector: vector), distance: distance, certainty: distance.map { 1 - Double($0) / 2 })
    }

    /// The collection of a name among those above.
    static func collection(_ name: String) -> CollectionDefinition? {
        [author, named, place, thing].first { $0.name == name }
    }

    static func service(
        _ database: MemoryDatabase, keys: [String] = [], allowsAnonymous: Bool = true
    ) -> WeaviateService {
        WeaviateService(
            database: database,
            authenticator: Authenticator(keys: keys, users: ["ann"], allowsAnonymous: allowsAnonymous))
    }
}

/// A message that is filled where it is made.
func message<Message: ProtobufMessage>(_ fill: (inout Message) -> Void) -> Message {
    var message = Message()
    fill(&message)
    return message
}

/// A message of this type, filled where it is made.
func message<Message: ProtobufMessage>(_: Message.Type, _ fill: (inout Message) -> Void) -> Message {
    message(fill)
}

extension WeaviateService {
    /// The reply to `request`, as a client gets it.
    func reply<Reply: ProtobufMessage>(
        _ method: WeaviateMethod, _ request: some ProtobufMessage, as _: Reply.Type,
        metadata: [(name: String, value: String)] = []
    ) async throws -> Reply {
        let call = GRPCCall(method: method.rawValue, metadata: metadata)
        return try Reply(protobuf: try await respond(to: call, message: request.protobufBytes()))
    }

    /// Why `request` is refused; `nil` if it is not.
    func refusal(
        _ method: WeaviateMethod, _ request: some ProtobufMessage, metadata: [(name: String, value: String)] = []
    ) async -> GRPCStatus? {
        do throws(GRPCStatus) {
            let call = GRPCCall(method: method.rawValue, metadata: metadata)
            _ = try await respond(to: call, message: request.protobufBytes())
            return nil
        } catch {
            return error
        }
    }

    /// The query that the database is asked for a search.
    func query(_ database: MemoryDatabase, _ request: SearchRequest) async throws -> Query? {
        _ = try await reply(.search, request, as: SearchReply.self)
        return database.queries.last
    }
}
