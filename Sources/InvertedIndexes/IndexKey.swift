// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// What an entry is, the first byte of its key. Docs/formats/inverted-index.md has every key and value.
enum EntryKind: UInt8, CaseIterable {
    /// chunk -> documents that are live.
    case live = 0x01
    /// -> number of live documents; property -> documents with tokens, tokens.
    case statistics = 0x02
    /// property, term, chunk -> documents that have the term.
    case term = 0x03
    /// property, term, small chunk -> how often, where that is more than once.
    case frequency = 0x04
    /// property, small chunk -> tokens of each document.
    case tokenCount = 0x05
    /// property, cut term -> the whole term.
    case longTerm = 0x06
    /// property, chunk -> documents with a value.
    case present = 0x07
    /// property, length, chunk -> documents whose value has this length (or number of references), above 0.
    case length = 0x08
    /// property, object id, collection, chunk -> documents that refer to the object.
    case referenceTarget = 0x09
    /// which time, milliseconds, chunk -> documents.
    case time = 0x0A
    /// property, small chunk -> coordinates.
    case coordinates = 0x0B
    /// property -> that there is a bit-sliced index; property, small chunk -> a block of it.
    case bitSlices = 0x0C

    /// Whether the value is a posting chunk and the key ends in its number.
    var holdsPostings: Bool {
        switch self {
        case .live, .term, .present, .length, .referenceTarget, .time: true
        case .statistics, .frequency, .tokenCount, .longTerm, .coordinates, .bitSlices: false
        }
    }
}

/// Keys, relative to the shard. Numbers are big-endian, so that byte order is numeric order.
enum IndexKey {
    /// Documents of one posting chunk: those with the same upper 16 bits.
    static let documentsPerChunk = 1 << 16
    /// Of bits, one a document.
    static let wordsPerChunk = documentsPerChunk / 64
    /// Documents of one chunk of token counts or frequencies.
    static let documentsPerSmallChunk = 1 << 11
    /// Documents of one chunk of coordinates.
    static let documentsPerCoordinateChunk = 1 << 9
    /// Documents of one block of a bit-sliced index.
    static let documentsPerSlicedBlock = 1 << 9

    static func prefix(_ kind: EntryKind) -> [UInt8] { [kind.rawValue] }

    static func prefix(_ kind: EntryKind, _ property: PropertyID, _ term: [UInt8] = []) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(3 + term.count + 3)
        key.append(kind.rawValue)
        key.append(bigEndian: property.number)
        key.append(contentsOf: term)
        return key
    }

    /// The property of a key that has one.
    static func property(in key: [UInt8]) -> PropertyID { PropertyID(UInt16(key[1]) << 8 | UInt16(key[2])) }

    /// The same of a key that begins at `start`.
    static func property(in bytes: RawSpan, at start: Int = 0) -> PropertyID {
        PropertyID(UInt16(bytes.byte(at: start + 1)) << 8 | UInt16(bytes.byte(at: start + 2)))
    }

    static func time(_ which: DocumentTime) -> [UInt8] { [EntryKind.time.rawValue, which.rawValue] }

    /// `prefix` and the number of a posting chunk.
    static func chunk(_ prefix: [UInt8], _ chunk: UInt16) -> [UInt8] {
        var key = prefix
        key.append(bigEndian: chunk)
        return key
    }

    /// `prefix` and the number, in three bytes, of a small chunk.
    static func smallChunk(_ prefix: [UInt8], _ chunk: UInt32) -> [UInt8] {
        precondition(chunk < 1 << 24, "chunk \(chunk) does not fit in three bytes")
        var key = prefix
        key.append(UInt8(truncatingIfNeeded: chunk >> 16))
        key.append(bigEndian: UInt16(truncatingIfNeeded: chunk))
        return key
    }
}

/// The two times that every document has.
enum DocumentTime: UInt8 {
    case creation = 0
    case update = 1
}
