// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import JSON

/// Writes objects as their plan says, straight into JSON; follows references by reading their targets.
struct GraphQLObjectWriter {
    private var references: ReferenceFollower
    var writer = JSONWriter()

    /// - Parameter view: that the hits come from, where the targets of references are read as well.
    init(view: any DatabaseView, tenant: String?) {
        references = ReferenceFollower(view: view, tenant: tenant)
    }

    mutating func write(_ hits: [Hit], plan: ObjectPlan) throws(DatabaseError) {
        writer.beginArray()
        for hit in hits {
            if Task.isCancelled { throw .cancelled }
            try write(hit, plan: plan)
        }
        writer.endArray()
    }

    mutating func write(_ hit: Hit, plan: ObjectPlan) throws(DatabaseError) {
        writer.beginObject()
        for entry in plan.entries {
            writer.key(entry.key)
            switch entry.content {
            case .typename: writer.string(plan.typeName)
            case .property(let name, let property, let plan):
                if let recorded = hit.object.recorded {
                    try write(recorded[property], plan: plan)
                } else {
                    try write(hit.object.properties[name], plan: plan)
                }
            case .additional(let entries): try writeAdditional(of: hit, entries, links: plan.links)
            }
        }
        writer.endObject()
    }

    // MARK: _additional

    private mutating func writeAdditional(
        of hit: Hit, _ entries: [ObjectPlan.AdditionalEntry], links: PictureLinks?
    ) throws(DatabaseError) {
        let hasContent = entries.contains { entry in
            switch entry.content {
            case .field(let field): field != .classification
            case .group: hit.group != nil
            case .typename, .vectors: true
            }
        }
        guard hasContent else { return writer.null() }
        writer.beginObject()
        for entry in entries {
            writer.key(entry.key)
            switch entry.content {
            case .typename(let name): writer.string(name)
            case .field(let field): write(field, of: hit, links: links)
            case .vectors(let names):
                writer.beginObject()
                for (key, name) in names {
                    writer.key(key)
                    if let vector = hit.object.multiVectors[name] {
                        writer.rows(of: vector)
                    } else {
                        writer.floats(hit.object.namedVectors[name] ?? [])
                    }
                }
                writer.endObject()
            case .group(let plan):
                if let group = hit.group { try write(group, plan: plan) } else { writer.null() }
            }
        }
        writer.endObject()
    }

    private mutating func write(_ field: AdditionalField, of hit: Hit, links: PictureLinks?) {
        switch field {
        case .id: writer.string(hit.isMerged ? "" : hit.object.id.description)
        case .vector: writer.floats(hit.object.vector ?? [])
        case .distance: if let distance = hit.distance { writer.number(distance) } else { writer.null() }
        case .certainty: if let certainty = hit.certainty { writer.number(certainty) } else { writer.null() }
        case .score: writer.string(hit.score.map(Self.text(of:)) ?? "0")
        case .explainScore: writer.string(hit.scoreExplanation ?? "")
        case .creationTimeUnix: writer.string(String(hit.object.creationTime))
        case .lastUpdateTimeUnix: writer.string(String(hit.object.updateTime))
        case .percent: if let percent = hit.percent { writer.number(percent) } else { writer.null() }
        case .imageUrl: write(hit.isMerged ? nil : links?.imageURL(of: hit.object))
        case .thumbnailUrl: write(hit.isMerged ? nil : links?.thumbnailURL(of: hit.object))
        case .isConsistent: writer.boolean(true)
        case .vectors, .classification, .group: writer.null()
        }
    }

    private mutating func write(_ text: String?) {
        if let text { writer.string(text) } else { writer.null() }
    }

    /// The shortest decimal of a score.
    private static func text(of score: Float) -> String {
        var writer = JSONWriter()
        writer.number(score)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    // MARK: Values

    private mutating func write(_ value: RecordedValue?, plan: ValuePlan) throws(DatabaseError) {
        switch value {
        case .other(let value)?: try write(value, plan: plan)
        case let value?: writer.write(value)
        case nil: writer.null()
        }
    }

    private mutating func write(_ value: PropertyValue?, plan: ValuePlan) throws(DatabaseError) {
        guard let value else { return writer.null() }
        switch (value, plan) {
        case (.geoCoordinates(let point), .geoCoordinates(let fields)): write(point, fields)
        case (.phoneNumber(let phone), .phoneNumber(let fields)): write(phone, fields)
        case (.object(let values), .object(let entries, let typeName)):
            try write(values, entries, typeName: typeName)
        case (.array(let elements), _):
            writer.beginArray()
            for element in elements { try write(element, plan: plan) }
            writer.endArray()
        case (.references(let beacons), .references(let plans)): try write(beacons, plans)
        default: writePlain(value)
        }
    }

    private mutating func writePlain(_ value: PropertyValue) {
        switch value {
        case .text(let text), .date(let text): writer.string(text)
        case .int(let number): writer.number(Int(number))
        case .number(let number): writer.number(number)
        case .boolean(let value): writer.boolean(value)
        case .uuid(let id): writer.string(id.description)
        case .blob(let blob): writer.blob(blob)
        case .blobHash(let hash): writer.string(hash.description)
        case .geoCoordinates, .phoneNumber, .object, .references, .array: writer.null()
        }
    }

    private mutating func write(_ point: GeoCoordinates, _ fields: [(key: String, field: GeoField?)]) {
        writer.beginObject()
        for (key, field) in fields {
            writer.key(key)
            switch field {
            case .latitude?: writer.number(point.latitude)
            case .longitude?: writer.number(point.longitude)
            case nil: writer.string("GeoCoordinates")
            }
        }
        writer.endObject()
    }

    private mutating func write(_ phone: PhoneNumber, _ fields: [(key: String, field: PhoneField?)]) {
        writer.beginObject()
        for (key, field) in fields {
            writer.key(key)
            switch field {
            case .input?: writer.string(phone.input)
            case .internationalFormatted?: writer.string(phone.internationalFormatted)
            case .nationalFormatted?: writer.string(phone.nationalFormatted)
            case .national?: writer.number(Int(clamping: phone.national))
            case .countryCode?: writer.number(Int(clamping: phone.countryCode))
            case .valid?: writer.boolean(phone.isValid)
            case .defaultCountry?: writer.string(phone.defaultCountry)
            case nil: writer.string("PhoneNumber")
            }
        }
        writer.endObject()
    }

    private mutating func write(
        _ values: [String: PropertyValue], _ entries: [(key: String, name: String?, plan: ValuePlan)], typeName: String
    ) throws(DatabaseError) {
        writer.beginObject()
        for (key, name, plan) in entries {
            writer.key(key)
            if let name { try write(values[name], plan: plan) } else { writer.string(typeName) }
        }
        writer.endObject()
    }

    // MARK: References

    /// The targets that are there and are asked for; null if there is none.
    private mutating func write(_ beacons: [Beacon], _ plans: [String: ObjectPlan]) throws(DatabaseError) {
        var hasBegun = false
        for beacon in beacons {
            guard let (object, plan) = try target(of: beacon, plans) else { continue }
            if !hasBegun { writer.beginArray() }
            hasBegun = true
            try write(Hit(object: object), plan: plan)
        }
        if hasBegun { writer.endArray() } else { writer.null() }
    }

    private mutating func target(
        of beacon: Beacon, _ plans: [String: ObjectPlan]
    ) throws(DatabaseError) -> (DatabaseObject, ObjectPlan)? {
        for plan in plans.values {
            if let found = try references.target(of: beacon, in: plan.collection, selection: plan.selection) {
                return (found, plan)
            }
        }
        return nil
    }
}
