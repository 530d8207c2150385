// SPDX-License-Identifier: Apache-2.0

import DataModel

/// A multi-vector in its value: a header of 16 bytes, then its rows. `Docs/formats/vectors.md` is its specification.
enum MultiVectorFormat {
    static let version: UInt8 = 1
    /// As many that rows in pages of their own begin at a multiple of 16.
    static let headerByteCount = 16

    /// What the header says, held against the length of the value.
    struct Header {
        var dimensions: Int
        var rowCount: Int

        var elementCount: Int { dimensions * rowCount }
    }

    static func header(of vector: MultiVector) throws(StorageError) -> [UInt8] {
        let limit = Int(UInt32.max) - headerByteCount
        guard vector.elements.count <= limit / MemoryLayout<Float>.size else {
            throw .valueTooLong(byteCount: vector.elements.count * MemoryLayout<Float>.size, limit: limit)
        }
        var writer = ByteWriter(capacity: headerByteCount)
        writer.append(version)
        writer.append(UInt8(0))
        writer.append(UInt16(0))
        // Both fit, since their product does.
        writer.append(UInt32(truncatingIfNeeded: vector.dimensions))
        writer.append(UInt32(truncatingIfNeeded: vector.count))
        writer.append(UInt32(0))
        return writer.bytes
    }

    /// - Throws: `StorageError.damaged`.
    static func header(of value: RawSpan, key: @autoclosure () -> [UInt8]) throws(StorageError) -> Header {
        func damaged(_ reason: String) -> StorageError { .damaged(key: Key.describe(key()), reason: reason) }
        var reader = ByteReader(key: [])
        guard value.byteCount > headerByteCount else { throw damaged("it ends too early") }
        let version = try reader.number(UInt8.self, in: value)
        guard version == Self.version else { throw damaged("there is no multi-vector version \(version)") }
        try reader.skip(3, in: value)
        let header = Header(
            dimensions: Int(try reader.number(UInt32.self, in: value)),
            rowCount: Int(try reader.number(UInt32.self, in: value)))
        let elementCount = (value.byteCount - headerByteCount) / MemoryLayout<Float>.size
        guard header.dimensions > 0, header.rowCount > 0, header.rowCount <= elementCount,
            header.elementCount == elementCount,
            value.byteCount == headerByteCount + elementCount * MemoryLayout<Float>.size
        else { throw damaged("\(header.rowCount) rows of \(header.dimensions) have another length") }
        return header
    }
}
