// SPDX-License-Identifier: Apache-2.0

import DataModel

/// The record of an object: a header, the numbers of its vectors and multi-vectors, a table of its properties, their values.
/// `Docs/formats/objects.md` is its specification.
enum ObjectCodec {
    /// Of records with multi-vectors; that of all others is 1, so that builds that know no multi-vectors read them.
    static let version: UInt8 = 2
    static let headerByteCount = 48
    private static let tableEntryByteCount = 8
    private static let hasBlobsFlag: UInt16 = 1

    /// A record, with the blobs that have to be kept beside it.
    struct Encoded {
        var record: [UInt8]
        var blobs: [PropertyID: [Blob]]
    }

    /// One property in a record.
    struct Entry: Hashable {
        var property: PropertyID
        var hasBlobs: Bool
        /// Where its value lies in the record.
        var range: Range<Int>
    }

    /// What stands before the values.
    struct Head {
        var id: ObjectID
        var creationTime: Int64
        var updateTime: Int64
        var vectors: [VectorID]
        var multiVectors: [VectorID]
        /// By ascending property.
        var entries: [Entry]

        /// Those that have a value, ascending.
        var properties: [PropertyID] { entries.map(\.property) }
    }

    /// - Parameters:
    ///   - vectors: ascending.
    ///   - multiVectors: ascending.
    ///   - kept: values taken over from another record as they are, with whether they refer to blobs.
    static func encode(
        _ object: StoredObject, vectors: [VectorID], multiVectors: [VectorID] = [],
        kept: [PropertyID: (bytes: [UInt8], hasBlobs: Bool)] = [:]
    ) throws(StorageError) -> Encoded {
        let properties = Set(object.properties.keys).union(kept.keys).sorted()
        let longest = max(properties.count, vectors.count, multiVectors.count)
        guard longest <= Int(UInt16.max) else { throw .valueTooLong(byteCount: longest, limit: Int(UInt16.max)) }
        var writer = ByteWriter(capacity: 256)
        writer.append(multiVectors.isEmpty ? 1 : version)
        writer.append(UInt8(0))
        writer.append(UInt16(headerByteCount))
        writer.append(UInt16(vectors.count))
        writer.append(UInt16(properties.count))
        writer.append(object.id.high.byteSwapped)
        writer.append(object.id.low.byteSwapped)
        writer.append(object.creationTime)
        writer.append(object.updateTime)
        writer.append(UInt16(multiVectors.count))
        writer.append(UInt16(0))
        writer.append(UInt32(0))
        for vector in vectors { writer.append(vector.number) }
        for vector in multiVectors { writer.append(vector.number) }
        let tableStart = writer.bytes.count
        for _ in properties { writer.append(UInt64(0)) }
        let valuesStart = writer.bytes.count

        var encoder = ValueEncoder(writer: writer)
        var blobs: [PropertyID: [Blob]] = [:]
        for (position, property) in properties.enumerated() {
            var hasBlobs = false
            if let value = object.properties[property] {
                try encoder.append(value)
                let found = encoder.takeBlobs()
                hasBlobs = !found.isEmpty
                if hasBlobs { blobs[property] = found }
            } else if let value = kept[property] {
                encoder.writer.append(contentsOf: value.bytes)
                hasBlobs = value.hasBlobs
            }
            guard let end = UInt32(exactly: encoder.writer.bytes.count - valuesStart) else {
                throw .valueTooLong(byteCount: encoder.writer.bytes.count, limit: Int(UInt32.max))
            }
            let entry = tableStart + position * tableEntryByteCount
            let flags = UInt32(hasBlobs ? hasBlobsFlag : 0) << 16
            encoder.writer.replace(at: entry, with: UInt32(property.number) | flags)
            encoder.writer.replace(at: entry + 4, with: end)
        }
        return Encoded(record: encoder.writer.bytes, blobs: blobs)
    }

    /// Reads everything but the values.
    ///
    /// - Throws: `StorageError.damaged`.
    static func head(of record: RawSpan, key: [UInt8]) throws(StorageError) -> Head {
        var reader = ByteReader(key: key)
        let version = try reader.number(UInt8.self, in: record)
        guard (1...Self.version).contains(version) else {
            throw reader.damaged("there is no record version \(version)")
        }
        _ = try reader.number(UInt8.self, in: record)
        let headerByteCount = Int(try reader.number(UInt16.self, in: record))
        guard headerByteCount >= Self.headerByteCount else { throw reader.damaged("its header is too short") }
        let vectorCount = Int(try reader.number(UInt16.self, in: record))
        let propertyCount = Int(try reader.number(UInt16.self, in: record))
        let id = try reader.objectID(in: record)
        let creationTime = try reader.number(Int64.self, in: record)
        let updateTime = try reader.number(Int64.self, in: record)
        let multiVectorCount = version > 1 ? Int(try reader.number(UInt16.self, in: record)) : 0
        try reader.skip(headerByteCount - reader.offset, in: record)

        let vectors = try vectorNumbers(count: vectorCount, in: record, &reader)
        let multiVectors = try vectorNumbers(count: multiVectorCount, in: record, &reader)
        var entries: [Entry] = []
        entries.reserveCapacity(min(propertyCount, 64))
        let valuesStart = reader.offset + propertyCount * tableEntryByteCount
        var start = valuesStart
        for _ in 0..<propertyCount {
            let property = PropertyID(try reader.number(UInt16.self, in: record))
            let flags = try reader.number(UInt16.self, in: record)
            let end = valuesStart + Int(try reader.number(UInt32.self, in: record))
            if let last = entries.last, last.property >= property {
                throw reader.damaged("its properties are not in order")
            }
            guard end >= start, end <= record.byteCount else { throw reader.damaged("a property lies outside of it") }
            entries.append(Entry(property: property, hasBlobs: flags & hasBlobsFlag != 0, range: start..<end))
            start = end
        }
        guard start == record.byteCount else { throw reader.damaged("bytes are left over") }
        return Head(
            id: id, creationTime: creationTime, updateTime: updateTime, vectors: vectors, multiVectors: multiVectors,
            entries: entries)
    }

