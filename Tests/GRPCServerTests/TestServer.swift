// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Observability
import Synchronization
import Testing

@testable import GRPCServer

/// Runs `body` with a server, stops it, and makes sure that nothing is left.
func withServer(
    _ handler: any GRPCHandler = TestHandler(), memory: MemoryBudget = MemoryBudget(limitInBytes: 1 << 30),
    threads: Int = 2, drainingFor patience: Duration = .seconds(20),
    change: (inout GRPCListener.Configuration) -> Void = { _ in },
    _ body: (GRPCListener) async throws -> Void
) async throws {
    var configuration = GRPCListener.Configuration(host: "127.0.0.1", port: 0)
    change(&configuration)
    let pool = ComputePool(threadCount: threads, name: "test")
    let server = GRPCListener(
        configuration: configuration, handler: handler, pool: pool, memory: memory,
        logger: Logger(level: .error, format: .text))
    try server.start()
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(server)) } catch { outcome = .failure(error) }
    let hasEnded = await server.stop(drainingFor: patience)
    pool.stop()
    try outcome.get()
    #expect(hasEnded)
    #expect(server.calls.all.isEmpty)
    #expect(memory.bytesInUse == 0)
}

/// Waits until something is so; the test's time limit is the deadline.
func until(_ isSo: () -> Bool) async {
    while !isSo() { await Task.yield() }
}

/// A door that tasks wait at until it opens, or until they are cancelled.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var arrivals = 0
        var cancellations = 0
    }

    private let state = Mutex(State())

    var arrivals: Int { state.withLock { $0.arrivals } }
    var cancellations: Int { state.withLock { $0.cancellations } }

    /// Returns when the gate is open or the task cancelled.
    func pass() async {
        let number = state.withLock { state in
            state.arrivals += 1
            return state.arrivals
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isOpen || Task.isCancelled { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
        if Task.isCancelled { state.withLock { $0.cancellations += 1 } }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Does what its method's name says.
struct TestHandler: GRPCHandler {
    var gate = Gate()
    /// What the streams were told.
    var events = EventLog()

    var services: [String] { ["test.Test"] }

    func kind(of method: String) -> GRPCMethodKind? {
        switch method {
        case "/test.Test/Echo", "/test.Test/Fail", "/test.Test/Metadata", "/test.Test/Zeros", "/test.Test/Wait",
            "/test.Test/Block":
            .unary
        case "/test.Test/Talk", "/test.Test/Slow", "/test.Test/Farewell", "/test.Test/Leave": .bidirectional
        default: nil
        }
    }

    func respond(to call: GRPCCall, message: [UInt8]) async throws(GRPCStatus) -> [UInt8] {
        switch call.method {
        case "/test.Test/Echo": return message
        case "/test.Test/Fail":
            throw GRPCStatus(
                GRPCStatus.Code(rawValue: Int(call.value(of: "code") ?? "") ?? 2) ?? .unknown,
                String(decoding: message, as: UTF8.self))
        case "/test.Test/Metadata":
            let own = call.metadata.filter { $0.name.hasPrefix("x-") || $0.name == "authorization" }
            return Array(own.map { "\($0.name)=\($0.value)" }.joined(separator: "\n").utf8)
        case "/test.Test/Zeros":
            return [UInt8](repeating: 0, count: Int(String(decoding: message, as: UTF8.self)) ?? 0)
        default:
            await gate.pass()
            return message
        }
    }

    func converse(_ call: GRPCCall, _ stream: GRPCStream) async throws(GRPCStatus) {
        if call.method == "/test.Test/Leave" { throw GRPCStatus(.aborted, "enough") }
        while true {
            let event = try await stream.next()
            events.add(event)
            switch event {
            case .message(let bytes):
                if call.method == "/test.Test/Slow" { await gate.pass() }
                try await stream.send(bytes)
            case .stopping:
                if call.method == "/test.Test/Farewell" { try await stream.send(Array("farewell".utf8)) }
            case .closed: return
            }
        }
    }
}

/// What happened, in order.
final class EventLog: Sendable {
    private let events = Mutex<[GRPCStream.Event]>([])

    func add(_ event: GRPCStream.Event) { events.withLock { $0.append(event) } }

    var all: [GRPCStream.Event] { events.withLock { $0 } }
}
