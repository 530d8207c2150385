// SPDX-License-Identifier: Apache-2.0

/// Reads lists of numbers in one pass over their bytes.
///
/// A vector of 2048 numbers is the bulk of most queries; as tokens and values one by one it took ten times as long.
struct NumberScanner {
    /// 10ⁿ for the n whose power is exact in float64.
    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// The numbers of the list that begins behind the bracket at `start`, and where it ends behind the closing one.
    ///
    /// - Returns: `nil` for a list with anything else in it, one that is empty or not well-formed, one with an integer of
    ///   more than 15 digits, or one with more than `limit` numbers: all those are read token by token.
    static func list(in bytes: Span<UInt8>, at start: Int, limit: Int) -> (numbers: NumberList, end: Int)? {
        var values: [Double] = []
        var isIntegral = true
        var position = start + 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                position += 1
            case UInt8(ascii: "]"):
                return values.isEmpty ? nil : (NumberList(values, isIntegral: isIntegral), position + 1)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard values.count < limit, let number = number(in: bytes, at: position) else { return nil }
                if values.isEmpty {
                    // The first number's length says about how many follow; too little only costs a copy.
                    values.reserveCapacity(min(limit, 64 + 2048))
                }
                values.append(number.value)
                isIntegral = isIntegral && number.isIntegral
                position = number.end
            default:
                return nil
            }
        }
        return nil
    }

    /// The well-formed number at `start`, rounded to the nearest float64.
    ///
    /// Up to 19 digits make an exact integer; if that and the power of ten are exact in float64, one multiplication or
    /// division rounds correctly (Clinger, "How to Read Floating Point Numbers Accurately"). The rest go to the library.
    static func number(in bytes: Span<UInt8>, at start: Int) -> (value: Double, isIntegral: Bool, end: Int)? {
        var position = start
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        var mantissa: UInt64 = 0
        let integerStart = position
        while position < bytes.count, let digit = digit(bytes[position]) {
            mantissa = mantissa &* 10 &+ digit
            position += 1
        }
        var digits = position - integerStart
        guard digits > 0, digits == 1 || bytes[integerStart] != UInt8(ascii: "0") else { return nil }
        var exponent = 0
        var isIntegral = true
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isIntegral = false
            position += 1
            let fractionStart = position
            while position < bytes.count, let digit = digit(bytes[position]) {
                mantissa = mantissa &* 10 &+ digit
                position += 1
            }
            exponent = fractionStart - position
            guard exponent < 0 else { return nil }
            digits -= exponent
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isIntegral = false
            guard let written = Self.exponent(in: bytes, at: &position) else { return nil }
            exponent += written
        }
        if isIntegral, digits > 15 { return nil }
        if digits <= 19, mantissa <= 1 << 53, -22...22 ~= exponent {
            let power = powersOfTen[abs(exponent)]
            let value = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
            return (isNegative ? -value : value, isIntegral, position)
        }
        guard let value = rounded(bytes.extracting(start..<position)) else { return nil }
        return (value, isIntegral, position)
    }

    /// The nearest float64 of a well-formed number; `nil` if it is too large for one.
    static func rounded(_ text: Span<UInt8>) -> Double? {
        var copy: [UInt8] = []
        copy.reserveCapacity(text.count)
        for index in text.indices { copy.append(text[index]) }
        guard let value = Double(String(decoding: copy, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    private static func exponent(in bytes: Span<UInt8>, at position: inout Int) -> Int? {
        position += 1
        var isNegative = false
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
            isNegative = bytes[position] == UInt8(ascii: "-")
            position += 1
        }
        let start = position
        var exponent = 0
        while position < bytes.count, let digit = digit(bytes[position]) {
            exponent = min(exponent * 10 + Int(digit), 1_000_000)
            position += 1
        }
        guard position > start else { return nil }
        return isNegative ? -exponent : exponent
    }

    @inline(__always)
    private static func digit(_ byte: UInt8) -> UInt64? {
        let value = byte &- UInt8(ascii: "0")
        return value < 10 ? UInt64(value) : nil
    }
}
