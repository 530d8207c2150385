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

    /// The digest of `bytes`, 32 bytes.
    ///
    /// - Complexity: O(length); about a millisecond a megabyte.
    package static func sha256(of bytes: Span<UInt8>) -> [UInt8] {
        unsafe digest(of: bytes, byteCount: 32) { unsafe nt_sha256($0, $1, $2) }
    }

    /// SHA-1 of `bytes`, 20 bytes: what the ids of version 5 are made of. No protection against those who look for two texts
    /// of one digest.
    package static func sha1(of bytes: Span<UInt8>) -> [UInt8] {
        unsafe digest(of: bytes, byteCount: 20) { unsafe nt_sha1($0, $1, $2) }
    }

    private static func digest(
        of bytes: Span<UInt8>, byteCount: Int,
        by function: (UnsafeRawPointer?, Int, UnsafeMutablePointer<UInt8>?) -> Int32
    ) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: byteCount)
        let code = unsafe digest.withUnsafeMutableBufferPointer { result in
            unsafe bytes.withUnsafeBytes { bytes in
                // Safety: the function reads as many bytes as there are and writes `byteCount`, and there are as many.
                unsafe function(bytes.baseAddress, bytes.count, result.baseAddress)
            }
        }
        // It fails only for an unknown algorithm, or where a few hundred bytes of memory cannot be had.
        precondition(code == 0, "the digest of \(bytes.count) bytes failed with \(code)")
        return digest
    }
}
