// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Holds writers of one shard back while too many vectors wait for their links, so that the tail that searches scan stays bounded.
final class TailGate: Sendable {
    private struct State {
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isOpenForGood = false
    }

    /// How many vectors of one index may wait for their links before writers wait for them: a scan of some milliseconds.
    static let limit = 32_768

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int = TailGate.limit) { self.limit = limit }

    /// Suspends until `tail` is within the limit.
    ///
    /// - Parameter tail: how many vectors wait now; asked again after every `advance`.
    func wait(for tail: @Sendable () -> Int) async {
        while tail() > limit {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    // Asked again under the lock: an `advance` in between would have been the last one.
                    guard !state.isOpenForGood, tail() > limit else { return false }
                    state.waiting.append(continuation)
                    return true
                }
                if !isWaiting { continuation.resume() }
            }
            if state.withLock({ $0.isOpenForGood }) { return }
        }
    }

    /// To be called after vectors were linked.
    func advance() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Lets everybody through from now on, when nothing will be linked any more.
    func openForGood() {
        state.withLock { $0.isOpenForGood = true }
        advance()
    }
}
