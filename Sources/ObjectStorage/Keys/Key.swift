// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Builds the keys of the one key space that everything lies in; `Docs/formats/keys.md` is its specification.
///
/// Every key begins with collection, shard and purpose; numbers are big-endian, so that byte order is number order.
enum Key {
    /// What LMDB takes at most.
    static let maximumByteCount = 511
    /// Collection, shard, purpose.
    static let prefixByteCount = 9
    /// How long a name of a collection, alias, shard or setting may be.
    static let maximumNameByteCount = 400
    /// How long the part of an inverted index's key after the prefix may be.
    static let maximumInvertedByteCount = 400

    /// What a key of the whole database (collection 0, shard 0) is for.
    enum GlobalPurpose: UInt8 {
        case format = 0x01
        case nextCollection = 0x02
        case collection = 0x03
        case collectionName = 0x04
        case dropped = 0x05
        case setting = 0x06
        /// Never stored: what is put and taken back when the reserve is tried out.
        case reserve = 0x07
        case alias = 0x08
    }

    /// What a key of a whole collection (shard 0) is for.
    enum CollectionPurpose: UInt8 {
        case nextShard = 0x01
        case shard = 0x02
        case shardName = 0x03
        /// Of the shards that are not in use.
        case inactiveShard = 0x04
    }

    /// What a key of a shard is for.
    enum ShardPurpose: UInt8 {
        case counters = 0x01
        case object = 0x10
        case id = 0x11
        case blob = 0x12
        case column = 0x13
        /// Documents that are gone, whose values still stand in a column.
        case columnRemains = 0x14
        case vector = 0x20
        case multiVector = 0x21
        case inverted = 0x30
        /// Edits of the inverted indexes that are not in their entries yet.
        case postingRun = 0x31
        case segment = 0x40
        case snapshot = 0x41
    }

    static func global(_ purpose: GlobalPurpose) -> [UInt8] { prefix(0, 0, purpose.rawValue) }

    static func collection(_ collection: CollectionID) -> [UInt8] {
        appending(collection.number, to: global(.collection))
    }

    static func collectionName(_ name: String) -> [UInt8] { global(.collectionName) + name.utf8 }

    static func alias(_ name: String) -> [UInt8] { global(.alias) + name.utf8 }

    static func setting(_ name: String) -> [UInt8] { global(.setting) + name.utf8 }

    /// - Parameter shard: `nil` for the whole collection.
    static func dropped(_ collection: CollectionID, _ shard: ShardID?) -> [UInt8] {
        appending(shard?.number ?? 0, to: appending(collection.number, to: global(.dropped)))
    }

    static func collectionWide(_ purpose: CollectionPurpose, _ collection: CollectionID) -> [UInt8] {
        prefix(collection.number, 0, purpose.rawValue)
    }

    static func shard(_ address: ShardAddress) -> [UInt8] {
        appending(address.shard.number, to: collectionWide(.shard, address.collection))
    }

    static func inactiveShard(_ address: ShardAddress) -> [UInt8] {
        appending(address.shard.number, to: collectionWide(.inactiveShard, address.collection))
    }

    static func shardName(_ name: String, of collection: CollectionID) -> [UInt8] {
        collectionWide(.shardName, collection) + name.utf8
    }

    /// What the keys of one purpose of a shard begin with.
    static func inShard(_ purpose: ShardPurpose, _ shard: ShardAddress) -> [UInt8] {
        prefix(shard.collection.number, shard.shard.number, purpose.rawValue)
    }

    static func object(_ document: DocumentID, in shard: ShardAddress) -> [UInt8] {
        appending(document.number, to: inShard(.object, shard))
    }

    static func id(_ id: ObjectID, in shard: ShardAddress) -> [UInt8] {
        appending(id.low, to: appending(id.high, to: inShard(.id, shard)))
    }

    static func blobs(of document: DocumentID, in shard: ShardAddress) -> [UInt8] {
        appending(document.number, to: inShard(.blob, shard))
    }

    static func blob(_ ordinal: UInt16, of property: PropertyID, of document: DocumentID, in shard: ShardAddress)
        -> [UInt8]
    {
        appending(ordinal, to: appending(property.number, to: blobs(of: document, in: shard)))
    }

