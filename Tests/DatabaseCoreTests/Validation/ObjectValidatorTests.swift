// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing

@testable import DatabaseCore

struct ObjectValidatorTests {
    /// A collection with a property of each type, called by its type.
    private static let definition: CollectionDefinition = {
        var definition = CollectionDefinition(name: "C")
        var number: UInt16 = 0
        func add(_ type: PropertyType, _ name: String, nested: [PropertyDefinition] = []) {
            definition.properties.append(
                PropertyDefinition(id: PropertyID(number), name: name, type: type, nestedProperties: nested))
            number += 1
        }
        let nested = [
            PropertyDefinition(name: "zip", type: .scalar(.int)),
            PropertyDefinition(name: "when", type: .scalar(.date)),
        ]
        for type in ScalarType.allCases {
            add(.scalar(type), type.rawValue, nested: type == .object ? nested : [])
            add(.array(type), type.rawValue + "s", nested: type == .object ? nested : [])
        }
        add(.reference(["D"]), "ref")
        definition.vectors = [VectorDefinition(vectorizer: .none, index: VectorIndexDefinition())]
        return definition
    }()

    private func validated(_ json: String) throws -> [String: PropertyValue] {
        guard case .object(let properties) = try JSONValue(parsing: json) else { return [:] }
        let object = ObjectInput(collection: "C", properties: properties)
        let valid = try ObjectValidator(definition: Self.definition).validated(object).properties
        return Dictionary(
            uniqueKeysWithValues: valid.map { id, value in
                (Self.definition.properties.first { $0.id == id }?.name ?? "", value)
            })
    }

    private func refusal(of json: String) throws -> String? {
        do {
            _ = try validated(json)
            return nil
        } catch let error as DatabaseError {
            return error.message
        }
    }

