// SPDX-License-Identifier: Apache-2.0

import DataModel

/// What the value of a property is on disk: a tag, then what the tag says. `Docs/formats/objects.md` is its specification.
enum ValueTag: UInt8 {
    case text = 1
    case int = 2
    case number = 3
    case no = 4
    case yes = 5
    case date = 6
    case uuid = 7
    case blob = 8
    case geoCoordinates = 9
    case phoneNumber = 10
    case object = 11
    case references = 12
    case array = 13
    case blobHash = 14

    /// How deep arrays and objects may nest.
    static let maximumDepth = 128
}

/// A blob that the record refers to by number and that is kept in a value of its own.
struct BlobReference: Hashable {
    var ordinal: UInt16
    var byteCount: UInt32
    var textByteCount: UInt32
}

/// Appends the values of one property to a record and collects its blobs.
struct ValueEncoder {
    var writer: ByteWriter
    /// The blobs of the property that is being encoded, in the order of their ordinals.
    private(set) var blobs: [Blob] = []

    mutating func takeBlobs() -> [Blob] {
        defer { blobs = [] }
        return blobs
    }

    mutating func append(_ value: PropertyValue, depth: Int = 0) throws(StorageError) {
        writer.append(Self.tag(of: value).rawValue)
        try appendPayload(of: value, depth: depth)
    }

    private static func tag(of value: PropertyValue) -> ValueTag {
        switch value {
        case .text: .text
        case .int: .int
        case .number: .number
        case .boolean(let isTrue): isTrue ? .yes : .no
        case .date: .date
        case .uuid: .uuid
        case .blob: .blob
        case .blobHash: .blobHash
        case .geoCoordinates: .geoCoordinates
        case .phoneNumber: .phoneNumber
        case .object: .object
        case .references: .references
        case .array: .array
        }
    }

    private mutating func appendPayload(of value: PropertyValue, depth: Int) throws(StorageError) {
        switch value {
        case .text(let text), .date(let text): try writer.append(text: text)
        case .int(let number): writer.append(number)
        case .number(let number): writer.append(number)
        case .boolean: break
        case .uuid(let id): append(id)
        case .blob(let blob): try append(blob)
        case .blobHash(let hash): for byte in hash.digest { writer.append(byte) }
        case .geoCoordinates(let point):
            writer.append(point.latitude)
            writer.append(point.longitude)
        case .phoneNumber(let number): try append(number)
        case .object(let members): try append(members, depth: depth)
        case .references(let beacons): try append(beacons)
        case .array(let elements): try append(elements, depth: depth)
        }
    }

    private mutating func append(_ id: ObjectID) {
        writer.append(id.high.byteSwapped)
        writer.append(id.low.byteSwapped)
    }

    private mutating func append(_ blob: Blob) throws(StorageError) {
        guard let ordinal = UInt16(exactly: blobs.count) else {
            throw .valueTooLong(byteCount: blobs.count, limit: Int(UInt16.max))
        }
        let textCount = blob.originalText?.utf8.count ?? 0
        guard blob.bytes.count + textCount <= BlobCodec.maximumByteCount else {
            throw .valueTooLong(byteCount: blob.bytes.count + textCount, limit: BlobCodec.maximumByteCount)
        }
        blobs.append(blob)
        writer.append(ordinal)
        writer.append(UInt32(blob.bytes.count))
        writer.append(UInt32(textCount))
    }

    private mutating func append(_ number: PhoneNumber) throws(StorageError) {
        try writer.append(text: number.input)
        try writer.append(text: number.defaultCountry)
        try writer.append(text: number.internationalFormatted)
        try writer.append(text: number.nationalFormatted)
        writer.append(number.national)
        writer.append(number.countryCode)
        writer.append(UInt8(number.isValid ? 1 : 0))
    }

