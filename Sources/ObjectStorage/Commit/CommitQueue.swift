// SPDX-License-Identifier: Apache-2.0

import CSystem
import Foundation
import Synchronization

/// The one way to write: changes queue up, one thread applies them in groups, one transaction and one flush a group.
///
/// While a group is on its way to the medium the next one gathers, so the number of flushes adapts to the load: a lone
/// change costs one, a thousand waiting ones share one. The order of submission is the order of application.
package final class CommitQueue: Sendable {
    /// How much may wait, and how much shares a commit.
    package struct Limits: Sendable {
        /// How many changes may wait before new ones are refused.
        package var queuedChanges = 16_384
        /// How many bytes waiting changes may hold before new ones are refused; a lone change may be larger.
        package var queuedBytes = 512 << 20
        /// A group takes no further change once it has this many.
        package var changesPerGroup = 1_024
        /// A group takes no further change once it has this many; a change may be larger.
        package var bytesPerGroup = 32 << 20

        package init() {}

        /// - Parameter queuedBytes: how many bytes may wait; groups are an eighth of that at most.
        package init(queuedBytes: Int) {
            self.queuedBytes = queuedBytes
            bytesPerGroup = min(bytesPerGroup, max(queuedBytes / 8, 1 << 20))
        }
    }

    private struct State {
        var waiting: [any QueuedChange] = []
        /// Of those in `waiting`, what they declared.
        var waitingBytes = 0
        var isClosing = false
        var hasEnded = false
        /// Resumed when the thread has ended.
        var closers: [CheckedContinuation<Void, Never>] = []
        var groupCount = 0
        var changeCount = 0
    }

    /// How long nothing has to be written before buffered edits are brought into the tree. Writes that come one by one gather meanwhile.
    private static let secondsBeforeMerging = 0.5

    /// What it writes to.
    package let environment: StorageEnvironment
    private let limits: Limits
    private let condition = NSCondition()
    // Safety: only touched while `condition` is held.
    nonisolated(unsafe) private var state = State()

    /// Starts the writer thread.
    ///
    /// - Throws: `StorageError.openedForReadingOnly`.
    package init(environment: StorageEnvironment, limits: Limits = Limits()) throws(StorageError) {
        guard !environment.options.isReadOnly else { throw .openedForReadingOnly }
        self.environment = environment
        self.limits = limits
        let thread = Thread { [self] in
            // Not by Foundation: see `nameThisThread` of `Execution`, which is out of reach here.
            unsafe nt_name_this_thread("writer")
            run()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    // MARK: Submitting

    /// Applies `change` durably and returns its result once the commit is on the medium and published.
    ///
    /// Cancelling the task does not take back a change that is queued.
    ///
    /// - Throws: what `change` threw; `StorageError` if the commit failed, the queue is full or closed.
    package func submit<C: Change>(_ change: C) async throws -> C.Result {
        try await withCheckedThrowingContinuation { continuation in
            let queued = QueuedChangeOf(change) { continuation.resume(with: $0) }
            do throws(StorageError) {
                try enqueue(queued)
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Applies changes that are queued together and in order, so that they share groups as far as these have room.
    ///
    /// - Returns: a result each, in order; see `submit(_:)` for the errors.
    package func submit<C: Change>(all changes: [C]) async -> [Result<C.Result, any Error>] {
        if changes.isEmpty { return [] }
        return await withCheckedContinuation { continuation in
            let results = GatheredResults<C.Result>(count: changes.count) { continuation.resume(returning: $0) }
            let queued = changes.enumerated().map { index, change in
                QueuedChangeOf(change) { results.set($0, at: index) }
            }
            condition.lock()
            let refusals = queued.map { change in Result { () throws(StorageError) in try enqueueLocked(change) } }
            condition.unlock()
            for (index, refusal) in refusals.enumerated() {
                if case .failure(let error) = refusal { results.set(.failure(error), at: index) }
            }
        }
    }

    /// The same with closures; see `Change` for when they are called.
    package func submit<R: Sendable>(
        sizeInBytes: Int = 0, isRemoval: Bool = false, published: (@Sendable (R) -> Void)? = nil,
        rolledBack: (@Sendable () -> Void)? = nil,
        _ change: @escaping @Sendable (WriteTransaction) throws -> R
    ) async throws -> R {
        try await submit(
            ClosureChange(
                sizeInBytes: sizeInBytes, isRemoval: isRemoval, change: change, published: published, undo: rolledBack)
        )
    }

    /// The same, blocking the calling thread: only for background work on threads that may block, never in a change.
    package func submitAndWait<C: Change>(_ change: C) throws -> C.Result {
        let outcome = Awaited<C.Result>()
        try enqueue(QueuedChangeOf(change) { outcome.set($0) })
        return try outcome.get()
    }

    private func enqueue(_ change: any QueuedChange) throws(StorageError) {
        condition.lock()
        defer { condition.unlock() }
        try enqueueLocked(change)
    }

    /// The same for a caller who holds `condition`.
    private func enqueueLocked(_ change: any QueuedChange) throws(StorageError) {
        guard unsafe !state.isClosing else { throw .closed }
        guard unsafe state.waiting.count < limits.queuedChanges else {
            throw .writeQueueFull(limit: "\(limits.queuedChanges) changes")
        }
        let size = change.sizeInBytes
        guard unsafe state.waiting.isEmpty || state.waitingBytes + size <= limits.queuedBytes else {
            throw .writeQueueFull(limit: "\(limits.queuedBytes) bytes")
        }
        unsafe state.waiting.append(change)
        unsafe state.waitingBytes += size
        condition.broadcast()
    }

    // MARK: Watching and closing

    /// How many groups and changes were committed since the start, and how many changes wait. A change is counted before
    /// its submitter hears of it.
    package var statistics: (groups: Int, changes: Int, waiting: Int) {
        condition.lock()
        defer { condition.unlock() }
        return unsafe (state.groupCount, state.changeCount, state.waiting.count)
    }

    /// Takes no more changes, applies those that wait, and ends the writer thread.
    package func close() async {
        await withCheckedContinuation { continuation in
            condition.lock()
            unsafe state.isClosing = true
            let hasEnded = unsafe state.hasEnded
            if !hasEnded { unsafe state.closers.append(continuation) }
            condition.broadcast()
            condition.unlock()
            if hasEnded { continuation.resume() }
        }
    }

    // MARK: The writer thread

    private func run() {
        var isMerging = false
        while let group = nextGroup(isMerging: isMerging) {
            isMerging = group.isEmpty
            if isMerging {
                GroupCommit(environment: environment).mergeWaitingShard()
                continue
            }
            GroupCommit(environment: environment).run(group) { changes in
                condition.lock()
                unsafe state.groupCount += 1
                unsafe state.changeCount += changes
                condition.unlock()
            }
        }
        condition.lock()
        unsafe state.hasEnded = true
        let closers = unsafe state.closers
        unsafe state.closers = []
        condition.unlock()
        for closer in closers { closer.resume() }
    }

    /// What is to go into the next transaction; waits for something. Empty when nothing came for a while and buffered edits wait; `nil`
    /// once the queue is closed and empty.
    ///
    /// - Parameter isMerging: whether nothing had come before, so that there is no need to wait again.
    private func nextGroup(isMerging: Bool) -> [any QueuedChange]? {
        condition.lock()
        defer { condition.unlock() }
        while unsafe state.waiting.isEmpty {
            if unsafe state.isClosing { return nil }
            if !environment.mayHaveUnmergedShards {
                condition.wait()
            } else if isMerging || !condition.wait(until: Date(timeIntervalSinceNow: Self.secondsBeforeMerging)) {
                if unsafe state.waiting.isEmpty, unsafe !state.isClosing { return [] }
            }
        }
        var count = 0
        var bytes = 0
        for change in unsafe state.waiting.prefix(limits.changesPerGroup) {
            if count > 0, bytes + change.sizeInBytes > limits.bytesPerGroup { break }
            count += 1
            bytes += change.sizeInBytes
        }
        let group = unsafe Array(state.waiting.prefix(count))
        unsafe state.waiting.removeFirst(count)
        unsafe state.waitingBytes -= bytes
        return group
    }
}

/// Results that come one by one, in any order, and are handed over together.
private final class GatheredResults<Value: Sendable>: Sendable {
    private struct State {
        var results: [Result<Value, any Error>?]
        var missingCount: Int
    }

    private let state: Mutex<State>
    private let deliver: @Sendable ([Result<Value, any Error>]) -> Void

    init(count: Int, _ deliver: @escaping @Sendable ([Result<Value, any Error>]) -> Void) {
        state = Mutex(State(results: Array(repeating: nil, count: count), missingCount: count))
        self.deliver = deliver
    }

    /// To be called once for each index.
    func set(_ result: Result<Value, any Error>, at index: Int) {
        let all = state.withLock { state in
            state.results[index] = result
            state.missingCount -= 1
            return state.missingCount == 0 ? state.results.compactMap { $0 } : nil
        }
        if let all { deliver(all) }
    }
}

/// A result that one thread waits for.
private final class Awaited<Value: Sendable>: Sendable {
    private let condition = NSCondition()
    // Safety: only touched while `condition` is held.
    nonisolated(unsafe) private var result: Result<Value, any Error>?

    func set(_ result: Result<Value, any Error>) {
        condition.lock()
        unsafe self.result = result
        condition.broadcast()
        condition.unlock()
    }

    func get() throws -> Value {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let result = unsafe result { return try result.get() }
            condition.wait()
        }
    }
}

/// A change made of closures.
private struct ClosureChange<Result: Sendable>: Change {
    let sizeInBytes: Int
    let isRemoval: Bool
    let change: @Sendable (WriteTransaction) throws -> Result
    let published: (@Sendable (Result) -> Void)?
    let undo: (@Sendable () -> Void)?

    func apply(to transaction: WriteTransaction) throws -> Result { try change(transaction) }
    func committed(_ result: Result) { published?(result) }
    func rolledBack() { undo?() }
}
