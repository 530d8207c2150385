// SPDX-License-Identifier: Apache-2.0

/// What a thumbnail is kept under: the SHA-256 of the picture it is made of, and its longer side in pixels.
///
/// A picture that is replaced has another key, so what is kept is never out of date.
package struct ThumbnailKey: Hashable, Sendable {
    /// 32 bytes.
    package let digest: [UInt8]
    /// 1 to 9,999.
    package let size: Int

    package init(digest: [UInt8], size: Int) {
        precondition(digest.count == 32, "a digest of \(digest.count) bytes")
        precondition((1...9_999).contains(size), "a thumbnail of \(size) pixels")
        self.digest = digest
        self.size = size
    }

    /// Counts the ways in which thumbnails were made: those of another one are not served.
    package static let version = 1

    /// E.g. `0f…9a-256.jpg`: 64 hexadecimal digits, the size, and the ending.
    var fileName: String {
        let digits = Array("0123456789abcdef".utf8)
        let hexadecimal = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "\(String(decoding: hexadecimal, as: UTF8.self))-\(size).jpg"
    }

    /// The folder it lies in, 0 to `ThumbnailFiles.bucketCount` − 1.
    var bucket: Int { Int(digest[0]) % ThumbnailFiles.bucketCount }

    /// Whether a file with this name is one of ours.
    static func isFileName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard bytes.count >= 70, bytes.count <= 73, name.hasSuffix(".jpg"), bytes[64] == UInt8(ascii: "-") else {
            return false
        }
        let digits = bytes[65..<(bytes.count - 4)]
        return bytes[..<64].allSatisfy { isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
            && digits.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
