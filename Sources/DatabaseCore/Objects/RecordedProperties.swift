// SPDX-License-Identifier: Apache-2.0

import DataModel

/// The properties of an object as its record holds them, to be written into an answer without a dictionary of them.
package struct RecordedProperties: Sendable {
    /// Ascending.
    let values: [(property: PropertyID, value: RecordedValue)]
    /// Of all properties of the collection, in the order of their names.
    let names: PropertyNames

    /// Visits those that the collection has still, in the order of their names.
    package func forEach(_ body: (_ name: String, _ value: RecordedValue) -> Void) {
        for (property, name) in names.sorted {
            if let value = self[property] { body(name, value) }
        }
    }

    package subscript(property: PropertyID) -> RecordedValue? {
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if values[middle].property < property { low = middle + 1 } else { high = middle }
        }
        return low < values.count && values[low].property == property ? values[low].value : nil
    }
}

extension RecordedProperties: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        left.values.elementsEqual(right.values) { $0 == $1 } && left.names == right.names
    }

    package func hash(into hasher: inout Hasher) {
        for (property, value) in values {
            hasher.combine(property)
            hasher.combine(value)
        }
    }
}

/// The properties of a collection in the order of their names.
struct PropertyNames: Sendable, Equatable {
    let sorted: [(property: PropertyID, name: String)]

    init(_ definition: CollectionDefinition) {
        sorted = definition.properties.map { ($0.id, $0.name) }.sorted { $0.name < $1.name }
    }

    static func == (left: Self, right: Self) -> Bool { left.sorted.elementsEqual(right.sorted) { $0 == $1 } }
}
