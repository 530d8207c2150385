// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import ImageVectorizer
import JSON

/// A database in this process.
package struct DatabaseTarget: ImportTarget {
    private let database: any DatabaseOperations

    /// Its callers run on the compute pool.
    package init(_ database: any DatabaseOperations) { self.database = database }

    package func definition(of collection: String) async throws(ImportError) -> ImportedClass? {
        guard let definition = database.collection(named: collection) else { return nil }
        var pictures: [String] = []
        for case .image(let fields) in definition.vectors.map(\.vectorizer) { pictures += fields }
        return ImportedClass(
            properties: definition.properties.map { .init(name: $0.name, type: TypeName.of($0.type)) },
            pictureProperties: pictures)
    }

    package func create(_ definition: NewClass) async throws(ImportError) {
        let settings = database.settings
        var vectorizer = Vectorizer.none
        if let picture = definition.pictureProperty {
            guard settings.modules.contains(Vectorizer.imageModule) else {
                throw .refused(
                    "the module \(Vectorizer.imageModule), which makes vectors of pictures, is off; add it to ENABLE_MODULES"
                )
            }
            vectorizer = .image(fields: [picture])
        }
        var collection = CollectionDefinition(name: definition.name)
        collection.vectors = [
            VectorDefinition(
                vectorizer: vectorizer,
                index: VectorIndexDefinition(kind: settings.defaultIndexKind, metricName: settings.defaultMetric))
        ]
        collection.moduleConfiguration = definition.moduleConfiguration
        collection.properties = definition.properties.map { property in
            let name = property.type
            let isArray = name.hasSuffix("[]")
            // All names come from `ColumnType`, or are `blob`.
            let scalar = ScalarType(rawValue: isArray ? String(name.dropLast(2)) : name) ?? .text
            return PropertyDefinition(
                completing: isArray ? .array(scalar) : .scalar(scalar), name: property.name,
                tokenization: property.isOneToken ? .field : nil)
        }
        do throws(DatabaseError) { _ = try await database.createCollection(collection) } catch {
            throw .refused("class \(definition.name) can't be made: \(error.message)")
        }
    }

    package func existing(
        _ ids: [ObjectID], in collection: String, tenant: String?
    ) async throws(ImportError) -> Set<ObjectID> {
        let nothing = Query.Selection(properties: [])
        do throws(DatabaseError) {
            return try database.read { view throws(DatabaseError) in
                var found: Set<ObjectID> = []
                for id in ids where try view.object(id, in: collection, tenant: tenant, selection: nothing) != nil {
                    found.insert(id)
                }
                return found
            }
        } catch {
            // It may be made with its first object.
            if case .tenantNotFound = error { return [] }
            throw .refused(error.message)
        }
    }

    package func store(
        _ objects: [ImportObject], in collection: String, tenant: String?
    ) async throws(ImportError) -> [String?] {
        let inputs = objects.map { object in
            var properties = object.properties
            if let (name, bytes) = object.picture {
                properties[name] = .string(String(decoding: Base64.encoded(bytes.span), as: UTF8.self))
            }
            return ObjectInput(
                collection: collection, id: object.id, tenant: tenant, properties: properties, vector: object.vector)
        }
        var reasons: [String?] = []
        for result in await database.upsert(inputs) {
            switch result {
            case .success: reasons.append(nil)
            case .failure(let error):
                if Self.concernsAll(error) { throw .refused(error.message) }
                reasons.append(error.message)
            }
        }
        return reasons
    }

    /// Whether it would be the same for any other object.
    private static func concernsAll(_ error: DatabaseError) -> Bool {
        switch error {
        case .collectionNotFound, .tenantMissing, .tenantNotExpected, .tenantNotFound, .tenantNotActive,
            .networkMismatch, .revectorizationUnfinished, .storageFull, .readOnlyShard, .storage, .cancelled,
            .overloaded, .memoryFull:
            true
        case .vectorization(_, .unavailable): true
        default: false
        }
    }
}
