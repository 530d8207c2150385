// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import Testing

@Suite struct FilterTests {
    private func texts(_ tokenization: Tokenization, _ texts: [String?]) throws -> Shard {
        try Shard(["t": .text(1, tokenization)], values: texts.map { text in text.map { ["t": .text($0)] } ?? [:] })
    }

    @Test func `a text equals a value if it has all its tokens, and differs if it has none of them`() throws {
        let shard = try texts(.word, ["Car, red!", "RED", "blue", nil])
        #expect(try shard.find("t", .equal, .text("the red car")) == [0])
        #expect(try shard.find("t", .notEqual, .text("red car")) == [2, 3])
        #expect(try shard.find("t", .containsNone, .texts(["red car"])) == [1, 2, 3])
        #expect(
            try shard.find(.not(.condition(.init(path: .property("t"), comparison: .equal, value: .text("red car")))))
                == [1, 2, 3])
    }

    @Test func `a value without tokens is an error, but not one of several in ContainsAny`() throws {
        let shard = try texts(.word, ["red"])
        let error = FilterError(.onlyStopWords)
        #expect(throws: error) { try shard.find("t", .equal, .text("the")) }
        #expect(throws: error) { try shard.find("t", .containsAll, .texts(["the", "red"])) }
        #expect(throws: error) { try shard.find("t", .containsAny, .texts(["the", ","])) }
        #expect(try shard.find("t", .containsAny, .texts(["the", "red"])) == [0])
        #expect(throws: error) { try shard.find("t", .like, .text(" ,")) }
    }

    @Test func `values and words of a filter have a limit, and so has each text`() throws {
        let shard = try Shard(["t": .text(1), "n": .scalar(2, .int)], values: [["t": .text("a b")]])
        var limits = QueryLimits()
        (limits.maximumTerms, limits.maximumTextBytes) = (6, 12)
        func resolve(_ name: String, _ comparison: FilterComparison, _ value: FilterValue) throws {
            let condition = FilterCondition(path: .property(name), comparison: comparison, value: value)
            _ = try shard.schema.resolve(
                .and([.condition(condition), .condition(condition)]), collection: "C", limits: limits,
                others: { _ in nil })
        }
        let tooMany = FilterError(.tooManyTerms(limit: 6), operandPath: [1])
        try resolve("n", .containsAny, .ints([1, 2, 3]))
        #expect(throws: tooMany) { try resolve("n", .containsAny, .ints([1, 2, 3, 4])) }
        try resolve("t", .equal, .text("x y"))
        #expect(throws: tooMany) { try resolve("t", .equal, .text("x y z")) }
        #expect(throws: tooMany) { try resolve("t", .like, .text("x* y* z*")) }
        #expect(throws: FilterError(.textTooLong(limit: 12), operandPath: [0])) {
            try resolve("t", .equal, .text("x, y, z, x, y"))
        }
    }

    @Test func `a path of any length is refused without a recursion`() throws {
        let reference = IndexedProperty(id: PropertyID(1), type: .reference(["A"]))
        var shard = Shard(["r": reference, "n": .scalar(2, .int)])
        let schema = shard.schema
        shard.others = { _ in ReferencedCollection(id: CollectionID(1), schema: schema) }
        func path(_ references: Int) -> FilterPath {
            var path = FilterPath.property("n")
            for _ in 0..<references { path = .through(property: "r", collection: "A", rest: path) }
            return path
        }
        #expect(try shard.find(path(20), .equal, .int(1)) == [])
        #expect(throws: FilterError(.pathTooLong(limit: 20))) { try shard.find(path(21), .equal, .int(1)) }
    }

    @Test func `Like matches single tokens, knows no stop words, and cuts trigram patterns by letters`() throws {
        let shard = try texts(.word, ["the Straße", "car", nil])
        #expect(try shard.find("t", .like, .text("THE")) == [0])
        #expect(try shard.find("t", .like, .text("Stra?e")) == [0])
        #expect(try shard.find("t", .like, .text("*")) == [0, 1])
        #expect(try texts(.trigram, ["Größe", "große"]).find("t", .like, .text("rö?")) == [0])
        #expect(throws: FilterError(.onlyStopWords)) { try texts(.trigram, ["x"]).find("t", .like, .text("r*")) }
    }

    @Test func `an empty value finds empty texts under tokenization field`() throws {
        #expect(try texts(.field, ["", " ", "x", nil]).find("t", .equal, .text("  ")) == [0, 1])
    }

    @Test func `ids are compared as bytes and by pattern, and what is no id finds nothing`() throws {
        let shard = try texts(.word, ["a", "b", "c"])
        func id(_ number: UInt64) -> String { ObjectID(high: 0, low: number).description }
        #expect(try shard.find(.id, .equal, .text(id(1).uppercased())) == [1])
        #expect(try shard.find(.id, .notEqual, .text(id(1))) == [0, 2])
        #expect(try shard.find(.id, .greaterThan, .text(id(1))) == [2])
        #expect(try shard.find(.id, .lessThanEqual, .text(id(1))) == [0, 1])
        #expect(try shard.find(.id, .containsAny, .texts([id(0), id(2), "x"])) == [0, 2])
        #expect(try shard.find(.id, .containsNone, .texts([id(0)])) == [1, 2])
        #expect(try shard.find(.id, .like, .text("0000*2")) == [2])
        #expect(try shard.find(.id, .like, .text("g*")) == [])
        #expect(try shard.find(.id, .equal, .text("x")) == [])
        #expect(throws: FilterError(.identifierWithWrongValue)) { try shard.find(.id, .isNull, .boolean(true)) }
    }

    @Test func `times are compared as times`() throws {
        var shard = Shard(["t": .text(1)], settings: InvertedIndexSettings(indexTimestamps: true))
        try shard.put(0, [:], creationTime: 999, updateTime: 1_000_000_000_000)
        try shard.put(1, [:], creationTime: 1_000_000_000_000, updateTime: 1_795_000_000_123)
        #expect(try shard.find(.creationTime, .greaterThan, .text("1000")) == [1])
        #expect(try shard.find(.creationTime, .lessThan, .date("1970-01-01T00:00:01Z")) == [0])
        #expect(try shard.find(.updateTime, .equal, .date("2001-09-09T01:46:40Z")) == [0])
        #expect(try shard.find(.updateTime, .containsNone, .texts(["1795000000123"])) == [0])
        #expect(throws: FilterError(.wrongValueType(given: "valueInt", type: "date", expected: "valueDate"))) {
            try shard.find(.creationTime, .equal, .int(1))
        }
        #expect(throws: FilterError(.timestampsNotIndexed)) {
            try texts(.word, []).find(.creationTime, .equal, .text("1"))
        }
    }

    @Test func `references are found by target and by number`() throws {
        let (one, two) = (ObjectID(high: 1, low: 1), ObjectID(high: 2, low: 2))
        let property = IndexedProperty(id: PropertyID(1), type: .reference(["A", "B"]))
        var shard = try Shard(
            ["r": property, "t": .text(2)],
            values: [
                ["r": .references([Beacon(collection: "A", id: one), Beacon(collection: "A", id: two)])],
                ["r": .references([Beacon(collection: "B", id: one)])],
                ["r": .references([Beacon(collection: nil, id: two)])],
                [:],
            ])
        let authors = InvertedIndexSchema(properties: ["name": .text(7)], settings: InvertedIndexSettings())
        shard.others = { name in name == "A" ? ReferencedCollection(id: CollectionID(5), schema: authors) : nil }
        func find(_ comparison: FilterComparison, _ value: FilterValue, _ targets: [ObjectID]) throws -> [UInt32] {
            shard.ids.targets = { collection, _ in
                #expect(collection == CollectionID(5))
                return TargetList(ids: targets)
            }
            return try shard.find(
                .through(property: "r", collection: "A", rest: .property("name")), comparison, value)
        }
        #expect(try find(.equal, .text("x"), [one]) == [0])
        #expect(try find(.notEqual, .text("x"), [two]) == [0, 2])
        #expect(try find(.containsNone, .texts(["x"]), [one]) == [1, 2, 3])
        #expect(try find(.containsAll, .texts(["x", "y"]), [two]) == [0, 2])
        // More targets than documents: the references are gone through instead.
        let many = (10..<20).map { ObjectID(high: $0, low: 0) }
        #expect(try find(.equal, .text("x"), many + [one]) == [0])
        #expect(try find(.equal, .text("x"), many + [one, two]) == [0, 2])
        #expect(throws: FilterError(.unknownProperty(name: "age", collection: "A"))) {
            try shard.find(.through(property: "r", collection: "A", rest: .property("age")), .equal, .int(1))
        }
        #expect(throws: FilterError(.unknownCollection("D"))) {
            try shard.find(.through(property: "r", collection: "D", rest: .property("name")), .equal, .text("x"))
        }
        #expect(try shard.find("r", .equal, .int(0)) == [3])
        #expect(try shard.find("r", .greaterThan, .int(1)) == [0])
        #expect(try shard.find("r", .lessThan, .int(2)) == [1, 2, 3])
        #expect(try shard.findings() == [])
        #expect(throws: FilterError(.notAReference(property: "t"))) {
            try shard.find(.through(property: "t", collection: "A", rest: .id), .equal, .text("x"))
        }
    }

    @Test func `a range index alone leaves documents without a value out of NotEqual`() throws {
        let property = IndexedProperty(id: PropertyID(1), type: .scalar(.int), isFilterable: false, hasRangeIndex: true)
        let shard = try Shard(["n": property], values: [["n": .int(1)], ["n": .int(2)], [:]])
        #expect(try shard.find("n", .notEqual, .int(1)) == [1])
        #expect(try shard.find("n", .greaterThanEqual, .int(1)) == [0, 1])
    }

    @Test(arguments: [
        (
            "x", FilterComparison.equal, FilterValue.int(1),
            FilterError.Reason.unknownProperty(name: "x", collection: "C")
        ),
        ("n", .equal, .text("1"), .wrongValueType(given: "valueText", type: "int", expected: "valueInt")),
        ("n", .equal, .ints([1]), .wrongListness(expected: "int", received: "[]int")),
        ("n", .containsAny, .int(1), .wrongListness(expected: "[]int", received: "int")),
        ("n", .like, .int(1), .operatorNotAllowed(comparison: "Like", type: "int")),
        ("n", .isNull, .boolean(true), .nullStateNotIndexed),
        ("off", .equal, .int(1), .notFilterable(property: "off")),
        ("d", .equal, .date("2020-01-01"), .invalidDate("2020-01-01")),
        ("u", .equal, .text("7"), .invalidUUID("7")),
        ("u", .like, .text("7*"), .operatorNotAllowed(comparison: "Like", type: "uuid/uuid[]")),
        (
            "g", .equal, .text("7"),
            .wrongValueType(given: "valueText", type: "geoCoordinates", expected: "valueGeoCoordinates")
        ),
        (
            "g", .withinGeoRange, .geoRange(center: GeoCoordinates(latitude: 0, longitude: 0), distanceInMeters: -1),
            .nonPositiveDistance
        ),
    ])
    func `a filter that does not fit is refused, with the place of the operand`(
        name: String, comparison: FilterComparison, value: FilterValue, reason: FilterError.Reason
    ) {
        let shard = Shard([
            "n": .scalar(1, .int), "off": IndexedProperty(id: PropertyID(2), type: .scalar(.int), isFilterable: false),
            "d": .scalar(3, .date), "u": .scalar(4, .uuid), "g": .scalar(5, .geoCoordinates),
        ])
        let condition = FilterCondition(path: .property(name), comparison: comparison, value: value)
        #expect(throws: FilterError(reason)) { try shard.find(.condition(condition)) }
        let good = FilterCondition(path: .property("n"), comparison: .equal, value: .int(1))
        let nested = Filter.and([.condition(good), .or([.condition(condition)])])
        #expect(throws: FilterError(reason, operandPath: [1, 0])) { try shard.find(nested) }
    }

    @Test func `nesting is limited and operands are required`() throws {
        let shard = try Shard(["n": .scalar(1, .int)], values: [["n": .int(1)]])
        let limit = InvertedIndexSchema.maximumFilterDepth
        func nested(_ depth: Int) -> Filter {
            let condition = FilterCondition(path: .property("n"), comparison: .equal, value: .int(1))
            return (1..<depth).reduce(.condition(condition)) { filter, _ in .and([filter]) }
        }
        #expect(try shard.find(nested(limit)) == [0])
        #expect(throws: FilterError.self) { try shard.find(nested(limit + 1)) }
        #expect(throws: FilterError(.noOperands(of: "And"))) { try shard.find(.and([])) }
    }

    @Test func `a text that is no longer searchable keeps its terms alone, however small the steps`() throws {
        let shard = try texts(.word, ["red car car", "red bus"])
        let before = shard.store.entries
        var steps = 1
        while try !shard.schema.removeEntries(.keywordSearch, of: PropertyID(1), atMost: 1, in: shard.store) {
            steps += 1
        }
        #expect(steps == before.count - shard.store.entries.count + 1 && steps > 1)
        #expect(
            try shard.find(
                .condition(
                    FilterCondition(path: .property("t"), comparison: .equal, value: .text("car")))) == [0])
    }

    @Test func `a property whose index is dropped leaves nothing, and can be indexed again`() throws {
        var shard = try texts(.word, ["red car car", String(repeating: "x", count: 400)])
        let before = shard.store.entries
        try shard.schema.removeEntries(of: PropertyID(1), in: shard.store)
        #expect(shard.store.entries.count == 2)
        var batch = PostingBatch()
        for document in shard.documents.values {
            shard.schema.addEntries(of: PropertyID(1), document: document, to: &batch)
        }
        try batch.flush(into: shard.store)
        #expect(shard.store.entries == before)
        try shard.remove(0)
        #expect(try shard.findings() == [])
    }
}
