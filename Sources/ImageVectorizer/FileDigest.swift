// SPDX-License-Identifier: Apache-2.0

import CGnuTLS

/// SHA-256 of files: what a network is recognized by.
enum FileDigest {
    /// The digest of the file at `path` in lower-case hexadecimal; `nil` if it can't be read.
    ///
    /// - Complexity: O(size); holds 1 MiB.
    static func sha256(ofFile path: String) -> String? {
        var digest = [UInt8](repeating: 0, count: 32)
        // Safety: the function writes 32 bytes, and there are 32.
        let code = unsafe digest.withUnsafeMutableBufferPointer { unsafe nt_sha256_of_file(path, $0.baseAddress) }
        guard code == 0 else { return nil }
        let digits = Array("0123456789abcdef")
        return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
