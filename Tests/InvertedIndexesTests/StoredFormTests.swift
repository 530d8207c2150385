// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing

@testable import InvertedIndexes

@Suite struct StoredFormTests {
    private static func chunk(_ numbers: some Sequence<UInt16>) -> PostingChunk {
        var chunk = PostingChunk()
        chunk.apply(numbers.map { (number: $0, isIn: true) })
        return chunk
    }

    /// The numbers of a stored chunk.
    private static func numbers(_ bytes: [UInt8]) -> [UInt16] {
        var numbers: [UInt16] = []
        // Safety: integers have no padding.
        _ = PostingChunk.visit(unsafe bytes.span.bytes) { numbers.append($0) }
        return numbers
    }

    @Test(
        arguments: [
            [0], [65_535], [0, 65_535], [1, 2, 3, 4, 5, 6], Array(0...65_535), Array(stride(from: 0, to: 8_190, by: 2)),
            Array(stride(from: 0, to: 8_194, by: 2)), Array(stride(from: 0, through: 65_534, by: 2)),
            Array(100...9_000),
        ] as [[UInt16]])
    func `a chunk gives back its numbers, in at most 8195 bytes`(numbers: [UInt16]) throws {
        let bytes = try #require(Self.chunk(numbers).encoded())
        #expect(Self.numbers(bytes) == numbers)
        #expect(bytes.count <= 8_195)
        // Safety: integers have no padding.
        let span = unsafe bytes.span.bytes
        #expect(PostingChunk.count(span) == numbers.count)
        #expect(PostingChunk(span)?.encoded() == bytes)
        let set = Set(numbers)
        for number in [0, 1, 2, 99, 100, 4_095, 9_000, 9_001, 65_534, 65_535] as [UInt16] {
            #expect(PostingChunk.contains(span, number) == set.contains(number))
        }
        var words = [UInt64](repeating: 0, count: 1024)
        #expect(PostingChunk.fill(span, into: &words, at: 0))
        #expect(words.reduce(0) { $0 + $1.nonzeroBitCount } == numbers.count)
    }

    @Test func `the same numbers have the same bytes, however they came in`() {
        var chunk = Self.chunk(0...65_535)
        chunk.apply((0...65_535 as ClosedRange<UInt16>).filter { $0 % 3 != 0 }.map { (number: $0, isIn: false) })
        #expect(chunk.encoded() == Self.chunk(stride(from: 0, through: 65_535, by: 3)).encoded())
        chunk.apply((0...65_535 as ClosedRange<UInt16>).filter { $0 != 9 }.map { (number: $0, isIn: false) })
        #expect(chunk.encoded() == [0, 9, 0])
        chunk.apply([(number: 9, isIn: false)])
        #expect(chunk.encoded() == nil)
    }

    @Test(
        arguments: [
            [], [0], [0, 1], [3, 0, 0], [1, 0, 0, 5], [2, 0, 0], [2, 0, 0, 1], [0, 1, 0, 1, 0], [2, 0, 0, 1, 0, 2, 0],
        ] as [[UInt8]])
    func `bytes that are no chunk are refused`(bytes: [UInt8]) {
        // Safety: integers have no padding.
        #expect(PostingChunk(unsafe bytes.span.bytes) == nil)
    }

    @Test func `a damaged entry is reported and thrown, with its key`() throws {
        let shard = try Shard(["n": .scalar(1, .int)], values: [["n": .int(5)]])
        let key = IndexKey.chunk(IndexKey.prefix(.term, PropertyID(1), IndexTerm.int(5)), 0)
        try shard.store.put([7, 7, 7], for: key)
        #expect(throws: IndexDamage.malformedEntry(key: key)) { try shard.find("n", .equal, .int(5)) }
        #expect(try shard.findings().count >= 2)
        try shard.store.put([0, 0, 0, 1, 0], for: key)
        #expect(try shard.findings() == ["2 entries of kind term of property 1 are stored; the documents have 1"])
        try shard.store.removeValue(for: key)
        #expect(try !shard.findings().isEmpty)
    }

    @Test func `the order of terms is the order of values`() {
        let ints: [Int64] = [.min, -256, -1, 0, 1, 255, 256, .max]
        #expect(
            zip(ints, ints.dropFirst()).allSatisfy { IndexTerm.int($0).lexicographicallyPrecedes(IndexTerm.int($1)) })
        let numbers: [Double] = [
            -.infinity, -1e300, -1, -1e-300, 0, Double.leastNonzeroMagnitude, 1, 1.5, 1e300, .infinity, .nan,
        ]
        #expect(
            zip(numbers, numbers.dropFirst()).allSatisfy {
                IndexTerm.number($0).lexicographicallyPrecedes(IndexTerm.number($1))
            })
        #expect(IndexTerm.number(-0.0) == IndexTerm.number(0))
        let dates = [
            "0000-01-01T00:00:00Z", "1969-12-31T23:59:59.999999999Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
        ]
        let instants = dates.compactMap { Instant($0) }.map(IndexTerm.instant)
        #expect(zip(instants, instants.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
        let long = [UInt8](repeating: 0x78, count: 299)
        let tokens: [[UInt8]] = [
            [], [0], [0, 0], [0, 1], [1], [0x61], [0x61, 0], [0x61, 0, 0x62], [0x61, 0x62], long, long + [0],
            long + [0x78],
        ]
        let terms = tokens.map { TextTerm($0).bytes }
        #expect(zip(terms, terms.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
    }

    @Test(arguments: [299, 300, 301, 100_000])
    func `a term of any length fits into a key and is found`(length: Int) throws {
        let text = String(repeating: "ü", count: length / 2) + (length % 2 == 1 ? "x" : "")
        #expect(TextTerm(Array(text.utf8)).isCut == (length > 300))
        var shard = try Shard(
            ["t": .text(1, .field)], values: [["t": .text(text)], ["t": .text(text + "a")], ["t": .text(text + "b")]])
        #expect(shard.store.longestKeyWritten <= 400)
        #expect(try shard.find("t", .equal, .text(text + "a")) == [1])
        #expect(try shard.find("t", .greaterThan, .text(text)) == [1, 2])
        #expect(try shard.find("t", .lessThanEqual, .text(text + "a")) == [0, 1])
        #expect(try shard.find("t", .like, .text("ü*a")) == [1])
        #expect(try shard.find("t", .like, .text(text + "?")) == [1, 2])
        for number in 0..<3 as Range<UInt32> { try shard.remove(number) }
        #expect(shard.store.entries.isEmpty)
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func `SHA-256 gives the published results`(message: String, hash: String) {
        #expect(IndexDamage.hexadecimal(SHA256.hash(of: Array(message.utf8))) == hash)
    }

    @Test(arguments: [
        ("", "", true), ("", "a", false), ("*", "", true), ("*", "abc", true), ("?", "", false), ("?", "ß", true),
        ("Stra?e", "Straße", true), ("a*b*c", "aXbXbc", true), ("a*b*c", "aXbXbd", false), ("**a", "ba", true),
        ("a?", "a", false), ("*a?c*", "xxaabcx", true), ("a*", "b", false), ("*🍎", "x🍎", true),
        (String(repeating: "a*", count: 30) + "b", String(repeating: "a", count: 5_000), false),
    ])
    func `a pattern matches whole texts`(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try WildcardPattern(Array(pattern.utf8)).matches(Array(text.utf8), WorkMeter(.never)) == isMatch)
    }
}
