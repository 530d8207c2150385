// SPDX-License-Identifier: Apache-2.0

import Authentication
import Execution
import Foundation
import GRPCServer
import HTTPGateway
import HTTPServer
import Testing

@testable import GRPCWeb

@Suite struct GRPCWebTests {
    private let handler = GRPCWebHandler(
        handler: EchoService(), messageLimitInBytes: 1_000, crossOrigin: CrossOriginHeaders())

    private func request(
        _ method: String, _ body: [UInt8], type: String = "application/grpc-web+proto",
        headers: [(name: String, value: String)] = []
    ) -> HTTPRequest {
        HTTPRequest(
            method: "POST", pathSegments: ["v1", "grpc-web", "test.Test", method],
            rawPath: "/v1/grpc-web/test.Test/\(method)", headers: headers + [("content-type", type)], body: body)
    }

    private func frame(_ message: [UInt8], flags: UInt8 = 0) -> [UInt8] {
        [flags] + (0..<4).map { UInt8(truncatingIfNeeded: message.count >> (24 - 8 * $0)) } + message
    }

    private func status(_ code: Int, _ message: String = "") -> [UInt8] {
        frame(
            Array("grpc-status:\(code)\r\n\(message.isEmpty ? "" : "grpc-message:\(message)\r\n")".utf8), flags: 0x80)
    }

    @Test(arguments: ["application/grpc-web", "application/grpc-web+proto", "Application/gRPC-Web; charset=utf-8"])
    func `a call is answered with its reply and its status`(type: String) async {
        let response = await handler.respond(to: request("Echo", frame([1, 2, 3]), type: type))
        #expect(response.status == 200)
        #expect(response.body == frame([1, 2, 3]) + status(0))
        #expect(response.headers.contains { $0 == ("Content-Type", "application/grpc-web+proto") })
    }

    @Test(arguments: ["application/grpc-web-text", "application/grpc-web-text+proto"])
    func `text is base64 both ways`(type: String) async {
        let body = Array(Data(frame([1, 2, 3])).base64EncodedString().utf8)
        let response = await handler.respond(to: request("Echo", body, type: type))
        #expect(Data(base64Encoded: Data(response.body)) == Data(frame([1, 2, 3]) + status(0)))
        #expect(response.headers.contains { $0 == ("Content-Type", "application/grpc-web-text+proto") })
    }

    @Test func `base64 may come in pieces, each with its padding`() async {
        let bytes = frame([1, 2, 3, 4, 5])
        let pieces = [bytes[..<4], bytes[4..<5], bytes[5...]]
        let body = pieces.flatMap { Array(Data($0).base64EncodedString().utf8) }
        let response = await handler.respond(to: request("Echo", body, type: "application/grpc-web-text"))
        #expect(Data(base64Encoded: Data(response.body)) == Data(bytes + status(0)))
    }

    @Test func `a browser may read the answer`() async {
        let response = await handler.respond(to: request("Echo", frame([])))
        #expect(response.headers.contains { $0 == ("Access-Control-Allow-Origin", "*") })
        #expect(response.headers.contains { $0 == ("Access-Control-Expose-Headers", "grpc-status, grpc-message") })
    }

    @Test func `a preflight needs no key and no content type`() async {
        var preflight = request("Echo", [])
        preflight.method = "OPTIONS"
        #expect(handler.permission(for: preflight) == .open)
        let response = await handler.respond(to: preflight)
        #expect(response.status == 204)
        #expect(response.headers.contains { $0.name == "Access-Control-Allow-Headers" })
        #expect(handler.permission(for: request("Echo", [])) == .read)
    }

    @Test func `an error is a status without a message`() async {
        let response = await handler.respond(to: request("Fail", frame(Array("100% wrong: ä".utf8))))
        #expect(response.status == 200)
        #expect(response.body == status(2, "100%25 wrong: %C3%A4"))
    }

    @Test func `headers are metadata, but for those of HTTP itself`() async {
        let response = await handler.respond(
            to: request("Metadata", frame([]), headers: [("authorization", "Bearer k"), ("host", "h")]))
        #expect(response.body == frame(Array("authorization=Bearer k".utf8)) + status(0))
    }

    @Test(arguments: [
        ("Nope", 12, "unknown method Nope for service test.Test"),
        ("Talk", 12, "Talk streams both ways, which gRPC-Web cannot; call it over gRPC"),
    ])
    func `what cannot be called is refused by name`(method: String, code: Int, text: String) async {
        #expect(await handler.respond(to: request(method, frame([]))).body == status(code, text))
    }

