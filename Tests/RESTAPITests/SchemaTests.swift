// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import JSON
import Testing

@testable import RESTAPI

struct SchemaTests {
    private let fixture = RESTFixture()

    private static let defaults = #"""
        {"class":"C","invertedIndexConfig":{"bm25":{"b":0.75,"k1":1.2},"cleanupIntervalSeconds":60,
        "stopwords":{"additions":null,"preset":"en","removals":null},"usingBlockMaxWAND":true},
        "multiTenancyConfig":{"autoTenantActivation":false,"autoTenantCreation":false,"enabled":false},"properties":null,
        "replicationConfig":{"asyncEnabled":false,"deletionStrategy":"TimeBasedResolution","factor":1},
        "shardingConfig":{"actualCount":1,"actualVirtualCount":128,"desiredCount":1,"desiredVirtualCount":128,
        "function":"murmur3","key":"_id","strategy":"hash","virtualPerPhysical":128},
        "vectorIndexConfig":{"distance":"cosine","cleanupIntervalSeconds":300,"dynamicEfFactor":8,"dynamicEfMax":500,
        "dynamicEfMin":100,"ef":-1,"efConstruction":128,"filterStrategy":"acorn","flatSearchCutoff":40000,
        "maxConnections":32,"skip":false,"skipDefaultQuantization":false,"trackDefaultQuantization":false,
        "pq":{"enabled":false,"bitCompression":false,"segments":0,"centroids":256,"trainingLimit":100000,
        "encoder":{"type":"kmeans","distribution":"log-normal"}},"bq":{"enabled":false},
        "sq":{"enabled":false,"trainingLimit":100000,"rescoreLimit":20},"rq":{"enabled":false,"bits":8,"rescoreLimit":20},
        "multivector":{"enabled":false,"aggregation":"maxSim","muvera":{"enabled":false,"ksim":4,"dprojections":16,
        "repetitions":10}},"vectorCacheMaxObjects":1000000000000},"vectorIndexType":"hnsw","vectorizer":"none"}
        """#

    @Test func `a class that names no index has the one of the settings`() async throws {
        var settings = DatabaseSettings()
        settings.defaultIndexKind = .flat
        let fixture = RESTFixture(settings: settings)
        let plain = try await fixture.send("POST", "/v1/schema", #"{"class": "Plain"}"#)
        #expect(plain.status == 200 && plain.body?["vectorIndexType"] == .string("flat"))
        let named = try await fixture.send("POST", "/v1/schema", #"{"class": "Named", "vectorIndexType": "hnsw"}"#)
        #expect(named.status == 200 && named.body?["vectorIndexType"] == .string("hnsw"))
    }

    @Test func `a class is answered with every default`() async throws {
        let made = try await fixture.send("POST", "/v1/schema", #"{"class": "c"}"#)
        #expect(made.status == 200)
        #expect(made.body == (try JSONValue(parsing: Self.defaults)))
        #expect(try await fixture.send("GET", "/v1/schema/c").body == made.body)
        #expect(try await fixture.send("GET", "/v1/schema").body?["classes"]?[0] == made.body)
    }

    @Test func `an answer sent back unchanged is accepted as a new class`() async throws {
        let properties = #"""
            {"name": "s", "dataType": ["string"]}, {"name": "n", "dataType": ["int"], "indexRangeFilters": true},
            {"name": "o", "dataType": ["object"], "nestedProperties": [{"name": "b", "dataType": ["blob"]}, {"name": "bh", "dataType": ["blobHash"]}]},
            {"name": "h", "dataType": ["blobHash"]},
            {"name": "r", "dataType": ["C"]}
            """#
        try await fixture.createClass("C", properties, more: #", "vectorIndexType": "flat""#)
        let first = try #require(try await fixture.send("GET", "/v1/schema/C").body)
        #expect(try await fixture.send("DELETE", "/v1/schema/C").status == 200)
        let again = try await fixture.send("POST", "/v1/schema", String(decoding: first.encoded, as: UTF8.self))
        #expect(again.status == 200 && again.body == first)
    }

    @Test func `string is text cut at white space, and the old index flag stands for the new ones`() async throws {
        try await fixture.createClass(
            "C",
            #"{"name": "a", "dataType": ["string"]}, {"name": "b", "dataType": ["string[]"], "tokenization": "field"}, {"name": "c", "dataType": ["text"], "indexInverted": false}"#
        )
        let properties = try await fixture.send("GET", "/v1/schema/C").body?["properties"]
        #expect(properties?[0]?["dataType"] == .array([.string("text")]))
        #expect(properties?[0]?["tokenization"] == .string("whitespace"))
        #expect(properties?[1]?["tokenization"] == .string("field"))
        #expect(properties?[2]?["indexFilterable"] == .boolean(false))
        #expect(properties?[2]?["indexSearchable"] == .boolean(false))
        #expect(properties?[2]?["tokenization"] == .string("word"))
    }

    @Test func `named vectors take the place of the class's own`() async throws {
        let more = #"""
            , "vectorConfig": {"b": {"vectorizer": {"img2vec-neural": {"imageFields": ["image"]}}},
            "a": {"vectorizer": {"none": {}}, "vectorIndexType": "hnsw", "vectorIndexConfig": {"distance": "l2-squared"}}}
            """#
        try await fixture.createClass("C", #"{"name": "image", "dataType": ["blob"]}"#, more: more)
        let body = try await fixture.send("GET", "/v1/schema/C").body
        #expect(body?["vectorizer"] == nil && body?["vectorIndexType"] == nil && body?["vectorIndexConfig"] == nil)
        let vectors = body?["vectorConfig"]
        #expect(vectors?["a"]?["vectorIndexConfig"]?["distance"] == .string("l2-squared"))
        #expect(vectors?["b"]?["vectorIndexType"] == .string("hnsw"))
        #expect(vectors?["b"]?["vectorizer"]?["img2vec-neural"]?["imageFields"] == .array([.string("image")]))
    }

    @Test func `a dynamic index is shown with the settings of its graph and of the flat index it is before`()
        async throws
    {
        var settings = DatabaseSettings()
        settings.hasAsyncIndexing = true
        let fixture = RESTFixture(settings: settings)
        let more = #"""
            , "vectorIndexType": "dynamic", "vectorIndexConfig": {"distance": "dot", "threshold": 500, "hnsw": {"maxConnections": 8},
            "flat": {"bq": {"enabled": true}}}
            """#
        try await fixture.createClass("C", #"{"name": "n", "dataType": ["int"]}"#, more: more)
        let index = try await fixture.send("GET", "/v1/schema/C").body?["vectorIndexConfig"]
        #expect(index?["threshold"]?.number == 500)
        #expect(index?["distance"] == .string("dot"))
        #expect(index?["hnsw"]?["maxConnections"]?.number == 8)
        #expect(index?["hnsw"]?["distance"] == .string("dot"))
        #expect(index?["hnsw"]?["bq"]?["enabled"] == .boolean(false))
        #expect(index?["flat"]?["bq"]?["enabled"] == .boolean(true))
        #expect(index?["flat"]?["ef"] == nil)
    }

    @Test(
        arguments: [
            (#"{"properties": []}"#, "'' is not a valid class name"),
            (#"{"class": "C", "vectorizer": "text2vec-x"}"#, "vectorizer: no module with name \"text2vec-x\" present"),
            (#"{"class": "C", "vectorIndexType": "btree"}"#, "unrecognized or unsupported vectorIndexType \"btree\""),
            (#"{"class": "C", "vectorIndexType": "dynamic"}"#, "can only be created when async indexing is enabled"),
            (
                #"{"class": "C", "vectorIndexConfig": {"distance": "euclid"}}"#,
                "unrecognized distance metric \"euclid\""
            ),
            (
                #"{"class": "C", "vectorIndexConfig": {"maxConnections": 1}}"#,
                "maxConnections must be a positive integer with a minimum of 4"
            ),
            (#"{"class": "C", "vectorIndexConfig": {"ef": 1.5}}"#, "ef must be a whole number"),
            (
                #"{"class": "C", "vectorIndexConfig": {"pq": {"enabled": true}, "bq": {"enabled": true}}}"#,
                "only a single quantization"
            ),
            (
                #"{"class": "C", "properties": [{"name": "a", "dataType": ["strin"]}]}"#,
                "unknown primitive data type 'strin'"
            ),
            (
                #"{"class": "C", "properties": [{"name": "a", "dataType": ["text", "int"]}]}"#,
                "invalid dataType: [text int]"
            ),
            (
                #"{"class": "C", "properties": [{"name": "a", "dataType": []}]}"#,
                "dataType must have at least one element"
            ),
            (#"{"class": "C", "properties": [{"name": "a"}]}"#, "dataType must have at least one element"),
            (
                #"{"class": "C", "properties": [{"name": "a", "dataType": ["blob[]"]}]}"#,
                "unknown primitive data type 'blob[]'"
            ),
            (
                #"{"class": "C", "properties": [{"name": "a", "dataType": ["text"], "indexInverted": true, "indexFilterable": true}]}"#,
                "`indexInverted` is deprecated"
            ),
            (
                #"{"class": "C", "properties": [{"name": "a", "dataType": ["int"], "tokenization": "word"}]}"#,
                "tokenization is not allowed for data type 'int'"
            ),
            (
                #"{"class": "C", "vectorizer": "none", "vectorConfig": {"a": {"vectorizer": {"none": {}}}}}"#,
                "is forbidden"
            ),
            (#"{"class": "C", "vectorConfig": {"a": {}}}"#, "vectorizer must be an object"),
            (
                #"{"class": "C", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {}}}"#,
                "imageFields not present"
            ),
            (
                #"{"class": "C", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": "a"}}}"#,
                "imageFields must be an array"
            ),
            (
                #"{"class": "C", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": []}}}"#,
                "at least one image field"
            ),
            (
                #"{"class": "C", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": [1]}}}"#,
                "imageField must be a string"
            ),
            (
                #"{"class": "C", "shardingConfig": {"desiredCount": 1}, "multiTenancyConfig": {"enabled": true}}"#,
                "cannot have both shardingConfig and multiTenancyConfig"
            ),
        ])
    func `a class that is not allowed is refused with the reason`(body: String, words: String) async throws {
        let answer = try await fixture.send("POST", "/v1/schema", body)
        #expect(answer.status == 422 && answer.body?["allowed"] == .null)
        #expect(answer.message?.contains(words) == true, "\(answer.message ?? "")")
        #expect(try await fixture.send("GET", "/v1/schema").body?["classes"]?.count == 0)
    }

    @Test(
        arguments: [
            ("{\"class\": \"C\",", 400, 400.0, "parsing objectClass body from \"\" failed, because unexpected EOF"),
            ("[]", 400, 400, "json: cannot unmarshal array into Go value of type models.Class"),
            (
                #"{"class": 5}"#, 400, 400,
                "json: cannot unmarshal number into Go struct field Class.class of type string"
            ),
            ("", 422, 602, "objectClass in body is required"), ("  \n", 422, 602, "objectClass in body is required"),
            (
                #"{"class": "C", "properties": [{"name": "a", "dataType": ["text"], "tokenization": "letters"}]}"#, 422,
                606,
                "properties.0.tokenization in body should be one of [word lowercase"
            ),
        ])
    func `a body of another shape is refused before anything else`(
        body: String, status: Int, code: Double, words: String
    ) async throws {
        let answer = try await fixture.send("POST", "/v1/schema", body)
        #expect(answer.status == status && answer.code == code)
        #expect(answer.message?.contains(words) == true, "\(answer.message ?? "")")
    }

    @Test func `an update that leaves out tenancy drops it from the answer`() async throws {
        try await fixture.createClass("C", #"{"name": "a", "dataType": ["text"]}"#)
        let body =
            #"{"class": "C", "description": "second", "properties": [{"name": "a", "dataType": ["text"]}], "vectorIndexConfig": {"ef": 77}}"#
        let updated = try await fixture.send("PUT", "/v1/schema/C", body)
        #expect(updated.status == 200 && updated.body?["description"] == .string("second"))
        #expect(updated.body?["vectorIndexConfig"]?["ef"]?.number == 77)
        #expect(
            updated.body?["multiTenancyConfig"] == nil && updated.body?["replicationConfig"]?["deletionStrategy"] == nil
        )
        #expect(try await fixture.send("GET", "/v1/schema/C").body == updated.body)
    }

    @Test func `unknown classes are answered as the original does`() async throws {
        let got = try await fixture.send("GET", "/v1/schema/C")
        #expect(got.status == 404 && got.body == nil && got.contentType == nil)
        let put = try await fixture.send("PUT", "/v1/schema/C", #"{"class": "C"}"#)
        #expect(put.status == 404 && put.body == nil && put.contentType == "application/json")
        #expect(try await fixture.send("DELETE", "/v1/schema/C").status == 200)
        #expect(try await fixture.send("GET", "/v1/schema/C/shards").status == 404)
        let added = try await fixture.send("POST", "/v1/schema/C/properties", #"{"name": "a", "dataType": ["int"]}"#)
        #expect(added.status == 422 && added.message == "class \"C\": not found")
    }

    @Test func `a property is added once`() async throws {
        try await fixture.createClass("C")
        let body = #"{"name": "Year", "dataType": ["int"]}"#
        let added = try await fixture.send("POST", "/v1/schema/C/properties", body)
        let expected =
            #"{"dataType":["int"],"indexFilterable":true,"indexRangeFilters":false,"indexSearchable":false,"name":"year"}"#
        #expect(added.status == 200)
        #expect(added.body == (try JSONValue(parsing: expected)))
        let again = try await fixture.send("POST", "/v1/schema/C/properties", body)
        #expect(again.status == 422 && again.message?.contains("already in use or provided multiple times") == true)
    }

    @Test func `the shard of a class is ready`() async throws {
        try await fixture.createClass("C")
        let shards = try await fixture.send("GET", "/v1/schema/C/shards").body
        #expect(
            shards?.count == 1 && shards?[0]?["status"] == .string("READY")
                && shards?[0]?["vectorQueueSize"]?.number == 0)
    }

    @Test func `a read-only shard refuses writes until it is ready again`() async throws {
        try await fixture.createClass("C")
        let path = "/v1/schema/C/shards/shardC"
        let changed = try await fixture.send("PUT", path, #"{"status": "READONLY"}"#)
        #expect(changed.status == 200 && changed.body == .object(["status": .string("READONLY")]))
        #expect(
            try await fixture.send("GET", "/v1/schema/C/shards").body?[0]?["status"] == .string("READONLY"))
        let refused = try await fixture.send("POST", "/v1/objects", #"{"class": "C"}"#)
        #expect(refused.status == 500)
        #expect(
            refused.message
                == "put object: import into index c: put local object: shard=\"shardC\": store is read-only due to: "
                + "manually set by user")
        let batch = try await fixture.send("POST", "/v1/batch/objects", #"{"objects": [{"class": "C"}]}"#)
        #expect(batch.status == 200 && batch.body?[0]?["result"]?["status"] == .string("FAILED"))
        #expect(try await fixture.send("PUT", path, #"{"status": "READY"}"#).status == 200)
        #expect(try await fixture.send("POST", "/v1/objects", #"{"class": "C"}"#).status == 200)
    }

    @Test(
        arguments: [
            ("shardC", #"{"status": "NONSENSE"}"#, 500, "NONSENSE: invalid storage status"),
            ("shardC", "{}", 500, "invalid storage status"),
            ("other", #"{"status": "READY"}"#, 404, "shard not found: other"),
            ("shardC", "[]", 400, "cannot unmarshal array"),
        ])
    func `a status or shard that does not exist is refused`(
        shard: String, body: String, status: Int, words: String
    ) async throws {
        try await fixture.createClass("C")
        let answer = try await fixture.send("PUT", "/v1/schema/C/shards/\(shard)", body)
        #expect(answer.status == status && answer.message?.contains(words) == true, "\(answer.message ?? "")")
    }

    @Test func `an index of a property is deleted by its name`() async throws {
        try await fixture.createClass("C", #"{"name": "a", "dataType": ["text"]}"#)
        let path = "/v1/schema/C/properties/a/index/"
        let deleted = try await fixture.send("DELETE", path + "searchable")
        #expect(deleted.status == 200 && deleted.body == nil)
        let property = try await fixture.send("GET", "/v1/schema/C").body?["properties"]?[0]
        #expect(property?["indexSearchable"] == .boolean(false) && property?["indexFilterable"] == .boolean(true))
        let unknown = try await fixture.send("DELETE", path + "vector")
        #expect(unknown.status == 422 && unknown.code == 606)
        for other in ["/v1/schema/C/properties/b/index/filterable", "/v1/schema/D/properties/a/index/filterable"] {
            let answer = try await fixture.send("DELETE", other)
            #expect(answer.status == 422 && answer.message?.contains("not found") == true)
        }
    }

    @Test func `when objects expire is shown as it was given, and changed by an update`() async throws {
        func body(_ ttl: String) -> String {
            #"{"class": "C", "invertedIndexConfig": {"indexTimestamps": true}, "objectTtlConfig": \#(ttl)}"#
        }
        let ttl = #"{"enabled": true, "defaultTtl": 3600, "deleteOn": "_creationTimeUnix"}"#
        let created = try await fixture.send("POST", "/v1/schema", body(ttl))
        #expect(created.status == 200, "\(created.message ?? "")")
        #expect(
            created.body?["objectTtlConfig"]
                == .object([
                    "defaultTtl": .number(JSONNumber(3600)), "deleteOn": .string("_creationTimeUnix"),
                    "enabled": .boolean(true),
                ]))
        let off = try await fixture.send("PUT", "/v1/schema/C", body(#"{"enabled": false}"#))
        #expect(off.body?["objectTtlConfig"] == .object(["enabled": .boolean(false)]))
        let short = try await fixture.send(
            "POST", "/v1/schema",
            #"{"class": "D", "invertedIndexConfig": {"indexTimestamps": true}, "#
                + #""objectTtlConfig": {"enabled": true, "defaultTtl": 30, "deleteOn": "_creationTimeUnix"}}"#)
        #expect(short.status == 422)
        #expect(short.message?.contains("Required minimum \"60\" seconds, given \"30\" seconds") == true)
    }
}
