// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import GraphQLLanguage
import Synchronization

/// The type system of one state of the collections: each is an object type of its name, with arguments of its own.
///
/// Types are made when a query first asks for them. They hold no reference to this object that keeps it alive, so it must
/// live as long as a request that uses them.
final class CollectionSchema: Sendable {
    let definitions: [CollectionDefinition]
    /// Of the definitions, as the database counts them.
    let generation: UInt64
    /// What stands before the paths of links to pictures.
    let origin: String
    /// By name.
    let collections: [String: CollectionDefinition]
    /// The names of collections by alias, as far as there are such collections.
    private let aliases: [String: String]
    private let objectTypes = Mutex<[String: ObjectType]>([:])
    private let rootSchema = Mutex<Schema?>(nil)

    init(
        _ definitions: [CollectionDefinition], aliases: [CollectionAlias] = [], generation: UInt64, origin: String = ""
    ) {
        self.definitions = definitions
        self.generation = generation
        self.origin = origin
        collections = Dictionary(definitions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let names = Set(definitions.map(\.name))
        self.aliases = Dictionary(
            aliases.filter { names.contains($0.collection) }.map { ($0.name, $0.collection) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The collection that a field of `Get` or `Aggregate` is about, by its name or an alias.
    func collection(ofField name: String) -> CollectionDefinition? {
        collections[name] ?? aliases[name].flatMap { collections[$0] }
    }

    /// The fields of `Get` and `Aggregate`: collections by their names, then by their aliases.
    private var fields: [(name: String, collection: CollectionDefinition)] {
        definitions.map { ($0.name, $0) }
            + aliases.sorted { $0.key < $1.key }.compactMap { alias, name in collections[name].map { (alias, $0) } }
    }

    var schema: Schema {
        rootSchema.withLock { schema in
            if let schema { return schema }
            let made = makeSchema()
            schema = made
            return made
        }
    }

    private func makeSchema() -> Schema {
        let query = ObjectType(name: WireNames.query) { [unowned self] in
            [
                FieldDefinition(WireNames.get, .named(.object(getType))),
                FieldDefinition(WireNames.aggregate, .named(.object(aggregateType))),
                ExploreTypes.field(hasImages: definitions.contains(where: \.vectorizesImages)),
            ]
        }
        return Schema(query: query) { [weak self] name in self?.objectType(of: name).map { .object($0) } }
    }

    private var getType: ObjectType {
        ObjectType(name: WireNames.getType) { [unowned self] in
            fields.compactMap { name, collection in
                guard let type = objectType(of: collection.name) else { return nil }
                return FieldDefinition(
                    name, .list(.named(.object(type))), summary: collection.description ?? ""
                ) { ArgumentTypes(collection, place: .get).get }
            }
        }
    }

    private var aggregateType: ObjectType {
        ObjectType(name: WireNames.aggregateType) { [unowned self] in
            fields.map { name, collection in
                FieldDefinition(
                    name, .list(.named(.object(AggregateTypes(collection).object))),
                    summary: collection.description ?? ""
                ) { ArgumentTypes(collection, place: .aggregate).aggregate }
            }
        }
    }

    /// The type of objects of collection `name`.
    func objectType(of name: String) -> ObjectType? {
        guard let collection = collections[name] else { return nil }
        return objectTypes.withLock { types in
            if let type = types[name] { return type }
            let type = ObjectType(name: name, summary: collection.description ?? "") { [unowned self] in
                fields(of: collection)
            }
            types[name] = type
            return type
        }
    }

    private func fields(of collection: CollectionDefinition) -> [FieldDefinition] {
        var fields = collection.properties.compactMap { property in
            type(of: property, in: collection.name).map {
                FieldDefinition(property.name, $0, summary: property.description ?? "")
            }
        }
        fields.append(
            FieldDefinition(WireNames.additional, .named(.object(additionalType(of: collection)))))
        return fields
    }

    // MARK: Properties

    /// `nil` for a reference to collections that are all gone.
    private func type(of property: PropertyDefinition, in prefix: String) -> TypeReference? {
        switch property.type {
        case .scalar(let scalar): return type(of: scalar, property, in: prefix)
        case .array(let scalar): return .list(type(of: scalar, property, in: prefix))
        case .reference(let targets):
            let name = "\(prefix)\(property.name)Obj"
            guard targets.contains(where: { collections[$0] != nil }) else { return nil }
            let union = UnionType(name: name, summary: property.description ?? "") { [unowned self] in
                targets.compactMap { objectType(of: $0) }
            }
            return .list(.named(.union(union)))
        }
    }

    private func type(
        of scalar: DataModel.ScalarType, _ property: PropertyDefinition, in prefix: String
    ) -> TypeReference {
        let path = prefix + property.name
        switch scalar {
        case .text, .date, .uuid, .blob, .blobHash: return Standard.string
        case .int: return Standard.int
        case .number: return Standard.float
        case .boolean: return Standard.boolean
        case .geoCoordinates:
            return .named(
                .object(
                    ObjectType(name: "\(path)GeoCoordinatesObj") {
                        GeoField.allCases.map { FieldDefinition($0.rawValue, Standard.float) }
                    }))
        case .phoneNumber:
            return .named(
                .object(ObjectType(name: "\(path)PhoneNumberObj") { PhoneField.allCases.map(\.definition) }))
        case .object:
            return .named(
                .object(
                    ObjectType(name: "\(prefix)_\(property.name)_object", summary: property.description ?? "") {
                        [unowned self] in
                        property.nestedProperties.compactMap { nested in
                            type(of: nested, in: "\(prefix)_\(property.name)_object").map {
                                FieldDefinition(nested.name, $0, summary: nested.description ?? "")
                            }
                        }
                    }))
        }
    }

    // MARK: Additional

    private func additionalType(of collection: CollectionDefinition) -> ObjectType {
        ObjectType(name: "\(collection.name)Additional") { [unowned self] in
            var fields = AdditionalField.allCases.compactMap { field -> FieldDefinition? in
                switch field {
                case .vectors where !collection.hasNamedVectors: nil
                case .isConsistent where collection.replication.factor <= 1: nil
                case .vectors: FieldDefinition(field.rawValue, .named(.object(vectorsType(of: collection))))
                case .classification:
                    FieldDefinition(field.rawValue, .named(.object(classificationType(of: collection))))
                case .group: FieldDefinition(field.rawValue, .named(.object(groupType(of: collection))))
                case .id, .score, .explainScore, .creationTimeUnix, .lastUpdateTimeUnix, .imageUrl, .thumbnailUrl:
                    FieldDefinition(field.rawValue, Standard.string)
                case .vector: FieldDefinition(field.rawValue, .list(Standard.float))
                case .distance, .certainty, .percent: FieldDefinition(field.rawValue, Standard.float)
                case .isConsistent: FieldDefinition(field.rawValue, Standard.boolean)
                }
            }
            fields.sort { $0.name < $1.name }
            return fields
        }
    }

    private func vectorsType(of collection: CollectionDefinition) -> ObjectType {
        ObjectType(name: "\(collection.name)AdditionalVectors") {
            collection.vectors.compactMap { vector in
                vector.name.map { name in
                    FieldDefinition(name, .list(vector.isMultiVector ? .list(Standard.float) : Standard.float))
                }
            }
        }
    }

    private func classificationType(of collection: CollectionDefinition) -> ObjectType {
        ObjectType(name: "\(collection.name)AdditionalClassification") {
            [
                FieldDefinition("id", Standard.string), FieldDefinition("basedOn", .list(Standard.string)),
                FieldDefinition("scope", .list(Standard.string)),
                FieldDefinition("classifiedFields", .list(Standard.string)),
                FieldDefinition("completed", Standard.string),
            ]
        }
    }

    private func groupType(of collection: CollectionDefinition) -> ObjectType {
        let name = "\(collection.name)AdditionalGroup"
        let hit = ObjectType(name: "\(name)Hit") { [unowned self] in
            let additional = ObjectType(name: "\(name)HitAdditional") { [unowned self] in
                var fields = [
                    FieldDefinition("id", Standard.string), FieldDefinition("vector", .list(Standard.float)),
                    FieldDefinition("distance", Standard.float), FieldDefinition("percent", Standard.float),
                    FieldDefinition("imageUrl", Standard.string), FieldDefinition("thumbnailUrl", Standard.string),
                ]
                if collection.hasNamedVectors {
                    fields.append(FieldDefinition("vectors", .named(.object(vectorsType(of: collection)))))
                }
                return fields
            }
            return fields(of: collection).filter { $0.name != WireNames.additional }
                + [FieldDefinition(WireNames.additional, .named(.object(additional)))]
        }
        return ObjectType(name: name) {
            let groupedBy = ObjectType(name: "\(name)GroupedBy") {
                [FieldDefinition("value", Standard.string), FieldDefinition("path", .list(Standard.string))]
            }
            return [
                FieldDefinition("id", Standard.int), FieldDefinition("groupedBy", .named(.object(groupedBy))),
                FieldDefinition("minDistance", Standard.float), FieldDefinition("maxDistance", Standard.float),
                FieldDefinition("count", Standard.int), FieldDefinition("hits", .list(.named(.object(hit)))),
            ]
        }
    }
}

extension CollectionDefinition {
    /// Whether one of its vectors is made from pictures.
    var vectorizesImages: Bool {
        vectors.contains { if case .image = $0.vectorizer { true } else { false } }
    }
}
