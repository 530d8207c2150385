// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Synchronization
import Testing

@testable import Importing

/// Gives the answers it was told to, one after the other, and keeps what it was asked.
private final class ScriptedTransport: ImportTransport {
    enum Step {
        case answer(Int, String)
        case fault
    }

    let steps: Mutex<[Step]>
    let requests = Mutex<[(method: String, path: String, body: String)]>([])

    init(_ steps: [Step]) { self.steps = Mutex(steps) }

    func send(
        _ method: String, _ path: String, body: [UInt8]?
    ) async throws(TransportFault) -> (status: Int, body: [UInt8]) {
        requests.withLock { $0.append((method, path, String(decoding: body ?? [], as: UTF8.self))) }
        let step = steps.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        switch step {
        case .answer(let status, let body): return (status, Array(body.utf8))
        case .fault: throw TransportFault(reason: "connection refused")
        }
    }
}

struct ServerTargetTests {
    private func target(_ transport: ScriptedTransport, patience: Duration = .seconds(60)) -> ServerTarget {
        ServerTarget(transport, note: { _ in }, patience: patience, pause: { _ in })
    }

    private func object(_ number: UInt64) -> ImportObject {
        ImportObject(
            id: ObjectID(high: 0, low: number), properties: ["n": .number(JSONNumber(Int(number)))],
            picture: ("image", [1, 2, 3]))
    }

    private static let success =
        "{\"class\":\"C\",\"properties\":{\"image\":\"AQID\"},\"result\":{\"status\":\"SUCCESS\"}}"
    private static let failure =
        "{\"class\":\"C\",\"result\":{\"errors\":{\"error\":[{\"message\":\"bad picture\"}]},\"status\":\"FAILED\"}}"

    @Test func `objects are sent as batches have them, and each is answered for`() async throws {
        let transport = ScriptedTransport([.answer(200, "[\(Self.success),\(Self.failure)]")])
        let reasons = try await target(transport).store([object(1), object(2)], in: "C", tenant: "t")
        #expect(reasons == [nil, "bad picture"])
        let request = transport.requests.withLock { $0[0] }
        #expect(request.method == "POST" && request.path == "/v1/batch/objects")
        #expect(
            request.body.hasPrefix(
                """
                {"objects":[{"class":"C","id":"00000000-0000-0000-0000-000000000001","tenant":"t","properties":{"n":1,"image":"AQID"}},
                """))
    }

    @Test func `a server that is gone or busy is asked again`() async throws {
        let transport = ScriptedTransport([
            .fault, .answer(503, ""), .answer(429, ""), .fault, .answer(200, "[\(Self.success)]"),
        ])
        #expect(try await target(transport).store([object(1)], in: "C", tenant: nil) == [nil])
        #expect(transport.requests.withLock { $0.count } == 5)
    }

    @Test func `patience has an end`() async throws {
        let transport = ScriptedTransport([.fault])
        await #expect(throws: ImportError.unreachable("the server can't be reached: connection refused")) {
            try await target(transport, patience: .seconds(3)).store([object(1)], in: "C", tenant: nil)
        }
        #expect((2...10).contains(transport.requests.withLock { $0.count }))
    }

    @Test func `a batch that is too large is sent in halves`() async throws {
        let transport = ScriptedTransport([
            .answer(413, ""), .answer(200, "[\(Self.success)]"),
            .answer(413, "{\"error\":[{\"message\":\"too large\"}]}"),
        ])
        let reasons = try await target(transport).store([object(1), object(2)], in: "C", tenant: nil)
        #expect(reasons == [nil, "it is too large for the server: too large"])
    }

    @Test func `a refusal says what the server says`() async throws {
        for (status, part) in [(401, "NEEDLETAIL_API_KEY"), (500, "status 500: why")] {
            let transport = ScriptedTransport([.answer(status, "{\"error\":[{\"message\":\"why\"}]}")])
            let error = await #expect(throws: ImportError.self) {
                try await target(transport).store([object(1)], in: "C", tenant: nil)
            }
            #expect(error?.message.contains(part) == true)
        }
    }

    @Test func `answers that make no sense are refused`() async throws {
        for body in ["", "{}", "[1]", "[]", "<html>", "[\(Self.success),\(Self.success)]"] {
            let transport = ScriptedTransport([.answer(200, body)])
            await #expect(throws: ImportError.self) {
                try await target(transport).store([object(1)], in: "C", tenant: nil)
            }
        }
    }

    @Test func `a definition is read, whether its vectors have names or not`() async throws {
        let transport = ScriptedTransport([
            .answer(
                200,
                """
                {"class":"C","moduleConfig":{"img2vec-neural":{"imageFields":["a"]}},"vectorConfig":{"v":{"vectorizer":
                {"img2vec-neural":{"imageFields":["b"]}}}},"properties":[{"name":"a","dataType":["blob"]},
                {"name":"t","dataType":["text[]"]}]}
                """), .answer(404, ""),
        ])
        let found = try await target(transport).definition(of: "C")
        #expect(found?.pictureProperties == ["a", "b"])
        #expect(found?.property(named: "t")?.type == "text[]")
        #expect(try await target(transport).definition(of: "C") == nil)
    }

    @Test func `what is there is asked for in one query`() async throws {
        let ids = [ObjectID(high: 0, low: 1), ObjectID(high: 0, low: 2)]
        let transport = ScriptedTransport([
            .answer(200, "{\"data\":{\"Get\":{\"C\":[{\"_additional\":{\"id\":\"\(ids[1])\"}}]}}}"),
            .answer(200, "{\"errors\":[{\"message\":\"no such class\"}]}"),
        ])
        #expect(try await target(transport).existing(ids, in: "C", tenant: nil) == [ids[1]])
        await #expect(throws: ImportError.self) { try await target(transport).existing(ids, in: "C", tenant: nil) }
    }
}
