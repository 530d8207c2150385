// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import DatabaseTesting
import ImageVectorizer
import InvertedIndexes
import JSON
import Testing

@testable import GraphQLAPI

@Suite struct GetTests {
    /// The query that the database is asked for arguments of `Thing`.
    private func query(_ arguments: String, of collection: String = "Thing") async throws -> Query? {
        let database = Fixture.database()
        let messages = try await database.messages("{ Get { \(collection)(\(arguments)) { __typename } } }")
        #expect(messages == [])
        return database.queries.first
    }

    private func message(
        _ arguments: String, of collection: String = "Thing", _ result: Result<[Hit], DatabaseError> = .success([])
    ) async throws -> String? {
        let database = Fixture.database()
        database.answer(collection, with: result)
        return try await database.messages("{ Get { \(collection)(\(arguments)) { __typename } } }").first
    }

    // MARK: Answers

    @Test func `values of every type are written, and what is absent is null`() async throws {
        let database = Fixture.database()
        database.answer(
            "Thing",
            with: .success([
                Fixture.hit([
                    "title": .text("a \"b\""), "num": .int(9_007_199_254_740_992), "real": .number(4.89e-7),
                    "flag": .boolean(true), "day": .date("2020-01-01T00:00:00Z"), "uid": .uuid(Fixture.authorID),
                    "image": .blob(Blob(bytes: [1, 2, 3])), "tags": .array([.text("x"), .text("y")]),
                    "place": .geoCoordinates(GeoCoordinates(latitude: 52.5, longitude: -4.25)),
                    "phone": .phoneNumber(
                        PhoneNumber(input: "12", defaultCountry: "NL", national: 12, countryCode: 31)),
                    "inner": .object(["label": .text("l"), "deep": .array([.object(["n": .int(1)]), .object([:])])]),
                ]), Fixture.hit(),
            ]))
        let answer = try await database.answer(
            """
            { Get { Thing { title num real flag day uid image tags place { longitude } phone { national valid input }
              inner { label deep { n } } } } }
            """)
        #expect(
            answer
                == #"{"data":{"Get":{"Thing":[{"title":"a \"b\"","num":9007199254740992,"real":4.89e-7,"flag":true,"day":"2020-01-01T00:00:00Z","uid":"00000000-0000-0002-0000-000000000002","image":"AQID","tags":["x","y"],"place":{"longitude":-4.25},"phone":{"national":12,"valid":false,"input":"12"},"inner":{"label":"l","deep":[{"n":1},{"n":null}]}},{"title":null,"num":null,"real":null,"flag":null,"day":null,"uid":null,"image":null,"tags":null,"place":null,"phone":null,"inner":null}]}}}"#
        )
    }

    @Test func `a field may have the name of an alias, and is answered under it`() async throws {
        let database = Fixture.database()
        try await database.createAlias(CollectionAlias(name: "Stuff", collection: "Thing"))
        database.answer("Thing", with: .success([Fixture.hit(["num": .int(1)])]))
        let answer = try await database.answer("{ Get { Stuff { num __typename } } }")
        #expect(answer == #"{"data":{"Get":{"Stuff":[{"num":1,"__typename":"Thing"}]}}}"#)
        try await database.updateAlias(CollectionAlias(name: "Stuff", collection: "Author"))
        #expect(try await database.messages("{ Get { Stuff { num } } }").first?.hasPrefix("Cannot query field") == true)
        #expect(try await database.messages("{ Aggregate { Stuff { meta { count } } } }") == [])
    }

    @Test func `additional fields are those of the hit`() async throws {
        let database = Fixture.database()
        database.answer("Thing", with: .success([Fixture.hit(vector: [1, 0.5], distance: 0.25)]))
        let answer = try await database.answer(
            """
            { Get { Thing(nearVector: {vector: [1, 2]}) { key: _additional { __typename id vector distance certainty score
              explainScore creationTimeUnix lastUpdateTimeUnix } } } }
            """)
        #expect(
            answer
                == #"{"data":{"Get":{"Thing":[{"key":{"__typename":"ThingAdditional","id":"00000000-0000-0001-0000-000000000001","vector":[1,0.5],"distance":0.25,"certainty":0.875,"score":"0","explainScore":"","creationTimeUnix":"1000","lastUpdateTimeUnix":"2000"}}]}}}"#
        )
    }

    @Test func `without a search distance is null, and a missing vector is an empty list`() async throws {
        let database = Fixture.database()
        database.answer("Thing", with: .success([Fixture.hit()]))
        #expect(
            try await database.answer("{ Get { Thing { _additional { distance certainty vector } } } }")
                == #"{"data":{"Get":{"Thing":[{"_additional":{"distance":null,"certainty":null,"vector":[]}}]}}}"#)
    }

    @Test func `classification alone makes the whole of additional null`() async throws {
        let database = Fixture.database()
        database.answer("Thing", with: .success([Fixture.hit()]))
        #expect(
            try await database.answer("{ Get { Thing { _additional { classification { id } } } } }")
                == #"{"data":{"Get":{"Thing":[{"_additional":null}]}}}"#)
    }

    @Test func `vectors are shown by their names`() async throws {
        let database = Fixture.database()
        var hit = Fixture.hit(collection: "Named")
        hit.object.namedVectors = ["a": [1, 2]]
        database.answer("Named", with: .success([hit]))
        #expect(
            try await database.answer("{ Get { Named { _additional { vectors { x: a b } vector } } } }")
                == #"{"data":{"Get":{"Named":[{"_additional":{"vectors":{"x":[1,2],"b":[]},"vector":[]}}]}}}"#)
        #expect(database.queries[0].selection.includesVectors)
    }

    @Test func `only what is asked for is loaded`() async throws {
        let database = Fixture.database()
        _ = try await database.answer("{ Get { Thing { a: title num _additional { id distance } } } }")
        var selection = Query.Selection(properties: ["title", "num"], includesVectors: false)
        selection.takesRecorded = true
        #expect(database.queries[0].selection == selection)
    }

    @Test func `aliases, fragments and repeated roots come together`() async throws {
        let database = Fixture.database()
        let answer = try await database.answer(
            """
            query Q { Get { a: Thing(limit: 1) { ...F } b: Thing(limit: 2) { ... on Thing { num } } } Get { Author { name } } }
            fragment F on Thing { num }
            """)
        #expect(answer == #"{"data":{"Get":{"a":[],"b":[],"Author":[]}}}"#)
        #expect(database.queries.map(\.limit) == [1, 2, 100])
    }

    @Test func `a field that fails leaves the others their data`() async throws {
        let database = Fixture.database()
        database.answer("Author", with: .failure(.storage("the disk is gone")))
        #expect(
            try await database.answer("{ Get { x: Author { name } Thing { num } } }")
                == #"{"data":{"Get":{"x":null,"Thing":[]}},"errors":[{"locations":[{"line":1,"column":9}],"message":"explorer: list class: search: the disk is gone","path":["Get","x"]}]}"#
        )
    }

    // MARK: References

    @Test func `references are followed into the classes that are asked for`() async throws {
        let database = Fixture.database()
        let gone = ObjectID(high: 9, low: 9)
        database.keep(
            DatabaseObject(
                collection: "Author", id: Fixture.authorID, creationTime: 1, updateTime: 1,
                properties: ["name": .text("Grace")]))
        let beacons = [Fixture.authorID, gone].map { Beacon(collection: "Author", id: $0) }
        database.answer(
            "Thing",
            with: .success([Fixture.hit(["author": .references(beacons)]), Fixture.hit(["author": .references([])])]))
        #expect(
            try await database.answer(
                "{ Get { Thing { author { __typename ... on Author { who: name wrote { ... on Thing { num } } } } } } }"
            )
                == #"{"data":{"Get":{"Thing":[{"author":[{"__typename":"Author","who":"Grace","wrote":null}]},{"author":null}]}}}"#
        )
        #expect(database.selections[0].properties == ["name", "wrote"])
        #expect(
            try await database.answer("{ Get { Thing { author { __typename } } } }")
                == #"{"data":{"Get":{"Thing":[{"author":null},{"author":null}]}}}"#)
    }

    // MARK: Pages

    @Test(arguments: [
        ("autocut: 0", 100), ("offset: 0", 10), ("limit: 3", 3), ("limit: -1", -1), ("nearVector: {vector: [1]}", 100),
        ("nearVector: {vector: [1] distance: 0.5}", -1), ("nearVector: {vector: [1] distance: 0.5} limit: 2", 2),
    ])
    func `the limit is the given one, or the default, or none within a threshold`(
        arguments: String, limit: Int
    ) async throws {
        #expect(try await query(arguments)?.limit == limit)
    }

    @Test func `a limit of nought is an error`() async throws {
        #expect(
            try await message("limit: 0")
                == "explorer: list class: search: invalid pagination params: invalid default limit: 0")
        #expect(
            try await message("limit: 0 nearVector: {vector: [1]}")?.hasPrefix(
                "explorer: get class: concurrentTargetVectorSearch): explorer: get class: vector search: ") == true)
    }

    @Test func `a cursor is an id or the start, and wants a limit`() async throws {
        #expect(try await query(#"after: "" limit: 2"#)?.after == .start)
        #expect(try await query(#"after: "\#(Fixture.firstID)" limit: 2"#)?.after == .behind(Fixture.firstID))
        #expect(
            try await message(#"after: """#) == "cursor api: invalid 'after' parameter: limit parameter must be set")
        #expect(try await message(#"after: "x" limit: 1"#)?.contains("after parameter 'x' is not a valid uuid") == true)
    }

    @Test func `sort keys are read, one alone too`() async throws {
        #expect(
            try await query(#"sort: [{path: ["num"] order: desc} {path: "_id"}]"#)?.sort
                == [SortKey(field: .property("num"), isDescending: true), SortKey(field: .id)])
        #expect(try await query(#"sort: {path: ["_creationTimeUnix"]}"#)?.sort == [SortKey(field: .creationTime)])
        #expect(try await query("sort: []")?.sort == [])
        #expect(
            try await message("sort: {}")
                == "invalid 'sort' parameter: sort parameter at position 0: path parameter cannot be empty")
        #expect(try await message(#"sort: {path: ["a" "b"]}"#)?.contains("path must have exactly one argument") == true)
    }

    // MARK: Searches

    @Test func `nearObject takes an id or a beacon`() async throws {
        for argument in [#"id: "\#(Fixture.firstID)""#, #"beacon: "weaviate://localhost/Thing/\#(Fixture.firstID)""#] {
            guard case .vector(let search)? = try await query("nearObject: {\(argument) certainty: 0.5}")?.search,
                case .object(let id) = search.origin
            else {
                Issue.record("no search")
                continue
            }
            #expect(id == Fixture.firstID)
            #expect(search.threshold == .certainty(0.5))
        }
        #expect(try await message("nearObject: {}")?.hasSuffix("nearObject params: empty id and beacon") == true)
        #expect(try await message(#"nearObject: {id: "x"}"#)?.contains("not a valid uuid") == true)
    }

    @Test func `nearImage is there where pictures are vectorized, and hands the text on as it is`() async throws {
        guard case .vector(let search)? = try await query(#"nearImage: {image: "aGVsbG8="}"#, of: "Author")?.search,
            case .pictures(let pictures) = search.origin
        else { throw DatabaseError.cancelled }
        guard pictures.count == 1, case .base64(let text) = pictures[0].content else { throw DatabaseError.cancelled }
        #expect(text == "aGVsbG8=")
        #expect(try await message(#"nearImage: {image: "x"}"#)?.hasPrefix("Unknown argument \"nearImage\"") == true)
        #expect(
            try await message(#"nearImage: {image: ""}"#, of: "Author")
                == "explorer: get class: vectorize params: 'nearImage.image' needs to be defined")
    }

    @Test func `an empty vector is a listing`() async throws {
        let query = try #require(try await query("nearVector: {vector: []}"))
        #expect(query.search == nil)
    }

    @Test func `bm25 and hybrid are read`() async throws {
        guard
            case .keyword(let keyword)? = try await query(
                #"bm25: {query: "a b" properties: ["title^2"] searchOperator: {operator: Or minimumOrTokensMatch: 2}} autocut: 1"#
            )?
            .search
        else { throw DatabaseError.cancelled }
        #expect(keyword.query == "a b" && keyword.properties == ["title^2"] && keyword.autocut == 1)
        #expect(keyword.tokenOperator == .or(minimum: 2))
        guard
            case .hybrid(let hybrid)? = try await query(
                #"hybrid: {query: "a" alpha: 0.5 vector: [1 2] fusionType: rankedFusion maxVectorDistance: 0.5}"#)?
                .search
        else { throw DatabaseError.cancelled }
        guard case .vector([1, 2])? = hybrid.origin else { throw DatabaseError.cancelled }
        #expect(hybrid.alpha == 0.5 && hybrid.fusion == .ranked)
        #expect(hybrid.maxVectorDistance == 0.5 && hybrid.tokenOperator == .or(minimum: 1))
    }

    @Test(arguments: ["1e39", "-1e39", "3.5e38", "123456789012345678901234567890123456789012345"])
    func `a number beyond float32 is left to the database to refuse, in every vector of a search`(
        number: String
    ) async throws {
        for arguments in [
            #"hybrid: {query: "a" vector: [1 \#(number)]}"#, #"hybrid: {query: "a" vector: {a: [1 \#(number)]}}"#,
            #"hybrid: {query: "a" searches: {nearVector: {vector: [1 \#(number)]}}}"#,
        ] {
            guard case .hybrid(let search)? = try await query(arguments, of: "Named")?.search else {
                throw DatabaseError.cancelled
            }
            let origin: QueryVector? =
                switch search.origin {
                case .vector(let vector)?: .vector(vector)
                case .vectors(let vectors)?: vectors.first
                case .multiVector?, .object?, .pictures?, nil: nil
                }
            guard case .vector(let vector)? = origin else { throw DatabaseError.cancelled }
            #expect(vector[1].isInfinite, "\(arguments)")
        }
        guard
            case .vector(let search)? = try await query("nearVector: {vector: [1 \(number)]}")?.search,
            case .vector(let vector) = search.origin
        else { throw DatabaseError.cancelled }
        #expect(vector[1].isInfinite)
    }

    @Test func `what the database finds wrong with a hybrid search's vector is told as it is`() async throws {
        let text = "failed to extract hybrid params: vector has inf at position 1; all must be finite numbers"
        let error = DatabaseError.invalidQuery(.notFinite(.hybrid, value: .infinity, index: 1))
        #expect(try await message(#"hybrid: {query: "a" vector: [1 1e39]}"#, .failure(error)) == text)
    }

    @Test func `search operators are read in bm25 and in hybrid`() async throws {
        let operators: [(String, KeywordSearch.Operator)] = [
            ("operator: And", .and), ("operator: AndCross", .andAcross),
            ("operator: Or minimumOrTokensMatch: 3", .or(minimum: 3)),
        ]
        for (text, expected) in operators {
            let bm25 = try await query(#"bm25: {query: "a" searchOperator: {\#(text)}}"#)?.search
            let hybrid = try await query(#"hybrid: {query: "a" vector: [1] bm25SearchOperator: {\#(text)}}"#)?.search
            guard case .keyword(let keyword)? = bm25, case .hybrid(let fused)? = hybrid else {
                Issue.record("no search for \(text)")
                continue
            }
            #expect(keyword.tokenOperator == expected && fused.tokenOperator == expected)
        }
    }

    @Test(arguments: [
        (
            "nearVector: {distance: 1}",
            "failed to extract nearVector params: vector or vectorPerTarget is required field"
        ),
        ("nearVector: {vector: [\"a\"]}", "failed to extract nearVector params: vector must be a list of numbers"),
        (
            "nearVector: {vector: [1] distance: 1 certainty: 1}",
            "failed to extract nearVector params: cannot provide distance and certainty"
        ),
        (
            "nearVector: {vector: [1]} nearObject: {id: \"x\"}",
            "explorer: get class: vectorize params: found both 'nearVector' and 'nearObject' parameters which are conflicting, choose one instead"
        ),
        (
            "nearVector: {vector: [1]} bm25: {query: \"a\"}",
            "conflict: both near<Media> and keyword-based (bm25) arguments present, choose one"
        ),
        ("bm25: {query: \"\"}", "keyword search (bm25) must have query set"),
        (
            "nearVector: {vectorPerTarget: {}}",
            "failed to extract nearVector params: vectorPerTarget must have at least one target"
        ),
    ])
    func `arguments that make no query are refused`(arguments: String, message: String) async throws {
        #expect(try await self.message(arguments) == message)
    }

    // MARK: Errors of the database

    @Test(arguments: [
        (
            DatabaseError.missingSearchObject(Fixture.firstID),
            "vectorize search vector: nearObject params: vector not found"
        ),
        (.unknownVector("x"), "vector search: index for target vector \"x\" not found"),
        (
            .invalidQuery(.dimensionMismatch(query: 2, stored: 4)),
            "the query has 2 dimensions, the stored vectors have 4: vector lengths don't match: 4 vs 2"
        ),
        (.searchVectorization(.unknownFormat(found: "HTML")), "vectorize image: the picture is HTML"),
    ])
    func `errors of a search say where they come from`(error: DatabaseError, text: String) async throws {
        let message = try #require(try await message("nearVector: {vector: [1]}", .failure(error)))
        #expect(message.hasPrefix("explorer: get class: concurrentTargetVectorSearch): explorer: get class: "))
        #expect(message.contains(text))
    }

    @Test func `errors that Weaviate sends bare stay so`() async throws {
        #expect(
            try await message(
                "limit: 1", .failure(.invalidQuery(.filter(FilterError(.noOperands(of: "And"))))))
                == "invalid 'where' filter: got operator 'And', but no operands set - add at least one operand")
        #expect(try await message("limit: 1", .failure(.unsupported("this"))) == "this is not supported yet")
    }
}
