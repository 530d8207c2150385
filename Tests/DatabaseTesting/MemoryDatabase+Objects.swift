// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import ImageVectorizer
import Synchronization

extension MemoryDatabase {
    package func insert(_ object: ObjectInput) async throws(DatabaseError) -> DatabaseObject {
        if let id = object.id, let place = try? place(object.collection, object.tenant), find(id, place) != nil {
            throw .objectExists(id)
        }
        return try store(object)
    }

    package func upsert(_ objects: [ObjectInput]) async -> [Result<DatabaseObject, DatabaseError>] {
        objects.map { object in
            do throws(DatabaseError) {
                return .success(try store(object))
            } catch {
                return .failure(error)
            }
        }
    }

    package func validate(_ object: ObjectInput) async throws(DatabaseError) {
        let existing = collection(named: object.collection)
        let wanted = try AutoSchema(rules: rules).definition(
            for: object, extending: existing, among: CollectionNames(collections()), time: 1_700_000_000)
        guard let definition = wanted ?? existing else { throw .collectionNotFound(object.collection) }
        _ = try ObjectValidator(definition: definition).validated(object)
    }

    package func replace(_ object: ObjectInput) async throws(DatabaseError) -> DatabaseObject {
        let place = try place(object.collection, object.tenant)
        guard let id = object.id, let old = find(id, place) else {
            throw .objectNotFound(collection: object.collection, id: object.id ?? .random())
        }
        var stored = try store(object)
        stored.creationTime = old.object.creationTime
        return stored
    }

    package func merge(_ object: ObjectInput) async throws(DatabaseError) {
        guard collection(named: object.collection) != nil else { throw .collectionNotFound(object.collection) }
        let place = try place(object.collection, object.tenant)
        guard let id = object.id, var old = find(id, place), let definition = try extended(for: object) else {
            throw .objectNotFound(collection: object.collection, id: object.id ?? .random())
        }
        let changes = try ObjectValidator(definition: definition).changes(in: object)
        for property in definition.properties {
            switch (changes.properties[property.id], old.object.properties[property.name]) {
            case (.references(let added)?, .references(let stored)?):
                old.object.properties[property.name] = .references(stored + added)
            case (let value?, _): old.object.properties[property.name] = value
            case (nil, _): break
            }
            if changes.removed.contains(property.id) { old.object.properties[property.name] = nil }
        }
        let made = try pictureVector(definition, old.object.properties)
        if let vector = object.vector ?? made { old.object.vector = vector }
        let changed = old
        state.withLock { state in
            state.time += 1
            state.objects[place, default: [:]][id] = changed
            state.objects[place]?[id]?.object.updateTime = state.time
        }
    }

    package func delete(_ id: ObjectID, in collection: String, tenant: String?) async throws(DatabaseError) -> Bool {
        try checkWritable(collection)
        try await wakeTenant(tenant, of: collection)
        let place = try place(collection, tenant)
        return state.withLock { $0.objects[place]?.removeValue(forKey: id) != nil }
    }

    package func deleteObjects(
        matching filter: Filter, in collection: String, tenant: String?, isDryRun: Bool
    ) async throws(DatabaseError) -> DeletionReport {
        var query = Query(collection: collection)
        query.filter = filter
        query.tenant = tenant
        _ = try await plan(query)
        let place = try place(collection, tenant)
        var found: [Stored] = []
        for stored in objects(in: place) where try matches(stored.object, filter) { found.append(stored) }
        if !isDryRun {
            state.withLock { state in for stored in found { state.objects[place]?[stored.object.id] = nil } }
        }
        return DeletionReport(
            matches: found.count, limit: settings.maximumResults,
            items: found.map { DeletionReport.Item(id: $0.object.id) })
    }

    func checkWritable(_ collection: String) throws(DatabaseError) {
        if let refusal = state.withLock({ $0.refusals[collection] }) { throw refusal }
        if state.withLock({ $0.readOnly.contains(collection) }) {
            throw .readOnlyShard(collection: collection, shard: "shard\(collection)")
        }
    }

    func find(_ id: ObjectID, _ place: String) -> Stored? {
        state.withLock { $0.objects[place]?[id] }
    }

    func objects(in place: String) -> [Stored] {
        state.withLock { $0.objects[place].map { Array($0.values) } ?? [] }.sorted { $0.number < $1.number }
    }

