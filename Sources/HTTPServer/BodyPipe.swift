// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Between the task that produces a response body and the connection that sends it: a bounded buffer with one writer and
/// one reader.
///
/// Invariants:
/// 1. what is buffered is at most `capacity` bytes and the last piece written;
/// 2. a suspended reader is resumed once, by whatever comes first: bytes, the end, or `abort`;
/// 3. after the end nothing is taken, and a writer that waits is let go.
final class BodyPipe: Sendable {
    private enum End {
        case finished, broken
    }

    private struct State {
        var buffer: [UInt8] = []
        /// How many bytes of `buffer` have been read.
        var readCount = 0
        var end: End?
        var isReaderSuspended = false
        var waitingWriter: CheckedContinuation<Void, Never>?

        var unreadCount: Int { buffer.count - readCount }
    }

    /// What the reader finds.
    enum Reading: Equatable {
        /// So many bytes, at least one.
        case bytes(Int)
        /// Nothing yet; the reader was suspended.
        case suspended
        case end
        /// The producer gave up: what was read is not the whole.
        case broken
    }

    private let capacity: Int
    private let resumeReader: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - capacity: from how many unread bytes on the writer waits.
    ///   - resumeReader: called, without a lock, once for each time the reader was suspended.
    init(capacity: Int = 256 << 10, resumeReader: @escaping @Sendable () -> Void) {
        self.capacity = capacity
        self.resumeReader = resumeReader
    }

    // MARK: The producer's side

    var writer: ResponseBodyWriter { ResponseBodyWriter { [self] in try await write($0) } }

    private func write(_ bytes: [UInt8]) async throws(CancellationError) {
        guard !bytes.isEmpty else { return }
        let isOpen = change { state in
            guard state.end == nil else { return false }
            if state.readCount == state.buffer.count {
                state.buffer = bytes
            } else {
                state.buffer.removeFirst(state.readCount)
                state.buffer += bytes
            }
            state.readCount = 0
            return true
        }
        guard isOpen else { throw CancellationError() }
        await waitForRoom()
        if state.withLock({ $0.end != nil }) { throw CancellationError() }
    }

    private func waitForRoom() async {
        await withCheckedContinuation { continuation in
            let hasRoom = state.withLock { state in
                if state.end != nil || state.unreadCount < capacity { return true }
                precondition(state.waitingWriter == nil, "a response body has one writer at a time")
                state.waitingWriter = continuation
                return false
            }
            if hasRoom { continuation.resume() }
        }
    }

    /// The body is complete.
    func finish() { end(.finished) }

    /// The body stays incomplete: the producer failed, the client has gone, or the server stops. What is buffered is dropped.
    func abort() { end(.broken) }

    private func end(_ end: End) {
        change { state in
            guard state.end == nil else { return }
            state.end = end
            if end == .broken {
                state.buffer = []
                state.readCount = 0
            }
        }
    }

    /// Changes the state and resumes whoever that concerns.
    @discardableResult
    private func change<Result>(_ body: (inout State) -> Result) -> Result {
        let (result, wakesReader, writer) = state.withLock { state in
            let result = body(&state)
            let wakesReader = state.isReaderSuspended && (state.unreadCount > 0 || state.end != nil)
            if wakesReader { state.isReaderSuspended = false }
            let writer = state.unreadCount < capacity || state.end != nil ? state.waitingWriter.take() : nil
            return (result, wakesReader, writer)
        }
        if wakesReader { resumeReader() }
        writer?.resume()
        return result
    }

    // MARK: The connection's side

    /// Moves what is there into `target`, at least one byte.
    ///
    /// - Parameter suspend: called, under the lock, if there is nothing yet; must suspend the reader, who is resumed later.
    func read(into target: UnsafeMutableRawBufferPointer, suspend: () -> Void) -> Reading {
        change { state in
            let count = min(state.unreadCount, target.count)
            if count > 0 {
                // Safety: both ranges hold `count` bytes; the target is the caller's for the time of the call.
                unsafe state.buffer.withUnsafeBytes { bytes in
                    unsafe target.copyMemory(from: .init(rebasing: bytes[state.readCount..<state.readCount + count]))
                }
                state.readCount += count
                return .bytes(count)
            }
            switch state.end {
            case .finished: return .end
            case .broken: return .broken
            case nil:
                suspend()
                state.isReaderSuspended = true
                return .suspended
            }
        }
    }
}
