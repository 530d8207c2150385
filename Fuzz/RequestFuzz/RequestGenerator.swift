// SPDX-License-Identifier: Apache-2.0

import HTTPServer

/// A request as it is sent, in a form that can be shown.
struct FuzzRequest {
    var method: String
    var path: [String]
    var query: [(name: String, value: String)] = []
    /// Names in lower case.
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    init(_ method: String, _ path: [String], query: [(name: String, value: String)] = [], _ body: String = "") {
        self.method = method
        self.path = path
        self.query = query
        self.body = Array(body.utf8)
    }

    var http: HTTPRequest {
        HTTPRequest(
            method: method, pathSegments: path, rawPath: "/" + path.joined(separator: "/"), query: query,
            headers: headers,
            body: body)
    }

    var text: String {
        let parameters = query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        return "\(method) /\(path.joined(separator: "/"))\(parameters.isEmpty ? "" : "?")\(parameters)\n"
            + headers.map { "\($0.name): \($0.value)\n" }.joined()
            + String(decoding: body, as: UTF8.self)
    }
}

/// Makes whole requests: most of them sensible but for one odd value, some damaged anywhere.
struct RequestGenerator {
    var values: ValueGenerator

    init(seed: UInt64) { values = ValueGenerator(seed: seed) }

    /// The class that most requests are about, with a property of every type.
    static let thing = """
        {"class":"Thing","invertedIndexConfig":{"indexNullState":true,"indexPropertyLength":true,"indexTimestamps":true},
        "properties":[{"name":"n","dataType":["int"],"indexRangeFilters":true},{"name":"x","dataType":["number"]},
        {"name":"t","dataType":["text"],"textAnalyzer":{"asciiFold":true}},
        {"name":"f","dataType":["text"],"tokenization":"field"},
        {"name":"b","dataType":["boolean"]},{"name":"d","dataType":["date"]},{"name":"u","dataType":["uuid"]},
        {"name":"g","dataType":["geoCoordinates"]},{"name":"p","dataType":["phoneNumber"]},{"name":"i","dataType":["blob"]},
        {"name":"ns","dataType":["int[]"]},{"name":"xs","dataType":["number[]"]},{"name":"ts","dataType":["text[]"]},
        {"name":"bs","dataType":["boolean[]"]},{"name":"ds","dataType":["date[]"]},{"name":"us","dataType":["uuid[]"]},
        {"name":"o","dataType":["object"],"nestedProperties":[{"name":"a","dataType":["int"]},{"name":"b","dataType":["text"]}]},
        {"name":"os","dataType":["object[]"],"nestedProperties":[{"name":"a","dataType":["int"]}]},
        {"name":"r","dataType":["Other"]}]}
        """

    /// A class with named vectors, one of them made from pictures.
    static let other = """
        {"class":"Other","properties":[{"name":"t","dataType":["text"]},{"name":"i","dataType":["blob"]}],"vectorConfig":{
        "a":{"vectorizer":{"none":{}},"vectorIndexType":"flat"},
        "b":{"vectorizer":{"img2vec-neural":{"imageFields":["i"]}},"vectorIndexType":"hnsw"}}}
        """

    static let setup = [
        FuzzRequest("POST", ["v1", "schema"], other), FuzzRequest("POST", ["v1", "schema"], thing),
        FuzzRequest("POST", ["v1", "schema"], room),
    ]

    mutating func next() -> FuzzRequest {
        var request: FuzzRequest
        switch values.count(0...35) {
        case 0...5: request = write()
        case 6, 7: request = batch()
        case 8: request = batchDelete()
        case 9: request = single()
        case 10: request = list()
        case 11: request = schema()
        case 12: request = graphQLBatch()
        case 13...15: request = ofTenants()
        case 16...21: request = ofPictures()
        default: request = FuzzRequest("POST", ["v1", "graphql"], graphQLBody())
        }
        if values.chance(12) { damage(&request.body) }
        return request
    }

    // MARK: Objects