    func selected(_ object: DatabaseObject, _ selection: Query.Selection) -> DatabaseObject {
        var object = object
        if !selection.includesVectors {
            object.vector = nil
            object.namedVectors = [:]
            object.multiVectors = [:]
        }
        return object
    }

    /// The definition with what auto-schema adds; `nil` when there is none.
    func extended(for object: ObjectInput) throws(DatabaseError) -> CollectionDefinition? {
        let existing = collection(named: object.collection)
        guard settings.hasAutoSchema else { return existing }
        let wanted = try AutoSchema(rules: rules).definition(
            for: object, extending: existing, among: CollectionNames(collections()), time: 1_700_000_000)
        if let wanted { keep(wanted) }
        return wanted ?? existing
    }

    func prepared(_ object: ObjectInput) throws(DatabaseError) -> (CollectionDefinition, ValidatedObject) {
        guard let definition = try extended(for: object) else { throw .collectionNotFound(object.collection) }
        return (definition, try ObjectValidator(definition: definition).validated(object))
    }

    /// The vector of the first picture: a good one begins with P, and no network is there for one that begins with U.
    private func pictureVector(
        _ definition: CollectionDefinition, _ properties: [String: PropertyValue]
    ) throws(DatabaseError) -> [Float]? {
        for case .image(let fields) in definition.vectors.map(\.vectorizer) {
            for field in fields {
                guard case .blob(let blob)? = properties[field] else { continue }
                switch blob.bytes.first {
                // What tests call a picture, or what begins like a JPEG or PNG file.
                case UInt8(ascii: "P"), 0xFF, 0x89: return [1, 2]
                case UInt8(ascii: "U"): throw .vectorization(property: field, .unavailable(reason: "none is there"))
                default: throw .vectorization(property: field, .unknownFormat(found: nil))
                }
            }
        }
        return nil
    }

    func store(_ object: ObjectInput) throws(DatabaseError) -> DatabaseObject {
        try checkWritable(object.collection)
        let (definition, valid) = try prepared(object)
        let place = try place(definition.name, object.tenant, canCreate: true)
        let id = object.id ?? .random()
        var properties: [String: PropertyValue] = [:]
        for property in definition.properties { properties[property.name] = valid.properties[property.id] }
        var vector = object.vector.flatMap { $0.isEmpty ? nil : $0 }
        if vector == nil { vector = try pictureVector(definition, properties) }
        if let vector, let other = objects(in: place).compactMap(\.object.vector).first,
            other.count != vector.count
        {
            throw .dimensionMismatch(id: id, vector: nil, expected: other.count, received: vector.count)
        }
        let made = vector
        return state.withLock { state in
            state.time += 1
            state.nextNumber += 1
            let stored = DatabaseObject(
                collection: definition.name, id: id, tenant: object.tenant, creationTime: state.time,
                updateTime: state.time,
                properties: properties, vector: made, namedVectors: object.namedVectors,
                multiVectors: object.multiVectors)
            state.objects[place, default: [:]][id] = Stored(object: stored, number: state.nextNumber)
            return stored
        }
    }

    func matches(_ object: DatabaseObject, _ filter: Filter) throws(DatabaseError) -> Bool {
        switch filter {
        case .and(let filters):
            for filter in filters where try !matches(object, filter) { return false }
            return true
        case .or(let filters):
            for filter in filters where try matches(object, filter) { return true }
            return false
        case .not(let filter): return try !matches(object, filter)
        case .condition(let condition): return try matches(object, condition)
        }
    }

    func matches(_ object: DatabaseObject, _ condition: FilterCondition) throws(DatabaseError) -> Bool {
        switch (condition.path, condition.comparison, condition.value) {
        case (.id, .equal, .text(let text)): return object.id.description == text
        case (.id, .containsAny, .texts(let texts)): return texts.contains(object.id.description)
        case (.property(let name), .equal, .text(let text)): return object.properties[name] == .text(text)
        case (.property(let name), .equal, .int(let int)): return object.properties[name] == .int(int)
        case (.property(let name), .greaterThan, .int(let bound)):
            guard case .int(let int)? = object.properties[name] else { return false }
            return int > bound
        default: throw .unsupported("the filter \(condition)")
        }
    }

    func text(of value: PropertyValue?) -> String {
        switch value {
        case .text(let text): "1\(text)"
        case .int(let int): "1\(int)"
        default: "0"
        }
    }
}
