// SPDX-License-Identifier: Apache-2.0

/// Spoils texts for fuzzers of parsers: cuts, doubles and replaces parts, and puts in pieces that matter to the parser.
package struct TextMutation: Sendable {
    /// Texts that are right, or nearly.
    private let seeds: [[UInt8]]
    private let pieces: [[UInt8]]
    private let mostChanges: Int

    /// - Parameters:
    ///   - seeds: at least one.
    ///   - pieces: at least one.
    package init(seeds: [String], pieces: [String], mostChanges: Int = 8) {
        self.seeds = seeds.map { Array($0.utf8) }
        self.pieces = pieces.map { Array($0.utf8) }
        self.mostChanges = mostChanges
    }

    /// One of the seeds after some changes, often none.
    package func text(using random: inout some RandomNumberGenerator) -> [UInt8] {
        mutated(seeds.randomElement(using: &random) ?? [], using: &random)
    }

    /// `bytes` after some changes, often none.
    package func mutated(_ bytes: [UInt8], using random: inout some RandomNumberGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 0...mostChanges, using: &random) {
            let offset = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, offset + Int.random(in: 0...6, using: &random))
            let piece = pieces.randomElement(using: &random) ?? []
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.replaceSubrange(offset..<end, with: piece)
            case 1: bytes.insert(contentsOf: piece, at: offset)
            case 2 where offset < bytes.count: bytes[offset] = UInt8.random(in: 0...255, using: &random)
            case 3: bytes.removeSubrange(offset..<end)
            default: bytes.insert(contentsOf: bytes[offset..<end], at: offset)
            }
        }
        return bytes
    }
}
