// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer

/// Ids that are the same whenever the same thing is imported: UUIDs of version 5 (RFC 9562) in a namespace of the class.
package struct ImportIDs: Sendable {
    private static let namespace = ObjectID(high: 0x6E65_6564_6C65_4A01, low: 0x9D0B_7461_696C_0001)

    private let namespace: ObjectID

    package init(collection: String) { namespace = Self.id(collection, in: Self.namespace) }

    /// - Parameter digest: SHA-256, 32 bytes.
    package func id(ofContent digest: [UInt8]) -> ObjectID {
        Self.id("content:" + digest.map(Self.hexadecimal).joined(), in: namespace)
    }

    package func id(ofPath path: String) -> ObjectID { Self.id("path:" + path, in: namespace) }

    /// The UUID of version 5 of a name.
    package static func id(_ name: String, in namespace: ObjectID) -> ObjectID {
        var bytes: [UInt8] = []
        for half in [namespace.high, namespace.low] {
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: half >> shift)) }
        }
        bytes += name.utf8
        let digest = PictureDigest.sha1(of: bytes.span)
        let halves = [digest[0..<8], digest[8..<16]].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        return ObjectID(
            high: halves[0] & 0xFFFF_FFFF_FFFF_0FFF | 0x5000,
            low: halves[1] & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = Array("0123456789abcdef")
        return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }
}