    private mutating func append(_ members: [String: PropertyValue], depth: Int) throws(StorageError) {
        guard depth < ValueTag.maximumDepth else { throw .valueTooDeep(limit: ValueTag.maximumDepth) }
        try appendCount(members.count)
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            try writer.append(text: name)
            try append(value, depth: depth + 1)
        }
    }

    private mutating func append(_ beacons: [Beacon]) throws(StorageError) {
        try appendCount(beacons.count)
        for beacon in beacons {
            append(beacon.id)
            writer.append(UInt8(beacon.collection == nil ? 0 : 1))
            try writer.append(text: beacon.host)
            if let collection = beacon.collection { try writer.append(text: collection) }
        }
    }

    /// One tag for all elements where they have the same; 0 where each carries its own.
    private mutating func append(_ elements: PropertyArray, depth: Int) throws(StorageError) {
        guard depth < ValueTag.maximumDepth else { throw .valueTooDeep(limit: ValueTag.maximumDepth) }
        try appendCount(elements.count)
        var common = elements.first.map { Self.tag(of: $0) }
        if common == .yes || common == .no || elements.contains(where: { Self.tag(of: $0) != common }) { common = nil }
        writer.append(common?.rawValue ?? 0)
        for element in elements {
            if common == nil {
                try append(element, depth: depth + 1)
            } else {
                try appendPayload(of: element, depth: depth + 1)
            }
        }
    }

    private mutating func appendCount(_ count: Int) throws(StorageError) {
        guard let number = UInt32(exactly: count) else {
            throw .valueTooLong(byteCount: count, limit: Int(UInt32.max))
        }
        writer.append(number)
    }
}

/// Reads the values of one property back.
struct ValueDecoder {
    var reader: ByteReader
    /// Gives the blob that a reference stands for.
    let blob: (BlobReference) throws -> Blob

    mutating func value(in bytes: RawSpan, depth: Int = 0) throws -> PropertyValue {
        try payload(of: try tag(in: bytes), in: bytes, depth: depth)
    }

    private mutating func tag(in bytes: RawSpan) throws -> ValueTag {
        let number = try reader.number(UInt8.self, in: bytes)
        guard let tag = ValueTag(rawValue: number) else { throw reader.damaged("there is no value type \(number)") }
        return tag
    }

    private mutating func payload(of tag: ValueTag, in bytes: RawSpan, depth: Int) throws -> PropertyValue {
        switch tag {
        case .text: .text(try reader.text(in: bytes))
        case .int: .int(try reader.number(Int64.self, in: bytes))
        case .number: .number(try reader.double(in: bytes))
        case .no: .boolean(false)
        case .yes: .boolean(true)
        case .date: .date(try reader.text(in: bytes))
        case .uuid: .uuid(try reader.objectID(in: bytes))
        case .blob: .blob(try blob(try blobReference(in: bytes)))
        case .blobHash: .blobHash(try blobHash(in: bytes))
        case .geoCoordinates:
            .geoCoordinates(
                GeoCoordinates(latitude: try reader.float(in: bytes), longitude: try reader.float(in: bytes)))
        case .phoneNumber: .phoneNumber(try phoneNumber(in: bytes))
        case .object: .object(try object(in: bytes, depth: depth))
        case .references: .references(try beacons(in: bytes))
        case .array: .array(try array(in: bytes, depth: depth))
        }
    }

    private mutating func blobReference(in bytes: RawSpan) throws -> BlobReference {
        BlobReference(
            ordinal: try reader.number(UInt16.self, in: bytes), byteCount: try reader.number(UInt32.self, in: bytes),
            textByteCount: try reader.number(UInt32.self, in: bytes))
    }

    private mutating func blobHash(in bytes: RawSpan) throws -> BlobHash {
        var digest: [UInt8] = []
        digest.reserveCapacity(BlobHash.byteCount)
        for _ in 0..<BlobHash.byteCount { digest.append(try reader.number(UInt8.self, in: bytes)) }
        return BlobHash(digest: digest)
    }

