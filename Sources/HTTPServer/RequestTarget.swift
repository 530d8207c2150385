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
        let parts = Self.withoutAuthority(text).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first else { return nil }
        rawPath = String(path)
        pathSegments = []
        query = []
        // `*` as in `OPTIONS *` has no segments.
        if path.first == "/" {
            var segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            if segments.last?.isEmpty == true { segments.removeLast() }
            for segment in segments {
                guard let decoded = Self.decoded(segment, plusIsBlank: false) else { return nil }
                pathSegments.append(decoded)
            }
        }
        for pair in parts.dropFirst().first?.split(separator: "&") ?? [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(sides.first ?? "", plusIsBlank: true),
                let value = Self.decoded(sides.dropFirst().first ?? "", plusIsBlank: true)
            else { return nil }
            query.append((name, value))
        }
    }

    /// The path and query of `http://host/path`, which proxies send.
    private static func withoutAuthority(_ text: String) -> Substring {
        guard text.first != "/", let scheme = text.firstRange(of: "://") else { return text[...] }
        guard let slash = text[scheme.upperBound...].firstIndex(of: "/") else { return "/" }
        return text[slash...]
    }

    private static func decoded(_ text: Substring, plusIsBlank: Bool) -> String? {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
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
