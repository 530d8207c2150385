// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import JSON

/// Reads single JSON values as scalars, and says in the words that clients know why one does not fit.
enum ValueReader {
    /// `value` as a scalar of any type but `object`, whose members need their definitions.
    static func value(_ value: JSONValue, as type: ScalarType) throws(InvalidValue) -> PropertyValue {
        switch type {
        case .text: .text(try text(value))
        case .int: .int(try int(value))
        case .number: .number(try number(value))
        case .boolean: .boolean(try boolean(value))
        case .date: .date(try date(value))
        case .uuid: .uuid(try uuid(value))
        case .blob: .blob(try blob(value))
        case .blobHash: .blobHash(try blobHash(value).hash)
        case .geoCoordinates: .geoCoordinates(try geoCoordinates(value))
        case .phoneNumber: .phoneNumber(try phoneNumber(value))
        case .object: preconditionFailure("the members of an object are read with their definitions, not as a scalar")
        }
    }

    static func text(_ value: JSONValue) throws(InvalidValue) -> String {
        guard case .string(let text) = value else { throw InvalidValue("not a string, but \(GoName.type(of: value))") }
        return text
    }

    static func boolean(_ value: JSONValue) throws(InvalidValue) -> Bool {
        guard case .boolean(let boolean) = value else {
            throw InvalidValue("not a bool, but \(GoName.type(of: value))")
        }
        return boolean
    }

    /// A whole number without fraction or exponent, kept exactly.
    static func int(_ value: JSONValue) throws(InvalidValue) -> Int64 {
        guard case .number(let number) = value else {
            throw InvalidValue("requires an integer, the given value is '\(GoName.text(of: value))'")
        }
        guard let exact = Int64(number.literal) else {
            let digits = number.literal.utf8.drop { $0 == UInt8(ascii: "-") }
            let isWhole = digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            throw InvalidValue(
                "the JSON number '\(GoName.text(of: value))' could not be converted to an int"
                    + (isWhole ? ": it is not between \(Int64.min) and \(Int64.max)" : ""))
        }
        return exact
    }

    static func number(_ value: JSONValue) throws(InvalidValue) -> Double {
        guard case .number(let number) = value else {
            throw InvalidValue("requires a float, the given value is '\(GoName.text(of: value))'")
        }
        return number.value
    }

    static func date(_ value: JSONValue) throws(InvalidValue) -> String {
        guard case .string(let text) = value, let date = DateText.normalized(text) else {
            throw InvalidValue(
                "requires a string with a RFC3339 formatted date, but the given value is '\(GoName.text(of: value))'")
        }
        return date
    }

    static func uuid(_ value: JSONValue) throws(InvalidValue) -> ObjectID {
        guard case .string(let text) = value, let id = ObjectID(text) else {
            throw InvalidValue(
                "requires a string of UUID format, but the given value is '\(GoName.text(of: value))'")
        }
        return id
    }

    static func blob(_ value: JSONValue) throws(InvalidValue) -> Blob {
        guard case .string(let text) = value else {
            throw InvalidValue("not a blob base64 string, but \(GoName.type(of: value))")
        }
        guard let bytes = Base64.decoded(text) else {
            let hint = Base64.hasLineBreaks(text) ? ": it has line breaks; send it in one line" : ""
            throw InvalidValue("not a valid blob base64 string" + hint)
        }
        return Blob(bytes: bytes, originalText: Base64.isCanonical(text.utf8Span.span, for: bytes.span) ? nil : text)
    }

    /// The hash of a blob given as base64, with its bytes; or a hash that was stored before and is given back as it was
    /// shown, which is also base64 but never meant as such.
    static func blobHash(_ value: JSONValue) throws(InvalidValue) -> (hash: BlobHash, bytes: [UInt8]?) {
        if case .string(let text) = value, let hash = BlobHash(text) { return (hash, nil) }
        let blob = try blob(value)
        guard case .string(let text) = value else { preconditionFailure("a blob was read from what is no text") }
        return (BlobHash(digest: PictureDigest.sha256(of: text)), blob.bytes)
    }

    static func geoCoordinates(_ value: JSONValue) throws(InvalidValue) -> GeoCoordinates {
        guard case .object(let members) = value else {
            throw InvalidValue("geoCoordinates must be a map, but got: \(GoName.type(of: value))")
        }
        let longitude = try degrees(members, "longitude")
        let latitude = try degrees(members, "latitude")
        return GeoCoordinates(latitude: latitude, longitude: longitude)
    }

    private static func degrees(_ members: JSONObject, _ name: String) throws(InvalidValue) -> Float {
        guard let value = members[name] else {
            throw InvalidValue("geoCoordinates is missing required field '\(name)'")
        }
        guard case .number(let number) = value else {
            throw InvalidValue("invalid \(name): must be json.Number or float, but got \(GoName.type(of: value))")
        }
        let degrees = Float(number.value)
        guard degrees.isFinite else { throw InvalidValue("invalid \(name): \(number.literal) is out of range") }
        return degrees
    }

    static func phoneNumber(_ value: JSONValue) throws(InvalidValue) -> PhoneNumber {
        guard case .object(let members) = value else {
            throw InvalidValue("phoneNumber must be a map, but got: \(GoName.type(of: value))")
        }
        guard let input = members["input"] else {
            throw InvalidValue("phoneNumber is missing required field 'input'")
        }
        guard case .string(let inputText) = input else { throw InvalidValue("phoneNumber.input must be a string") }
        switch members["defaultCountry"] {
        case .string(let country): return try PhoneNumberReader.number(inputText, defaultCountry: country)
        case nil: return try PhoneNumberReader.number(inputText, defaultCountry: "")
        default: throw InvalidValue("phoneNumber.defaultCountry must be a string")
        }
    }
}
