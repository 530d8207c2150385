// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing

@testable import InvertedIndexes

@Suite struct AccentFoldingTests {
    @Test(arguments: [
        ("plain ASCII, 1 * ?", "plain ASCII, 1 * ?"), ("", ""), ("L'école ÉTÉ", "L'ecole ETE"),
        ("cafe\u{301}", "cafe"), ("Ñandú Čeština İ", "Nandu Cestina I"), ("Straße STRAẞE", "Strasse STRASSE"),
        ("Æsir œuvre Ø ø Ǿ", "AEsir oeuvre O o O"), ("Łódź Đorđe Þór ð ħ ŧ ı", "Lodz Dorde Thor d h t i"),
        ("ệ", "e"), ("日本語 한국어 🍎", "日本語 한국어 🍎"), ("привет", "привет"),
    ])
    func `letters lose their accents, and Latin letters of their own become ASCII`(text: String, folded: String) {
        #expect(Array(AccentFolding().folded(text).utf8) == Array(folded.utf8))
        // What is folded is not changed by folding it again.
        #expect(Array(AccentFolding().folded(folded).utf8) == Array(folded.utf8))
    }

    @Test func `characters that are kept stay, composed or not, in their own case only`() {
        for kept in ["é", "e\u{301}"] {
            let folding = AccentFolding(keeping: [kept, "ø"])
            #expect(folding.folded("école è É ø Ø") == "école e E ø O")
            #expect(Array(folding.folded("e\u{301}").utf8) == Array("é".utf8))
        }
    }

    @Test func `a character is one letter, composed or not`() {
        #expect(AccentFolding.character("é") == "é")
        #expect(AccentFolding.character("e\u{301}") == "é")
        #expect(AccentFolding.character("") == nil)
        #expect(AccentFolding.character("ab") == nil)
    }

    @Test func `filters and keyword search find with and without accents where they are folded`() throws {
        var folded = IndexedProperty.text(1)
        folded.folding = AccentFolding()
        let values: [[String: PropertyValue]] = [
            ["f": .text("Café Crème"), "p": .text("Café Crème")], ["f": .text("cafe"), "p": .text("cafe")],
            ["f": .text("tea"), "p": .text("tea")],
        ]
        let shard = try Shard(["f": folded, "p": .text(2)], values: values)
        for text in ["cafe", "CAFÉ", "cafe\u{301}"] {
            #expect(try shard.find("f", .equal, .text(text)) == [0, 1], "\(text)")
        }
        #expect(try shard.find("p", .equal, .text("cafe")) == [1])
        #expect(try shard.find("p", .equal, .text("café")) == [0])
        #expect(try shard.find("f", .like, .text("*rèm?")) == [0])
        #expect(try shard.find("f", .containsAny, .texts(["créme", "téa"])) == [0, 2])
        #expect(try shard.find("f", .notEqual, .text("café")) == [2])
    }

    @Test func `a property leaves out its own stop words and not those of the collection`() throws {
        var french = IndexedProperty.text(1)
        french.stopWords = StopWords(["le", "la"])
        let shard = try Shard(
            ["f": french, "p": .text(2)],
            values: [
                ["f": .text("la tasse"), "p": .text("la tasse")], ["f": .text("the cup"), "p": .text("the cup")],
            ])
        #expect(try shard.find("f", .equal, .text("la tasse")) == [0])
        #expect(try shard.find("f", .equal, .text("le tasse")) == [0])
        #expect(try shard.find("p", .equal, .text("le tasse")) == [])
        #expect(try shard.find("f", .equal, .text("a cup")) == [])
        #expect(try shard.find("p", .equal, .text("a cup")) == [1])
    }
}
