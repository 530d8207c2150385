// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage

/// Some documents of one group, all in one block of the columns.
struct GroupPart {
    var block: UInt32
    /// Where the group stands among those that are aggregated.
    var group: Int
    /// Of the block, a bit each.
    var documents: UInt128
}

/// Groups objects by the values of one property. An object with a list is in a group for each different element; one without a value
/// is in none.
struct Grouping {
    let reader: ShardReader
    let property: PropertyDefinition
    let schema: InvertedIndexSchema
    let cancellation: Cancellation

    /// The groups with the most objects, largest first; equally large ones by their value.
    ///
    /// - Complexity: with an index of the values a step for each of them, else a look at each object; memory for the different values.
    func largest(_ limit: Int, among documents: DocumentSet?) throws -> [(value: PropertyValue, count: Int)] {
        if let texts = try texts(among: documents) { return try texts.largest(limit) }
        var counts: [(value: PropertyValue, count: Int)] = []
        if isInIndex {
            try schema.visitValues(of: property.id, among: documents, in: store, cancellation: cancellation) {
                counts.append((PropertyValue($0), $1))
                return true
            }
        } else {
            var seen: [PropertyValue: Int] = [:]
            try visit(documents) { value, _ in seen[value, default: 0] += 1 }
            counts = seen.map { ($0.key, $0.value) }
        }
        return counts.first(limit) { left, right in
            left.count != right.count ? left.count > right.count : left.value.comesBefore(right.value)
        }
    }

    /// The objects of each of some groups, by ascending block.
    func parts(with values: [PropertyValue], among documents: DocumentSet?) throws -> [GroupPart] {
        if let texts = try texts(among: documents) { return try texts.parts(with: values) }
        var parts: [GroupPart] = []
        for (group, members) in try members(with: values, among: documents).enumerated() {
            members.forEachBlock { parts.append(GroupPart(block: $0, group: group, documents: $1)) }
        }
        parts.sort { $0.block < $1.block }
        return parts
    }

    private func members(with values: [PropertyValue], among documents: DocumentSet?) throws -> [DocumentSet] {
        if isInIndex {
            return try values.map { value in
                guard let indexed = IndexedValue(value) else { return DocumentSet() }
                let found = try schema.documents(
                    with: indexed, of: property.id, in: store, cancellation: cancellation)
                return documents.map { found.intersection($0) } ?? found
            }
        }
        let places = Dictionary(uniqueKeysWithValues: zip(values, values.indices))
        var members = Array(repeating: [DocumentID](), count: values.count)
        try visit(documents) { value, document in
            if let place = places[value] { members[place].append(document) }
        }
        return members.map { DocumentSet($0) }
    }

    private var store: InvertedReader { reader.transaction.inverted(reader.shard.address) }

    /// Whether the index tells the values apart as the objects do. It does not know with which offset a date was given.
    private var isInIndex: Bool {
        switch property.type {
        case .scalar(.date), .array(.date): false
        case .scalar, .array, .reference: schema.holdsValues(of: property.id)
        }
    }

    /// What groups by texts; `nil` if the property holds none.
    private func texts(among documents: DocumentSet?) throws -> TextGrouping? {
        guard property.type == .scalar(.text) || property.type == .array(.text) else { return nil }
        return TextGrouping(
            reader: reader, property: property, documents: try documents ?? reader.allDocuments(),
            cancellation: cancellation)
    }

    /// Visits the values of the objects, each of an object once.
    private func visit(
        _ documents: DocumentSet?, _ body: (_ value: PropertyValue, _ document: DocumentID) throws -> Void
    ) throws {
        let documents = try documents ?? reader.allDocuments()
        try reader.visit(documents, properties: [property.id], cancellation) { document, object in
            for value in Set(object.properties[property.id]?.groupedValues ?? []) { try body(value, document) }
        }
    }
}

extension PropertyValue {
    /// What an object with this value is grouped by: each element of a list, each reference, or the value itself.
    var groupedValues: [PropertyValue] {
        switch self {
        case .array(let elements): Array(elements)
        case .references(let beacons): beacons.map { .references([$0]) }
        case .text, .int, .number, .boolean, .date, .uuid, .blob, .blobHash, .geoCoordinates, .phoneNumber, .object:
            [self]
        }
    }

    /// The order of equally large groups. Values of one property are of one kind.
    fileprivate func comesBefore(_ other: PropertyValue) -> Bool {
        if case .references(let left) = self, case .references(let right) = other, let left = left.first,
            let right = right.first
        {
            return left.id < right.id
        }
        if case .text(let left) = self, case .text(let right) = other {
            return left.utf8.lexicographicallyPrecedes(right.utf8)
        }
        return SortValue(self).compared(with: SortValue(other)) < 0
    }

    fileprivate init(_ value: IndexedValue) {
        self =
            switch value {
            case .int(let value): .int(value)
            case .number(let value): .number(value)
            case .boolean(let value): .boolean(value)
            case .date(let instant): .date(instant.description)
            case .uuid(let id): .uuid(id)
            }
    }
}

extension IndexedValue {
    fileprivate init?(_ value: PropertyValue) {
        switch value {
        case .int(let value): self = .int(value)
        case .number(let value): self = .number(value)
        case .boolean(let value): self = .boolean(value)
        case .uuid(let id): self = .uuid(id)
        case .text, .date, .blob, .blobHash, .geoCoordinates, .phoneNumber, .object, .references, .array: return nil
        }
    }
}
