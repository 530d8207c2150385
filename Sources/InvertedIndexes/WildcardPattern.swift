// SPDX-License-Identifier: Apache-2.0

/// A pattern of `Like`: `?` stands for one character (code point), `*` for any number, also none; all else for itself.
///
/// It is cut at its `*` into segments. The first must be where the text begins, the last where it ends, and each of the others is taken at
/// the first place where it fits behind the one before, which leaves the most for those that follow.
struct WildcardPattern: Hashable, Sendable {
    /// What stands between the `*`; one segment more than there are runs of `*`. Empty ones at the ends stand for nothing.
    private let segments: [WildcardSegment]
    /// The UTF-8 bytes before the first wildcard: every match begins with them.
    let literalPrefix: [UInt8]
    /// Whether there is no wildcard, so that only the text itself matches.
    let isLiteral: Bool

    /// - Parameter text: UTF-8.
    /// - Complexity: O(length of the text).
    init(_ text: [UInt8]) {
        var segments: [[UInt8]] = [[]]
        for byte in text {
            if byte != UInt8(ascii: "*") {
                segments[segments.count - 1].append(byte)
            } else if segments.count == 1 || !segments[segments.count - 1].isEmpty {
                // Two `*` in a row say no more than one.
                segments.append([])
            }
        }
        self.segments = segments.map { WildcardSegment($0) }
        literalPrefix = Array(text.prefix { $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "?") })
        isLiteral = literalPrefix.count == text.count
    }

    /// Whether the whole of `text`, valid UTF-8, matches.
    ///
    /// - Throws: `CancellationError`.
    /// - Complexity: O(length of the text), and for segments with `?` that times their length / 64.
    func matches(_ text: [UInt8], _ meter: WorkMeter) throws -> Bool {
        try meter.count(text.count)
        guard let first = segments.first, let last = segments.last else { return false }
        guard let start = first.endOfMatch(in: text, from: 0) else { return false }
        if segments.count == 1 { return start == text.count }
        guard let end = last.startOfMatch(in: text, upTo: text.count), end >= start else { return false }
        var position = start
        for segment in segments.dropFirst().dropLast() {
            guard let next = try segment.firstEnd(in: text, position..<end, meter) else { return false }
            position = next
        }
        return true
    }
}

/// A piece of a pattern without `*`.
struct WildcardSegment: Hashable, Sendable {
    private let bytes: [UInt8]
    private let hasWildcard: Bool
    /// For a search without wildcards: for each beginning of `bytes`, the length of the longest shorter beginning that it ends with
    /// (Knuth, Morris and Pratt).
    private let failures: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        hasWildcard = bytes.contains(UInt8(ascii: "?"))
        failures = hasWildcard ? [] : Self.failures(of: bytes)
    }

    private static func failures(of bytes: [UInt8]) -> [Int] {
        var failures = [Int](repeating: 0, count: bytes.count)
        var length = 0
        for index in bytes.indices.dropFirst() {
            while length > 0, bytes[index] != bytes[length] { length = failures[length - 1] }
            if bytes[index] == bytes[length] { length += 1 }
            failures[index] = length
        }
        return failures
    }

    /// Where the segment ends if it begins at `start`; nil if it does not fit there.
    func endOfMatch(in text: [UInt8], from start: Int) -> Int? {
        var position = start
        for byte in bytes {
            guard position < text.count else { return nil }
            if byte == UInt8(ascii: "?") {
                position += 1
                while position < text.count, Self.continuesCharacter(text[position]) { position += 1 }
            } else {
                guard text[position] == byte else { return nil }
                position += 1
            }
        }
        return position
    }

    /// Where the segment begins if it ends at `end`; nil if it does not fit there.
    func startOfMatch(in text: [UInt8], upTo end: Int) -> Int? {
        var position = end
        for byte in bytes.reversed() {
            guard position > 0 else { return nil }
            position -= 1
            if byte == UInt8(ascii: "?") {
                while position > 0, Self.continuesCharacter(text[position]) { position -= 1 }
            } else {
                guard text[position] == byte else { return nil }
            }
        }
        return position
    }

    /// Where the first match inside of `range`, which begins and ends between characters, ends.
    func firstEnd(in text: [UInt8], _ range: Range<Int>, _ meter: WorkMeter) throws -> Int? {
        if bytes.isEmpty { return range.lowerBound }
        return hasWildcard
            ? try firstEndOfWildcards(in: text, range, meter) : try firstEndOfBytes(in: text, range, meter)
    }

    private func firstEndOfBytes(in text: [UInt8], _ range: Range<Int>, _ meter: WorkMeter) throws -> Int? {
        try meter.count(range.count)
        var length = 0
        for position in range {
            while length > 0, text[position] != bytes[length] { length = failures[length - 1] }
            if text[position] == bytes[length] { length += 1 }
            if length == bytes.count { return position + 1 }
        }
        return nil
    }

    /// All beginnings of the segment that end at a position are kept as the bits of a number (Baeza-Yates and Gonnet): bit i says that the
    /// first i + 1 pieces match.
    private func firstEndOfWildcards(in text: [UInt8], _ range: Range<Int>, _ meter: WorkMeter) throws -> Int? {
        let wordCount = (bytes.count + 63) / 64
        let masks = masks(wordCount)
        let (lastWord, lastBit) = ((bytes.count - 1) / 64, UInt64(1) << UInt64((bytes.count - 1) % 64))
        var matched = [UInt64](repeating: 0, count: wordCount)
        for position in range {
            try meter.count(1 + wordCount)
            let byte = text[position]
            let isContinuation = Self.continuesCharacter(byte)
            let fits = masks.bytes[byte] ?? (isContinuation ? masks.none : masks.anyCharacter)
            var carry: UInt64 = 1
            for word in 0..<wordCount {
                let before = matched[word]
                // A character taken for `?` goes on with the bytes that continue it.
                let extended = isContinuation ? before & masks.anyCharacter[word] : 0
                matched[word] = (before << 1 | carry) & fits[word] | extended
                carry = before >> 63
            }
            let isEnd = position + 1 == text.count || !Self.continuesCharacter(text[position + 1])
            if isEnd, matched[lastWord] & lastBit != 0 { return position + 1 }
        }
        return nil
    }

    /// For each byte the pieces that it fits.
    private func masks(
        _ wordCount: Int
    ) -> (bytes: [UInt8: [UInt64]], anyCharacter: [UInt64], none: [UInt64]) {
        let none = [UInt64](repeating: 0, count: wordCount)
        var anyCharacter = none
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "?") {
            anyCharacter[index / 64] |= 1 << UInt64(index % 64)
        }
        var masks: [UInt8: [UInt64]] = [:]
        for (index, byte) in bytes.enumerated() where byte != UInt8(ascii: "?") {
            masks[byte, default: Self.continuesCharacter(byte) ? none : anyCharacter][index / 64] |=
                1 << UInt64(index % 64)
        }
        return (masks, anyCharacter, none)
    }

    private static func continuesCharacter(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
