// SPDX-License-Identifier: Apache-2.0

import DataModel

/// An object as it is kept, with values that are read, but not made into objects of their own: what answers are written from.
package struct ObjectRecord: Sendable {
    package let id: ObjectID
    /// Milliseconds since 1970.
    package let creationTime: Int64
    /// Milliseconds since 1970.
    package let updateTime: Int64
    /// The selected properties that have a value, ascending.
    package let values: [(property: PropertyID, value: RecordedValue)]
    /// The vectors the document has, ascending.
    package let vectors: [VectorID]
    /// The multi-vectors the document has, likewise.
    package let multiVectors: [VectorID]
    /// The properties that refer to blobs, none of which was selected.
    package let blobProperties: [PropertyID]
}

extension ReadTransaction {
    /// The object kept as `document`; `nil` if there is none, or if blobs are among what is selected: then `object` reads it.
    package final func record(
        _ document: DocumentID, in shard: ShardAddress, properties: PropertySelection = .all
    ) throws -> ObjectRecord? {
        let key = Key.object(document, in: shard)
        return try withValue(for: key) { record in
            guard let record else { return nil }
            return try ObjectCodec.record(record, key: key, selection: properties)
        }
    }
}

extension ObjectCodec {
    /// - Returns: `nil` if blobs are among what is selected.
    /// - Throws: `StorageError.damaged`.
    static func record(
        _ record: RawSpan, key: [UInt8], selection: PropertySelection
    ) throws -> ObjectRecord? {
        let head = try head(of: record, key: key)
        let blobProperties = head.entries.contains(where: \.hasBlobs) ? head.entries.filter(\.hasBlobs) : []
        if selection.includesBlobs, blobProperties.contains(where: { selection.includes($0) }) { return nil }
        // Safety: the buffer lives for the closure.
        let bytes = unsafe record.withUnsafeBytes { unsafe [UInt8]($0) }
        var values: [(property: PropertyID, value: RecordedValue)] = []
        values.reserveCapacity(head.entries.count)
        for entry in head.entries where selection.includes(entry) {
            var reader = ByteReader(key: key, offset: entry.range.lowerBound, end: entry.range.upperBound)
            values.append((entry.property, try value(of: entry, in: record, bytes, &reader)))
            try reader.requireEnd(in: record)
        }
        return ObjectRecord(
            id: head.id, creationTime: head.creationTime, updateTime: head.updateTime, values: values,
            vectors: head.vectors, multiVectors: head.multiVectors, blobProperties: blobProperties.map(\.property))
    }

    private static func value(
        of entry: Entry, in record: RawSpan, _ bytes: [UInt8], _ reader: inout ByteReader
    ) throws -> RecordedValue {
        let start = reader
        switch ValueTag(rawValue: try reader.number(UInt8.self, in: record)) {
        case .text?, .date?: return .text(bytes[try reader.textRange(in: record)])
        case .int?: return .int(try reader.number(Int64.self, in: record))
        case .number?: return .number(try reader.double(in: record))
        case .no?: return .boolean(false)
        case .yes?: return .boolean(true)
        case .array?:
            let count = Int(try reader.number(UInt32.self, in: record))
            let element = ValueTag(rawValue: try reader.number(UInt8.self, in: record))
            guard element == .text || element == .date else { break }
            guard count <= reader.remainingCount(in: record) else { throw reader.damaged("it ends too early") }
            var texts: [ArraySlice<UInt8>] = []
            texts.reserveCapacity(min(count, 1_024))
            for _ in 0..<count { texts.append(bytes[try reader.textRange(in: record)]) }
            return .texts(texts)
        case .uuid?, .blob?, .blobHash?, .geoCoordinates?, .phoneNumber?, .object?, .references?, nil: break
        }
        // Blobs are not among what is selected, so none is asked for.
        var decoder = ValueDecoder(
            reader: start, blob: { _ in throw start.damaged("a blob is not marked as one") })
        let value = try decoder.value(in: record)
        reader = decoder.reader
        return .other(value)
    }
}

extension ByteReader {
    /// Passes over a text: a count of bytes (32 bits), then UTF-8, which is checked.
    ///
    /// - Returns: where the UTF-8 lies.
    fileprivate mutating func textRange(in bytes: RawSpan) throws(StorageError) -> Range<Int> {
        let count = Int(try number(UInt32.self, in: bytes))
        let range = try skip(count, in: bytes)
        guard Self.isUTF8(bytes, range) else { throw damaged("a text is not UTF-8") }
        return range
    }

    private static func isUTF8(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
        var offset = range.lowerBound
        var all: UInt64 = 0
        // Safety: all offsets lie in `range`, which lies inside the span.
        while offset + 8 <= range.upperBound {
            all |= unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            offset += 8
        }
        while offset < range.upperBound {
            all |= UInt64(unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
            offset += 1
        }
        // ASCII, as most texts are.
        if all & 0x8080_8080_8080_8080 == 0 { return true }
        return unsafe bytes.withUnsafeBytes { buffer in
            unsafe String(validating: UnsafeRawBufferPointer(rebasing: buffer[range]), as: UTF8.self) != nil
        }
    }
}
