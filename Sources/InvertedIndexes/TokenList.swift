// SPDX-License-Identifier: Apache-2.0

/// The tokens of texts, one behind the other in one piece of memory.
struct TokenList {
    private var bytes: [UInt8] = []
    /// Where each begins, and its first 8 bytes as a big-endian number, which decide most comparisons.
    private var tokens: [(beginning: UInt64, start: Int, end: Int)] = []
    /// Whether the text that was appended last was nothing but ASCII; otherwise nothing of it was appended.
    private(set) var isComplete = true

    /// With repeats.
    var count: Int { tokens.count }

    mutating func append(_ tokens: [[UInt8]]) {
        isComplete = true
        for token in tokens {
            let start = bytes.count
            bytes.append(contentsOf: token)
            close(from: start)
        }
    }

    /// Cuts a text at bytes that are gaps, if all of it is ASCII.
    @inline(__always)
    mutating func append(asciiIn text: String, isGap: (UInt8) -> Bool, lowercase: Bool) {
        let (byteCount, tokenCount) = (bytes.count, tokens.count)
        var start = byteCount
        for byte in text.utf8 {
            guard byte < 0x80 else {
                bytes.removeSubrange(byteCount...)
                tokens.removeSubrange(tokenCount...)
                isComplete = false
                return
            }
            if isGap(byte) {
                if bytes.count > start { close(from: start) }
                start = bytes.count
            } else {
                bytes.append(lowercase && byte >= 0x41 && byte <= 0x5A ? byte + 32 : byte)
            }
        }
        if bytes.count > start { close(from: start) }
        isComplete = true
    }

    private mutating func close(from start: Int) {
        var beginning: UInt64 = 0
        for index in start..<min(start + 8, bytes.count) { beginning = beginning << 8 | UInt64(bytes[index]) }
        beginning <<= UInt64(8 * (8 - min(8, bytes.count - start)))
        tokens.append((beginning, start, bytes.count))
    }

    /// Visits each different token, in ascending order, with how often it is there.
    ///
    /// - Complexity: O(n log n)
    func forEachDistinct(_ body: (_ token: ArraySlice<UInt8>, _ frequency: UInt32) -> Void) {
        let sorted = tokens.sorted { left, right in
            if left.beginning != right.beginning { return left.beginning < right.beginning }
            return bytes[left.start..<left.end].lexicographicallyPrecedes(bytes[right.start..<right.end])
        }
        var first = 0
        while first < sorted.count {
            let token = bytes[sorted[first].start..<sorted[first].end]
            var next = first + 1
            while next < sorted.count, sorted[next].beginning == sorted[first].beginning,
                bytes[sorted[next].start..<sorted[next].end] == token
            {
                next += 1
            }
            body(token, UInt32(clamping: next - first))
            first = next
        }
    }
}