    private mutating func phoneNumber(in bytes: RawSpan) throws -> PhoneNumber {
        PhoneNumber(
            input: try reader.text(in: bytes), defaultCountry: try reader.text(in: bytes),
            internationalFormatted: try reader.text(in: bytes), nationalFormatted: try reader.text(in: bytes),
            national: try reader.number(UInt64.self, in: bytes), countryCode: try reader.number(UInt64.self, in: bytes),
            isValid: try reader.number(UInt8.self, in: bytes) != 0)
    }

    private mutating func object(in bytes: RawSpan, depth: Int) throws -> [String: PropertyValue] {
        let count = try count(in: bytes, depth: depth)
        var members: [String: PropertyValue] = [:]
        for _ in 0..<count {
            let name = try reader.text(in: bytes)
            let value = try value(in: bytes, depth: depth + 1)
            guard members.updateValue(value, forKey: name) == nil else {
                throw reader.damaged("an object has a member twice")
            }
        }
        return members
    }

    private mutating func beacons(in bytes: RawSpan) throws -> [Beacon] {
        let count = try count(in: bytes, depth: 0)
        var beacons: [Beacon] = []
        for _ in 0..<count {
            let id = try reader.objectID(in: bytes)
            let hasCollection = try reader.number(UInt8.self, in: bytes) != 0
            let host = try reader.text(in: bytes)
            beacons.append(Beacon(host: host, collection: hasCollection ? try reader.text(in: bytes) : nil, id: id))
        }
        return beacons
    }

    private mutating func array(in bytes: RawSpan, depth: Int) throws -> PropertyArray {
        let count = try count(in: bytes, depth: depth)
        let number = try reader.number(UInt8.self, in: bytes)
        let common = ValueTag(rawValue: number)
        // Elements without a payload would cost nothing on disk and much in memory.
        guard common != nil || number == 0, common != .yes, common != .no else {
            throw reader.damaged("there are no arrays of value type \(number)")
        }
        switch common {
        case .text?: return PropertyArray(texts: try all(count) { try $0.reader.text(in: bytes) })
        case .int?: return PropertyArray(ints: try all(count) { try $0.reader.number(Int64.self, in: bytes) })
        case .number?: return PropertyArray(numbers: try all(count) { try $0.reader.double(in: bytes) })
        case .date?: return PropertyArray(dates: try all(count) { try $0.reader.text(in: bytes) })
        case .uuid?: return PropertyArray(uuids: try all(count) { try $0.reader.objectID(in: bytes) })
        case .no?, .yes?, .blob?, .blobHash?, .geoCoordinates?, .phoneNumber?, .object?, .references?, .array?, nil:
            return PropertyArray(
                try all(count) { decoder in
                    let tag = if let common { common } else { try decoder.tag(in: bytes) }
                    return try decoder.payload(of: tag, in: bytes, depth: depth + 1)
                })
        }
    }

    private mutating func all<Element>(
        _ count: Int, _ element: (inout Self) throws -> Element
    ) throws -> [Element] {
        var all: [Element] = []
        // A count that is wrong must not take many times the size of the record, level by level.
        all.reserveCapacity(min(count, 1_024))
        for _ in 0..<count { all.append(try element(&self)) }
        return all
    }

    /// A count of things that take at least a byte each.
    private mutating func count(in bytes: RawSpan, depth: Int) throws -> Int {
        guard depth < ValueTag.maximumDepth else { throw reader.damaged("it nests too deep") }
        let count = Int(try reader.number(UInt32.self, in: bytes))
        guard count <= reader.remainingCount(in: bytes) else { throw reader.damaged("it ends too early") }
        return count
    }
}

extension ByteReader {
    /// 16 bytes in the order of the text form.
    mutating func objectID(in bytes: RawSpan) throws(StorageError) -> ObjectID {
        ObjectID(
            high: try number(UInt64.self, in: bytes).byteSwapped, low: try number(UInt64.self, in: bytes).byteSwapped)
    }
}
