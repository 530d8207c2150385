// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import Testing

@Suite struct TokenizerTests {
    @Test(arguments: [
        (Tokenization.word, "The Red-Car", ["the", "red", "car"]),
        (.word, "car_red", ["car", "red"]),
        (.word, "", []),
        (.word, " ,🍎! ", []),
        (.word, "a", ["a"]),
        (.word, "Straße Ⅷ ½ 42", ["straße", "ⅷ", "½", "42"]),
        (.word, "İstanbul ΑΣ", ["istanbul", "ασ"]),
        (.word, "cafe\u{301}s", ["cafe", "s"]),
        (.word, "日本語", ["日本語"]),
        (.lowercase, "The Red-Car\u{A0}x\u{2003}Y\n", ["the", "red-car", "x", "y"]),
        (.lowercase, " \t", []),
        (.whitespace, "The Red-Car the", ["The", "Red-Car", "the"]),
        (.field, " \n The Red-Car ", ["The Red-Car"]),
        (.field, "", [""]),
        (.field, "  ", [""]),
        (.trigram, "The Red-Car", ["the", "her", "ere", "red", "edc", "dca", "car"]),
        (.trigram, "ab", []),
        (.trigram, "a b c", ["abc"]),
        (.trigram, "Größe", ["grö", "röß", "öße"]),
    ])
    func `a text is cut as its tokenization says`(tokenization: Tokenization, text: String, tokens: [String]) {
        #expect(Tokenizer(tokenization).tokens(of: text) == tokens)
    }

    @Test func `tokens that differ in their code points alone stay different`() throws {
        let tokens = Tokenizer(.whitespace).tokens(of: "é e\u{301}")
        #expect(tokens.map { Array($0.utf8) } == [[0xC3, 0xA9], [0x65, 0xCC, 0x81]])
        let shard = try Shard(["t": .text(1, .whitespace)], values: [["t": .text("é")], ["t": .text("e\u{301}")]])
        #expect(try shard.find("t", .equal, .text("é")) == [0])
        #expect(try shard.find("t", .equal, .text("e\u{301}")) == [1])
    }

    @Test func `stop words leave queries of tokenization word alone`() {
        let english = StopWords(preset: .en)
        #expect(Tokenizer(.word).queryTokens(of: "the Red AND car", without: english) == ["red", "car"])
        #expect(Tokenizer(.lowercase).queryTokens(of: "the red", without: english) == ["the", "red"])
        #expect(Tokenizer(.word).queryTokens(of: "the red", without: StopWords(preset: .none)) == ["the", "red"])
    }

    @Test func `stop words can be added and removed`() {
        let words = StopWords(preset: .en, additions: ["Car"], removals: ["the"])
        #expect(Tokenizer(.word).queryTokens(of: "the car and I", without: words) == ["the", "i"])
    }
}