    mutating func properties() -> FuzzValue {
        let makers: [(String, (inout ValueGenerator) -> FuzzValue)] = [
            ("n", { $0.int() }), ("x", { $0.number() }), ("t", { $0.text() }), ("f", { $0.text() }),
            ("b", { $0.boolean() }), ("d", { $0.date() }), ("u", { $0.uuid() }), ("g", { $0.geo() }),
            ("p", { $0.phone() }), ("i", { $0.picture() }), ("ns", { $0.list { $0.int() } }),
            ("xs", { $0.list { $0.number() } }), ("ts", { $0.list { $0.text() } }),
            ("bs", { $0.list { $0.boolean() } }),
            ("ds", { $0.list { $0.date() } }), ("us", { $0.list { $0.uuid() } }),
            ("o", { .object([("a", $0.int()), ("b", $0.text())]) }), ("os", { $0.list { .object([("a", $0.int())]) } }),
            ("r", { $0.reference() }),
        ]
        var members: [(name: String, value: FuzzValue)] = []
        for (name, make) in makers where values.chance(3) {
            members.append((name, values.chance(40) ? values.anything() : make(&values)))
        }
        if values.chance(40) { members.append((values.pick(["new", "a b", "", "id", "n"]), values.anything())) }
        return .object(members)
    }

    mutating func object() -> FuzzValue {
        let isOther = values.chance(5)
        var members: [(name: String, value: FuzzValue)] = [
            ("class", .text(isOther ? "Other" : values.chance(30) ? values.pick(["", "thing", "New", "1x"]) : "Thing"))
        ]
        if !values.chance(5) { members.append(("id", values.uuid())) }
        members.append(
            ("properties", isOther ? .object([("t", values.text()), ("i", values.picture())]) : properties()))
        if values.chance(2) { members.append(("vector", values.vector())) }
        if isOther || values.chance(30) {
            members.append(("vectors", .object([(values.pick(["a", "b", "c"]), values.vector())])))
        }
        if values.chance(60) { members.append(("tenant", values.text())) }
        return .object(members)
    }

    private mutating func write() -> FuzzRequest {
        let id = values.pick(ValueGenerator.ids)
        let body = object().json
        return switch values.count(0...6) {
        case 0: FuzzRequest("PUT", ["v1", "objects", "Thing", id], body)
        case 1: FuzzRequest("PATCH", ["v1", "objects", "Thing", id], body)
        case 2: FuzzRequest("POST", ["v1", "objects", "validate"], body)
        default: FuzzRequest("POST", ["v1", "objects"], body)
        }
    }

    private mutating func batch() -> FuzzRequest {
        let objects = FuzzValue.list((0..<values.count(0...20)).map { _ in object() })
        return FuzzRequest("POST", ["v1", "batch", "objects"], FuzzValue.object([("objects", objects)]).json)
    }

    private mutating func batchDelete() -> FuzzRequest {
        var filters = FilterGenerator(values: values, syntax: .rest)
        let filter = filters.filter()
        values = filters.values
        let match = FuzzValue.object([
            ("class", .text(values.pick(["Thing", "Thing", "Other", "No"]))), ("where", filter),
        ])
        var members = [(name: "match", value: match)]
        if !values.chance(4) { members.append(("dryRun", .raw("true"))) }
        if values.chance(2) { members.append(("output", .text(values.pick(["verbose", "minimal", "x"])))) }
        return FuzzRequest("DELETE", ["v1", "batch", "objects"], FuzzValue.object(members).json)
    }

    private mutating func single() -> FuzzRequest {
        let id = values.chance(10) ? values.pick(["x", ""]) : values.pick(ValueGenerator.ids)
        let path =
            values.chance(3)
            ? ["v1", "objects", id] : ["v1", "objects", values.pick(["Thing", "Other", "thing", "No"]), id]
        return FuzzRequest(
            values.pick(["GET", "HEAD", "DELETE", "GET"]), path,
            query: values.chance(2) ? [("include", values.pick(["vector", "classification", "x", ""]))] : [])
    }

