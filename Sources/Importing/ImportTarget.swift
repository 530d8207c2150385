// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON

/// Where objects go: a database in this process, or a server.
package protocol ImportTarget: Sendable {
    /// The class as it is; `nil` if there is none.
    func definition(of collection: String) async throws(ImportError) -> ImportedClass?
    func create(_ definition: NewClass) async throws(ImportError)
    /// Those of `ids` that are taken.
    func existing(
        _ ids: [ObjectID], in collection: String, tenant: String?
    ) async throws(ImportError) -> Set<ObjectID>
    /// Stores objects, replacing those whose ids are taken.
    ///
    /// - Returns: for each object, in order, why it was not stored; `nil` if it was.
    /// - Throws: what would be the same for all others. Then some may be stored and others not.
    func store(
        _ objects: [ImportObject], in collection: String, tenant: String?
    ) async throws(ImportError) -> [String?]
}

/// What an import asks about a class that is there.
package struct ImportedClass: Hashable, Sendable {
    package struct Property: Hashable, Sendable {
        package var name: String
        /// As definitions have it, e.g. `text[]`; the class that a reference leads to.
        package var type: String

        package init(name: String, type: String) {
            self.name = name
            self.type = type
        }
    }

    package var properties: [Property]
    /// The properties that vectors are made of.
    package var pictureProperties: [String]

    package init(properties: [Property], pictureProperties: [String]) {
        self.properties = properties
        self.pictureProperties = pictureProperties
    }

    package func property(named name: String) -> Property? { properties.first { $0.name == name } }
}

/// An object on its way to the target.
package struct ImportObject: Sendable {
    package var id: ObjectID
    /// Without the picture.
    package var properties: JSONObject
    package var picture: (property: String, bytes: [UInt8])?
    package var vector: [Float]?

    package init(
        id: ObjectID, properties: JSONObject, picture: (property: String, bytes: [UInt8])? = nil, vector: [Float]? = nil
    ) {
        self.id = id
        self.properties = properties
        self.picture = picture
        self.vector = vector
    }
}
