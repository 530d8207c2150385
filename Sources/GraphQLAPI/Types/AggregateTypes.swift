// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import GraphQLLanguage

/// What can be asked of a collection under `Aggregate`.
struct AggregateTypes: Sendable {
    private let collection: CollectionDefinition
    private let prefix: String

    init(_ collection: CollectionDefinition) {
        self.collection = collection
        prefix = "Aggregate\(collection.name)"
    }

    var object: ObjectType {
        ObjectType(name: prefix) { [self] in
            let meta = ObjectType(name: "\(prefix)MetaObject") { [FieldDefinition("count", Standard.int)] }
            let groupedBy = ObjectType(name: "\(prefix)GroupedByObj") {
                [FieldDefinition("value", Standard.string), FieldDefinition("path", .list(Standard.string))]
            }
            return [
                FieldDefinition("meta", .named(.object(meta))),
                FieldDefinition("groupedBy", .named(.object(groupedBy))),
            ]
                + collection.properties.compactMap { property in
                    fields(of: property).map { fields in
                        FieldDefinition(
                            property.name,
                            .named(.object(ObjectType(name: "\(prefix)\(property.name)Obj", fields: fields))),
                            summary: property.description ?? "")
                    }
                }
        }
    }

    /// `nil` for the types that cannot be aggregated.
    private func fields(of property: PropertyDefinition) -> (@Sendable () -> [FieldDefinition])? {
        switch property.type {
        case .reference:
            return {
                [FieldDefinition("type", Standard.string), FieldDefinition("pointingTo", .list(Standard.string))]
            }
        case .scalar(let scalar), .array(let scalar):
            switch scalar {
            case .int, .number:
                return {
                    [FieldDefinition("count", Standard.int), FieldDefinition("type", Standard.string)]
                        + ["sum", "minimum", "maximum", "mean", "mode", "median"]
                        .map { FieldDefinition($0, Standard.float) }
                }
            case .text, .blob, .blobHash:
                let occurrence = "\(prefix)\(property.name)TopOccurrencesObj"
                return {
                    let type = ObjectType(name: occurrence) {
                        [FieldDefinition("value", Standard.string), FieldDefinition("occurs", Standard.int)]
                    }
                    return [
                        FieldDefinition("count", Standard.int), FieldDefinition("type", Standard.string),
                        FieldDefinition("topOccurrences", .list(.named(.object(type)))) {
                            [InputDefinition("limit", Standard.int)]
                        },
                    ]
                }
            case .boolean:
                return {
                    [
                        FieldDefinition("count", Standard.int), FieldDefinition("type", Standard.string),
                        FieldDefinition("totalTrue", Standard.int), FieldDefinition("totalFalse", Standard.int),
                        FieldDefinition("percentageTrue", Standard.float),
                        FieldDefinition("percentageFalse", Standard.float),
                    ]
                }
            case .date:
                return {
                    [FieldDefinition("count", Standard.int)]
                        + ["minimum", "maximum", "mode", "median"].map { FieldDefinition($0, Standard.string) }
                }
            case .uuid, .geoCoordinates, .phoneNumber, .object: return nil
            }
        }
    }
}
