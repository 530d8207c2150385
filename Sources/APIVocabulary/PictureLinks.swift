// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore

/// Where the pictures of a collection's objects are had: the stored one, and a thumbnail of it.
///
///     let links = PictureLinks(origin: "https://pictures.example", collection: definition, urlProperty: nil)
///     links.imageURL(of: object)      // https://pictures.example/v1/objects/Meme/6f…/image
///     links.thumbnailURL(of: object)  // the same with ?size=256
///
/// Objects that are known to hold no picture have no links.
package struct PictureLinks: Sendable {
    /// The longer side of thumbnails that are linked, in pixels.
    package static let thumbnailSize = 256

    private let origin: String
    /// The property in which objects hold pictures themselves.
    private let pictureProperty: String?
    /// The property that holds the address of the original, which has to be loaded for `imageURL(of:)`.
    package let urlProperty: String?

    /// - Parameters:
    ///   - origin: the setting `ORIGIN`, before every path; empty for none.
    ///   - urlProperty: a text property of the collection with the addresses of originals that lie elsewhere.
    package init(origin: String, collection: CollectionDefinition, urlProperty: String?) {
        self.origin = origin
        self.urlProperty = urlProperty
        pictureProperty = collection.pictureProperty?.name
    }

    /// The address of the original: what the object says, where the collection has originals elsewhere and the object names its
    /// own, else that of the stored picture. `nil` where there is neither.
    package func imageURL(of object: DatabaseObject) -> String? {
        if let urlProperty, case .text(let url)? = object.properties[urlProperty], !url.isEmpty { return url }
        return hasPicture(object) ? Self.path(of: object, query: [], origin: origin) : nil
    }

    /// The address of a thumbnail of the stored picture; `nil` where there is none.
    package func thumbnailURL(of object: DatabaseObject) -> String? {
        guard hasPicture(object) else { return nil }
        return Self.path(of: object, query: [("size", String(Self.thumbnailSize))], origin: origin)
    }

    private func hasPicture(_ object: DatabaseObject) -> Bool {
        guard let pictureProperty else { return false }
        return object.blobProperties?.contains(pictureProperty) ?? true
    }

    private static func path(of object: DatabaseObject, query: [(String, String)], origin: String) -> String {
        var query = query
        if let tenant = object.tenant { query.append(("tenant", tenant)) }
        let parameters = query.map { "\($0)=\(percentEncoded($1))" }.joined(separator: "&")
        return "\(origin)/v1/objects/\(percentEncoded(object.collection))/\(object.id)/image"
            + (parameters.isEmpty ? "" : "?\(parameters)")
    }

    /// All but what is unreserved (RFC 3986, section 2.3) as `%XX`: right in a segment of a path and in a value of a query.
    package static func percentEncoded(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            default: encoded += [UInt8(ascii: "%"), hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)
}

extension CollectionDefinition {
    /// The names of the properties that hold blobs, whose content is not indexed.
    package var blobPropertyNames: Set<String> {
        Set(properties.lazy.filter { $0.type == .scalar(.blob) }.map(\.name))
    }

    /// The property that holds the picture of an object where none is named: the first image field whose pictures are stored, or
    /// else the only blob.
    package var pictureProperty: PropertyDefinition? {
        for case .image(let fields) in vectors.map(\.vectorizer) {
            for field in fields {
                if let property = property(named: field), property.type == .scalar(.blob) { return property }
            }
        }
        let blobs = properties.filter { $0.type == .scalar(.blob) }
        return blobs.count == 1 ? blobs[0] : nil
    }
}
