// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON

/// An object as a client sent it, not yet checked against its collection.
package struct ObjectInput: Sendable {
    /// The collection's name.
    package var collection: String
    /// `nil`: a random one is given.
    package var id: ObjectID?
    /// The tenant's name; `nil` in collections without tenants.
    package var tenant: String?
    /// Values by property name; `nil` when the request had none.
    package var properties: JSONObject?
    /// The unnamed vector; an empty one counts as not given.
    package var vector: [Float]?
    /// By name; an empty one counts as not given.
    package var namedVectors: [String: [Float]]
    /// By name; of vectors that are multi-vectors (`VectorDefinition.isMultiVector`).
    package var multiVectors: [String: MultiVector]

    package init(
        collection: String, id: ObjectID? = nil, tenant: String? = nil, properties: JSONObject? = nil,
        vector: [Float]? = nil, namedVectors: [String: [Float]] = [:], multiVectors: [String: MultiVector] = [:]
    ) {
        self.collection = collection
        self.id = id
        self.tenant = tenant
        self.properties = properties
        self.vector = vector
        self.namedVectors = namedVectors
        self.multiVectors = multiVectors
    }
}

/// An object as it is stored, or as much of it as was asked for.
package struct DatabaseObject: Hashable, Sendable {
    package var collection: String
    package var id: ObjectID
    package var tenant: String?
    /// Milliseconds since 1970.
    package var creationTime: Int64
    /// Milliseconds since 1970.
    package var updateTime: Int64
    /// By name; only those that were asked for.
    package var properties: [String: PropertyValue]
    /// The properties instead of `properties`, which are empty then, where a query lets them be as they are recorded.
    package internal(set) var recorded: RecordedProperties?
    /// Filled only when asked for; `nil` too when the object has none.
    package var vector: [Float]?
    /// By name; filled only when asked for.
    package var namedVectors: [String: [Float]]
    /// By name, as they were given; filled only when asked for. No name is in `namedVectors` too.
    package var multiVectors: [String: MultiVector]
    /// The properties that hold blobs, asked for or not; `nil` where nobody has looked.
    package var blobProperties: Set<String>?

    package init(
        collection: String, id: ObjectID, tenant: String? = nil, creationTime: Int64, updateTime: Int64,
        properties: [String: PropertyValue], vector: [Float]? = nil, namedVectors: [String: [Float]] = [:],
        multiVectors: [String: MultiVector] = [:]
    ) {
        self.collection = collection
        self.id = id
        self.tenant = tenant
        self.creationTime = creationTime
        self.updateTime = updateTime
        self.properties = properties
        self.vector = vector
        self.namedVectors = namedVectors
        self.multiVectors = multiVectors
    }
}
