// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPServer
import Testing

@testable import HTTPGateway

/// Answers with its name; `open` paths need no key, and `alive` is answered at once.
struct NamedHandler: GuardedHandler {
    let name: String
    var size = 0

    func permission(for request: HTTPRequest) -> Permission {
        ["open", "alive"].contains(request.pathSegments.last) ? .open : .read
    }

    func pathPattern(for request: HTTPRequest) -> String? { name }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        HTTPResponse(status: 200, body: Array(name.utf8) + [UInt8](repeating: 0, count: size))
    }

    func immediateResponse(to request: HTTPRequest) -> HTTPResponse? {
        ["alive", "alive-with-key"].contains(request.pathSegments.last) ? HTTPResponse(status: 204) : nil
    }
}

func request(_ path: String, _ method: String = "GET", key: String? = nil, body: [UInt8] = []) -> HTTPRequest {
    HTTPRequest(
        method: method, pathSegments: path.split(separator: "/").map { String($0) }, rawPath: path,
        headers: key.map { [("authorization", $0)] } ?? [], body: body)
}

struct MountsTests {
    private let mounts = Mounts(
        [
            (["v1"], NamedHandler(name: "rest")), (["v1", "grpc-web"], NamedHandler(name: "grpc")),
            (["console"], NamedHandler(name: "console")),
        ], others: NamedHandler(name: "others"))

    @Test(arguments: [
        ("/v1", "rest"), ("/v1/objects", "rest"), ("/v1/grpc-web", "grpc"), ("/v1/grpc-web/Search", "grpc"),
        ("/v1/grpc-webs", "rest"), ("/console/index.html", "console"), ("/", "others"), ("/consoles", "others"),
        ("/x/v1", "others"),
    ])
    func `the longest prefix that fits counts`(path: String, name: String) async {
        let response = await mounts.respond(to: request(path))
        #expect(String(decoding: response.body, as: UTF8.self) == name)
    }

    @Test func `permissions, patterns and immediate answers are the mounted handler's`() {
        #expect(mounts.pathPattern(for: request("/console/x")) == "console")
        #expect(mounts.permission(for: request("/console/open")) == .open)
        #expect(mounts.permission(for: request("/console/x")) == .read)
        #expect(mounts.immediateResponse(to: request("/v1/alive"))?.status == 204)
        #expect(mounts.immediateResponse(to: request("/v1/x")) == nil)
    }
}

struct KeyCheckTests {
    private func check(anonymous: Bool, keys: [String] = ["k1", "k2"]) -> KeyCheck {
        KeyCheck(
            inner: NamedHandler(name: "in"),
            authenticator: Authenticator(keys: keys, users: ["ann"], allowsAnonymous: anonymous))
    }

    @Test(arguments: ["Bearer k1", "Bearer k2", "bearer k1"])
    func `a right key opens what is guarded`(key: String) async {
        for anonymous in [true, false] {
            #expect(await check(anonymous: anonymous).respond(to: request("/v1/x", key: key)).status == 200)
        }
    }

    @Test func `a refusal has status 401 and says why in JSON`() async {
        let response = await check(anonymous: false).respond(to: request("/v1/x", key: "Bearer wrong"))
        #expect(response.status == 401)
        #expect(
            String(decoding: response.body, as: UTF8.self) == #"{"code":401,"message":"unauthorized: invalid api key"}"#
        )
        #expect(response.headers.contains { $0 == ("Content-Type", "application/json") })
        let without = await check(anonymous: false).respond(to: request("/v1/x"))
        #expect(without.status == 401)
        #expect(String(decoding: without.body, as: UTF8.self).contains("anonymous access not enabled"))
    }

    @Test func `a wrong key is refused where none is needed, and nothing is where there are no keys`() async {
        #expect(await check(anonymous: true).respond(to: request("/v1/x")).status == 200)
        #expect(await check(anonymous: true).respond(to: request("/v1/x", key: "Bearer wrong")).status == 401)
        #expect(await check(anonymous: true, keys: []).respond(to: request("/v1/x", key: "Bearer wrong")).status == 200)
    }

    @Test func `what is open needs no key and looks at none`() async {
        #expect(await check(anonymous: false).respond(to: request("/v1/open")).status == 200)
        #expect(await check(anonymous: false).respond(to: request("/v1/open", key: "Bearer wrong")).status == 200)
    }

    @Test func `only what is open is answered at once`() {
        #expect(check(anonymous: false).immediateResponse(to: request("/alive"))?.status == 204)
        #expect(check(anonymous: false).immediateResponse(to: request("/alive-with-key")) == nil)
        #expect(check(anonymous: false).immediateResponse(to: request("/x")) == nil)
    }
}

struct FrontDoorTests {
    @Test func `it answers at once what takes no work, and the rest when the APIs are there`() async {
        let door = FrontDoor(opening: NamedHandler(name: "opening"))
        #expect(!door.isOpen)
        #expect(door.immediateResponse(to: request("/alive"))?.status == 204)
        let early = await door.respond(to: request("/v1/x"))
        #expect(early.status == 503 && early.headers.contains { $0 == ("Retry-After", "1") })
        #expect(await door.respond(to: request("/alive")).status == 204)
        door.close()
        #expect(!door.isOpen)

        door.open(NamedHandler(name: "apis"))
        #expect(door.isOpen)
        #expect(await door.respond(to: request("/v1/x")).status == 200)
        door.close()
        #expect(!door.isOpen)
        #expect(await door.respond(to: request("/v1/x")).status == 200)
        #expect(door.immediateResponse(to: request("/alive"))?.status == 204)
    }
}

struct MemoryTrimmingTests {
    @Test(arguments: [(MemoryTrimming.largeInBytes, 0), (0, MemoryTrimming.largeInBytes)])
    func `large requests and large answers are followed by a trim`(requestSize: Int, answerSize: Int) async {
        let (trims, continuation) = AsyncStream<Void>.makeStream()
        let trimming = MemoryTrimming(inner: NamedHandler(name: "", size: answerSize)) { continuation.yield() }
        _ = await trimming.respond(to: request("/", body: [UInt8](repeating: 0, count: requestSize)))
        for await _ in trims { break }
    }
}

struct ChainTests {
    @Test func `what takes no work passes every part of the chain, without a key`() {
        let check = KeyCheck(
            inner: Mounts([], others: NamedHandler(name: "")), authenticator: Authenticator(allowsAnonymous: false))
        let door = FrontDoor(opening: NamedHandler(name: ""))
        door.open(MemoryTrimming(inner: check))
        #expect(door.immediateResponse(to: request("/alive"))?.status == 204)
        #expect(door.immediateResponse(to: request("/alive-with-key")) == nil)
    }
}
