// SPDX-License-Identifier: Apache-2.0

import DataModel

/// An object that fits its collection, in the form in which it is stored.
package struct ValidatedObject: Hashable, Sendable {
    package var properties: [PropertyID: PropertyValue]
    /// The blobs of which only the hashes are in `properties`: for making vectors of them, not to be stored.
    package var hashedBlobs: [PropertyID: [UInt8]] = [:]
    /// Shape of each: [dimensions], 1 to 65,535 finite elements.
    package var vectors: [VectorID: [Float]]
    /// Of each 1 to 65,535 dimensions, all elements finite.
    package var multiVectors: [VectorID: MultiVector]

    package init(
        properties: [PropertyID: PropertyValue], vectors: [VectorID: [Float]],
        multiVectors: [VectorID: MultiVector] = [:]
    ) {
        self.properties = properties
        self.vectors = vectors
        self.multiVectors = multiVectors
    }
}

/// What a merge changes in an object.
package struct ObjectChanges: Hashable, Sendable {
    /// Properties that get a new value, as a whole.
    package var properties: [PropertyID: PropertyValue] = [:]
    /// As those of a `ValidatedObject`.
    package var hashedBlobs: [PropertyID: [UInt8]] = [:]
    /// Properties that the object loses; none of them is in `properties`.
    package var removed: Set<PropertyID> = []
    package var vectors: [VectorID: [Float]] = [:]
    package var multiVectors: [VectorID: MultiVector] = [:]

    package init(vectors: [VectorID: [Float]] = [:], multiVectors: [VectorID: MultiVector] = [:]) {
        self.vectors = vectors
        self.multiVectors = multiVectors
    }

    /// `stored` with the changes made.
    package func applied(to stored: [PropertyID: PropertyValue]) -> [PropertyID: PropertyValue] {
        var result = stored
        for property in removed { result[property] = nil }
        result.merge(properties) { _, new in new }
        return result
    }
}
