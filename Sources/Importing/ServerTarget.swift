// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import JSON
import Synchronization

/// Sends requests to one server. Blocks no thread of the caller's pool.
package protocol ImportTransport: Sendable {
    /// - Parameters:
    ///   - path: from the root, e.g. `/v1/schema`.
    ///   - body: JSON; `nil` for none.
    /// - Throws: there was no answer.
    func send(
        _ method: String, _ path: String, body: [UInt8]?
    ) async throws(TransportFault) -> (status: Int, body: [UInt8])
}

/// Why there was no answer.
package struct TransportFault: Error, Hashable, Sendable {
    package let reason: String

    package init(reason: String) { self.reason = reason }
}

/// A server, by its REST API; the parts of it that are Weaviate's, so that Weaviate does as well.
///
/// Where the server is busy, restarts, or cannot be reached for a while, a request is sent again until `patience` is spent: ids come
/// with the objects, so what is stored twice is stored once.
package struct ServerTarget: ImportTarget {
    private let transport: any ImportTransport
    private let note: @Sendable (String) -> Void
    private let patience: Duration
    private let isStopped: @Sendable () -> Bool
    private let hasAnswered = Answered()
    private let pause: @Sendable (Duration) async -> Void

    /// Whether the server has ever answered: an address that is wrong is told soon.
    private final class Answered: Sendable {
        let flag = Atomic(false)
    }

    private static let patienceAtStart = Duration.seconds(5)
    private static let firstPause = Duration.milliseconds(250)
    private static let longestPause = Duration.seconds(10)

    /// - Parameters:
    ///   - note: is told when the server is waited for.
    ///   - patience: how long one request is tried; the very first one only some seconds.
    ///   - isStopped: whether nobody waits any more.
    ///   - pause: waits; for tests.
    package init(
        _ transport: any ImportTransport, note: @escaping @Sendable (String) -> Void,
        patience: Duration = .seconds(300), isStopped: @escaping @Sendable () -> Bool = { false },
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.transport = transport
        self.note = note
        self.patience = patience
        self.isStopped = isStopped
        self.pause = pause
    }

    package func definition(of collection: String) async throws(ImportError) -> ImportedClass? {
        let answer = try await send("GET", "/v1/schema/\(collection)", nil)
        if answer.status == 404 { return nil }
        let value = try json(answer, asking: "for class \(collection)")
        let properties = value.member("properties").elements.compactMap { property -> ImportedClass.Property? in
            guard let name = property.member("name").text, let type = property.member("dataType").elements.first?.text
            else { return nil }
            return .init(name: name, type: type)
        }
        let named = value.member("vectorConfig").members.map { $0.value.member("vectorizer") }
        let modules = ([value.member("moduleConfig")] + named).map { $0.member(Vectorizer.imageModule) }
        return ImportedClass(
            properties: properties,
            pictureProperties: modules.flatMap { $0.member("imageFields").elements.compactMap(\.text) })
    }

    package func create(_ definition: NewClass) async throws(ImportError) {
        let answer = try await send("POST", "/v1/schema", definition.json.encoded)
        // Another try may have made it, whose answer was lost.
        if answer.status == 422, try await self.definition(of: definition.name) != nil { return }
        _ = try json(answer, asking: "to make class \(definition.name)")
    }

    package func existing(
        _ ids: [ObjectID], in collection: String, tenant: String?
    ) async throws(ImportError) -> Set<ObjectID> {
        var arguments =
            "where:{path:[\"id\"],operator:ContainsAny,valueText:["
            + ids.map { "\"\($0)\"" }.joined(separator: ",") + "]},limit:\(ids.count)"
        if let tenant { arguments += ",tenant:" + String(decoding: JSONValue.string(tenant).encoded, as: UTF8.self) }
        let query = "{Get{\(collection)(\(arguments)){_additional{id}}}}"
        let answer = try await send("POST", "/v1/graphql", JSONValue.object(["query": .string(query)]).encoded)
        let value = try json(answer, asking: "which objects are there")
        if let problem = value.member("errors").elements.first?.member("message").text {
            throw .refused("the server does not say which objects are there: \(problem.prefix(1_000))")
        }
        let objects = value.member("data").member("Get").member(collection).elements
        return Set(objects.compactMap { $0.member("_additional").member("id").text.flatMap { ObjectID($0) } })
    }

    package func store(
        _ objects: [ImportObject], in collection: String, tenant: String?
    ) async throws(ImportError) -> [String?] {
        let answer = try await send("POST", "/v1/batch/objects", Self.body(objects, collection, tenant))
        if answer.status == 413 {
            guard objects.count > 1 else { return ["it is too large for the server: \(Self.problem(of: answer))"] }
            let half = objects.count / 2
            let first = try await store(Array(objects[..<half]), in: collection, tenant: tenant)
            return first + (try await store(Array(objects[half...]), in: collection, tenant: tenant))
        }
        guard answer.status == 200 else {
            throw .refused("the server refuses objects with status \(answer.status): \(Self.problem(of: answer))")
        }
        guard let reasons = try? Self.reasons(answer.body) else {
            throw .refused("the server's answer to a batch makes no sense")
        }
        guard reasons.count == objects.count else {
            throw .refused("the server was sent \(objects.count) objects and answers for \(reasons.count)")
        }
        return reasons
    }

    // MARK: - Requests

    private func send(
        _ method: String, _ path: String, _ body: [UInt8]?
    ) async throws(ImportError) -> (status: Int, body: [UInt8]) {
        var waited = Duration.zero
        var next = Self.firstPause
        var hasTold = false
        while true {
            let problem: String
            switch await attempt(method, path, body) {
            case .failure(let fault): problem = fault.reason
            case .success(let answer):
                hasAnswered.flag.store(true, ordering: .relaxed)
                switch answer.status {
                case 429, 502, 503, 504: problem = "it answers with status \(answer.status)"
                case 401, 403:
                    throw .refused(
                        "the server refuses with status \(answer.status): \(Self.problem(of: answer)); its key is taken from "
                            + "NEEDLETAIL_API_KEY")
                default:
                    if hasTold { note("the server answers again") }
                    return answer
                }
            }
            let patience =
                hasAnswered.flag.load(ordering: .relaxed) ? patience : min(patience, Self.patienceAtStart)
            guard waited < patience, !Task.isCancelled, !isStopped() else {
                throw .unreachable("the server can't be reached: \(problem)")
            }
            if !hasTold, waited >= .seconds(1) {
                note("the server is waited for: \(problem)")
                hasTold = true
            }
            await pause(next)
            waited += next
            next = min(next * 2, Self.longestPause)
        }
    }

    private func attempt(
        _ method: String, _ path: String, _ body: [UInt8]?
    ) async -> Result<(status: Int, body: [UInt8]), TransportFault> {
        do throws(TransportFault) { return .success(try await transport.send(method, path, body: body)) } catch {
            return .failure(error)
        }
    }

    private static func body(_ objects: [ImportObject], _ collection: String, _ tenant: String?) -> [UInt8] {
        let pictureBytes = objects.reduce(0) { $0 + ($1.picture?.bytes.count ?? 4 * ($1.vector?.count ?? 0)) }
        var writer = JSONWriter(reservingCapacity: pictureBytes * 4 / 3 + 512 * objects.count)
        writer.beginObject()
        writer.key("objects")
        writer.beginArray()
        for object in objects {
            writer.beginObject()
            writer.member("class", .string(collection))
            writer.member("id", .string(object.id.description))
            if let tenant { writer.member("tenant", .string(tenant)) }
            writer.key("properties")
            writer.beginObject()
            for (name, value) in object.properties.members.map({ ($0.name, $0.value) }) { writer.member(name, value) }
            if let (name, bytes) = object.picture {
                writer.key(name)
                writer.string(utf8: Base64.encoded(bytes.span).span)
            }
            writer.endObject()
            if let vector = object.vector {
                writer.key("vector")
                writer.floats(vector)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    // MARK: - Answers

    /// Why each object of a batch failed. The objects themselves, which are in the answer, are passed over.
    private static func reasons(_ body: [UInt8]) throws(JSONError) -> [String?] {
        var reader = JSONReader(body)
        var reasons: [String?] = []
        try reader.beginArray()
        while try reader.nextElement() {
            var result = JSONValue.null
            try reader.beginObject()
            while let name = try reader.nextKey() {
                if name == "result" { result = try reader.readValue() } else { _ = try reader.skipValue() }
            }
            let problem = result.member("errors").member("error").elements.first?.member("message").text
            let hasFailed = problem != nil || result.member("status").text == "FAILED"
            reasons.append(hasFailed ? problem ?? "the server gives no reason" : nil)
        }
        return reasons
    }

    private func json(
        _ answer: (status: Int, body: [UInt8]), asking what: String
    ) throws(ImportError) -> JSONValue {
        guard answer.status == 200 else {
            throw .refused(
                "asked \(what), the server answers with status \(answer.status): \(Self.problem(of: answer))")
        }
        guard let value = try? JSONValue(parsing: answer.body) else {
            throw .refused(
                "asked \(what), the server answers with what is no JSON; is it a Needletail or Weaviate server?")
        }
        return value
    }

    /// The messages of an error, or the beginning of whatever came.
    private static func problem(of answer: (status: Int, body: [UInt8])) -> String {
        guard let value = try? JSONValue(parsing: answer.body) else {
            return String(decoding: answer.body.prefix(300), as: UTF8.self)
        }
        let texts = value.member("error").elements.compactMap { $0.member("message").text }
        return texts.isEmpty ? value.member("message").text ?? "" : texts.joined(separator: "; ")
    }
}

extension JSONValue {
    /// `null` where there is none.
    fileprivate func member(_ name: String) -> JSONValue {
        if case .object(let object) = self { object[name] ?? .null } else { .null }
    }

    fileprivate var members: [JSONObject.Member] { if case .object(let object) = self { object.members } else { [] } }

    fileprivate var elements: [JSONValue] { if case .array(let elements) = self { Array(elements) } else { [] } }
}
