// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Gives different texts numbers, from 0 on in the order in which they come. Texts are equal when their bytes are.
///
/// A hash table with open addressing over the bytes of all texts, which makes no object of a text: the dictionaries of thousands of blocks
/// come by here. Hashes are seeded, so that nobody can choose texts that collide.
package struct TextDictionary: Sendable {
    /// UTF-8, one behind the other.
    private var bytes: [UInt8] = []
    /// Where in `bytes` each begins, and after the last where it ends.
    private var starts = [0]
    private var hashes: [Int] = []
    /// Codes plus one, each in the first free place from its hash on; 0: free. A power of two of them.
    private var slots: [UInt32] = Array(repeating: 0, count: 64)

    package init() {}

    /// How many different texts there are.
    package var count: Int { hashes.count }

    /// The number of a text, a new one if it is.
    package mutating func code(of text: Span<UInt8>) -> Int {
        let hash = Self.hash(text)
        let slot = slot(of: text, hash)
        if slots[slot] != 0 { return Int(slots[slot]) - 1 }
        // Safety: the buffer lives for the closure.
        unsafe text.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        starts.append(bytes.count)
        hashes.append(hash)
        slots[slot] = UInt32(count)
        if count * 2 > slots.count { grow() }
        return count - 1
    }

    package mutating func code(of text: String) -> Int {
        var text = text
        // Safety: the bytes are only read while the closure runs.
        return text.withUTF8 { unsafe code(of: $0.span) }
    }

    /// The number of a text, `nil` if it has none.
    package func knownCode(of text: Span<UInt8>) -> Int? {
        let slot = slots[slot(of: text, Self.hash(text))]
        return slot == 0 ? nil : Int(slot) - 1
    }

    package func knownCode(of text: String) -> Int? {
        var text = text
        // Safety: the bytes are only read while the closure runs.
        return text.withUTF8 { unsafe knownCode(of: $0.span) }
    }

    package func text(_ code: Int) -> String {
        String(decoding: bytes[starts[code]..<starts[code + 1]], as: UTF8.self)
    }

    /// Whether one text comes before another in the order of their bytes.
    package func precedes(_ left: Int, _ right: Int) -> Bool {
        bytes[starts[left]..<starts[left + 1]].lexicographicallyPrecedes(bytes[starts[right]..<starts[right + 1]])
    }

    /// Of this process.
    private static let seed = UInt64.random(in: 0...UInt64.max)
    private static let factor = UInt64.random(in: 0...UInt64.max) | 1

    /// Eight bytes at a time are multiplied by a secret number to 128 bits, whose halves are folded, as wyhash does
    /// (github.com/wangyi-fudan/wyhash). Swift's `Hasher` takes several times as long for a few bytes.
    private static func hash(_ text: Span<UInt8>) -> Int {
        // Safety: bytes are numbers, whatever they are.
        let bytes = unsafe text.bytes
        let factor = Self.factor
        var hash = seed ^ UInt64(text.count)
        var offset = 0
        func mix(_ word: UInt64) {
            let product = (hash ^ word).multipliedFullWidth(by: factor)
            hash = product.high ^ product.low
        }
        while offset + 8 <= text.count {
            // Safety: eight bytes from `offset` on lie inside the span.
            mix(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        if offset < text.count {
            var rest: UInt64 = 0
            for index in offset..<text.count { rest = rest << 8 | UInt64(text[index]) }
            mix(rest)
        }
        mix(seed)
        return Int(truncatingIfNeeded: hash)
    }

    /// Where a text is, or a free place for it.
    private func slot(of text: Span<UInt8>, _ hash: Int) -> Int {
        var slot = hash & (slots.count - 1)
        while slots[slot] != 0 {
            let code = Int(slots[slot]) - 1
            if hashes[code] == hash, isEqual(code, text) { break }
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    private func isEqual(_ code: Int, _ text: Span<UInt8>) -> Bool {
        let start = starts[code]
        guard starts[code + 1] - start == text.count else { return false }
        if text.isEmpty { return true }
        // Safety: both have `text.count` bytes, at least one, from where they are compared.
        return unsafe bytes.withUnsafeBufferPointer { known in
            unsafe text.withUnsafeBufferPointer { text in
                unsafe memcmp(known.baseAddress! + start, text.baseAddress!, text.count) == 0
            }
        }
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for (code, hash) in hashes.enumerated() {
            var slot = hash & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(code + 1)
        }
    }
}
