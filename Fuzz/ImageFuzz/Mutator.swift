// SPDX-License-Identifier: Apache-2.0

/// Damages files, the same way for the same seed.
struct Mutator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64.
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private mutating func below(_ limit: Int) -> Int {
        Int(next() % UInt64(max(limit, 1)))
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
