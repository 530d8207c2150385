// SPDX-License-Identifier: Apache-2.0

import RandomNumbers

/// Damages files, the same way for the same seed.
struct Mutator {
    private var generator: SplitMix64

    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    private mutating func below(_ limit: Int) -> Int {
        Int(generator.next() % UInt64(max(limit, 1)))
    }

    /// One of `seeds` with one to eight changes.
    mutating func mutated(_ seeds: [[UInt8]]) -> [UInt8] {
        var file = seeds[below(seeds.count)]
        for _ in 0...below(8) { change(&file, others: seeds) }
        return file
    }

    private mutating func change(_ file: inout [UInt8], others: [[UInt8]]) {
        guard !file.isEmpty else { return }
        // Half of the damage goes where the headers are.
        let place = below(2) == 0 ? below(min(file.count, 200)) : below(file.count)
        switch below(8) {
        case 0: file[place] ^= 1 << UInt8(below(8))
        case 1: file[place] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF][below(6)]
        case 2: file[place] = UInt8(below(256))
        case 3: for offset in place..<min(place + 4, file.count) { file[offset] = [0, 0x7F, 0xFF][below(3)] }
        case 4: file.removeLast(below(file.count))
        case 5: file.removeSubrange(place..<min(place + 1 + below(32), file.count))
        case 6: file.insert(contentsOf: file[place..<min(place + 1 + below(64), file.count)], at: place)
        default:
            let other = others[below(others.count)]
            let start = below(other.count)
            let piece = other[start..<min(start + below(256), other.count)]
            file.replaceSubrange(place..<min(place + piece.count, file.count), with: piece)
        }
    }
}
