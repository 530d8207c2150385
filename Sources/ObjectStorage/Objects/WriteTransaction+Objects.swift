// SPDX-License-Identifier: Apache-2.0

import DataModel

extension WriteTransaction {
    /// The next document number of the shard; counts it as given out, also if the change fails later.
    ///
    /// - Throws: `StorageError.documentNumbersExhausted`.
    package func takeDocumentNumber(in shard: ShardAddress) throws -> DocumentID {
        var held = try heldCounters(of: shard)
        guard let number = UInt32(exactly: held.values.nextDocument) else {
            throw StorageError.documentNumbersExhausted(shard)
        }
        held.values.nextDocument += 1
        held.isChanged = true
        counters[shard] = held
        return DocumentID(number)
    }

    /// Keeps a new object with its vectors as `document`, a number from `takeDocumentNumber`.
    ///
    /// - Throws: `StorageError.idTaken`, and what is wrong with the values, before anything is written.
    package func insert(
        _ object: StoredObject, vectors: [VectorID: [Float]], multiVectors: [VectorID: MultiVector] = [:],
        as document: DocumentID, in shard: ShardAddress
    ) throws {
        try requireFree(document, in: shard)
        if try contains(Key.id(object.id, in: shard)) { throw StorageError.idTaken(object.id, shard) }
        try requireValid(vectors)
        try requireValid(multiVectors)
        let encoded = try ObjectCodec.encode(
            object, vectors: vectors.keys.sorted(), multiVectors: multiVectors.keys.sorted())
        try put(encoded, as: document, in: shard)
        try putID(object.id, document, in: shard)
        try putVectors(vectors, of: document, in: shard)
        try putMultiVectors(multiVectors, of: document, in: shard)
        try putColumns(of: object, as: document, in: shard)
        try count(1, in: shard)
    }

    /// Replaces what is kept as `document`, whose id and vectors stay.
    ///
    /// - Parameter unchangedBlobs: properties whose values stay as they are, with their blobs, which are not touched;
    ///   where `object` has them too, the stored ones win.
    /// - Throws: `StorageError.noSuchDocument`, and what is wrong with the values, before anything is written.
    package func update(
        _ document: DocumentID, with object: StoredObject, keepingBlobsOf unchangedBlobs: Set<PropertyID> = [],
        in shard: ShardAddress
    ) throws {
        let (head, kept) = try oldRecord(of: document, keeping: unchangedBlobs, in: shard)
        guard head.id == object.id else {
            throw StorageError.misuse(reason: "document \(document.number) has id \(head.id), not \(object.id)")
        }
        let encoded = try ObjectCodec.encode(
            object.without(kept), vectors: head.vectors, multiVectors: head.multiVectors, kept: kept)
        for entry in head.entries where entry.hasBlobs && kept[entry.property] == nil {
            try removeValues(prefix: Key.appending(entry.property.number, to: Key.blobs(of: document, in: shard)))
        }
        try put(encoded, as: document, in: shard)
        try putColumns(of: object, as: document, replacing: head.properties, in: shard)
    }

    /// Replaces what is kept as `old` by `object` with `vectors` as `new`, a number from `takeDocumentNumber`. The id stays.
    ///
    /// - Parameter unchangedBlobs: properties whose values, with their blobs, move to the new document as they are.
    /// - Throws: `StorageError.noSuchDocument`, and what is wrong with the values, before anything is written.
    package func replace(
        _ old: DocumentID, with object: StoredObject, vectors: [VectorID: [Float]],
        multiVectors: [VectorID: MultiVector] = [:], as new: DocumentID,
        keepingBlobsOf unchangedBlobs: Set<PropertyID> = [], in shard: ShardAddress
    ) throws {
        try requireFree(new, in: shard)
        try requireValid(vectors)
        try requireValid(multiVectors)
        let (head, kept) = try oldRecord(of: old, keeping: unchangedBlobs, in: shard)
        guard head.id == object.id else {
            throw StorageError.misuse(reason: "document \(old.number) has id \(head.id), not \(object.id)")
        }
        let encoded = try ObjectCodec.encode(
            object.without(kept), vectors: vectors.keys.sorted(), multiVectors: multiVectors.keys.sorted(), kept: kept)
        for (property, value) in kept where value.hasBlobs {
            try moveBlobs(of: property, from: old, to: new, in: shard)
        }
        try removeRecord(old, head, in: shard)
        try put(encoded, as: new, in: shard)
        try putID(object.id, new, in: shard)
        try putVectors(vectors, of: new, in: shard)
        try putMultiVectors(multiVectors, of: new, in: shard)
        try putColumns(of: object, as: new, in: shard)
    }

    /// Removes the object kept as `document` with its id, blobs and vectors (not its inverted index entries).
    ///
    /// - Returns: the id it had, or `nil` if there is no such document.
    @discardableResult
    package func remove(_ document: DocumentID, in shard: ShardAddress) throws -> ObjectID? {
        guard let head = try head(of: document, in: shard) else { return nil }
        try removeRecord(document, head, in: shard)
        try removeValue(for: Key.id(head.id, in: shard))
        try count(-1, in: shard)
        return head.id
    }

    // MARK: Parts

    private func requireFree(_ document: DocumentID, in shard: ShardAddress) throws {
        guard UInt64(document.number) < (try heldCounters(of: shard)).values.nextDocument else {
            throw StorageError.misuse(reason: "document number \(document.number) was not given out")
        }
        guard try !containsDocument(document, in: shard) else {
            throw StorageError.misuse(reason: "document number \(document.number) is in use")
        }
    }

