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
