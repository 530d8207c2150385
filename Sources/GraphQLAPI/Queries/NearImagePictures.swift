// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import GraphQLLanguage
import ImageVectorizer

/// Reads what `nearImage` is about: one picture or a part of it, or several with weights.
struct NearImagePictures {
    let pictures: [WeightedPicture]

    private static let prefix = "explorer: get class: vectorize params: "

    init(_ near: InputObject) throws(QueryError) {
        let image = near.string("image") ?? ""
        guard let entries = near["images"] else {
            guard !image.isEmpty else { throw QueryError("\(Self.prefix)'nearImage.image' needs to be defined") }
            pictures = [WeightedPicture(.base64(image), crop: try Self.crop(near, at: "nearImage"))]
            return
        }
        guard image.isEmpty, near["crop"] == nil else {
            throw QueryError(
                "\(Self.prefix)'nearImage.images' stands for itself: put 'image' and 'crop' into one of its entries")
        }
        // One alone counts as a list.
        let list: [InputValue] = if case .list(let list) = entries { list } else { [entries] }
        var pictures: [WeightedPicture] = []
        for (index, entry) in list.enumerated() {
            pictures.append(try Self.picture(entry, at: "nearImage.images[\(index)]"))
        }
        self.pictures = pictures
    }

    private static func picture(_ value: InputValue, at place: String) throws(QueryError) -> WeightedPicture {
        guard case .object(let entry) = value else { throw QueryError("\(prefix)'\(place)' must be an object") }
        let content: WeightedPicture.Content
        switch (entry.string("image"), entry.string("id")) {
        case (let image?, nil) where !image.isEmpty: content = .base64(image)
        case (nil, let text?):
            guard let id = ObjectID(text) else {
                throw QueryError("\(prefix)'\(place).id': '\(text.prefix(100))' is not a valid uuid")
            }
            content = .object(id)
        default: throw QueryError("\(prefix)'\(place)' needs either 'image' or 'id'")
        }
        return WeightedPicture(content, weight: entry.number("weight") ?? 1, crop: try crop(entry, at: place))
    }

    private static func crop(_ object: InputObject, at place: String) throws(QueryError) -> PictureCrop? {
        guard let crop = object.object("crop") else { return nil }
        let values = ["x", "y", "width", "height"].map { crop.number($0) ?? .nan }
        guard let crop = PictureCrop(x: values[0], y: values[1], width: values[2], height: values[3]) else {
            throw QueryError("\(prefix)'\(place).crop': \(PictureCrop.rule)")
        }
        return crop
    }
}