    @Test func `bodies that are no message are refused precisely`() async {
        let bodies: [([UInt8], Int, String)] = [
            ([], 13, "the body ends within the 5 bytes before its message"),
            ([0, 0, 0, 0], 13, "the body ends within the 5 bytes before its message"),
            (frame([1, 2]) + [3], 13, "the message is announced with 2 bytes, and the body has 3 for it"),
            (Array(frame([1, 2]).dropLast()), 13, "the message is announced with 2 bytes, and the body has 1 for it"),
            (frame([1], flags: 1), 12, "compressed messages are not taken over gRPC-Web"),
            (frame([1], flags: 0x80), 13, "the message has flags that there are none of: 128"),
            ([0, 0xFF, 0xFF, 0xFF, 0xFF], 8, "grpc: received message larger than max (4294967295 vs. 1000)"),
            (frame([UInt8](repeating: 0, count: 1_001)), 8, "grpc: received message larger than max (1001 vs. 1000)"),
        ]
        for (body, code, text) in bodies {
            #expect(await handler.respond(to: request("Echo", body)).body == status(code, text))
        }
    }

    @Test(arguments: ["AAAAA", "AAA=AAAA=", "AA=A", "====", "A===", "AAAAAA*=", "AAAA AAAA"])
    func `text that is not base64 is refused`(text: String) async {
        let response = await handler.respond(to: request("Echo", Array(text.utf8), type: "application/grpc-web-text"))
        let expected = status(13, "the body is not base64, as application/grpc-web-text is")
        #expect(Data(base64Encoded: Data(response.body)) == Data(expected))
    }

    @Test func `a reply over the limit is refused`() async {
        let response = await handler.respond(to: request("Long", frame([])))
        #expect(response.body == status(8, "trying to send message larger than max (1001 vs. 1000)"))
    }

    @Test func `other methods and content types are refused as HTTP`() async {
        var get = request("Echo", [])
        get.method = "GET"
        #expect(await handler.respond(to: get).status == 405)
        #expect(await handler.respond(to: request("Echo", frame([]), type: "application/json")).status == 415)
        #expect(await handler.respond(to: request("Echo", frame([]), type: "application/grpc-web+json")).status == 415)
    }

    @Test func `a call that takes longer than its grpc-timeout is cancelled`() async {
        let response = await handler.respond(to: request("Wait", frame([]), headers: [("grpc-timeout", "20m")]))
        #expect(response.body == status(4, "the call took longer than its grpc-timeout"))
    }

    @Test func `a call within its grpc-timeout is answered`() async {
        let response = await handler.respond(to: request("Echo", frame([7]), headers: [("grpc-timeout", "1H")]))
        #expect(response.body == frame([7]) + status(0))
    }

    @Test(arguments: ["", "S", "1", "-1S", "1.5S", "123456789S", "1x"])
    func `a grpc-timeout that is none is refused`(text: String) async {
        let response = await handler.respond(to: request("Echo", frame([]), headers: [("grpc-timeout", text)]))
        #expect(response.body == status(13, "malformed grpc-timeout: \"\(text)\""))
    }

    @Test func `the memory of decoded text is counted`() async {
        let body = Array(Data(frame([UInt8](repeating: 0, count: 900))).base64EncodedString().utf8)
        var call = request("Echo", body, type: "application/grpc-web-text")
        call.memory = MemoryReservation(in: MemoryBudget(limitInBytes: 100))
        let response = await handler.respond(to: call)
        let expected = GRPCStatus(MemoryBudgetError.exceedsBudget(limitInBytes: 100))
        #expect(Data(base64Encoded: Data(response.body)) == Data(status(8, expected.message)))
    }

    @Test func `a wrong key is turned away at the front door`() async {
        let door = KeyCheck(inner: handler, authenticator: Authenticator(keys: ["k"], allowsAnonymous: false))
        #expect(await door.respond(to: request("Echo", frame([]))).status == 401)
        let good = request("Echo", frame([]), headers: [("authorization", "Bearer k")])
        #expect(await door.respond(to: good).body == frame([]) + status(0))
    }
}

/// Does what its method's name says.
private struct EchoService: GRPCHandler {
    var services: [String] { ["test.Test"] }

    func kind(of method: String) -> GRPCMethodKind? {
        switch method {
        case "/test.Test/Talk": .bidirectional
        case "/test.Test/Nope": nil
        default: .unary
        }
    }

    func respond(to call: GRPCCall, message: [UInt8]) async throws(GRPCStatus) -> [UInt8] {
        switch call.method {
        case "/test.Test/Fail": throw GRPCStatus(.unknown, String(decoding: message, as: UTF8.self))
        case "/test.Test/Metadata":
            return Array(call.metadata.map { "\($0.name)=\($0.value)" }.joined(separator: "\n").utf8)
        case "/test.Test/Long": return [UInt8](repeating: 0, count: 1_001)
        case "/test.Test/Wait":
            // Ends when it is cancelled.
            while !Task.isCancelled { await Task.yield() }
            throw .cancelled
        default: return message
        }
    }

    func converse(_ call: GRPCCall, _ stream: GRPCStream) async throws(GRPCStatus) {}
}
