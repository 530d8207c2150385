// SPDX-License-Identifier: Apache-2.0

import DataModel

/// The form in which dates are stored and shown.
enum DateText {
    /// `text` (RFC 3339, `T` and `Z` in upper case) with its fraction cut to nanoseconds and without zeros at the end, an
    /// offset of zero written as `Z`; `nil` where it is no such date.
    static func normalized(_ text: String) -> String? {
        guard Instant(text) != nil else { return nil }
        // 19 characters up to the seconds; what follows is the fraction and the offset, all ASCII.
        let bytes = Array(text.utf8)
        let offsetLength = bytes[bytes.count - 1] == UInt8(ascii: "Z") ? 1 : 6
        var fraction = bytes[19..<(bytes.count - offsetLength)].dropFirst().prefix(9)
        while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        var normal = Array(bytes[..<19])
        if !fraction.isEmpty { normal += [UInt8(ascii: ".")] + fraction }
        let offset = bytes.suffix(offsetLength)
        normal += isZero(offset) ? [UInt8(ascii: "Z")] : Array(offset)
        return String(decoding: normal, as: UTF8.self)
    }

    private static func isZero(_ offset: ArraySlice<UInt8>) -> Bool {
        offset.allSatisfy { !(UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
    }
}
