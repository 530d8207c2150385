// SPDX-License-Identifier: Apache-2.0

/// What one property of an object holds, checked against its type. 24 bytes, and what these refer to: what is larger is boxed.
package enum PropertyValue: Hashable, Sendable {
    case text(String)
    /// Exact over the whole range; Weaviate rounds to float64.
    case int(Int64)
    case number(Double)
    case boolean(Bool)
    /// RFC 3339 text as it is to be shown: the offset kept, `+00:00` written as `Z`.
    case date(String)
    case uuid(ObjectID)
    indirect case blob(Blob)
    case blobHash(BlobHash)
    case geoCoordinates(GeoCoordinates)
    indirect case phoneNumber(PhoneNumber)
    case object([String: PropertyValue])
    case references([Beacon])
    /// An array type: every element is of the same scalar case (or `object`); may be empty.
    case array(PropertyArray)

    package static func array(_ elements: [PropertyValue]) -> PropertyValue { .array(PropertyArray(elements)) }
}

/// Binary data that came as base64.
package struct Blob: Hashable, Sendable {
    /// The decoded bytes.
    package var bytes: [UInt8]
    /// The base64 text, only where encoding `bytes` again would differ from it.
    package var originalText: String?

    package init(bytes: [UInt8], originalText: String? = nil) {
        self.bytes = bytes
        self.originalText = originalText
    }
}

/// What is kept of a blob of which only the hash is stored: the SHA-256 of its base64 text.
package struct BlobHash: Hashable, Sendable {
    package static let byteCount = 32

    /// 32 bytes.
    package let digest: [UInt8]

    /// - Precondition: there are 32 bytes.
    package init(digest: [UInt8]) {
        precondition(digest.count == Self.byteCount, "a digest has \(Self.byteCount) bytes, not \(digest.count)")
        self.digest = digest
    }

    /// Reads 64 hexadecimal digits, of either case; `nil` for anything else.
    package init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 2 * Self.byteCount else { return nil }
        var digest: [UInt8] = []
        digest.reserveCapacity(Self.byteCount)
        for position in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(of: digits[position]), let low = Self.value(of: digits[position + 1]) else {
                return nil
            }
            digest.append(high << 4 | low)
        }
        self.digest = digest
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension BlobHash: CustomStringConvertible {
    /// 64 hexadecimal digits in lower case.
    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// A point on earth, in degrees.
package struct GeoCoordinates: Hashable, Sendable {
    package var latitude: Float
    package var longitude: Float

    package init(latitude: Float, longitude: Float) {
        self.latitude = latitude
        self.longitude = longitude
    }
}

/// A telephone number as libphonenumber understood it.
package struct PhoneNumber: Hashable, Sendable {
    package var input: String
    package var defaultCountry: String
    package var internationalFormatted: String
    package var nationalFormatted: String
    package var national: UInt64
    package var countryCode: UInt64
    package var isValid: Bool

    package init(
        input: String, defaultCountry: String = "", internationalFormatted: String = "", nationalFormatted: String = "",
        national: UInt64 = 0, countryCode: UInt64 = 0, isValid: Bool = false
    ) {
        self.input = input
        self.defaultCountry = defaultCountry
        self.internationalFormatted = internationalFormatted
        self.nationalFormatted = nationalFormatted
        self.national = national
        self.countryCode = countryCode
        self.isValid = isValid
    }
}

/// A reference to an object: `weaviate://localhost/Class/uuid`.
package struct Beacon: Hashable, Sendable {
    package var host: String
    /// `nil` in beacons of the old form that have no class.
    package var collection: String?
    package var id: ObjectID

    package init(host: String = "localhost", collection: String?, id: ObjectID) {
        self.host = host
        self.collection = collection
        self.id = id
    }
}
