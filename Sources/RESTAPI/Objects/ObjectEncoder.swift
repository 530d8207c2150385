// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import JSON

/// Writes objects as the REST API shows them. Members stand in the order of their names, as in the original.
struct ObjectEncoder {
    /// Before the paths of references; empty for none.
    var origin: String
    /// References come with the path of what they refer to; in batches they do not.
    var writesReferencePaths = true
    /// Reads show `vectorWeights`, always null; writes do not.
    var writesVectorWeights = false
    /// Lists do not name the tenant that they were asked for.
    var writesTenants = true
    /// Collections that index times: the answers to writes have the times among the properties there.
    var collectionsWithTimes: Set<String> = []

    func write(_ object: DatabaseObject, to writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(of: object, to: &writer)
        writer.endObject()
    }

    /// - Parameter result: writes members that stand between `properties` and `vector`.
    func writeMembers(
        of object: DatabaseObject, deprecations: Bool = false, to writer: inout JSONWriter,
        result: (inout JSONWriter) -> Void = { _ in }
    ) {
        writer.key("class")
        writer.string(object.collection)
        writer.key(AdditionalField.creationTimeUnix.rawValue)
        writer.number(Int(object.creationTime))
        if deprecations {
            writer.key("deprecations")
            writer.null()
        }
        writer.key(AdditionalField.id.rawValue)
        writer.string(object.id.description)
        writer.key(AdditionalField.lastUpdateTimeUnix.rawValue)
        writer.number(Int(object.updateTime))
        writer.key("properties")
        if let recorded = object.recorded {
            write(recorded, to: &writer)
        } else {
            write(
                object.properties, times: collectionsWithTimes.contains(object.collection) ? object : nil, to: &writer)
        }
        result(&writer)
        if writesTenants, let tenant = object.tenant {
            writer.key("tenant")
            writer.string(tenant)
        }
        if let vector = object.vector, !vector.isEmpty {
            writer.key(AdditionalField.vector.rawValue)
            writer.floats(vector)
        }
        if writesVectorWeights {
            writer.key("vectorWeights")
            writer.null()
        }
        if !object.namedVectors.isEmpty || !object.multiVectors.isEmpty {
            writer.key(AdditionalField.vectors.rawValue)
            writer.vectors(object.namedVectors, object.multiVectors)
        }
    }

    private func write(_ properties: RecordedProperties, to writer: inout JSONWriter) {
        writer.beginObject()
        properties.forEach { name, value in
            writer.key(name)
            switch value {
            case .other(let value): write(value, to: &writer)
            default: writer.write(value)
            }
        }
        writer.endObject()
    }

    private func write(
        _ properties: [String: PropertyValue], times object: DatabaseObject?, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        if let object {
            writer.key("_creationTimeUnix")
            writer.number(Int(object.creationTime))
            writer.key("_lastUpdateTimeUnix")
            writer.number(Int(object.updateTime))
        }
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            writer.key(name)
            write(value, to: &writer)
        }
        writer.endObject()
    }

    func write(_ value: PropertyValue, to writer: inout JSONWriter) {
        switch value {
        case .text(let text), .date(let text): writer.string(text)
        case .int(let int): writer.number(Int(int))
        case .number(let number): writer.number(number)
        case .boolean(let boolean): writer.boolean(boolean)
        case .uuid(let id): writer.string(id.description)
        case .blob(let blob): writer.blob(blob)
        case .blobHash(let hash): writer.string(hash.description)
        case .geoCoordinates(let point):
            writer.beginObject()
            writer.key("latitude")
            writer.number(point.latitude)
            writer.key("longitude")
            writer.number(point.longitude)
            writer.endObject()
        case .phoneNumber(let number): write(number, to: &writer)
        case .object(let members): write(members, times: nil, to: &writer)
        case .references(let beacons):
            writer.beginArray()
            for beacon in beacons { write(beacon, to: &writer) }
            writer.endArray()
        case .array(let elements):
            writer.beginArray()
            for element in elements { write(element, to: &writer) }
            writer.endArray()
        }
    }

    /// What is zero, empty or false is left out.
    private func write(_ number: PhoneNumber, to writer: inout JSONWriter) {
        writer.beginObject()
        if number.countryCode != 0 {
            writer.key("countryCode")
            writer.number(JSONNumber(literal: String(number.countryCode), value: Double(number.countryCode)))
        }
        for (name, text) in [
            ("defaultCountry", number.defaultCountry), ("input", number.input),
            ("internationalFormatted", number.internationalFormatted),
        ] where !text.isEmpty {
            writer.member(name, .string(text))
        }
        if number.national != 0 {
            writer.key("national")
            writer.number(JSONNumber(literal: String(number.national), value: Double(number.national)))
        }
        if !number.nationalFormatted.isEmpty { writer.member("nationalFormatted", .string(number.nationalFormatted)) }
        if number.isValid { writer.member("valid", .boolean(true)) }
        writer.endObject()
    }

    private func write(_ beacon: Beacon, to writer: inout JSONWriter) {
        let target = [beacon.collection, beacon.id.description].compactMap { $0 }.joined(separator: "/")
        writer.beginObject()
        writer.member("beacon", .string("weaviate://\(beacon.host)/\(target)"))
        if writesReferencePaths { writer.member("href", .string("\(origin)/v1/objects/\(target)")) }
        writer.endObject()
    }
}
