// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import Testing

@Suite struct KeywordSearchTests {
    /// Ten documents, `red` in five; eight have tokens, seventeen in all.
    private static let texts = [
        "RED", "red car", "red blue car", "the red car", "red red", "green", "a b c d", "x", nil, nil,
    ]

    private func shard() throws -> Shard {
        try Shard(["t": .text(1)], values: Self.texts.map { text in text.map { ["t": .text($0)] } ?? [:] })
    }

    @Test func `the score is that of the real server`() throws {
        let matches = try shard().search("red")
        let match = try #require(matches.first { $0.document == DocumentID(0) })
        #expect(match.score == 0.4021673)
        #expect(match.explanationText == ", BM25F_red_frequency:1, BM25F_red_propLength:1")
        #expect(matches.count == 5)
        #expect(matches.first?.document == DocumentID(4))
    }

    @Test func `a token that the query repeats counts twice`() throws {
        let shard = try shard()
        let once = try shard.search("red")
        let twice = try shard.search("red red")
        #expect(zip(once, twice).allSatisfy { abs($0.score * 2 - $1.score) < 1e-6 })
    }

    @Test func `deletes and updates leave scores as if they had never been`() throws {
        var changed = try shard()
        try changed.put(10, ["t": .text("red red red red red")])
        try changed.put(6, ["t": .text("red")])
        try changed.remove(10)
        try changed.put(6, ["t": .text("a b c d")])
        #expect(try changed.search("red car") == shard().search("red car"))
        #expect(try changed.findings() == [])
    }

    @Test func `a filter leaves scores alone`() throws {
        let shard = try shard()
        let all = try shard.search("red")
        let some = try shard.search("red", filter: [DocumentID(0), DocumentID(3), DocumentID(9)])
        #expect(some == all.filter { [0, 3].contains($0.document.number) })
        #expect(try shard.search("red", filter: DocumentSet()) == [])
    }

    @Test func `a query of stop words alone finds nothing and one without text is refused`() throws {
        #expect(try shard().search("the") == [])
        #expect(throws: KeywordSearchError.emptyQuery) { try shard().search("") }
    }

    @Test func `a blank query finds empty texts under tokenization field`() throws {
        let shard = try Shard(
            ["t": .text(1, .field)], values: [["t": .text("")], ["t": .text("x")], [:], ["t": .text("  ")]])
        #expect(try Set(shard.search(" ").map(\.document.number)) == [0, 3])
    }

    @Test(arguments: [
        (KeywordQuery.Operator.or(minimumMatches: 1), [0, 1, 2] as [UInt32]),
        (.or(minimumMatches: 2), [0]),
        (.or(minimumMatches: 3), []),
        (.and, [0]),
        (.andAcross, [0, 2]),
    ])
    func `operators ask for tokens in one property, or across`(
        matching: KeywordQuery.Operator, expected: [UInt32]
    ) throws {
        let shard = try Shard(
            ["a": .text(1), "b": .text(2)],
            values: [
                ["a": .text("red car")], ["a": .text("red"), "b": .text("red")],
                ["a": .text("red"), "b": .text("car")],
                ["b": .text("x")],
            ])
        #expect(try shard.search("red car red", matching: matching).map(\.document.number).sorted() == expected)
    }

    @Test func `operators across properties of different tokenizations are refused`() throws {
        let shard = try Shard(["a": .text(1), "b": .text(2, .field)], values: [["a": .text("x"), "b": .text("x")]])
        #expect(throws: KeywordSearchError.differentTokenizations) { try shard.search("x", matching: .andAcross) }
    }

    @Test func `boosts multiply, the last one of a property counts, and one that is no number is 0`() throws {
        let shard = try shard()
        let plain = try shard.search("red", in: ["t"])
        #expect(try shard.search("red", in: ["t^9", "t^2"]).map(\.score) == plain.map { $0.score * 2 })
        #expect(try shard.search("red", in: ["t^x"]).map(\.score) == [0, 0, 0, 0, 0])
        #expect(throws: KeywordSearchError.notSearchable(property: "n")) { try shard.search("red", in: ["n"]) }
    }

