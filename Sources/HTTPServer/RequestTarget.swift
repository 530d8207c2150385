// SPDX-License-Identifier: Apache-2.0

/// What the request line asks for: a path, segment by segment, and a query (RFC 3986, RFC 9112 section 3.2).
struct RequestTarget {
    /// The path as it was sent.
    var rawPath: String
    /// Percent-decoded, without an empty last one.
    var pathSegments: [String]
    /// Percent-decoded, `+` read as a blank.
    var query: [(name: String, value: String)]

    /// `nil` if an escape is not two hexadecimal digits or the decoded bytes are not UTF-8.
    init?(_ text: String) {
        // Bytes, not characters, whose bounds are dear to find: all that is looked for is ASCII.
        let target = Self.withoutAuthority(text).utf8
        let pathEnd = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        let path = target[..<pathEnd]
        rawPath = String(Substring(path))
        pathSegments = []
        query = []
        // `*` as in `OPTIONS *` has no segments.
        if path.first == UInt8(ascii: "/") {
            var segments = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            if segments.last?.isEmpty == true { segments.removeLast() }
            pathSegments.reserveCapacity(segments.count)
            for segment in segments {
                guard let decoded = Self.decoded(segment, plusIsBlank: false) else { return nil }
                pathSegments.append(decoded)
            }
        }
        for pair in target[pathEnd...].dropFirst().split(separator: UInt8(ascii: "&")) {
            let nameEnd = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = Self.decoded(pair[..<nameEnd], plusIsBlank: true),
                let value = Self.decoded(pair[nameEnd...].dropFirst(), plusIsBlank: true)
            else { return nil }
            query.append((name, value))
        }
    }

    /// The path and query of `http://host/path`, which proxies send.
    private static func withoutAuthority(_ text: String) -> Substring {
        guard text.utf8.first != UInt8(ascii: "/"), let scheme = text.firstRange(of: "://") else { return text[...] }
        guard let slash = text[scheme.upperBound...].firstIndex(of: "/") else { return "/" }
        return text[slash...]
    }

    private static func decoded(_ text: Substring.UTF8View, plusIsBlank: Bool) -> String? {
        guard text.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(Substring(text))
        }
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexadecimalValue),
                    let low = rest.popFirst().flatMap(hexadecimalValue)
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