    @Test(
        arguments: [
            (#"{"text": "a"}"#, "text", PropertyValue.text("a")),
            (#"{"Text": ""}"#, "text", .text("")),
            (#"{"int": -0}"#, "int", .int(0)),
            (#"{"int": 9007199254740993}"#, "int", .int(9_007_199_254_740_993)),
            (#"{"int": 1641628187827904801}"#, "int", .int(1_641_628_187_827_904_801)),
            (#"{"int": -9223372036854775808}"#, "int", .int(.min)),
            (#"{"int": 9223372036854775807}"#, "int", .int(.max)),
            (#"{"number": 1}"#, "number", .number(1)),
            (#"{"number": -1.50e1}"#, "number", .number(-15)),
            (#"{"boolean": false}"#, "boolean", .boolean(false)),
            (#"{"date": "2020-01-01T00:00:00.500000+00:00"}"#, "date", .date("2020-01-01T00:00:00.5Z")),
            (#"{"date": "2020-01-01T00:00:00.000-07:30"}"#, "date", .date("2020-01-01T00:00:00-07:30")),
            (
                #"{"uuid": "ABCDEF00000040008000000000000001"}"#, "uuid",
                .uuid(ObjectID(high: 0xABCD_EF00_0000_4000, low: 0x8000_0000_0000_0001))
            ),
            (
                #"{"geoCoordinates": {"latitude": 4.123456789, "longitude": -1}}"#, "geoCoordinates",
                .geoCoordinates(GeoCoordinates(latitude: 4.123457, longitude: -1))
            ),
            (#"{"object": {"zip": 1, "when": null}}"#, "object", .object(["zip": .int(1)])),
            (#"{"texts": []}"#, "texts", .array([])),
            (#"{"dates": ["2020-01-01T00:00:00-00:00"]}"#, "dates", .array([.date("2020-01-01T00:00:00Z")])),
            (#"{"objects": [{"zip": 1}, {}]}"#, "objects", .array([.object(["zip": .int(1)]), .object([:])])),
        ])
    func `a value is kept in the form in which it is shown`(json: String, name: String, value: PropertyValue) throws {
        #expect(try validated(json) == [name: value])
    }

    @Test func `a reference takes the only class it can lead to`() throws {
        let id = "00000000-0000-4000-8000-000000000001"
        let found = try validated(
            #"{"ref": [{"beacon": "weaviate://localhost/\#(id)"}, {"beacon": "weaviate://localhost/e/\#(id)"}]}"#)
        let object = try #require(ObjectID(id))
        #expect(
            found["ref"] == .references([Beacon(collection: "D", id: object), Beacon(collection: "E", id: object)]))
    }

    @Test func `a blob keeps its text only where encoding it again would give another one`() throws {
        #expect(try validated(#"{"blob": "aGVsbG8="}"#)["blob"] == .blob(Blob(bytes: Array("hello".utf8))))
        #expect(
            try validated(#"{"blob": "aGVsbG9="}"#)["blob"]
                == .blob(Blob(bytes: Array("hello".utf8), originalText: "aGVsbG9=")))
    }

    @Test func `null counts as absent, also inside objects`() throws {
        #expect(try validated(#"{"text": null, "nosuch": null}"#).isEmpty)
    }

    @Test func `a telephone number is read with its country`() throws {
        let found = try validated(#"{"phoneNumber": {"input": "020 1234567", "defaultCountry": "nl"}}"#)
        #expect(
            found["phoneNumber"]
                == .phoneNumber(
                    PhoneNumber(
                        input: "020 1234567", defaultCountry: "NL", internationalFormatted: "+31 20 123 4567",
                        nationalFormatted: "020 123 4567", national: 201_234_567, countryCode: 31, isValid: true)))
    }

    @Test func `a telephone number that nobody can have is kept as not valid`() throws {
        guard
            case .phoneNumber(let number)? = try validated(
                #"{"phoneNumber": {"input": "12", "defaultCountry": "nl"}}"#)["phoneNumber"]
        else {
            Issue.record("no number was read")
            return
        }
        #expect(!number.isValid && number.national == 12 && number.internationalFormatted == "+31 12")
    }

    @Test(
        arguments: [
            (#"{"text": 12}"#, "invalid text property 'text' on class 'C': not a string, but json.Number"),
            (
                #"{"int": "seven"}"#,
                "invalid integer property 'int' on class 'C': requires an integer, the given value is 'seven'"
            ),
            (
                #"{"int": 1.0}"#,
                "invalid integer property 'int' on class 'C': the JSON number '1.0' could not be converted to an int"
            ),
            (#"{"int": 1e3}"#, "the JSON number '1e3' could not be converted to an int"),
            (
                #"{"int": 9223372036854775808}"#,
                "the JSON number '9223372036854775808' could not be converted to an int: it is not between "
                    + "-9223372036854775808 and 9223372036854775807"
            ),
            (#"{"int": -9223372036854775809}"#, "it is not between -9223372036854775808 and 9223372036854775807"),
            (#"{"date": "2020-01-01T00:00:00z"}"#, "requires a string with a RFC3339 formatted date"),
            (#"{"date": "2020-01-01t00:00:00Z"}"#, "requires a string with a RFC3339 formatted date"),
            (#"{"int": [1]}"#, "requires an integer, the given value is '[1]'"),
            (
                #"{"number": "1.5"}"#,
                "invalid number property 'number' on class 'C': requires a float, the given value is '1.5'"
            ),
            (#"{"boolean": 1}"#, "invalid boolean property 'boolean' on class 'C': not a bool, but json.Number"),
            (
                #"{"date": "yesterday"}"#,
                "requires a string with a RFC3339 formatted date, but the given value is 'yesterday'"
            ),
            (#"{"date": "2020-01-01t00:00:00Z"}"#, "RFC3339"),
            (#"{"date": "2020-01-01T00:00:00z"}"#, "RFC3339"),
            (#"{"date": "2021-02-29T00:00:00Z"}"#, "RFC3339"),
            (#"{"date": ""}"#, "RFC3339"),
            (
                #"{"uuid": "1234"}"#,
                "invalid uuid property 'uuid' on class 'C': requires a string of UUID format, but the given value is '1234'"
            ),
            (#"{"blob": "%%%"}"#, "invalid blob property 'blob' on class 'C': not a valid blob base64 string"),
            (#"{"blob": "AAAA\r\nAAAA"}"#, "not a valid blob base64 string: it has line breaks; send it in one line"),
            (#"{"blob": "AAAA\n"}"#, "not a valid blob base64 string: it has line breaks; send it in one line"),
            (#"{"blob": ""}"#, "not a valid blob base64 string"),
            (#"{"blob": "data:image/png;base64,AAAA"}"#, "not a valid blob base64 string"),
            (#"{"geoCoordinates": {"latitude": 1}}"#, "missing required field 'longitude'"),
            (#"{"geoCoordinates": {"latitude": 1e300, "longitude": 1}}"#, "out of range"),
            (#"{"phoneNumber": {"defaultCountry": "nl"}}"#, "missing required field 'input'"),
            (#"{"phoneNumber": {"input": "020 1234567"}}"#, "invalid phone number: invalid or missing defaultCountry"),
            (#"{"phoneNumber": {"input": "abc", "defaultCountry": "nl"}}"#, "not a telephone number"),
            (#"{"object": "Berlin"}"#, "object must be a map, but got: string"),
            (#"{"object": {"zip": "abc"}}"#, "invalid integer property 'object.zip' on class 'C'"),
            (#"{"object": {"nosuch": 1}}"#, "no such prop with name 'nosuch'"),
            (#"{"texts": "x"}"#, "invalid text array property 'texts' on class 'C': not a text array, but string"),
            (#"{"ints": [1, "b"]}"#, "invalid integer array property 'ints' on class 'C': invalid integer array value"),
            (#"{"texts": ["a", null]}"#, "not a string, but <nil>"),
            (#"{"nosuch": 1}"#, "no such prop with name 'nosuch' found in class 'C' in the schema"),
            (#"{"ref": {"beacon": "x"}}"#, "reference must be an array, but got a map"),
            (#"{"ref": [{"beacon": "http://localhost/C/1"}]}"#, "invalid reference"),
            (#"{"ref": [{}]}"#, "'beacon' is missing"),
        ])
    func `a value of another type is refused in words that clients know`(json: String, words: String) throws {
        let message = try #require(try refusal(of: json))
        #expect(message.contains(words), "\(message)")
        #expect(message.hasPrefix("invalid object: "))
    }

    @Test func `a refusal never holds a whole picture`() throws {
        let message = try #require(try refusal(of: #"{"int": "\#(String(repeating: "A", count: 100_000))"}"#))
        #expect(message.utf8.count < 2_000)
    }

    // MARK: - Vectors

    private func vectors(of object: ObjectInput, in vectors: [VectorDefinition]) throws -> [VectorID: [Float]] {
        var definition = Self.definition
        definition.vectors = vectors
        return try ObjectValidator(definition: definition).validated(object).vectors
    }

    private func named(_ names: String...) -> [VectorDefinition] {
        names.enumerated().map { place, name in
            VectorDefinition(
                id: VectorID(UInt16(place)), name: name, vectorizer: .none, index: VectorIndexDefinition())
        }
    }

    @Test func `a vector without a name goes into the only named one`() throws {
        let object = ObjectInput(collection: "C", vector: [1, 2])
        #expect(try vectors(of: object, in: named("a")) == [VectorID(0): [1, 2]])
        #expect(throws: DatabaseError.self) { try vectors(of: object, in: named("a", "b")) }
    }

    @Test func `an empty vector counts as not given`() throws {
        #expect(try vectors(of: ObjectInput(collection: "C", vector: []), in: Self.definition.vectors).isEmpty)
    }

    @Test func `vectors of unknown names and of collections without names are refused`() throws {
        let object = ObjectInput(collection: "C", namedVectors: ["z": [1]])
        #expect(throws: DatabaseError.self) { try vectors(of: object, in: named("a")) }
        #expect(throws: DatabaseError.self) { try vectors(of: object, in: Self.definition.vectors) }
    }

    @Test(arguments: [[Float.nan], [1, Float.infinity], [-Float.infinity], [Float](repeating: 0, count: 65_536)])
    func `vectors that are not finite or too long are refused`(vector: [Float]) {
        #expect(throws: DatabaseError.self) {
            try vectors(of: ObjectInput(collection: "C", vector: vector), in: Self.definition.vectors)
        }
    }

    @Test func `a vector of the greatest length is taken`() throws {
        let vector = [Float](repeating: 1, count: 65_535)
        #expect(
            try vectors(of: ObjectInput(collection: "C", vector: vector), in: Self.definition.vectors)
                == [VectorID(0): vector])
    }

    // MARK: - Changes

    @Test func `a patch sets some properties, removes others and leaves the rest`() throws {
        let text = PropertyID(0)
        let int = try #require(Self.definition.property(named: "int")).id
        let number = try #require(Self.definition.property(named: "number")).id
        let patch = ObjectInput(
            collection: "C", properties: ["int": .null, "number": .number(JSONNumber(2)), "nosuch": .null])
        let changes = try ObjectValidator(definition: Self.definition).changes(in: patch)
        #expect(changes.removed == [int] && changes.properties == [number: .number(2)])
        let result = changes.applied(to: [text: .text("a"), int: .int(1), number: .number(1)])
        #expect(result == [text: .text("a"), number: .number(2)])
    }
}
