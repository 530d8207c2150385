// SPDX-License-Identifier: Apache-2.0

import DataModel

/// An object that fits its collection, in the form in which it is stored.
package struct ValidatedObject: Hashable, Sendable {
    package var properties: [PropertyID: PropertyValue]
    /// Shape of each: [dimensions], 1 to 65,535 finite elements.
    package var vectors: [VectorID: [Float]]

    package init(properties: [PropertyID: PropertyValue], vectors: [VectorID: [Float]]) {
        self.properties = properties
        self.vectors = vectors
    }
}

/// What a merge changes in an object.
package struct ObjectChanges: Hashable, Sendable {
    /// Properties that get a new value, as a whole.
    package var properties: [PropertyID: PropertyValue] = [:]
    /// Properties that the object loses; none of them is in `properties`.
    package var removed: Set<PropertyID> = []
    package var vectors: [VectorID: [Float]] = [:]

    package init(vectors: [VectorID: [Float]] = [:]) { self.vectors = vectors }

    /// `stored` with the changes made.
    package func applied(to stored: [PropertyID: PropertyValue]) -> [PropertyID: PropertyValue] {
        var result = stored
        for property in removed { result[property] = nil }
        result.merge(properties) { _, new in new }
        return result
    }
}
