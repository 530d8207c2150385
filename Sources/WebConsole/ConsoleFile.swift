// SPDX-License-Identifier: Apache-2.0

import CDeflate
import CZlib

/// A file of the console as it is served.
struct ConsoleFile: Sendable {
    let contentType: String
    let bytes: [UInt8]
    /// The same packed by gzip; `nil` where that saves nothing.
    let packed: [UInt8]?
    /// Strong, with its quotes: size and CRC-32 of the bytes.
    let tag: String

    /// - Complexity: O(n) for n bytes, some 200 ns a byte.
    init(path: String, bytes: [UInt8]) {
        self.bytes = bytes
        contentType = Self.contentType(of: path)
        let packed = Self.packed(bytes)
        self.packed = !packed.isEmpty && packed.count < bytes.count ? packed : nil
        // Safety: the function reads as many bytes as there are.
        let checksum = unsafe bytes.withUnsafeBufferPointer { unsafe nt_crc32($0.baseAddress, $0.count) }
        tag = "\"\(bytes.count)-\(String(checksum, radix: 16))\""
    }

    private static func packed(_ bytes: [UInt8]) -> [UInt8] {
        // Safety: the function writes at most as many bytes as there is room for, and says how many it wrote.
        unsafe bytes.withUnsafeBufferPointer { input in
            unsafe Array(unsafeUninitializedCapacity: nt_gzip_bound(input.count)) { output, count in
                count = unsafe nt_gzip(input.baseAddress, input.count, output.baseAddress, output.count)
            }
        }
    }

    private static func contentType(of path: String) -> String {
        switch path.split(separator: ".").last {
        case "css": "text/css; charset=utf-8"
        case "html": "text/html; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "json": "application/json"
        case "md": "text/markdown; charset=utf-8"
        case "png": "image/png"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }
}
