// SPDX-License-Identifier: Apache-2.0

import DataModel

extension ReadTransaction {
    /// The document that `id` is kept as now, or `nil`.
    package final func document(of id: ObjectID, in shard: ShardAddress) throws -> DocumentID? {
        let key = Key.id(id, in: shard)
        return try withValue(for: key) { value in
            guard let value else { return nil }
            return try Self.document(in: value, key: key)
        }
    }

    static func document(in value: RawSpan, key: [UInt8]) throws(StorageError) -> DocumentID {
        var reader = ByteReader(key: key)
        let document = DocumentID(try reader.number(UInt32.self, in: value))
        try reader.requireEnd(in: value)
        return document
    }

    /// The object kept as `document`, or `nil`.
    package final func object(
        _ document: DocumentID, in shard: ShardAddress, properties: PropertySelection = .all
    ) throws -> StoredObject? {
        let key = Key.object(document, in: shard)
        return try withValue(for: key) { record in
            guard let record else { return nil }
            return try decodeObject(record, key: key, document, in: shard, properties)
        }
    }

    private final func decodeObject(
        _ record: RawSpan, key: [UInt8], _ document: DocumentID, in shard: ShardAddress, _ selection: PropertySelection
    ) throws -> StoredObject {
        try ObjectCodec.decode(record, key: key, selection: selection) { property, reference in
            let key = Key.blob(reference.ordinal, of: property, of: document, in: shard)
            return try withValue(for: key) { value in
                guard let value else {
                    throw StorageError.damaged(key: Key.describe(key), reason: "the blob is missing")
                }
                return try BlobCodec.decode(value, key: key)
            }
        }
    }

    /// The id of the object kept as `document`, or `nil`.
    package final func id(of document: DocumentID, in shard: ShardAddress) throws -> ObjectID? {
        try head(of: document, in: shard)?.id
    }

    final func head(of document: DocumentID, in shard: ShardAddress) throws -> ObjectCodec.Head? {
        let key = Key.object(document, in: shard)
        return try withValue(for: key) { record in
            guard let record else { return nil }
            return try ObjectCodec.head(of: record, key: key)
        }
    }

    /// Whether an object is kept as `document`. O(log entries), and decodes nothing.
    package final func containsDocument(_ document: DocumentID, in shard: ShardAddress) throws -> Bool {
        try contains(Key.object(document, in: shard))
    }

    /// Visits ids in ascending order, those greater than `id` if one is given, until `body` returns `false`.
    package final func scanIDs(
        in shard: ShardAddress, after id: ObjectID? = nil, _ body: (ObjectID, DocumentID) throws -> Bool
    ) throws {
        let prefix = Key.inShard(.id, shard)
        // A zero byte more: the least key after the one of `id`.
        let start = id.map { Key.id($0, in: shard) + [0] } ?? prefix
        try scan(prefix: prefix, from: start) { key, value in
            guard key.byteCount == prefix.count + 16,
                let high = Key.number(UInt64.self, in: key, at: prefix.count),
                let low = Key.number(UInt64.self, in: key, at: prefix.count + 8)
            else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the key is not an id")
            }
            let id = ObjectID(high: high, low: low)
            if value.byteCount == 4 {
                // Safety: there are four bytes; every bit pattern is a number.
                let number = unsafe value.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt32.self)
                return try body(id, DocumentID(UInt32(littleEndian: number)))
            }
            return try body(id, try Self.document(in: value, key: Key.id(id, in: shard)))
        }
    }

    /// Visits objects by ascending document number from `start` on, until `body` returns `false`.
    package final func scanObjects(
        in shard: ShardAddress, from start: DocumentID = DocumentID(0), properties: PropertySelection = .all,
        _ body: (DocumentID, StoredObject) throws -> Bool
    ) throws {
        try scanRecords(in: shard, from: start) { document, record in
            let key = Key.object(document, in: shard)
            return try body(document, try decodeObject(record, key: key, document, in: shard, properties))
        }
    }

    /// Visits document numbers in ascending order from `start` on, until `body` returns `false`; decodes nothing.
    package final func scanDocuments(
        in shard: ShardAddress, from start: DocumentID = DocumentID(0), _ body: (DocumentID) throws -> Bool
    ) throws {
        try scanRecords(in: shard, from: start) { document, _ in try body(document) }
    }

    private final func scanRecords(
        in shard: ShardAddress, from start: DocumentID, _ body: (DocumentID, RawSpan) throws -> Bool
    ) throws {
        let prefix = Key.inShard(.object, shard)
        try scan(prefix: prefix, from: Key.object(start, in: shard)) { key, record in
            guard key.byteCount == prefix.count + 4, let number = Key.number(UInt32.self, in: key, at: prefix.count)
            else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the key is not a document number")
            }
            return try body(DocumentID(number), record)
        }
    }

    /// What the shard counts.
    package final func counters(of shard: ShardAddress) throws -> ShardCounters {
        if let transaction = self as? WriteTransaction, let held = transaction.counters[shard] { return held.values }
        let key = Key.inShard(.counters, shard)
        return try withValue(for: key) { value in
            guard let value else { return ShardCounters(nextDocument: 0, objectCount: 0) }
            var reader = ByteReader(key: key)
            let version = try reader.number(UInt8.self, in: value)
            guard version == ShardCounters.version else { throw reader.damaged("there is no version \(version)") }
            let counters = ShardCounters(
                nextDocument: try reader.number(UInt64.self, in: value),
                objectCount: try reader.number(UInt64.self, in: value))
            try reader.requireEnd(in: value)
            // Documents have 32-bit numbers.
            guard counters.nextDocument <= 1 << 32, counters.objectCount <= 1 << 32 else {
                throw reader.damaged("it counts more than there can be")
            }
            return counters
        }
    }
}
