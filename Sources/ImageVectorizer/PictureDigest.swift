// SPDX-License-Identifier: Apache-2.0

import CGnuTLS

/// SHA-256 of pictures: what is kept of one of which only the hash is stored, and what thumbnails are kept under.
package enum PictureDigest {
    /// The digest of the UTF-8 of `text`, 32 bytes.
    ///
    /// - Complexity: O(length); about a millisecond a megabyte.
    package static func sha256(of text: String) -> [UInt8] { sha256(of: text.utf8Span.span) }

    /// The digest of `bytes`, 32 bytes, at the same cost.
    package static func sha256(of bytes: [UInt8]) -> [UInt8] { sha256(of: bytes.span) }

    private static func sha256(of bytes: Span<UInt8>) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        let code = unsafe digest.withUnsafeMutableBufferPointer { result in
            unsafe bytes.withUnsafeBytes { bytes in
                // Safety: the function reads as many bytes as there are and writes 32, and there are 32.
                unsafe nt_sha256(bytes.baseAddress, bytes.count, result.baseAddress)
            }
        }
        // It fails only for an unknown algorithm, or where a few hundred bytes of memory cannot be had.
        precondition(code == 0, "SHA-256 of \(bytes.count) bytes failed with \(code)")
        return digest
    }
}
