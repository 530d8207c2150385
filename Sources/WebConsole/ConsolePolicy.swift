// SPDX-License-Identifier: Apache-2.0

/// What browsers let the console do, as headers of every answer: nothing that is not the server's own, no script but its
/// files, no frame around it (Content Security Policy Level 3).
package struct ConsolePolicy: Sendable {
    /// Where else pictures may come from.
    let imageHosts: [String]
    let headers: [(name: String, value: String)]

    /// - Parameter imageHosts: as in a policy: `pictures.example`, `https://pictures.example:8443`, `*.pictures.example`.
    /// - Throws: `ConsolePolicyError` with the first one that is none.
    package init(imageHosts: [String]) throws(ConsolePolicyError) {
        for host in imageHosts where !Self.isHostSource(host) { throw .invalidHost(host) }
        self.imageHosts = imageHosts
        // Pictures that the page makes or has been given are `blob:` and `data:`, and so is what a camera shows.
        let images = (["'self'", "blob:", "data:"] + imageHosts).joined(separator: " ")
        let policy =
            "default-src 'self'; img-src \(images); media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
            + "form-action 'self'; frame-ancestors 'none'"
        headers = [
            ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(self), geolocation=(), microphone=()"),
        ]
    }

    /// Whether it is a host, perhaps with scheme, port and a wildcard in front, and no more: it goes into a header.
    private static func isHostSource(_ text: String) -> Bool {
        var rest = Substring(text.lowercased())
        for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        if rest.hasPrefix("*.") { rest = rest.dropFirst(2) }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first, !name.isEmpty,
            name.utf8.allSatisfy({ Self.isNameByte($0) })
        else { return false }
        return parts.count == 1 || UInt16(parts[1]) != nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}

/// Why there is no policy.
package enum ConsolePolicyError: Error, Equatable {
    case invalidHost(String)

    /// For whoever starts the server.
    package var message: String {
        switch self {
        case .invalidHost(let host):
            "'\(host.prefix(200))' is no host that pictures can come from; give names such as pictures.example, *.pictures.example "
                + "or https://pictures.example:8443, with commas between them"
        }
    }
}
