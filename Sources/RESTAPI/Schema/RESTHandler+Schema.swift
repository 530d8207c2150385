// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import HTTPServer
import JSON

/// `/v1/schema`.
extension RESTHandler {
    func schema() -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("classes")
        writer.beginArray()
        for definition in database.collections() { ClassEncoder.write(definition, to: &writer) }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes)
    }

    func getClass(_ call: Call) throws(Refusal) -> HTTPResponse {
        guard let definition = call.collection.flatMap(database.collection) else { throw .notFound }
        return answer(definition)
    }

    func createClass(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let decoder = ClassDecoder(settings: database.settings, purpose: .creation)
        let definition = try decoder.definition(reading: call.request)
        let created = try await during(.schema) { () throws(DatabaseError) in
            try await database.createCollection(definition)
        }
        return answer(created)
    }

    func updateClass(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let decoder = ClassDecoder(settings: database.settings, purpose: .update)
        var definition = try decoder.definition(reading: call.request)
        guard let existing = call.collection.flatMap(database.collection) else {
            throw Refusal(response: .json([], status: 404))
        }
        if definition.name.isEmpty { definition.name = existing.name }
        guard CollectionName.normalized(definition.name) == existing.name else {
            throw .schema(
                422,
                "class name is immutable: attempted change from \"\(existing.name)\" to \"\(definition.name.prefix(300))\""
            )
        }
        definition.name = existing.name
        let wanted = definition
        let updated = try await during(.schema) { () throws(DatabaseError) in
            try await database.updateCollection(wanted)
        }
        return answer(updated)
    }

    func deleteClass(_ call: Call) async throws(Refusal) -> HTTPResponse {
        guard let name = call.collection else { throw .notFound }
        try await during(.schema) { () throws(DatabaseError) in try await database.deleteCollection(named: name) }
        return HTTPResponse(status: 200)
    }

    func addProperty(_ call: Call) async throws(Refusal) -> HTTPResponse {
        var reader = try BodyReader(call.request)
        let value = try reader.value()
        let property = try PropertyDecoder(parameter: "body").property(value, place: "")
        guard let name = call.collection, database.collection(named: name) != nil else {
            throw .schema(422, "class \"\((call.collection ?? "").prefix(300))\": not found")
        }
        let added = try await during(.schema) { () throws(DatabaseError) in
            try await database.addProperty(property, to: name)
        }
        var writer = JSONWriter()
        ClassEncoder.write(added, to: &writer)
        return .json(writer.bytes)
    }

    func shards(_ call: Call) throws(Refusal) -> HTTPResponse {
        guard let name = call.collection, database.collection(named: name) != nil else {
            throw .handler(
                404, "cannot get shards status for a non-existing index for \((call.collection ?? "").prefix(300))")
        }
        var writer = JSONWriter()
        writer.beginArray()
        let tenant = call.tenant
        for shard in database.shards(of: name) where shard.isActive && (tenant == nil || shard.name == tenant) {
            writer.beginObject()
            writer.member("name", .string(shard.name))
            writer.member("status", .string(shard.isReadOnly ? "READONLY" : "READY"))
            writer.key("vectorQueueSize")
            writer.number(shard.unlinkedCount)
            writer.endObject()
        }
        writer.endArray()
        return .json(writer.bytes)
    }

    func changeShardStatus(_ call: Call) throws(Refusal) -> HTTPResponse {
        var reader = try BodyReader(call.request)
        var status = ""
        try reader.members(ofType: "models.ShardStatus") { (reader, name) throws(Refusal) in
            guard name == "status" else { return try reader.skip() }
            status = try reader.text("ShardStatus.status") ?? ""
        }
        guard let collection = call.collection, database.collection(named: collection) != nil else {
            throw .handler(404, "class \"\((call.collection ?? "").prefix(300))\": not found")
        }
        guard status == "READY" || status == "READONLY" else {
            throw .handler(
                500, "updating db: TYPE_UPDATE_SHARD_STATUS: \(status.prefix(300)): invalid storage status")
        }
        do {
            try database.setReadOnly(
                status == "READONLY", shard: call.parameters["shard"] ?? "", of: collection)
        } catch {
            throw .handler(ErrorMapping.refusal(error, in: .schema).response.status, error.wording)
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("status", .string(status))
        writer.endObject()
        return .json(writer.bytes)
    }

    func deleteIndex(_ call: Call) async throws(Refusal) -> HTTPResponse {
        guard let index = PropertyIndex(rawValue: call.parameters["index"] ?? "") else {
            throw .notOneOf("indexName", in: "path", PropertyIndex.allCases.map(\.rawValue))
        }
        let property = call.parameters["property"] ?? ""
        guard let collection = call.collection, database.collection(named: collection) != nil else {
            throw .schema(422, "class \"\((call.collection ?? "").prefix(300))\": not found")
        }
        try await during(.schema) { () throws(DatabaseError) in
            try await database.deleteIndex(index, of: property, in: collection)
        }
        return HTTPResponse(status: 200)
    }

    private func answer(_ definition: CollectionDefinition) -> HTTPResponse {
        var writer = JSONWriter(reservingCapacity: 4096)
        ClassEncoder.write(definition, to: &writer)
        return .json(writer.bytes)
    }
}