    private static func vectorNumbers(
        count: Int, in record: RawSpan, _ reader: inout ByteReader
    ) throws(StorageError) -> [VectorID] {
        var vectors: [VectorID] = []
        for _ in 0..<count {
            let vector = VectorID(try reader.number(UInt16.self, in: record))
            if let last = vectors.last, last >= vector { throw reader.damaged("its vectors are not in order") }
            vectors.append(vector)
        }
        return vectors
    }

    /// Reads the selected properties.
    ///
    /// - Parameter blob: gives the blob that a property refers to.
    /// - Throws: `StorageError.damaged`; what `blob` throws.
    static func decode(
        _ record: RawSpan, key: [UInt8], selection: PropertySelection,
        blob: (PropertyID, BlobReference) throws -> Blob
    ) throws -> StoredObject {
        let head = try head(of: record, key: key)
        var object = StoredObject(
            id: head.id, creationTime: head.creationTime, updateTime: head.updateTime, properties: [:])
        object.vectors = head.vectors
        object.multiVectors = head.multiVectors
        object.blobProperties = head.entries.filter(\.hasBlobs).map(\.property)
        for entry in head.entries where selection.includes(entry) {
            object.properties[entry.property] = try withoutActuallyEscaping(blob) { blob in
                var decoder = ValueDecoder(
                    reader: ByteReader(key: key, offset: entry.range.lowerBound, end: entry.range.upperBound),
                    blob: { try blob(entry.property, $0) })
                let value = try decoder.value(in: record)
                try decoder.reader.requireEnd(in: record)
                return value
            }
        }
        return object
    }
}

extension PropertySelection {
    func includes(_ entry: ObjectCodec.Entry) -> Bool {
        (includesBlobs || !entry.hasBlobs) && (properties?.contains(entry.property) ?? true)
    }
}

/// A blob in its value: a header of 8 bytes, the bytes, the text if there is one.
enum BlobCodec {
    static let version: UInt8 = 1
    static let headerByteCount = 8
    private static let hasTextFlag: UInt8 = 1
    /// What one value can hold.
    static let maximumByteCount = Int(UInt32.max) - headerByteCount

    static func header(of blob: Blob) -> [UInt8] {
        var writer = ByteWriter(capacity: headerByteCount)
        writer.append(version)
        writer.append(blob.originalText == nil ? 0 : hasTextFlag)
        writer.append(UInt16(0))
        // Both lengths fit: the encoder of the record has checked them.
        writer.append(UInt32(truncatingIfNeeded: blob.bytes.count))
        return writer.bytes
    }

    static func decode(_ value: RawSpan, key: [UInt8]) throws(StorageError) -> Blob {
        var reader = ByteReader(key: key)
        let version = try reader.number(UInt8.self, in: value)
        guard version == Self.version else { throw reader.damaged("there is no blob version \(version)") }
        let flags = try reader.number(UInt8.self, in: value)
        _ = try reader.number(UInt16.self, in: value)
        let count = Int(try reader.number(UInt32.self, in: value))
        let bytes = try reader.array(count: count, in: value)
        guard flags & hasTextFlag != 0 else {
            try reader.requireEnd(in: value)
            return Blob(bytes: bytes)
        }
        let text = try reader.array(count: reader.remainingCount(in: value), in: value)
        guard let text = String(validating: text, as: UTF8.self) else { throw reader.damaged("a text is not UTF-8") }
        return Blob(bytes: bytes, originalText: text)
    }
}

extension BlobCodec {
    /// Holds a value against what the record says, without copying it.
    static func check(_ value: RawSpan, against reference: BlobReference, key: [UInt8]) throws(StorageError) {
        var reader = ByteReader(key: key)
        let version = try reader.number(UInt8.self, in: value)
        guard version == Self.version else { throw reader.damaged("there is no blob version \(version)") }
        let flags = try reader.number(UInt8.self, in: value)
        _ = try reader.number(UInt16.self, in: value)
        let count = try reader.number(UInt32.self, in: value)
        guard count == reference.byteCount, flags & hasTextFlag != 0 || reference.textByteCount == 0,
            value.byteCount == headerByteCount + Int(reference.byteCount) + Int(reference.textByteCount)
        else { throw reader.damaged("the blob has another length than the record says") }
    }
}
