// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing

@testable import InvertedIndexes

@Suite struct WildcardPatternTests {
    private func matches(_ pattern: String, _ text: String) throws -> Bool {
        try WildcardPattern(Array(pattern.utf8)).matches(Array(text.utf8), WorkMeter(.never))
    }

    /// What the operator means, by trying everything.
    private func isLike(_ text: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
        guard let piece = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        if piece == "*" { return (text.startIndex...text.endIndex).contains { isLike(text[$0...], rest) } }
        guard let character = text.first, piece == "?" || piece == character else { return false }
        return isLike(text.dropFirst(), rest)
    }

    @Test func `all short patterns match what trying everything matches`() throws {
        func all(_ alphabet: [String], upTo length: Int) -> [String] {
            var words = [""]
            var last = [""]
            for _ in 0..<length {
                last = last.flatMap { word in alphabet.map { word + $0 } }
                words += last
            }
            return words
        }
        let texts = all(["a", "é", "🍎"], upTo: 4)
        for pattern in all(["a", "é", "?", "*"], upTo: 4) {
            let wrong = try texts.filter { try matches(pattern, $0) != isLike(Array($0)[...], Array(pattern)[...]) }
            #expect(wrong == [], "\(pattern)")
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `long patterns match what trying everything matches`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let text = (0..<Int.random(in: 100...300, using: &generator)).map { _ in
                "ab".randomElement(using: &generator)!
            }
            // A piece of the text that crosses the width of a word, with some characters left open.
            let start = Int.random(in: 0..<20, using: &generator)
            let piece = text[start..<start + Int.random(in: 60...80, using: &generator)].map { character -> Character in
                Int.random(in: 0..<8, using: &generator) == 0 ? "?" : character
            }
            #expect(try matches("*" + String(piece) + "*", String(text)), "seed \(seed)")
            let other = "a*" + String(piece) + "c?*"
            #expect(try matches(other, String(text)) == isLike(text[...], Array(other)[...]), "seed \(seed)")
        }
    }

    @Test func `a long pattern that hardly differs from a long text is looked at once`() throws {
        let text = Array(String(repeating: "a", count: 60_000).utf8)
        let pattern = WildcardPattern(Array(("*" + String(repeating: "a", count: 30_000) + "b*").utf8))
        let meter = WorkMeter(.never)
        for _ in 0..<10 { #expect(try !pattern.matches(text, meter)) }
        #expect(meter.total <= 10 * 3 * 60_000)
    }

    @Test func `a cancellation stops a comparison`() throws {
        let text = Array(String(repeating: "a", count: 1 << 20).utf8)
        let pattern = WildcardPattern(Array(("*" + String(repeating: "a?", count: 1_000) + "b*").utf8))
        #expect(throws: CancellationError.self) { try pattern.matches(text, WorkMeter(Cancellation { true })) }
    }
}