    private mutating func list() -> FuzzRequest {
        var query: [(name: String, value: String)] = []
        if !values.chance(4) { query.append(("class", values.pick(["Thing", "Thing", "Other", "No", ""]))) }
        let numbers = ["0", "1", "-1", "5", "10000", "10001", "9223372036854775807", "x", ""]
        if values.chance(2) { query.append(("limit", values.pick(numbers))) }
        if values.chance(3) { query.append(("offset", values.pick(numbers))) }
        if values.chance(3) { query.append(("after", values.pick(ValueGenerator.ids + ["", "x"]))) }
        if values.chance(2) {
            query.append(
                ("sort", values.pick(["n", "t", "x,d", "ns", "id", "_creationTimeUnix", "g", "zz", ",", "o"])))
            query.append(("order", values.pick(["asc", "desc", "asc,desc", "x", ""])))
        }
        if values.chance(3) { query.append(("include", "vector")) }
        return FuzzRequest("GET", ["v1", "objects"], query: query)
    }

    // MARK: Schema

    private mutating func schema() -> FuzzRequest {
        let name = values.pick(["Temp", "Temp2"])
        switch values.count(0...7) {
        case 0, 1: return FuzzRequest("DELETE", ["v1", "schema", name])
        case 2: return FuzzRequest("GET", ["v1", "schema"])
        case 3:
            let property = FuzzValue.object([
                ("name", .text(values.pick(["n", "extra", "t1", "", "len(x)"]))), ("dataType", .list([.text(type())])),
            ])
            return FuzzRequest("POST", ["v1", "schema", name, "properties"], property.json)
        case 4: return FuzzRequest("GET", ["v1", "nodes"], query: [("output", values.pick(["verbose", "minimal"]))])
        case 5: return FuzzRequest("GET", ["v1", "schema", "Thing", "shards"])
        default:
            let properties = FuzzValue.list(
                (0..<values.count(0...4)).map { number in
                    .object([("name", .text("p\(number)")), ("dataType", .list([.text(type())]))])
                })
            let inverted = FuzzValue.object([("bm25", .object([("k1", values.number()), ("b", values.number())]))])
            let index = FuzzValue.object([
                ("distance", .text(values.pick(["cosine", "dot", "l2-squared", "manhattan", "hamming", "x"]))),
                (values.pick(["ef", "maxConnections", "efConstruction", "flatSearchCutoff"]), values.int()),
            ])
            return FuzzRequest(
                "POST", ["v1", "schema"],
                FuzzValue.object([
                    ("class", .text(name)), ("properties", properties),
                    ("vectorIndexType", .text(values.pick(["hnsw", "flat"]))), ("vectorIndexConfig", index),
                    ("invertedIndexConfig", inverted),
                ]).json)
        }
    }

    private mutating func type() -> String {
        values.pick([
            "int", "number", "text", "boolean", "date", "uuid", "blob", "geoCoordinates", "phoneNumber", "int[]",
            "text[]",
            "object", "Thing", "string", "x",
        ])
    }

    // MARK: GraphQL

    private mutating func graphQLBody() -> String {
        var queries = QueryGenerator(values: values)
        let body = queries.body()
        values = queries.values
        return body
    }

    private mutating func graphQLBatch() -> FuzzRequest {
        let bodies = (0..<values.count(0...4)).map { _ in graphQLBody() }
        return FuzzRequest("POST", ["v1", "graphql", "batch"], "[\(bodies.joined(separator: ","))]")
    }

    // MARK: Damage

    private mutating func damage(_ body: inout [UInt8]) {
        for _ in 0..<values.count(1...3) {
            guard !body.isEmpty else { return }
            let start = values.count(0...(body.count - 1))
            let end = min(body.count, start + values.count(1...8))
            switch values.count(0...3) {
            case 0: body.removeSubrange(start..<end)
            case 1: body.insert(contentsOf: body[start..<end], at: start)
            case 2: body[start] = UInt8(values.count(0...255))
            default:
                let pieces = ["[", "]", "{", "}", "\"", ",", "null", "-1", "1e999", "0", "[]", "{}", "\\u0000"]
                body.replaceSubrange(start..<end, with: values.pick(pieces).utf8)
            }
        }
    }
}
