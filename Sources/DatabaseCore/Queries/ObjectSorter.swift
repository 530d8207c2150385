// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage

/// Sort keys that have been checked against a collection.
struct ObjectSorter {
    private enum Source {
        case property(PropertyDefinition)
        case id, creationTime, updateTime
    }

    private let sources: [Source]
    let order: SortOrder

    /// - Throws: `DatabaseError.invalidQuery`, naming the key that cannot be sorted by.
    init(_ keys: [SortKey], in collection: CollectionDefinition) throws(DatabaseError) {
        var sources: [Source] = []
        for (index, key) in keys.enumerated() {
            sources.append(try Self.source(of: key, at: index, in: collection))
        }
        self.sources = sources
        order = SortOrder(isDescending: keys.map(\.isDescending))
    }

    private static func source(
        of key: SortKey, at index: Int, in collection: CollectionDefinition
    ) throws(DatabaseError) -> Source {
        switch key.field {
        case .id: return .id
        case .creationTime: return .creationTime
        case .updateTime: return .updateTime
        case .property(let name):
            guard let property = collection.property(named: name) else {
                throw .invalidQuery(
                    .sortKey(index: index, .unknownProperty(name: name, collection: collection.name)))
            }
            switch property.type {
            case .scalar(.uuid), .array(.uuid):
                throw .invalidQuery(.sortKey(index: index, .identifierProperty(name: name)))
            case .reference:
                throw .invalidQuery(
                    .sortKey(index: index, .referenceProperty(name: name, targets: "\(property.type)")))
            case .scalar(.blob), .scalar(.blobHash):
                throw .invalidQuery(.sortKey(index: index, .blobProperty(name: name)))
            case .scalar, .array: return .property(property)
            }
        }
    }

    /// The properties that the keys are read from.
    var properties: Set<PropertyID> {
        Set(
            sources.compactMap { source in
                if case .property(let property) = source { property.id } else { nil }
            })
    }

    /// For each key the property that it is read from; `nil` for ids and times.
    var columns: [PropertyDefinition?] {
        sources.map { source in
            if case .property(let property) = source { property } else { nil }
        }
    }

    func keys(of object: StoredObject) -> [SortValue] {
        sources.map { source in
            switch source {
            case .property(let property): SortValue(object.properties[property.id])
            case .id: .id(object.id)
            case .creationTime: .number(Double(object.creationTime))
            case .updateTime: .number(Double(object.updateTime))
            }
        }
    }
}