    /// What the blocks of a property's column begin with.
    static func column(_ property: PropertyID, in shard: ShardAddress) -> [UInt8] {
        appending(property.number, to: inShard(.column, shard))
    }

    /// What the notes on a property's column begin with.
    static func columnRemains(_ property: PropertyID, in shard: ShardAddress) -> [UInt8] {
        appending(property.number, to: inShard(.columnRemains, shard))
    }

    static func postingRun(_ number: UInt32, in shard: ShardAddress) -> [UInt8] {
        appending(number, to: inShard(.postingRun, shard))
    }

    static func vectors(_ vector: VectorID, in shard: ShardAddress) -> [UInt8] {
        appending(vector.number, to: inShard(.vector, shard))
    }

    static func multiVectors(_ vector: VectorID, in shard: ShardAddress) -> [UInt8] {
        appending(vector.number, to: inShard(.multiVector, shard))
    }

    static func multiVector(_ vector: VectorID, of document: DocumentID, in shard: ShardAddress) -> [UInt8] {
        appending(document.number, to: multiVectors(vector, in: shard))
    }

    /// What everything of a shard begins with, or everything of a collection if `shard` is `nil`.
    static func everything(of collection: CollectionID, _ shard: ShardID?) -> [UInt8] {
        let key = appending(collection.number, to: [])
        guard let shard else { return key }
        return appending(shard.number, to: key)
    }

    /// `number`, big-endian, after `key`.
    static func appending(_ number: some FixedWidthInteger & UnsignedInteger, to key: [UInt8]) -> [UInt8] {
        var key = key
        append(number, to: &key)
        return key
    }

    static func append<Number: FixedWidthInteger & UnsignedInteger>(_ number: Number, to key: inout [UInt8]) {
        for shift in stride(from: Number.bitWidth - 8, through: 0, by: -8) {
            key.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
        }
    }

    /// Reads a big-endian number out of a key.
    ///
    /// - Returns: `nil` if the key is too short.
    static func number<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ type: Number.Type, in key: RawSpan, at offset: Int
    )
        -> Number?
    {
        let width = Number.bitWidth / 8
        guard offset >= 0, offset <= key.byteCount - width else { return nil }
        // Safety: the bytes are inside the span, and every bit pattern is a number.
        return Number(bigEndian: unsafe key.unsafeLoadUnaligned(fromByteOffset: offset, as: type))
    }

    private static func prefix(_ collection: UInt32, _ shard: UInt32, _ purpose: UInt8) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(32)
        append(collection, to: &key)
        append(shard, to: &key)
        key.append(purpose)
        return key
    }
}

extension Key {
    /// A key for people: collection, shard and purpose by name, the rest in hexadecimal.
    static func describe(_ key: [UInt8]) -> String { unsafe describe(key.span.bytes) }

    static func describe(_ key: RawSpan) -> String {
        guard let collection = number(UInt32.self, in: key, at: 0), let shard = number(UInt32.self, in: key, at: 4),
            let purpose = number(UInt8.self, in: key, at: 8)
        else {
            return "key \(hexadecimal(key, from: 0))"
        }
        let rest = hexadecimal(key, from: prefixByteCount)
        let owner: String
        let name: String?
        switch (collection, shard) {
        case (0, 0):
            owner = "database"
            name = GlobalPurpose(rawValue: purpose).map { "\($0)" }
        case (_, 0):
            owner = "collection \(collection)"
            name = CollectionPurpose(rawValue: purpose).map { "\($0)" }
        default:
            owner = "collection \(collection) shard \(shard)"
            name = ShardPurpose(rawValue: purpose).map { "\($0)" }
        }
        return "\(owner) \(name ?? "purpose \(purpose)")\(rest.isEmpty ? "" : " ")\(rest)"
    }

    private static func hexadecimal(_ key: RawSpan, from start: Int) -> String {
        var text = ""
        for offset in start..<max(start, key.byteCount) {
            guard let byte = number(UInt8.self, in: key, at: offset) else { break }
            text += byte < 16 ? "0\(String(byte, radix: 16))" : String(byte, radix: 16)
        }
        return text
    }
}
