// SPDX-License-Identifier: Apache-2.0

import DataModel

/// An index of a property, by its wire name.
package enum PropertyIndex: String, Hashable, Sendable, CaseIterable {
    case filterable, searchable, rangeFilters
}

extension SchemaRules {
    /// `existing` without one index of a property; the same if the property has no such index.
    ///
    /// - Throws: `DatabaseError.invalidDefinition` when there is no such property.
    package func removing(
        _ index: PropertyIndex, of property: String, from existing: CollectionDefinition
    ) throws(DatabaseError) -> CollectionDefinition {
        let name = PropertyName.normalized(property)
        guard let position = existing.properties.firstIndex(where: { $0.name == name }) else {
            throw .invalidDefinition(
                "property \"\(property.prefix(300))\" not found in class \"\(existing.name)\"")
        }
        var changed = existing
        switch index {
        case .filterable: changed.properties[position].isFilterable = false
        case .searchable: changed.properties[position].isSearchable = false
        case .rangeFilters: changed.properties[position].hasRangeIndex = false
        }
        return changed
    }
}
