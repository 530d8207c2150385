// SPDX-License-Identifier: Apache-2.0

import RandomNumbers
import TextMutation

/// Bytes that look like messages of protobuf, whatever their type: fields with small numbers, which nest.
enum RandomMessage {
    private static let mutation = TextMutation(
        seeds: [""], pieces: ["\u{0}", "\u{8}", "\n", "\u{12}", "\u{7F}", "\u{10}"])

    /// Three times out of four a message, else one that is spoiled, or any bytes.
    static func bytes(using random: inout SplitMix64) -> [UInt8] {
        switch Int.random(in: 0..<16, using: &random) {
        case 0: (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 1...3: mutation.mutated(fields(depth: 0, using: &random), using: &random)
        default: fields(depth: 0, using: &random)
        }
    }

    private static func fields(depth: Int, using random: inout SplitMix64) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...(depth < 6 ? 5 : 1), using: &random) {
            bytes += field(depth: depth, using: &random)
        }
        return bytes
    }

    private static func field(depth: Int, using random: inout SplitMix64) -> [UInt8] {
        let number = UInt64.random(in: 1...(Int.random(in: 0..<4, using: &random) == 0 ? 63 : 13), using: &random)
        let wire = [0, 0, 1, 2, 2, 2, 2, 5, 5, 3].randomElement(using: &random) ?? 0
        let tag = varint(number << 3 | UInt64(wire))
        switch wire {
        case 0: return tag + varint(random.next() >> UInt64.random(in: 0..<64, using: &random))
        case 1: return tag + (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 3: return tag + fields(depth: depth + 1, using: &random) + varint(number << 3 | 4)
        case 5: return tag + (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) }
        default:
            let content = content(depth: depth, using: &random)
            return tag + varint(UInt64(content.count)) + content
        }
    }

    /// What has a length before it: a message, a text, or numbers.
    private static func content(depth: Int, using random: inout SplitMix64) -> [UInt8] {
        switch Int.random(in: 0..<6, using: &random) {
        case 0...3 where depth < 20: fields(depth: depth + 1, using: &random)
        case 4: Array("ä text".utf8.prefix(Int.random(in: 0...7, using: &random)))
        default: (0..<4 * Int.random(in: 0...4, using: &random)).map { _ in UInt8.random(in: 0...127, using: &random) }
        }
    }

    private static func varint(_ number: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
