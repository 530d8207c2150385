// SPDX-License-Identifier: Apache-2.0

import CCurl

/// An absolute address of HTTP or HTTPS, read by the library that follows it, so that what is checked is what is asked.
package struct WebAddress: Hashable, Sendable {
    /// The whole address, without a fragment; what is no character of addresses is escaped.
    package let text: String
    /// `http` or `https`.
    package let scheme: String
    /// In lower case; a numeric IPv6 address without its brackets. A number that stands for an IPv4 address is written with dots.
    package let host: String
    package let port: Int

    /// Reads an address; with a `base` one that may be relative to that, as those of redirects are.
    ///
    /// - Throws: `.badAddress`.
    package init(_ text: String, relativeTo base: WebAddress? = nil) throws(WebClientError) {
        guard text.utf8.count <= Self.limitInBytes else {
            throw .badAddress("it is longer than \(Self.limitInBytes) bytes")
        }
        guard !text.utf8.contains(0) else { throw .badAddress("it has a NUL") }
        // Safety: the texts are passed with their NULs and only read during the call.
        var url =
            if let base { unsafe nt_url_parse(text, base.text) } else { unsafe nt_url_parse(text, nil) }
        defer { unsafe nt_url_free(&url) }
        switch unsafe url.problem {
        case nt_url_fine: break
        case nt_url_has_credentials: throw .badAddress("it holds a user name or password, which are not sent")
        case nt_url_foreign_scheme: throw .badAddress("it must begin with http:// or https://")
        case nt_url_out_of_memory: throw .outOfMemory
        default: throw .badAddress("it is no URL; write it as https://HOST/PATH")
        }
        // Safety: a fine address has all its texts, each with a NUL at its end, until it is freed.
        let host = unsafe String(cString: url.host).lowercased()
        self.text = unsafe String(cString: url.text)
        scheme = unsafe String(cString: url.scheme).lowercased()
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        port = unsafe Int(url.port)
    }

    /// The longest that is read.
    package static let limitInBytes = 8192
}
