// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Execution
import Foundation
import GraphQLAPI
import HTTPServer
import ImageVectorizer
import JSON
import ObjectStorage
import Observability
import RESTAPI
import RandomNumbers
import TextMutation

/// Feeds spoiled `where` filters to both grammars and to a database with an object of every type.
///
/// ```
/// FilterFuzz [--smoke] [--seed N] [--executions N] [--seconds N]
/// ```
/// What must hold for every filter:
/// 1. nothing crashes, and no answer is a failure of the server;
/// 2. a filter that REST takes and its `Not` divide the objects between them.
@main struct FilterFuzz {
    static func main() async {
        let folder = NSTemporaryDirectory() + "needletail-filter-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
        let pool = ComputePool(threadCount: 2)
        let program = FuzzProgram("FilterFuzz", length: .init(executions: 10_000_000), smoke: .init(executions: 3_000))
        await program.main { run in
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let taken = try await withTaskExecutorPreference(pool) {
                try await FilterFuzzRun(folder: folder).fill(&run)
            }
            return "\(taken) filters were taken"
        }
    }
}

/// What must not be, with the filter that showed it.
private struct Finding: Error, CustomStringConvertible {
    var description: String
}

private struct FilterFuzzRun {
    private static let properties: [(name: String, type: String, value: String)] = [
        ("t", "text", #""some text""#), ("ts", "text[]", #"["a", "b c"]"#), ("i", "int", "5"),
        ("is", "int[]", "[1, 2]"),
        ("n", "number", "1.5"), ("ns", "number[]", "[-0.5, 3]"), ("b", "boolean", "true"),
        ("bs", "boolean[]", "[true, false]"), ("d", "date", #""2020-01-02T03:04:05Z""#),
        ("ds", "date[]", #"["2020-01-02T03:04:05.678+02:00"]"#),
        ("u", "uuid", #""00000000-0000-0000-0000-000000000001""#),
        ("us", "uuid[]", #"["00000000-0000-0000-0000-000000000002"]"#),
        ("g", "geoCoordinates", #"{"latitude": 1, "longitude": 2}"#),
    ]
    private static let objectCount = 8
    private static let mutation = TextMutation(
        seeds: [
            #"{"path":["t"],"operator":"Equal","valueText":"some"}"#,
            #"{"operator":"And","operands":[{"path":["i"],"operator":"GreaterThan","valueInt":3},{"path":["ts"],"operator":"ContainsAny","valueTextArray":["a","x"]}]}"#,
            #"{"operator":"Or","operands":[{"path":["d"],"operator":"LessThan","valueDate":"2021-01-01T00:00:00Z"},{"operator":"Not","operands":[{"path":["b"],"operator":"Equal","valueBoolean":true}]}]}"#,
            #"{"path":["g"],"operator":"WithinGeoRange","valueGeoRange":{"geoCoordinates":{"latitude":1,"longitude":2},"distance":{"max":1000}}}"#,
            #"{"path":["len(t)"],"operator":"GreaterThanEqual","valueInt":2}"#,
            #"{"path":["n"],"operator":"IsNull","valueBoolean":false}"#,
            #"{"path":["t"],"operator":"Like","valueText":"*om? t*"}"#,
            #"{"path":["id"],"operator":"ContainsNone","valueTextArray":["00000000-0000-0000-0000-000000000001"]}"#,
            #"{"path":["_creationTimeUnix"],"operator":"LessThan","valueText":"9999999999999"}"#,
            #"{"path":["us"],"operator":"ContainsAll","valueTextArray":["00000000-0000-0000-0000-000000000002"]}"#,
            #"{"path":["is"],"operator":"NotEqual","valueInt":9007199254740993}"#,
            #"{"path":["ns"],"operator":"LessThanEqual","valueNumber":-0.0}"#,
        ],
        pieces: [
            "{", "}", "[", "]", ",", ":", "\"", "null", "true", "0", "-1", "1e308", "9223372036854775807", "[]", "\"\"",
            "\"operator\":\"Equal\"", "\"operator\":\"Like\"", "\"operator\":\"ContainsAll\"",
            "\"operator\":\"IsNull\"",
            "\"operands\":[]", "\"path\":[\"i\"]", "\"path\":[\"u\"]", "\"path\":[\"ds\"]", "\"path\":[\"len(ts)\"]",
            "\"valueText\":", "\"valueInt\":", "\"valueNumber\":", "\"valueBoolean\":", "\"valueDate\":",
            "\"valueTextArray\":[", "\"valueIntArray\":[", "\"valueString\":", "*", "?", "\\", "é", "😀", "\u{0}",
            "len(",
        ], mostChanges: 6)

    private let handler: RESTHandler
    private let database: Database

    init(folder: String) throws {
        var options = StorageEnvironment.Options()
        options.flushesEveryCommit = false
        options.mapSizeInBytes = 1 << 30
        database = try Database(
            environment: .open(folder: folder, options: options), vectorizer: NoVectorizer(),
            settings: DatabaseSettings(), logger: Logger(level: .error), maintenanceThreads: 1,
            clock: { Int64(Date().timeIntervalSince1970 * 1_000) })
        let context = RESTContext(
            hostname: "http://localhost", nodeName: "node1", modules: { [:] }, isReady: { true },
            clock: { Int64(Date().timeIntervalSince1970 * 1_000) })
        handler = RESTHandler(
            database: database, graphql: GraphQLHandler(database: database, width: 1), context: context)
    }

    /// - Returns: how many filters were taken by REST.
    func fill(_ run: inout FuzzRun) async throws -> Int {
        try await setUp()
        var taken = 0
        while run.goesOn() {
            let filter = Self.mutation.text(using: &run.random)
            do {
                if run.random.next() % 2 == 0 {
                    if try await tryREST(filter) { taken += 1 }
                } else {
                    try await tryGraphQL(filter)
                }
            } catch {
                run.found("\(error)")
            }
        }
        await database.close()
        return taken
    }

    private func setUp() async throws {
        let properties = Self.properties.map { #"{"name": "\#($0.name)", "dataType": ["\#($0.type)"]}"# }
        let collection = """
            {"class": "C", "properties": [\(properties.joined(separator: ","))],
             "invertedIndexConfig": {"indexNullState": true, "indexPropertyLength": true, "indexTimestamps": true}}
            """
        guard try await send("POST", ["schema"], Array(collection.utf8)).status == 200 else {
            throw Finding(description: "the class was not made")
        }
        for index in 0..<Self.objectCount {
            // Each object lacks other properties.
            let values = Self.properties.enumerated().filter { $0.offset % Self.objectCount != index }
                .map { #""\#($0.element.name)": \#($0.element.value)"# }
            let object = #"{"class": "C", "properties": {\#(values.joined(separator: ","))}}"#
            guard try await send("POST", ["objects"], Array(object.utf8)).status == 200 else {
                throw Finding(description: "an object was not stored: \(object)")
            }
        }
    }

    private func tryREST(_ filter: [UInt8]) async throws -> Bool {
        guard let matches = try await matches(filter) else { return false }
        let others = try await self.matches(Array(#"{"operator":"Not","operands":["#.utf8) + filter + Array("]}".utf8))
        guard let others else { return true }
        if matches + others != Self.objectCount {
            throw Finding(
                description: "\(matches) match, \(others) do not: \(String(decoding: filter, as: UTF8.self))")
        }
        return true
    }

    /// How many objects a filter finds; `nil` if it is refused.
    private func matches(_ filter: [UInt8]) async throws -> Int? {
        let body = Array(#"{"dryRun":true,"match":{"class":"C","where":"#.utf8) + filter + Array("}}".utf8)
        let answer = try await send("DELETE", ["batch", "objects"], body)
        guard answer.status == 200, let body = try? JSONValue(parsing: answer.body) else { return nil }
        guard case .object(let object) = body, case .object(let results)? = object["results"],
            case .number(let number)? = results["matches"]
        else { throw Finding(description: "no number of matches in \(String(decoding: answer.body, as: UTF8.self))") }
        return number.integer
    }

    private func tryGraphQL(_ filter: [UInt8]) async throws {
        let text = String(decoding: Self.literal(filter), as: UTF8.self)
        let query = JSONValue.object(["query": .string("{Get{C(where:\(text)){i}}}")])
        _ = try await send("POST", ["graphql"], query.encoded)
    }

    private static let names = Set(
        ["operator", "operands", "path", "geoCoordinates", "latitude", "longitude", "distance", "max"].map {
            Array($0.utf8)
        })
    private static let array = Array("Array".utf8)

    /// As a literal: JSON with names in place of texts before colons, and operators as names.
    private static func literal(_ filter: [UInt8]) -> [UInt8] {
        let (quote, colon) = (UInt8(ascii: "\""), UInt8(ascii: ":"))
        var literal: [UInt8] = []
        literal.reserveCapacity(filter.count)
        var isAfterOperator = false
        var index = 0
        while index < filter.count {
            let wasAfterOperator = isAfterOperator
            isAfterOperator = false
            guard filter[index] == quote, let end = filter[(index + 1)...].firstIndex(where: { !isWordByte($0) }),
                filter[end] == quote
            else {
                literal.append(filter[index])
                index += 1
                continue
            }
            let word = filter[(index + 1)..<end]
            let isBeforeColon = end + 1 < filter.count && filter[end + 1] == colon
            if isBeforeColon, word.starts(with: "value".utf8) {
                let hasArray = word.suffix(array.count).elementsEqual(array)
                literal += word.dropLast(hasArray ? array.count : 0) + [colon]
                index = end + 2
            } else if isBeforeColon, names.contains(Array(word)) {
                literal += word + [colon]
                isAfterOperator = word.elementsEqual("operator".utf8)
                index = end + 2
            } else if wasAfterOperator {
                literal += word
                index = end + 1
            } else {
                literal += filter[index...end]
                index = end + 1
            }
        }
        return literal
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private func send(_ method: String, _ path: [String], _ body: [UInt8]) async throws -> HTTPResponse {
        let request = HTTPRequest(
            method: method, pathSegments: ["v1"] + path, rawPath: "/v1/" + path.joined(separator: "/"), body: body)
        let answer = await handler.respond(to: request)
        if answer.status >= 500 {
            throw Finding(
                description: "\(answer.status) \(String(decoding: answer.body.prefix(500), as: UTF8.self)) for "
                    + String(decoding: body, as: UTF8.self))
        }
        return answer
    }
}

/// No network: nothing here has pictures.
private struct NoVectorizer: ImageVectorizing {
    var network: NetworkIdentity? { nil }

    func embeddings(of pictures: [PictureInput]) async -> [Result<PictureEmbedding, ImageVectorizerError>] {
        pictures.map { _ in .failure(.unavailable(reason: "there is no network here")) }
    }
}
