// SPDX-License-Identifier: Apache-2.0

/// Base64 with padding (RFC 4648, section 4), and nothing else: no data URI, no empty text, and line breaks only where
/// they are asked for.
package enum Base64 {
    /// The bytes of `text`, or `nil` where it is no base64.
    ///
    /// The last digit may have bits that no byte uses; encoding the bytes again gives another text then.
    /// - Complexity: O(n).
    package static func decoded(_ text: String) -> [UInt8]? { decoded(text.utf8Span.span) }

    /// The same for a text that may be wrapped (RFC 2045): carriage returns and line feeds count for nothing.
    ///
    /// Other blanks stay wrong: a space can be a `+` that was lost on its way through a URL.
    /// - Complexity: O(n); a text that is wrapped is copied once.
    package static func decodedIgnoringLineBreaks(_ text: String) -> [UInt8]? {
        if let bytes = decoded(text) { return bytes }
        guard hasLineBreaks(text) else { return nil }
        let line = Array(text.utf8).filter { !isLineBreak($0) }
        return decoded(line.span)
    }

    /// Whether `text` has carriage returns or line feeds. O(n).
    package static func hasLineBreaks(_ text: String) -> Bool { text.utf8.contains(where: isLineBreak) }

    private static func isLineBreak(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    /// The bytes of `text` (ASCII), or `nil` where it is no base64.
    package static func decoded(_ text: Span<UInt8>) -> [UInt8]? {
        guard !text.isEmpty, text.count % 4 == 0 else { return nil }
        let last = text.count - 1
        let padding = text[last] != pad ? 0 : text[last - 1] != pad ? 1 : 2
        let values = digitValues.span
        var seen: UInt8 = 0
        let bytes = [UInt8](capacity: text.count / 4 * 3) { output in
            var position = 0
            let end = padding == 0 ? text.count : text.count - 4
            while position < end {
                let (a, b) = (values[Int(text[position])], values[Int(text[position + 1])])
                let (c, d) = (values[Int(text[position + 2])], values[Int(text[position + 3])])
                seen |= a | b | c | d
                output.append(a << 2 | b >> 4)
                output.append(b << 4 | c >> 2)
                output.append(c << 6 | d)
                position += 4
            }
            guard padding > 0 else { return }
            let (a, b) = (values[Int(text[position])], values[Int(text[position + 1])])
            let c = padding == 1 ? values[Int(text[position + 2])] : 0
            seen |= a | b | c
            output.append(a << 2 | b >> 4)
            if padding == 1 { output.append(b << 4 | c >> 2) }
        }
        return seen & noDigit == 0 ? bytes : nil
    }

    /// The text of `bytes`, in ASCII.
    package static func encoded(_ bytes: Span<UInt8>) -> [UInt8] {
        let digits = digits.span
        return [UInt8](capacity: (bytes.count + 2) / 3 * 4) { output in
            var position = 0
            while position + 2 < bytes.count {
                let (a, b, c) = (bytes[position], bytes[position + 1], bytes[position + 2])
                output.append(digits[Int(a >> 2)])
                output.append(digits[Int((a & 0x03) << 4 | b >> 4)])
                output.append(digits[Int((b & 0x0F) << 2 | c >> 6)])
                output.append(digits[Int(c & 0x3F)])
                position += 3
            }
            guard position < bytes.count else { return }
            let a = bytes[position]
            let b = position + 1 < bytes.count ? bytes[position + 1] : nil
            output.append(digits[Int(a >> 2)])
            output.append(digits[Int((a & 0x03) << 4 | (b ?? 0) >> 4)])
            output.append(b.map { digits[Int(($0 & 0x0F) << 2)] } ?? pad)
            output.append(pad)
        }
    }

    /// Whether `text`, which `decoded` turned into `bytes`, is what `encoded` makes of them.
    ///
    /// Only the last digit before the padding can differ.
    package static func isCanonical(_ text: Span<UInt8>, for bytes: Span<UInt8>) -> Bool {
        let last = text.count - 1
        switch bytes.count % 3 {
        case 1: return digitValues[Int(text[last - 2])] & 0x0F == 0
        case 2: return digitValues[Int(text[last - 1])] & 0x03 == 0
        default: return true
        }
    }

    private static let pad = UInt8(ascii: "=")
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The bit that marks a byte that is no digit; the values of digits have six bits.
    private static let noDigit: UInt8 = 0x80

    /// The value of each byte as a digit.
    private static let digitValues: [UInt8] = {
        var values = [UInt8](repeating: noDigit, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()
}
