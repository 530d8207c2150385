// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import HTTPServer
import JSON

/// `/v1/objects`: one object at a time.
extension RESTHandler {
    func createObject(_ call: Call) async throws(Refusal) -> HTTPResponse {
        try call.checkConsistency(nodeName: context.nodeName)
        return try await create(try completeInput(try objectBody(call)))
    }

    /// `POST /v1/objects/{class}`, which takes a form alone.
    func createObjectFromForm(_ call: Call) async throws(Refusal) -> HTTPResponse {
        try call.checkConsistency(nodeName: context.nodeName)
        guard let form = try RequestForm(call.request) else {
            throw .handler(
                415,
                "an object is created here from multipart/form-data; send JSON to POST /v1/objects, with the class in it"
            )
        }
        var body = try ObjectForm.body(form, in: call.collection, definition: database.collection(named:))
        let collection = call.collection ?? ""
        guard body.input.collection.isEmpty || isSameClass(body.input.collection, collection) else {
            throw .handler(
                422,
                "the class in the body is '\(body.input.collection.prefix(300))', the one in the path '\(collection.prefix(300))'"
            )
        }
        body.input.collection = collection
        return try await create(try completeInput(body))
    }

    private func create(_ input: ObjectInput) async throws(Refusal) -> HTTPResponse {
        let stored = try await during(.create(givesID: input.id != nil)) { () throws(DatabaseError) in
            try await database.insert(input)
        }
        return written(stored, as: input.collection)
    }

    func validateObject(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let input = try completeInput(try objectBody(call))
        try await during(.write) { () throws(DatabaseError) in try await database.validate(input) }
        return HTTPResponse(status: 200)
    }

    func getObject(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let id = try call.id()
        let includesVectors = try call.includesVectors()
        try call.checkConsistency(nodeName: context.nodeName)
        guard let object = try await find(id, call, Query.Selection(includesVectors: includesVectors)) else {
            throw .notFound
        }
        var writer = JSONWriter()
        ObjectEncoder(origin: context.origin, writesVectorWeights: true).write(object, to: &writer)
        return .json(writer.bytes)
    }

    func headObject(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let id = try call.id()
        try call.checkConsistency(nodeName: context.nodeName)
        guard try await find(id, call, Query.Selection(properties: [])) != nil else { throw .notFound }
        return HTTPResponse(status: 204)
    }

    /// The class in the body has to be the one in the path: otherwise an object of another class would be replaced.
    func replaceObject(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let id = try call.id()
        try call.checkConsistency(nodeName: context.nodeName)
        var body = try objectBody(call)
        if body.input.collection.isEmpty { body.input.collection = call.collection ?? "" }
        if body.input.collection.isEmpty {
            body.input.collection = try await collections(holding: id, tenant: body.input.tenant).first ?? ""
        }
        let input = try completeInput(body)
        guard input.id == id else { throw .handler(422, "invalid update: field 'id' is immutable") }
        guard database.collection(named: input.collection) != nil else { throw .notFound }
        if let collection = call.collection, !isSameClass(collection, input.collection) {
            let other = try await object(id, in: input.collection, input.tenant, Query.Selection(properties: []))
            guard other != nil else { throw .notFound }
            throw .handler(
                422,
                "invalid update: the class in the body is '\(input.collection)', the one in the path '\(collection)'")
        }
        let stored = try await during(.replace) { () throws(DatabaseError) in try await database.replace(input) }
        return written(stored, as: input.collection)
    }

