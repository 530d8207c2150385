// SPDX-License-Identifier: Apache-2.0

import DataModel

/// An object as it is kept: everything but its vectors.
package struct StoredObject: Hashable, Sendable {
    package var id: ObjectID
    /// Milliseconds since 1970.
    package var creationTime: Int64
    /// Milliseconds since 1970.
    package var updateTime: Int64
    /// By number; blobs only where they were selected.
    package var properties: [PropertyID: PropertyValue]
    /// The vectors the document has, ascending. Set by storage; what a caller puts here when writing is ignored.
    package internal(set) var vectors: [VectorID] = []
    /// The multi-vectors the document has, likewise; none of them is in `vectors`.
    package internal(set) var multiVectors: [VectorID] = []
    /// The properties that refer to blobs, selected or not. Set by storage when it reads.
    package internal(set) var blobProperties: [PropertyID] = []

    package init(id: ObjectID, creationTime: Int64, updateTime: Int64, properties: [PropertyID: PropertyValue]) {
        self.id = id
        self.creationTime = creationTime
        self.updateTime = updateTime
        self.properties = properties
    }
}

/// Which properties of an object are read; the others are skipped without being decoded, and their blobs not touched.
package struct PropertySelection: Sendable {
    /// `nil`: all of them.
    package var properties: Set<PropertyID>?
    /// Whether selected properties that hold blobs are read; if not, they are missing from the result.
    package var includesBlobs: Bool

    package init(properties: Set<PropertyID>?, includesBlobs: Bool = true) {
        self.properties = properties
        self.includesBlobs = includesBlobs
    }

    package static let all = Self(properties: nil)
    /// Everything that lies in the record itself.
    package static let allButBlobs = Self(properties: nil, includesBlobs: false)
    /// Only id, times and which vectors there are.
    package static let none = Self(properties: [], includesBlobs: false)
    /// These properties, with their blobs.
    package static func only(_ properties: Set<PropertyID>) -> Self { Self(properties: properties) }
}

/// What a shard counts.
package struct ShardCounters: Hashable, Sendable {
    /// The number the next document gets; 2³² once all are given out.
    package var nextDocument: UInt64
    /// Objects there are now.
    package var objectCount: UInt64
}
