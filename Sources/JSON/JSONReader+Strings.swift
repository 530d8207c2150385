// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// The contents of the string whose quotation mark is at `position`; a slice of `bytes` if it has no escapes.
    mutating func readQuoted() throws(JSONError) -> ArraySlice<UInt8> {
        let start = position + 1
        let (end, isASCII) = endOfPlainRun(from: start)
        position = end
        guard next == UInt8(ascii: "\"") else { return try readEscaped(from: start, isASCII: isASCII)[...] }
        if !isASCII { try requireUTF8(start..<end) }
        position = end + 1
        return bytes[start..<end]
    }

    /// Passes over the string whose quotation mark is at `position`, checking it.
    mutating func skipQuoted() throws(JSONError) {
        let start = position + 1
        position = start
        var isASCII = true
        while true {
            let run = endOfPlainRun(from: position)
            isASCII = isASCII && run.isASCII
            position = run.end
            switch next {
            case UInt8(ascii: "\""):
                if !isASCII { try requireUTF8(start..<position) }
                position += 1
                return
            case UInt8(ascii: "\\"):
                _ = try readEscape()
                try lookForCancellation()
            default: throw invalid("in string literal")
            }
        }
    }

    /// The contents, copied, of a string that begins at `start` and is plain up to `position`.
    private mutating func readEscaped(from start: Int, isASCII: Bool) throws(JSONError) -> [UInt8] {
        var contents = Array(bytes[start..<position])
        var isASCII = isASCII
        while true {
            switch next {
            case UInt8(ascii: "\""):
                if !isASCII { try requireUTF8(start..<position) }
                position += 1
                return contents
            case UInt8(ascii: "\\"):
                // Every scalar has an encoding.
                contents.append(contentsOf: UTF8.encode(try readEscape())!)
                try lookForCancellation()
            default: throw invalid("in string literal")
            }
            let run = endOfPlainRun(from: position)
            contents.append(contentsOf: bytes[position..<run.end])
            isASCII = isASCII && run.isASCII
            position = run.end
        }
    }

    /// Where the run of bytes that stand for themselves ends: at a quotation mark, a backslash, a control character, or
    /// the end. Eight bytes at a time.
    private func endOfPlainRun(from start: Int) -> (end: Int, isASCII: Bool) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let span = bytes.span
        // Safety: a UInt8 has no padding, so every byte is initialized.
        let raw = unsafe span.bytes
        var index = start
        var seen: UInt64 = 0
        while index + 8 <= span.count {
            // Safety: eight bytes from `index` lie within the span, and any bits are a UInt64.
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            // The high bit of a byte in `x &- ones & ~x` is set for a zero byte, in `word &- 0x20… & ~word` for one
            // below 0x20; a borrow can only set it wrongly after a byte that is right, and the loop below looks itself.
            let stops =
                ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- ones &* 0x20) & ~word)
            if stops & highs != 0 { break }
            seen |= word
            index += 8
        }
        while index < span.count {
            let byte = span[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            seen |= UInt64(byte)
            index += 1
        }
        return (index, seen & highs == 0)
    }

    /// The character that the escape at `position` (a backslash) stands for.
    private mutating func readEscape() throws(JSONError) -> Unicode.Scalar {
        position += 1
        let plain: Unicode.Scalar
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = Unicode.Scalar(next)
        case UInt8(ascii: "b"): plain = "\u{8}"
        case UInt8(ascii: "f"): plain = "\u{C}"
        case UInt8(ascii: "n"): plain = "\n"
        case UInt8(ascii: "r"): plain = "\r"
        case UInt8(ascii: "t"): plain = "\t"
        case UInt8(ascii: "u"):
            position += 1
            return try readUnicodeEscape()
        default: throw invalid("in string escape code")
        }
        position += 1
        return plain
    }

    /// The character of the escape whose four digits are at `position`, and of the second half if it is a pair.
    private mutating func readUnicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try readFourDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let afterFirst = position
        guard first < 0xDC00, next == UInt8(ascii: "\\") else { return "\u{FFFD}" }
        position += 1
        guard next == UInt8(ascii: "u") else {
            position = afterFirst
            return "\u{FFFD}"
        }
        position += 1
        let second = try readFourDigits()
        guard 0xDC00...0xDFFF ~= second,
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else {
            // The second escape stands for itself.
            position = afterFirst
            return "\u{FFFD}"
        }
        return scalar
    }

    private mutating func readFourDigits() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(next)).hexDigitValue else {
                throw invalid("in \\u hexadecimal character escape")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private func requireUTF8(_ range: Range<Int>) throws(JSONError) {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span.extracting(range))
        } catch {
            throw JSONError(.invalidUTF8, offset: range.lowerBound + error.byteOffsets.lowerBound)
        }
    }
}
