// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import HTTPServer
import JSON

/// `/v1/objects`: one object at a time.
extension RESTHandler {
    func createObject(_ call: Call) async throws(Refusal) -> HTTPResponse {
        try call.checkConsistency(nodeName: context.nodeName)
        let input = try completeInput(try ObjectBody.reading(call.request))
        let stored = try await during(.write) { () throws(DatabaseError) in try await database.insert(input) }
        return written(stored)
    }

    func validateObject(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let input = try completeInput(try ObjectBody.reading(call.request))
        try await during(.write) { () throws(DatabaseError) in try await database.validate(input) }
        return HTTPResponse(status: 200)
    }

    func getObject(_ call: Call) throws(Refusal) -> HTTPResponse {
        let id = try call.id()
        let includesVectors = try call.includesVectors()
        try call.checkConsistency(nodeName: context.nodeName)
        guard let object = try find(id, call, Query.Selection(includesVectors: includesVectors)) else {
            throw .notFound
        }
        var writer = JSONWriter()
        ObjectEncoder(origin: context.origin, writesVectorWeights: true).write(object, to: &writer)
        return .json(writer.bytes)
    }

    func headObject(_ call: Call) throws(Refusal) -> HTTPResponse {
        let id = try call.id()
        try call.checkConsistency(nodeName: context.nodeName)
        guard try find(id, call, Query.Selection(properties: [])) != nil else { throw .notFound }
        return HTTPResponse(status: 204)
    }

    /// The class in the body has to be the one in the path: otherwise an object of another class would be replaced.
    func replaceObject(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let id = try call.id()
        try call.checkConsistency(nodeName: context.nodeName)
        var body = try ObjectBody.reading(call.request)
        if body.input.collection.isEmpty { body.input.collection = call.collection ?? "" }
        if body.input.collection.isEmpty { body.input.collection = try collections(holding: id).first ?? "" }
        let input = try completeInput(body)
        guard input.id == id else { throw .handler(422, "invalid update: field 'id' is immutable") }
        guard database.collection(named: input.collection) != nil else { throw .notFound }
        if let collection = call.collection, collection != input.collection {
            let other = try reading(.read) { () throws(DatabaseError) in
                try database.object(
                    id, in: input.collection, tenant: input.tenant, selection: Query.Selection(properties: []))
            }
            guard other != nil else { throw .notFound }
            throw .handler(
                422,
                "invalid update: the class in the body is '\(input.collection)', the one in the path '\(collection)'")
        }
        let stored = try await during(.write) { () throws(DatabaseError) in try await database.replace(input) }
        return written(stored)
    }

    func mergeObject(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let id = try call.id()
        try call.checkConsistency(nodeName: context.nodeName)
        var body = try ObjectBody.reading(call.request)
        if let collection = call.collection {
            guard body.input.collection.isEmpty || body.input.collection == collection else {
                throw .handler(
                    422,
                    ErrorMapping.wrapped(
                        "the class in the body is '\(body.input.collection)', the one in the path '\(collection)'",
                        "bad request"))
            }
            body.input.collection = collection
        } else if body.input.collection.isEmpty {
            guard let collection = try collections(holding: id).first else { throw .notFound }
            body.input.collection = collection
        }
        guard body.input.id == nil || body.input.id == id else {
            throw .handler(422, ErrorMapping.wrapped("field 'id' is immutable", "bad request"))
        }
        body.input.id = id
        if let fault = body.fault { throw ErrorMapping.refusal(.invalidObject(fault), in: .merge) }
        let input = body.input
        try await during(.merge) { () throws(DatabaseError) in try await database.merge(input) }
        return HTTPResponse(status: 204)
    }

    func deleteObject(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let id = try call.id()
        try call.checkConsistency(nodeName: context.nodeName)
        if let collection = call.collection {
            guard database.collection(named: collection) != nil else {
                throw .handler(
                    500,
                    "could not delete object from vector repo: delete from non-existing index for \(collection.prefix(300))"
                )
            }
            try await delete(id, in: collection, tenant: call.tenant)
            return HTTPResponse(status: 204)
        }
        let holders = try collections(holding: id)
        guard !holders.isEmpty else { throw .notFound }
        for collection in holders { try await delete(id, in: collection, tenant: call.tenant) }
        return HTTPResponse(status: 204)
    }

    // MARK: - Parts

    /// The input, provided that it names a class and its properties are an object.
    private func completeInput(_ body: ObjectBody) throws(Refusal) -> ObjectInput {
        if body.input.collection.isEmpty {
            throw ErrorMapping.refusal(.invalidObject("the given class is empty"), in: .write)
        }
        if let fault = body.fault { throw ErrorMapping.refusal(.invalidObject(fault), in: .write) }
        return body.input
    }

    private func written(_ object: DatabaseObject) -> HTTPResponse {
        var encoder = ObjectEncoder(origin: context.origin)
        if database.collection(named: object.collection)?.invertedIndex.indexTimestamps == true {
            encoder.collectionsWithTimes = [object.collection]
        }
        var writer = JSONWriter()
        encoder.write(object, to: &writer)
        return .json(writer.bytes)
    }

    /// The object of the path: in its class, or in the first class that has it.
    private func find(_ id: ObjectID, _ call: Call, _ selection: Query.Selection) throws(Refusal) -> DatabaseObject? {
        if let collection = call.collection {
            guard database.collection(named: collection) != nil else { return nil }
            return try reading(.read) { () throws(DatabaseError) in
                try database.object(id, in: collection, tenant: call.tenant, selection: selection)
            }
        }
        guard let holder = try collections(holding: id).first else { return nil }
        return try reading(.read) { () throws(DatabaseError) in
            try database.object(id, in: holder, tenant: call.tenant, selection: selection)
        }
    }

    /// The classes that have an object with this id, by name.
    private func collections(holding id: ObjectID) throws(Refusal) -> [String] {
        let collections = database.collections().filter { !$0.multiTenancy.isEnabled }
        return try reading(.read) { () throws(DatabaseError) in
            try database.read { view throws(DatabaseError) in
                var holders: [String] = []
                for collection in collections {
                    let object = try view.object(
                        id, in: collection.name, tenant: nil, selection: Query.Selection(properties: []))
                    if object != nil { holders.append(collection.name) }
                }
                return holders
            }
        }
    }

    private func delete(_ id: ObjectID, in collection: String, tenant: String?) async throws(Refusal) {
        _ = try await during(.delete) { () throws(DatabaseError) in
            try await database.delete(id, in: collection, tenant: tenant)
        }
    }
}
