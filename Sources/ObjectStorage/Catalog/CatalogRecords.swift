// SPDX-License-Identifier: Apache-2.0

import DataModel

/// A collection in the catalog.
package struct CollectionRecord: Hashable, Sendable {
    /// Never given out twice.
    package var id: CollectionID
    package var name: String
    /// Opaque here; DatabaseCore encodes it.
    package var definition: [UInt8]
}

/// A shard in the catalog.
package struct ShardRecord: Hashable, Sendable {
    /// Its numbers; that of the shard is never given out twice in its collection.
    package var address: ShardAddress
    package var name: String
    /// Opaque here; DatabaseCore encodes it.
    package var definition: [UInt8]
}

/// Another name for a collection, in the catalog.
package struct AliasRecord: Hashable, Sendable {
    package var name: String
    /// The name of the collection; there may be none of it.
    package var collection: String
}

/// What was dropped and is still to be purged.
struct DroppedPart: Hashable, Sendable {
    var collection: CollectionID
    /// `nil`: all of the collection.
    var shard: ShardID?
}

/// A name and opaque bytes: what the entries of collections and shards hold.
enum CatalogCodec {
    static let version: UInt8 = 1

    static func encode(name: String, definition: [UInt8]) throws(StorageError) -> [UInt8] {
        var writer = ByteWriter(capacity: definition.count + name.utf8.count + 8)
        writer.append(version)
        try writer.append(text: name)
        writer.append(contentsOf: definition)
        return writer.bytes
    }

    static func decode(_ value: RawSpan, key: [UInt8]) throws(StorageError) -> (name: String, definition: [UInt8]) {
        var reader = ByteReader(key: key)
        let version = try reader.number(UInt8.self, in: value)
        guard version == Self.version else { throw reader.damaged("there is no version \(version)") }
        let name = try reader.text(in: value)
        return (name, try reader.array(count: reader.remainingCount(in: value), in: value))
    }
}
