// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON

/// The value that a group of objects has in common, as a text.
package enum GroupValueText {
    /// Of a group of hits: numbers as JSON writes them, references as their beacons, no value as an empty text.
    package static func ofHits(_ value: PropertyValue?) -> String {
        switch value {
        case nil: ""
        case .int(let number)?: String(number)
        case .number(let number)?: json { $0.number(number) }
        case let value?: common(value)
        }
    }

    /// Of an aggregated group: numbers as Go prints a float64, so a million is `1e+06`; ints that float64 does not hold in full.
    package static func ofAggregate(_ value: PropertyValue) -> String {
        switch value {
        case .int(let number): Int64(exactly: Double(number)) == number ? go(Double(number)) : String(number)
        case .number(let number): go(number)
        default: common(value)
        }
    }

    private static func common(_ value: PropertyValue) -> String {
        switch value {
        case .text(let text), .date(let text): text
        case .int(let number): String(number)
        case .number(let number): json { $0.number(number) }
        case .boolean(let flag): flag ? "true" : "false"
        case .uuid(let id): id.description
        case .geoCoordinates(let place):
            json {
                $0.beginObject()
                $0.key("latitude")
                $0.number(place.latitude)
                $0.key("longitude")
                $0.number(place.longitude)
                $0.endObject()
            }
        case .phoneNumber(let phone):
            phone.internationalFormatted.isEmpty ? phone.input : phone.internationalFormatted
        case .references(let beacons): beacons.first.map(text) ?? ""
        case .blobHash(let hash): hash.description
        case .blob, .object, .array: ""
        }
    }

    private static func text(of beacon: Beacon) -> String {
        "weaviate://\(beacon.host)/\(beacon.collection.map { "\($0)/" } ?? "")\(beacon.id)"
    }

    private static func json(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The shortest digits that read back as the same number; with an exponent below 1e-4, and from a million on.
    private static func go(_ number: Double) -> String {
        guard number.isFinite, number != 0 else { return number == 0 ? "0" : "\(number)" }
        let (digits, exponent) = decimal(number.magnitude)
        let sign = number < 0 ? "-" : ""
        if exponent < -4 || exponent >= 6 {
            let rest = digits.dropFirst()
            let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
            return "\(sign)\(digits.prefix(1))\(rest.isEmpty ? "" : ".\(rest)")e\(exponent < 0 ? "-" : "+")\(power)"
        }
        if exponent < 0 { return "\(sign)0.\(String(repeating: "0", count: -exponent - 1))\(digits)" }
        let whole = exponent + 1
        if digits.count <= whole { return sign + digits + String(repeating: "0", count: whole - digits.count) }
        return "\(sign)\(digits.prefix(whole)).\(digits.dropFirst(whole))"
    }

    /// A number as its shortest digits d₁d₂… and an exponent: d₁.d₂… · 10^exponent.
    private static func decimal(_ number: Double) -> (digits: String, exponent: Int) {
        let parts = "\(number)".split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        var digits = Substring("\(mantissa[0])\(fraction)")
        var exponent = mantissa[0].count - 1 + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        while digits.count > 1, digits.first == "0" {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return (String(digits), exponent)
    }
}
