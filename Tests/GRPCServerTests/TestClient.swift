// SPDX-License-Identifier: Apache-2.0

import CGRPCClient
import Foundation
import GRPCServer

/// A connection to a server; calls wait on threads of their own, not on Swift's.
@safe final class TestChannel: @unchecked Sendable {
    fileprivate let channel: OpaquePointer

    init(port: Int?) {
        unsafe channel = unsafe ntc_channel_create("ipv4:127.0.0.1:\(port ?? 0)")
    }

    deinit { unsafe ntc_channel_destroy(channel) }

    /// Begins a call.
    func start(
        _ method: String, metadata: [(String, String)] = [], timeout: Duration? = nil, packs: Bool = false
    ) -> TestCall {
        TestCall(self, method, metadata, timeout, packs)
    }

    /// A whole unary call.
    func call(
        _ method: String, _ message: [UInt8] = [], metadata: [(String, String)] = [], timeout: Duration? = nil,
        packs: Bool = false
    ) async -> TestReply {
        let call = start(method, metadata: metadata, timeout: timeout, packs: packs)
        await call.write(message)
        await call.close()
        let reply = await call.read()
        let status = await call.finish()
        return TestReply(message: reply, status: status)
    }
}

struct TestReply: Equatable {
    var message: [UInt8]?
    /// `nil` if none came within a minute.
    var status: GRPCStatus?

    var code: GRPCStatus.Code? { status?.code }
}

/// One call. Safety: the C side may be used by one writing and one reading thread.
@safe final class TestCall: @unchecked Sendable {
    enum Written: Equatable { case taken, failed, pending }

    private let call: OpaquePointer
    private let channel: TestChannel

    fileprivate init(
        _ channel: TestChannel, _ method: String, _ metadata: [(String, String)], _ timeout: Duration?, _ packs: Bool
    ) {
        self.channel = channel
        let text = metadata.map { "\($0.0)\n\($0.1)\n" }.joined()
        let milliseconds = timeout.map { Int32($0 / .milliseconds(1)) } ?? -1
        // Safety: the texts are read during the call.
        unsafe call = unsafe ntc_call_start(channel.channel, method, text, milliseconds, packs)
    }

    deinit { unsafe ntc_call_destroy(call) }

    /// - Parameter timeout: how long to wait for gRPC to take the message.
    @discardableResult
    func write(_ message: [UInt8], timeout: Duration? = nil) async -> Written {
        await onThread {
            let milliseconds = timeout.map { Int32($0 / .milliseconds(1)) } ?? -1
            return Self.written(
                unsafe message.withUnsafeBufferPointer {
                    unsafe ntc_call_write(self.call, $0.baseAddress, $0.count, milliseconds)
                })
        }
    }

    /// Waits on for a message that was `pending`.
    func waitUntilWritten() async -> Written { await onThread { Self.written(unsafe ntc_call_written(self.call, -1)) } }

    private static func written(_ code: Int32) -> Written { code == 1 ? .taken : code == 0 ? .failed : .pending }

    @discardableResult
    func close() async -> Bool { await onThread { unsafe ntc_call_close(self.call) } }

    func read() async -> [UInt8]? {
        await onThread {
            var count = 0
            guard let bytes = unsafe ntc_call_read(self.call, &count) else { return nil }
            defer { unsafe ntc_free(bytes) }
            return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
        }
    }

    func finish() async -> GRPCStatus? {
        await onThread {
            var text: UnsafeMutablePointer<CChar>?
            let code = unsafe ntc_call_finish(self.call, &text)
            guard let code = GRPCStatus.Code(rawValue: Int(code)), let text = unsafe text else { return nil }
            defer { unsafe ntc_free(text) }
            return unsafe GRPCStatus(code, String(cString: text))
        }
    }

    func cancel() { unsafe ntc_call_cancel(call) }
}

/// Runs what blocks on a thread of its own.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        let thread = Thread { continuation.resume(returning: body()) }
        thread.start()
    }
}