    private func oldRecord(
        of document: DocumentID, keeping unchangedBlobs: Set<PropertyID>, in shard: ShardAddress
    ) throws -> (ObjectCodec.Head, [PropertyID: (bytes: [UInt8], hasBlobs: Bool)]) {
        let key = Key.object(document, in: shard)
        return try withValue(for: key) { record in
            guard let record else { throw StorageError.noSuchDocument(document, shard) }
            let head = try ObjectCodec.head(of: record, key: key)
            var kept: [PropertyID: (bytes: [UInt8], hasBlobs: Bool)] = [:]
            for entry in head.entries where unchangedBlobs.contains(entry.property) {
                var reader = ByteReader(key: key, offset: entry.range.lowerBound)
                kept[entry.property] = (try reader.array(count: entry.range.count, in: record), entry.hasBlobs)
            }
            return (head, kept)
        }
    }

    private func put(_ encoded: ObjectCodec.Encoded, as document: DocumentID, in shard: ShardAddress) throws {
        try put(encoded.record, for: Key.object(document, in: shard))
        for (property, blobs) in encoded.blobs {
            for (ordinal, blob) in blobs.enumerated() {
                // The encoder has checked that the ordinals fit.
                let key = Key.blob(UInt16(truncatingIfNeeded: ordinal), of: property, of: document, in: shard)
                try put(blob, for: key)
            }
        }
    }

    private func put(_ blob: Blob, for key: [UInt8]) throws {
        let header = BlobCodec.header(of: blob)
        var text = blob.originalText ?? ""
        // Safety: the three buffers live for the closures, and their lengths add up to the target's.
        try text.withUTF8 { text in
            try unsafe blob.bytes.withUnsafeBytes { bytes in
                try unsafe put(byteCount: header.count + bytes.count + text.count, for: key) { target in
                    unsafe target.copyBytes(from: header)
                    unsafe UnsafeMutableRawBufferPointer(rebasing: target[header.count...]).copyMemory(from: bytes)
                    unsafe UnsafeMutableRawBufferPointer(rebasing: target[(header.count + bytes.count)...])
                        .copyBytes(from: text)
                }
            }
        }
    }

    private func putID(_ id: ObjectID, _ document: DocumentID, in shard: ShardAddress) throws {
        var writer = ByteWriter(capacity: 4)
        writer.append(document.number)
        try put(writer.bytes, for: Key.id(id, in: shard))
    }

    private func moveBlobs(of property: PropertyID, from old: DocumentID, to new: DocumentID, in shard: ShardAddress)
        throws
    {
        let prefix = Key.appending(property.number, to: Key.blobs(of: old, in: shard))
        var ordinals: [UInt16] = []
        try scan(prefix: prefix, from: prefix) { key, _ in
            guard let ordinal = Key.number(UInt16.self, in: key, at: prefix.count) else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the key is too short")
            }
            ordinals.append(ordinal)
            return true
        }
        for ordinal in ordinals {
            let value = try bytes(under: Key.blob(ordinal, of: property, of: old, in: shard))
            if let value { try put(value, for: Key.blob(ordinal, of: property, of: new, in: shard)) }
        }
    }

    /// Removes record, blobs and vectors, but neither the id nor from the count.
    private func removeRecord(_ document: DocumentID, _ head: ObjectCodec.Head, in shard: ShardAddress) throws {
        if head.entries.contains(where: \.hasBlobs) { try removeValues(prefix: Key.blobs(of: document, in: shard)) }
        for vector in head.vectors { try removeVector(vector, of: document, in: shard) }
        for vector in head.multiVectors {
            try removeValue(for: Key.multiVector(vector, of: document, in: shard))
        }
        leaveColumns(of: document, head.properties, in: shard)
        try removeValue(for: Key.object(document, in: shard))
    }

    // MARK: Counters

    private func heldCounters(of shard: ShardAddress) throws -> CountersInMemory {
        if let held = counters[shard] { return held }
        guard try contains(shard) else { throw StorageError.noSuchShard(shard) }
        let held = CountersInMemory(values: try counters(of: shard), isChanged: false)
        counters[shard] = held
        return held
    }

    private func count(_ difference: Int64, in shard: ShardAddress) throws {
        var held = try heldCounters(of: shard)
        let count = Int64(clamping: held.values.objectCount) + difference
        guard count >= 0 else {
            throw StorageError.damaged(key: Key.describe(Key.inShard(.counters, shard)), reason: "it counts below 0")
        }
        held.values.objectCount = UInt64(count)
        held.isChanged = true
        counters[shard] = held
        isDirty = true
    }

    func flushCounters() throws {
        for (shard, held) in counters where held.isChanged {
            var writer = ByteWriter(capacity: 17)
            writer.append(ShardCounters.version)
            writer.append(held.values.nextDocument)
            writer.append(held.values.objectCount)
            try put(writer.bytes, for: Key.inShard(.counters, shard))
            counters[shard]?.isChanged = false
        }
    }
}

extension StoredObject {
    fileprivate func without(_ kept: [PropertyID: (bytes: [UInt8], hasBlobs: Bool)]) -> StoredObject {
        var object = self
        for property in kept.keys { object.properties[property] = nil }
        return object
    }
}

extension ShardCounters {
    /// The version of the value they are kept in.
    static let version: UInt8 = 1
}
