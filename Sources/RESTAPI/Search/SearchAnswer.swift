// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import JSON

/// Writes what a search found.
struct SearchAnswer {
    /// What a search took, by part.
    struct Took {
        /// `nil` where there were none.
        var pictures: PictureTimes?
        var search: Duration
        var total: Duration
    }

    let encoder: ObjectEncoder
    let links: PictureLinks
    /// Of the properties that were loaded, those that are shown.
    let shown: Set<String>
    /// What the request called the class.
    let collection: String
    private var writer = JSONWriter()

    init(encoder: ObjectEncoder, links: PictureLinks, shown: Set<String>, collection: String) {
        self.encoder = encoder
        self.links = links
        self.shown = shown
        self.collection = collection
    }

    /// `{"hits": […], "took": {…}}`; of a grouped search `groups` instead, each with its hits.
    mutating func body(_ hits: [Hit], took: Took) -> [UInt8] {
        writer.beginObject()
        if hits.contains(where: { $0.group != nil }) {
            writer.key("groups")
            writer.beginArray()
            for hit in hits { if let group = hit.group { write(group) } }
            writer.endArray()
        } else {
            writer.key("hits")
            write(hits)
        }
        writer.key("took")
        writer.beginObject()
        for (name, duration) in [
            ("decodeMs", took.pictures?.decoding ?? .zero), ("inferMs", took.pictures?.inference ?? .zero),
            ("searchMs", took.search), ("totalMs", took.total),
        ] {
            writer.key(name)
            // To the microsecond.
            writer.number((duration / .microseconds(1)).rounded() / 1_000)
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private mutating func write(_ group: HitGroup) {
        writer.beginObject()
        writer.key("count")
        writer.number(group.hits.count)
        writer.key("hits")
        write(group.hits)
        writer.key("maxDistance")
        writer.number(group.maximumDistance)
        writer.key("minDistance")
        writer.number(group.minimumDistance)
        writer.member("property", .string(group.property))
        writer.key("value")
        if let value = group.value { encoder.write(value, to: &writer) } else { writer.null() }
        writer.endObject()
    }

    private mutating func write(_ hits: [Hit]) {
        writer.beginArray()
        for hit in hits { write(hit) }
        writer.endArray()
    }

    private mutating func write(_ hit: Hit) {
        var object = hit.object
        object.collection = collection
        writer.beginObject()
        if let certainty = hit.certainty {
            writer.key("certainty")
            writer.number(certainty)
        }
        writer.member("class", .string(object.collection))
        if let distance = hit.distance {
            writer.key("distance")
            writer.number(distance)
        }
        writer.member("id", .string(object.id.description))
        if let url = links.imageURL(of: object) { writer.member("imageUrl", .string(url)) }
        if let percent = hit.percent {
            writer.key("percent")
            writer.number(percent)
        }
        writer.key("properties")
        writer.beginObject()
        for (name, value) in object.properties.sorted(by: { $0.key < $1.key }) where shown.contains(name) {
            writer.key(name)
            encoder.write(value, to: &writer)
        }
        writer.endObject()
        if let tenant = object.tenant { writer.member("tenant", .string(tenant)) }
        if let url = links.thumbnailURL(of: object) { writer.member("thumbnailUrl", .string(url)) }
        writer.endObject()
    }
}
