// SPDX-License-Identifier: Apache-2.0

import Execution
import Fetching
import HTTPServer
import Observability
import Synchronization
import Testing

/// A resolver that answers from lists, each time with the next one of the name, and with the last one from then on.
final class ScriptedResolver: HostResolving {
    private let answers: Mutex<[String: [[NetworkAddress]]]>
    private let asked = Mutex<[String]>([])

    init(_ answers: [String: [[String]]]) {
        self.answers = Mutex(answers.mapValues { $0.map { $0.compactMap { NetworkAddress($0) } } })
    }

    func addresses(of host: String, unless isLate: () -> Bool) -> [NetworkAddress]? {
        asked.withLock { $0.append(host) }
        return answers.withLock { answers in
            guard let lists = answers[host], let first = lists.first else { return [] }
            if lists.count > 1 { answers[host]?.removeFirst() }
            return first
        }
    }

    /// Every name that was asked for, in order.
    var questions: [String] { asked.withLock { $0 } }
}

/// A host of pictures.
final class PictureHost: HTTPHandler {
    static let picture: [UInt8] = [0xff, 0xd8, 0xff, 1, 2, 3]

    private struct State {
        var waiting: [CheckedContinuation<Void, Never>] = []
        var arrivals = 0
        var isOpen = false
    }

    private let state = Mutex(State())

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let target = request.queryValue("to") ?? ""
        switch request.pathSegments.first ?? "" {
        case "picture":
            return HTTPResponse(status: 200, headers: [("Content-Type", "text/html")], body: Self.picture)
        case "redirect": return HTTPResponse(status: 302, headers: [("Location", target)])
        case "circle": return HTTPResponse(status: 307, headers: [("Location", "circle")])
        case "lost": return HTTPResponse(status: 302)
        case "empty": return HTTPResponse(status: 200)
        case "chunked": return .stream { body in try await body.write([UInt8](repeating: 1, count: 5000)) }
        case "large": return HTTPResponse(status: 200, body: [UInt8](repeating: 1, count: 5000))
        case "silent":
            await wait()
            return HTTPResponse(status: 204)
        case "headers":
            let names = request.headers.map(\.name).sorted().joined(separator: ",")
            return HTTPResponse(status: 200, body: Array(names.utf8))
        default: return HTTPResponse(status: Int(request.pathSegments.first ?? "") ?? 404)
        }
    }

    private func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                state.arrivals += 1
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// How many requests for silence have come.
    var arrivals: Int { state.withLock { $0.arrivals } }

    /// Ends the silence.
    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Runs `body` with a host of pictures at an address of this machine, of which there are many: 127.0.0.0/8.
func withHost(
    at address: String = "127.0.0.1", port: UInt16 = 0, _ handler: PictureHost = PictureHost(),
    _ body: (HTTPListener) async throws -> Void
) async throws {
    let pool = ComputePool(threadCount: 2)
    let server = HTTPListener(
        configuration: .init(host: address, port: port), handler: handler, pool: pool,
        logger: Logger(level: .error, sink: LogSink { _ in }))
    try server.start()
    do {
        try await body(server)
    } catch {
        handler.open()
        await server.stop(drainingFor: .seconds(5))
        pool.stop()
        throw error
    }
    handler.open()
    await server.stop(drainingFor: .seconds(5))
    pool.stop()
}

/// A fetcher that may go to 127.0.0.1 and to no other address that is not public.
func fetcher(
    hosts: [String], resolver: any HostResolving, change: (inout PictureFetcher.Configuration) -> Void = { _ in }
) throws -> PictureFetcher {
    var configuration = PictureFetcher.Configuration()
    configuration.hosts = try hosts.map { try HostPattern($0) }
    configuration.rules = AddressRules(allowedNetworks: [try #require(NetworkRange("127.0.0.1/32"))])
    change(&configuration)
    return PictureFetcher(configuration: configuration, resolver: resolver)
}
