// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import HTTPServer

/// Which stored picture a request asks for, and how.
struct PictureRequest {
    /// As the path has it: perhaps an alias.
    let collection: String
    let id: ObjectID
    let tenant: String?
    let property: PropertyDefinition
    /// The longer side of a thumbnail; `nil`: the picture as it is stored.
    let size: Int?

    /// The sizes that thumbnails are made in.
    static let sizes = [64, 128, 256, 512, 1_024]

    init(_ call: Call, definition: (String) -> CollectionDefinition?) throws(Refusal) {
        collection = call.collection ?? ""
        id = try call.id()
        tenant = call.tenant
        size = try Self.size(call)
        guard let definition = definition(collection) else {
            throw .handler(404, "there is no class '\(collection.prefix(300))'")
        }
        property = try Self.property(call.parameters["property"], of: definition)
    }

    private static func size(_ call: Call) throws(Refusal) -> Int? {
        guard let text = call.queryValue("size") else { return nil }
        guard let size = Int(text), sizes.contains(size) else {
            throw .notOneOf("size", in: "query", sizes.map { String($0) })
        }
        return size
    }

    private static func property(
        _ name: String?, of definition: CollectionDefinition
    ) throws(Refusal) -> PropertyDefinition {
        let property: PropertyDefinition
        if let name {
            guard let named = definition.property(named: PropertyName.normalized(name)) else {
                throw .handler(404, "class '\(definition.name)' has no property '\(name.prefix(300))'")
            }
            property = named
        } else {
            guard let picture = definition.pictureProperty else { throw noPicture(in: definition) }
            property = picture
        }
        switch property.type {
        case .scalar(.blob): return property
        case .scalar(.blobHash):
            throw .handler(422, "of property '\(property.name)' only the hash is stored, not the picture")
        default: throw .handler(422, "property '\(property.name)' of class '\(definition.name)' is no blob")
        }
    }

    private static func noPicture(in definition: CollectionDefinition) -> Refusal {
        let blobs = definition.properties.filter { $0.type == .scalar(.blob) }.map { "'\($0.name)'" }
        guard !blobs.isEmpty else {
            return .handler(422, "class '\(definition.name)' stores no pictures: it has no property of type blob")
        }
        return .handler(
            422,
            "class '\(definition.name)' has several blobs and no image field; name one behind /image/: "
                + blobs.prefix(20).joined(separator: ", "))
    }
}