    @Test(arguments: ["t^3e38", "t^-3e38", "t^1e39", "t^inf", "t^-inf", "t^nan", "t^1000001"])
    func `a boost that is not finite and sensible is refused`(name: String) throws {
        #expect(throws: KeywordSearchError.boostOutOfRange(property: "t")) { try shard().search("red", in: [name]) }
    }

    @Test(arguments: [0, 1, -1, 1e30, -1e30, .infinity, -.infinity, .nan] as [Float])
    func `scores are finite whatever k1, b and boosts are stored or given`(number: Float) throws {
        let settings = InvertedIndexSettings(bm25K1: number, bm25B: number)
        let shard = try Shard(
            ["a": .text(1), "b": .text(2)], settings: settings,
            values: [["a": .text("x"), "b": .text("x")], ["a": .text("x y x")], ["b": .text("y")]])
        let words = Array(repeating: "x", count: 60).joined(separator: " ") + " y"
        for boosts in [(number, number), (number, -number), (number, 1)] {
            let fields = [
                KeywordQuery.Field(property: PropertyID(1), boost: boosts.0),
                KeywordQuery.Field(property: PropertyID(2), boost: boosts.1),
            ]
            for limit in [1, 2, 100] {
                let matches = try shard.schema.search(
                    KeywordQuery(text: words, fields: fields), filter: nil, limit: limit, ids: shard.ids,
                    in: shard.store)
                #expect(matches.count == min(limit, 3))
                #expect(matches.allSatisfy { $0.score.isFinite })
            }
        }
    }

    @Test func `words times properties have a limit, and so has the length of the text`() throws {
        let properties = Dictionary(uniqueKeysWithValues: (1...10).map { ("p\($0)", IndexedProperty.text($0)) })
        let shard = try Shard(properties, values: [["p1": .text("w3")]])
        let text = (0..<10).map { "w\($0)" }.joined(separator: " ")
        let query = KeywordQuery(text: text, fields: try shard.schema.keywordFields(named: []))
        var limits = QueryLimits()
        func search() throws -> [UInt32] {
            try shard.schema.search(query, filter: nil, limit: 5, ids: shard.ids, in: shard.store, limits: limits)
                .map(\.document.number)
        }
        limits.maximumTerms = 100
        #expect(try search() == [0])
        limits.maximumTerms = 99
        #expect(throws: KeywordSearchError.tooManyTerms(limit: 99)) { try search() }
        limits.maximumTextBytes = text.utf8.count - 1
        #expect(throws: KeywordSearchError.textTooLong(limit: limits.maximumTextBytes)) { try search() }
    }

    @Test func `equal scores are in order of ids, and pages neither repeat nor miss any`() throws {
        var shard = Shard(["t": .text(1)])
        var batch = PostingBatch()
        for number in 0..<50 as Range<UInt32> {
            shard.put(number, ["t": .text(number == 25 ? "red red" : "red")], in: &batch)
        }
        try batch.flush(into: shard.store)
        // Ids fall as numbers rise.
        shard.ids.documents = Dictionary(
            uniqueKeysWithValues: (0..<50).map { (ObjectID(high: 0, low: UInt64(100 - $0)), DocumentID($0)) })
        let all = try shard.search("red").map(\.document.number)
        #expect(all == [25] + (0..<50).reversed().filter { $0 != 25 })
        for limit in [1, 2, 25, 49, 50, 51] {
            #expect(try shard.search("red", limit: limit).map(\.document.number) == Array(all.prefix(limit)))
        }
    }

    @Test func `documents of several stretches are ranked together`() throws {
        var shard = Shard(["t": .text(1)])
        for number in [3, 70_000, 200_000] as [UInt32] {
            try shard.put(number, ["t": .text(String(repeating: "red ", count: Int(number % 7) + 1))])
        }
        let matches = try shard.search("red")
        #expect(Set(matches.map(\.document.number)) == [3, 70_000, 200_000])
        #expect(matches.first?.explanation.first?.frequency == matches.map { $0.explanation[0].frequency }.max())
    }
}
