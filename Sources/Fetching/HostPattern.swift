// SPDX-License-Identifier: Apache-2.0

import WebClient

/// Hosts that pictures may be fetched from: `pictures.example.org`, `*.example.org` or `192.0.2.1`, with `:port` for other ports than
/// those of HTTP and HTTPS; an IPv6 address stands in brackets.
package struct HostPattern: Hashable, Sendable {
    /// A name in lower case, or a numeric address.
    private let name: String
    /// Whether the names below `name` are meant, and not that itself.
    private let isWildcard: Bool
    /// `nil` for the usual port of the scheme.
    private let port: Int?

    /// - Throws: `HostPatternError`.
    package init(_ text: String) throws(HostPatternError) {
        func wrong(_ reason: String) -> HostPatternError { HostPatternError(text: text, reason: reason) }
        if text.contains("/") { throw wrong("a host is meant, without a scheme and a path") }
        var rest = text.lowercased()[...]
        let bracket = rest.lastIndex(of: "]")
        if let colon = rest.lastIndex(of: ":"), bracket == nil || bracket! < colon {
            let digits = rest[rest.index(after: colon)...]
            guard let number = Int(digits), (1...65535).contains(number), digits.allSatisfy(\.isNumber) else {
                throw wrong("what follows the colon is no port; an IPv6 address stands in brackets")
            }
            port = number
            rest = rest[..<colon]
        } else {
            port = nil
        }
        isWildcard = rest.hasPrefix("*.")
        if isWildcard { rest = rest.dropFirst(2) }
        if rest.hasPrefix("["), rest.hasSuffix("]") {
            guard !isWildcard, let address = NetworkAddress(String(rest.dropFirst().dropLast())) else {
                throw wrong("what stands in brackets is no IPv6 address")
            }
            name = "\(address)"
            return
        }
        guard Self.isName(rest) else {
            throw wrong("write a name such as pictures.example.org, or *.example.org for the names below it")
        }
        name = String(rest)
    }

    /// Whether it is a plain name or IPv4 address: labels of letters, digits, hyphens and underscores with single dots between them.
    static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                !label.isEmpty && label.utf8.count <= 63
                    && label.utf8.allSatisfy { byte in
                        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2d || byte == 0x5f
                    }
            }
    }

    package func matches(_ address: WebAddress) -> Bool {
        guard address.port == port ?? (address.scheme == "https" ? 443 : 80) else { return false }
        let host = NetworkAddress(address.host).map { "\($0)" } ?? address.host
        return isWildcard ? host.hasSuffix(".\(name)") : host == name
    }
}

/// What is wrong with an entry of `NEEDLETAIL_FETCH_HOSTS`.
package struct HostPatternError: Error, Hashable {
    package let text: String
    package let reason: String

    package var message: String { "'\(text.prefix(100))' is no host: \(reason)" }
}