    func mergeObject(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let id = try call.id()
        try call.checkConsistency(nodeName: context.nodeName)
        var body = try objectBody(call)
        if let collection = call.collection {
            guard body.input.collection.isEmpty || isSameClass(body.input.collection, collection) else {
                throw .handler(
                    422,
                    ErrorMapping.wrapped(
                        "the class in the body is '\(body.input.collection)', the one in the path '\(collection)'",
                        "bad request"))
            }
            body.input.collection = collection
        } else if body.input.collection.isEmpty {
            guard let collection = try await collections(holding: id, tenant: body.input.tenant).first else {
                throw .notFound
            }
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
        let holders = try await collections(holding: id, tenant: call.tenant)
        guard !holders.isEmpty else { throw .notFound }
        for collection in holders { try await delete(id, in: collection, tenant: call.tenant) }
        return HTTPResponse(status: 204)
    }

    // MARK: - Parts

    /// The object in a body of JSON, or in a form.
    private func objectBody(_ call: Call) throws(Refusal) -> ObjectBody {
        guard let form = try RequestForm(call.request) else {
            return try ObjectBody.reading(call.request) { name in
                blobs(of: name.isEmpty ? call.collection ?? "" : name)
            }
        }
        return try ObjectForm.body(form, in: call.collection, definition: database.collection(named:))
    }

    /// The names of the blob properties of a class; none of one that there is not.
    func blobs(of collection: String) -> Set<String> {
        database.collection(named: collection)?.blobPropertyNames ?? []
    }

    /// Whether two names, one of which may be an alias, stand for the same class.
    private func isSameClass(_ name: String, _ other: String) -> Bool {
        if name == other { return true }
        let collection = database.collection(named: name)
        return collection != nil && collection?.name == database.collection(named: other)?.name
    }

    /// The input, provided that it names a class and its properties are an object.
    private func completeInput(_ body: ObjectBody) throws(Refusal) -> ObjectInput {
        if body.input.collection.isEmpty {
            throw ErrorMapping.refusal(.invalidObject("the given class is empty"), in: .write)
        }
        if let fault = body.fault { throw ErrorMapping.refusal(.invalidObject(fault), in: .write) }
        return body.input
    }

    /// - Parameter name: what the request called the class.
    private func written(_ object: DatabaseObject, as name: String) -> HTTPResponse {
        var object = object
        object.collection = name
        var encoder = ObjectEncoder(origin: context.origin)
        if database.collection(named: object.collection)?.invertedIndex.indexTimestamps == true {
            encoder.collectionsWithTimes = [object.collection]
        }
        var writer = JSONWriter()
        encoder.write(object, to: &writer)
        return .json(writer.bytes)
    }

    /// The object of the path: in its class, or in the first class that has it.
    private func find(
        _ id: ObjectID, _ call: Call, _ selection: Query.Selection
    ) async throws(Refusal) -> DatabaseObject? {
        if let collection = call.collection {
            guard database.collection(named: collection) != nil else { return nil }
            var object = try await object(id, in: collection, call.tenant, selection)
            // Who asks under an alias is answered under it.
            object?.collection = collection
            return object
        }
        if let holder = try await collections(holding: id, tenant: call.tenant).first {
            return try await object(id, in: holder, call.tenant, selection)
        }
        // It may be there, in a tenant that nobody named.
        guard call.tenant == nil, let other = database.collections().first(where: \.multiTenancy.isEnabled) else {
            return nil
        }
        var refusal = ErrorMapping.refusal(.tenantMissing(collection: other.name), in: .read)
        if call.request.method == "GET", call.queryValue("include") != nil { refusal.response.status = 400 }
        throw refusal
    }

    func object(
        _ id: ObjectID, in collection: String, _ tenant: String?, _ selection: Query.Selection
    ) async throws(Refusal) -> DatabaseObject? {
        try await during(.read) { () throws(DatabaseError) in
            try await database.wakeTenant(tenant, of: collection)
            return try database.object(id, in: collection, tenant: tenant, selection: selection)
        }
    }

    /// The classes that have an object with this id, by name: of those with tenants where one is named, else of the others.
    func collections(holding id: ObjectID, tenant: String?) async throws(Refusal) -> [String] {
        let names = try await collections(with: tenant)
        return try reading(.read) { () throws(DatabaseError) in
            try database.read { view throws(DatabaseError) in
                var holders: [String] = []
                for name in names {
                    let object = try view.object(
                        id, in: name, tenant: tenant, selection: Query.Selection(properties: []))
                    if object != nil { holders.append(name) }
                }
                return holders
            }
        }
    }

    /// The classes whose objects can be asked for without naming a class, by name: those that have this tenant, in use, or
    /// those without tenants where none is named.
    func collections(with tenant: String?) async throws(Refusal) -> [String] {
        guard let tenant else { return database.collections().filter { !$0.multiTenancy.isEnabled }.map(\.name) }
        var names: [String] = []
        for collection in database.collections() where collection.multiTenancy.isEnabled {
            let status = try await during(.read) { () throws(DatabaseError) in
                try await database.wakeTenant(tenant, of: collection.name)
                return try database.tenant(named: tenant, of: collection.name)?.status
            }
            if status == .active { names.append(collection.name) }
        }
        return names
    }

    private func delete(_ id: ObjectID, in collection: String, tenant: String?) async throws(Refusal) {
        _ = try await during(.delete) { () throws(DatabaseError) in
            try await database.delete(id, in: collection, tenant: tenant)
        }
    }
}
