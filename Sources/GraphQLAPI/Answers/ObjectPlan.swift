// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import GraphQLLanguage

/// What a query asks of each object of a collection, worked out once for all of them.
struct ObjectPlan: Sendable {
    struct Entry: Sendable {
        var key: String
        var content: Content
    }

    indirect enum Content: Sendable {
        case typename
        case property(String, PropertyID, ValuePlan)
        case additional([AdditionalEntry])
    }

    struct AdditionalEntry: Sendable {
        var key: String
        var content: AdditionalContent
    }

    enum AdditionalContent: Sendable {
        case typename(String)
        case field(AdditionalField)
        /// Keys and names of vectors.
        case vectors([(key: String, name: String)])
        case group(GroupPlan)
    }

    let collection: CollectionDefinition
    var entries: [Entry] = []
    /// What has to be loaded.
    var selection = Query.Selection(properties: [], includesVectors: false)

    /// Where the pictures of objects are, if that is asked for.
    private(set) var links: PictureLinks?
    /// The name of the objects' type.
    private(set) var typeName: String

    /// - Parameter type: of the objects; that of the collection if it is `nil`.
    /// - Throws: `GraphQLError`, if the fields are more than the limit allows.
    init(
        _ selections: [SelectionSet], of collection: CollectionDefinition, type: ObjectType? = nil,
        schema: CollectionSchema, collector: inout FieldCollector
    ) throws(GraphQLError) {
        self.collection = collection
        typeName = collection.name
        guard let type = type ?? schema.objectType(of: collection.name) else { return }
        typeName = type.name
        for field in try collector.fields(of: selections, on: type) {
            switch field.field.name.text {
            case WireNames.typename: entries.append(Entry(key: field.responseKey, content: .typename))
            case WireNames.additional: try addAdditional(field, schema, &collector, type: type)
            case let name:
                guard let property = collection.property(named: name) else { continue }
                selection.properties?.insert(name)
                let plan = try ValuePlan(
                    field, property, in: type, schema: schema, collector: &collector)
                entries.append(Entry(key: field.responseKey, content: .property(name, property.id, plan)))
            }
        }
        // Links are made of the values of properties.
        selection.takesRecorded = links == nil
    }

    /// Whether nothing but the type's name is asked for; Weaviate does not resolve references for that.
    var isTypenameOnly: Bool {
        entries.allSatisfy { if case .typename = $0.content { true } else { false } }
    }

    private mutating func addLinks(_ schema: CollectionSchema) {
        let links = PictureLinks(
            origin: schema.origin, collection: collection, urlProperty: collection.imageURLProperty)
        if let property = links.urlProperty { selection.properties?.insert(property) }
        self.links = links
    }

    private mutating func addAdditional(
        _ field: CollectedField, _ schema: CollectionSchema, _ collector: inout FieldCollector, type: ObjectType
    ) throws(GraphQLError) {
        guard case .object(let additional)? = type.fields[WireNames.additional]?.type.namedType else { return }
        var additionalEntries: [AdditionalEntry] = []
        for inner in try collector.fields(of: field.selections, on: additional) {
            let name = inner.field.name.text
            if name == WireNames.typename {
                additionalEntries.append(AdditionalEntry(key: inner.responseKey, content: .typename(additional.name)))
                continue
            }
            guard let wanted = AdditionalField(rawValue: name) else { continue }
            if wanted == .vector || wanted == .vectors { selection.includesVectors = true }
            if wanted == .certainty { selection.needsCertainty = true }
            if wanted == .explainScore { selection.needsScoreExplanation = true }
            if wanted == .percent { selection.needsPercent = true }
            if wanted == .imageUrl || wanted == .thumbnailUrl { addLinks(schema) }
            if wanted == .group, case .object(let group)? = additional.fields[name]?.type.namedType {
                let plan = try GroupPlan(
                    inner.selections, of: collection, type: group, schema: schema, collector: &collector)
                if let hits = plan.selection { selection.formUnion(hits) }
                additionalEntries.append(AdditionalEntry(key: inner.responseKey, content: .group(plan)))
            } else if wanted == .vectors, case .object(let vectors)? = additional.fields[name]?.type.namedType {
                let names = try collector.fields(of: inner.selections, on: vectors)
                    .map { (key: $0.responseKey, name: $0.field.name.text) }
                additionalEntries.append(AdditionalEntry(key: inner.responseKey, content: .vectors(names)))
            } else {
                additionalEntries.append(AdditionalEntry(key: inner.responseKey, content: .field(wanted)))
            }
        }
        entries.append(Entry(key: field.responseKey, content: .additional(additionalEntries)))
    }
}

/// What a query asks of the value of a property.
indirect enum ValuePlan: Sendable {
    /// The value itself, or the list of them.
    case plain
    case geoCoordinates([(key: String, field: GeoField?)])
    case phoneNumber([(key: String, field: PhoneField?)])
    /// Of an object, or of each in a list; `nil` asks for the name of the type.
    case object([(key: String, name: String?, plan: ValuePlan)], typeName: String)
    /// By name of the collection; objects of others are left out.
    case references([String: ObjectPlan])

    init(
        _ field: CollectedField, _ property: PropertyDefinition, in type: ObjectType, schema: CollectionSchema,
        collector: inout FieldCollector
    ) throws(GraphQLError) {
        self = .plain
        switch (property.type, type.fields[property.name]?.type.namedType) {
        case (.scalar(.geoCoordinates), .object(let geo)?):
            self = .geoCoordinates(
                try collector.fields(of: field.selections, on: geo)
                    .map { (key: $0.responseKey, field: GeoField(rawValue: $0.field.name.text)) })
        case (.scalar(.phoneNumber), .object(let phone)?):
            self = .phoneNumber(
                try collector.fields(of: field.selections, on: phone)
                    .map { (key: $0.responseKey, field: PhoneField(rawValue: $0.field.name.text)) })
        case (.scalar(.object), .object(let object)?), (.array(.object), .object(let object)?):
            var entries: [(key: String, name: String?, plan: ValuePlan)] = []
            for inner in try collector.fields(of: field.selections, on: object) {
                let name = inner.field.name.text
                guard let nested = property.nestedProperties.first(where: { $0.name == name }) else {
                    entries.append((inner.responseKey, nil, .plain))
                    continue
                }
                let plan = try ValuePlan(inner, nested, in: object, schema: schema, collector: &collector)
                entries.append((inner.responseKey, name, plan))
            }
            self = .object(entries, typeName: object.name)
        case (.reference, .union(let union)?):
            var plans: [String: ObjectPlan] = [:]
            for member in union.members {
                guard let collection = schema.collections[member.name] else { continue }
                let plan = try ObjectPlan(field.selections, of: collection, schema: schema, collector: &collector)
                if !plan.isTypenameOnly { plans[member.name] = plan }
            }
            self = .references(plans)
        default: break
        }
    }
}
