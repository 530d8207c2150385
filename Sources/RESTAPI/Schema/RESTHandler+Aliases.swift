// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import HTTPServer
import JSON

/// `/v1/aliases`.
extension RESTHandler {
    func listAliases(_ call: Call) -> HTTPResponse {
        let wanted = (call.queryValue("class") ?? "").isEmpty ? nil : call.queryValue("class")
        let collection = wanted.map { CollectionName.normalized($0) }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("aliases")
        writer.beginArray()
        for alias in database.aliases() where collection == nil || alias.collection == collection {
            Self.write(alias, to: &writer)
        }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes)
    }

    func getAlias(_ call: Call) throws(Refusal) -> HTTPResponse {
        let name = Self.aliasName(call)
        guard let alias = database.aliases().first(where: { $0.name == name }) else { throw .notFound }
        return Self.answer(alias)
    }

    func createAlias(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let alias = try Self.alias(reading: call.request)
        try await during(.alias) { () throws(DatabaseError) in try await database.createAlias(alias) }
        return Self.answer(alias)
    }

    func updateAlias(_ call: Call) async throws(Refusal) -> HTTPResponse {
        var alias = try Self.alias(reading: call.request)
        alias.name = Self.aliasName(call)
        let wanted = alias
        try await during(.alias) { () throws(DatabaseError) in try await database.updateAlias(wanted) }
        return Self.answer(alias)
    }

    func deleteAlias(_ call: Call) async throws(Refusal) -> HTTPResponse {
        try await during(.alias) { () throws(DatabaseError) in
            try await database.deleteAlias(named: Self.aliasName(call))
        }
        return HTTPResponse(status: 204)
    }

    // MARK: - Parts

    /// The alias in the path, its first letter raised.
    private static func aliasName(_ call: Call) -> String { CollectionName.normalized(call.parameters["alias"] ?? "") }

    private static func alias(reading request: HTTPRequest) throws(Refusal) -> CollectionAlias {
        var reader = try BodyReader(request)
        var alias = CollectionAlias(name: "", collection: "")
        try reader.members(ofType: "models.Alias") { (reader, name) throws(Refusal) in
            switch name {
            case "alias": alias.name = CollectionName.normalized(try reader.text("Alias.alias") ?? "")
            case "class": alias.collection = CollectionName.normalized(try reader.text("Alias.class") ?? "")
            default: try reader.skip()
            }
        }
        return alias
    }

    private static func answer(_ alias: CollectionAlias) -> HTTPResponse {
        var writer = JSONWriter()
        write(alias, to: &writer)
        return .json(writer.bytes)
    }

    private static func write(_ alias: CollectionAlias, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("alias", .string(alias.name))
        writer.member("class", .string(alias.collection))
        writer.endObject()
    }
}
