// SPDX-License-Identifier: Apache-2.0

import CGRPC
import Execution
import Synchronization

// What a bidirectional call's handler does with its stream. Tasks wait in continuations that are woken to look again.

extension GRPCExchange {
    /// The stream for the handler.
    var stream: GRPCStream {
        GRPCStream(
            next: { () async throws(GRPCStatus) in try await self.nextEvent() },
            send: { (message) async throws(GRPCStatus) in try await self.send(message) })
    }

    /// The server begins to stop: the handler is told, once.
    func beginToStop() {
        guard kind == .bidirectional else { return }
        state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard case .none = state.stopNotice else { return nil }
            state.stopNotice = .due
            return state.receiver.take()
        }?.resume()
    }

    private enum Step: Sendable {
        case message(ReceivedMessage)
        case stopping, closed, wait
    }

    private func nextEvent() async throws(GRPCStatus) -> GRPCStream.Event {
        state.withLock { $0.messageMemory = nil }
        while true {
            if Task.isCancelled { throw .cancelled }
            switch try nextStep() {
            case .message(let message): return .message(try bytes(of: message))
            case .stopping: return .stopping
            case .closed: return .closed
            case .wait: await waitToReceive()
            }
        }
    }

    private func nextStep() throws(GRPCStatus) -> Step {
        try state.withLock { (state) throws(GRPCStatus) -> Step in
            if state.isCancelled { throw .cancelled }
            if case .due = state.stopNotice {
                state.stopNotice = .told
                return .stopping
            }
            switch state.receiving {
            case .asked: return .wait
            case .ended: return .closed
            case .arrived(let message):
                state.receiving = .idle
                return .message(message)
            case .idle:
                guard start(&state, { unsafe nt_grpc_receive($0.address) }) else { throw .cancelled }
                state.receiving = .asked
                return .wait
            }
        }
    }

    private func bytes(of message: ReceivedMessage) throws(GRPCStatus) -> [UInt8] {
        let memory = MemoryReservation(in: budget)
        do throws(MemoryBudgetError) { try memory.grow(by: message.byteCount) } catch { throw GRPCStatus(error) }
        let bytes = try message.bytes(limit: limits.messageLimitInBytes, memory: memory)
        state.withLock { $0.messageMemory = memory }
        return bytes
    }

    private func waitToReceive() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    // Whoever cancels the task looks for the continuation after this, or was here before.
                    if Task.isCancelled || state.isCancelled { return true }
                    if case .due = state.stopNotice { return true }
                    guard case .asked = state.receiving else { return true }
                    precondition(state.receiver == nil, "one task waits for the next event of a stream at a time")
                    state.receiver = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.receiver.take() }?.resume()
        }
    }

    // MARK: Sending

    private func send(_ message: [UInt8]) async throws(GRPCStatus) {
        try MessageLimit.check(message, limits.messageLimitInBytes)
        let outgoing = OutgoingMessage(message)
        try state.withLock { (state) throws(GRPCStatus) in
            // One that was cancelled while it waited may still be under way; nothing can follow it.
            if case .underWay = state.sending { throw .cancelled }
            guard !state.isCancelled, !state.hasFinished,
                start(&state, { call in outgoing.give { unsafe nt_grpc_send(call.address, $0?.address) } })
            else { throw .cancelled }
            state.sending = .underWay
            state.deadline = (
                ContinuousClock.now + limits.responseTimeout,
                GRPCStatus(.deadlineExceeded, "a message of the stream was not taken in time")
            )
        }
        await waitUntilSent()
        let isSent = state.withLock { state in
            if case .done = state.sending {
                state.sending = .idle
                return true
            }
            return false
        }
        if !isSent { throw .cancelled }
    }

    /// gRPC has taken the message, or never will.
    func sent(_ hasSucceeded: Bool) {
        var sender: CheckedContinuation<Void, Never>?
        batchEnded { state in
            state.sending = hasSucceeded ? .done : .failed
            if !state.hasFinished { state.deadline = nil }
            sender = state.sender.take()
        }
        sender?.resume()
    }

    private func waitUntilSent() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard case .underWay = state.sending, !state.isCancelled, !Task.isCancelled else { return true }
                    state.sender = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sender.take() }?.resume()
        }
    }
}
