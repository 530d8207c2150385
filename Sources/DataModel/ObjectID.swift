// SPDX-License-Identifier: Apache-2.0

/// The UUID under which users know an object: 16 bytes, ordered as such (RFC 9562 text form, any version).
package struct ObjectID: Hashable, Comparable, Sendable {
    /// Bytes 0 to 7, the first byte in the most significant position.
    package let high: UInt64
    /// Bytes 8 to 15, the first byte in the most significant position.
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A random UUID of version 4.
    package static func random(using generator: inout some RandomNumberGenerator) -> Self {
        let high = (generator.next() & 0xFFFF_FFFF_FFFF_0FFF) | 0x4000
        let low = (generator.next() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
        return Self(high: high, low: low)
    }

    /// A random UUID of version 4 from the system's generator.
    package static func random() -> Self {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    /// Reads the forms that Weaviate takes: 36 characters with dashes, 32 without, `{…}` around the 36, `urn:uuid:` before
    /// them; upper or lower case.
    package init?(_ text: some StringProtocol) {
        var bytes = ArraySlice(text.utf8)
        if bytes.count == 45 {
            guard bytes.prefix(9).elementsEqual("urn:uuid:".utf8) || bytes.prefix(9).elementsEqual("URN:UUID:".utf8)
            else {
                return nil
            }
            bytes = bytes.dropFirst(9)
        } else if bytes.count == 38 {
            guard bytes.first == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "}") else { return nil }
            bytes = bytes.dropFirst().dropLast()
        }
        let dashed = bytes.count == 36
        guard dashed || bytes.count == 32 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        var digits = 0
        for (position, byte) in bytes.enumerated() {
            if dashed, position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Self.hexadecimalValue(of: byte) else { return nil }
            if digits < 16 { high = high << 4 | digit } else { low = low << 4 | digit }
            digits += 1
        }
        self.init(high: high, low: low)
    }

    private static func hexadecimalValue(of byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

extension ObjectID: CustomStringConvertible {
    /// Lower case, with dashes.
    package var description: String {
        // Safety: every one of the 36 bytes is written, and none beyond.
        unsafe String(unsafeUninitializedCapacity: 36) { text in
            var end = 0
            for position in 0..<32 {
                if position == 8 || position == 12 || position == 16 || position == 20 {
                    unsafe text[end] = UInt8(ascii: "-")
                    end += 1
                }
                let half = position < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * (position % 16))) & 0xF
                unsafe text[end] = digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
                end += 1
            }
            return end
        }
    }
}
