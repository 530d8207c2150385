// SPDX-License-Identifier: Apache-2.0

import ImageVectorizer
import Synchronization
import Testing

@testable import ThumbnailCache

struct ThumbnailServiceTests {
    private struct Unreadable: Error {}

    private func key(_ number: UInt8) -> ThumbnailKey {
        ThumbnailKey(digest: [UInt8](repeating: number, count: 32), size: 64)
    }

    /// Lets tasks wait until it is opened, and tells how many do.
    private final class Gate: Sendable {
        private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))
        private let arrivals = AsyncStream<Void>.makeStream()

        func pass() async {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
                arrivals.continuation.yield()
            }
        }

        func open() {
            for continuation in state.withLock({ state in
                state.isOpen = true
                defer { state.waiting = [] }
                return state.waiting
            }) { continuation.resume() }
        }

        func waitForArrival() async { for await _ in arrivals.stream { return } }
    }

    @Test func `what several ask for at once is made once`() async throws {
        let made = Mutex(0)
        let gate = Gate()
        let service = ThumbnailService(files: nil, width: 2) { bytes, size in
            made.withLock { $0 += 1 }
            return bytes + [UInt8(size)]
        }
        let key = key(1)
        let first = Task {
            try await service.thumbnail(for: key) {
                await gate.pass()
                return [1]
            }
        }
        await gate.waitForArrival()
        let others = (0..<5).map { _ in Task { try await service.thumbnail(for: key) { [2] } } }
        while service.waiterCount(for: key) < 5 { await Task.yield() }
        gate.open()
        #expect(try await first.value == [1, 64])
        for other in others { #expect(try await other.value == [1, 64]) }
        #expect(made.withLock { $0 } == 1)
        #expect(try await service.thumbnail(for: key) { [2] } == [2, 64], "nothing is kept without files")
    }

    @Test func `no more are made at a time than were allowed, and no more wait`() async throws {
        let gate = Gate()
        let service = ThumbnailService(files: nil, width: 1, queueLimit: 1) { bytes, _ in bytes }
        let (one, two, three) = (key(1), key(2), key(3))
        let first = Task {
            try await service.thumbnail(for: one) {
                await gate.pass()
                return [1]
            }
        }
        await gate.waitForArrival()
        let second = Task { try await service.thumbnail(for: two) { [2] } }
        while service.queueLength < 1 { await Task.yield() }
        let third = await #expect(throws: ThumbnailError.self) { try await service.thumbnail(for: three) { [3] } }
        guard case .busy(limit: 1)? = third else {
            Issue.record("\(String(describing: third))")
            return
        }
        gate.open()
        #expect(try await first.value == [1])
        #expect(try await second.value == [2])
        #expect(try await service.thumbnail(for: three) { [3] } == [3])
    }

    @Test func `who waits for one whose maker has gone makes it`() async throws {
        let gate = Gate()
        let service = ThumbnailService(files: nil, width: 1) { bytes, _ in bytes }
        let (one, two) = (key(1), key(2))
        let blocking = Task {
            try await service.thumbnail(for: one) {
                await gate.pass()
                return [1]
            }
        }
        await gate.waitForArrival()
        let gone = Task { try await service.thumbnail(for: two) { [2] } }
        while service.queueLength < 1 { await Task.yield() }
        gone.cancel()
        gate.open()
        #expect(try await blocking.value == [1])
        await #expect(throws: ThumbnailError.self) { try await gone.value }
        #expect(try await service.thumbnail(for: two) { [3] } == [3])
    }

    @Test func `errors reach whoever asked, and the next one tries again`() async throws {
        let service = ThumbnailService(files: nil, width: 1) { bytes, _ throws(ImageVectorizerError) in
            guard bytes == [1] else { throw .unknownFormat(found: nil) }
            return bytes
        }
        let error = await #expect(throws: ThumbnailError.self) { try await service.thumbnail(for: key(1)) { [2] } }
        guard case .picture(.unknownFormat(found: nil))? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let other = await #expect(throws: ThumbnailError.self) {
            try await service.thumbnail(for: key(1)) { throw Unreadable() }
        }
        guard case .source(is Unreadable)? = other else {
            Issue.record("\(String(describing: other))")
            return
        }
        #expect(try await service.thumbnail(for: key(1)) { [1] } == [1])
    }
}
