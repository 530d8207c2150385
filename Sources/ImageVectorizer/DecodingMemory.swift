// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The bytes all decoders together may hold. Whoever asks for more than is free waits, first come, first served.
///
/// Invariants:
/// 1. `0 <= free <= total`, and `free` plus all that was handed out is `total`.
/// 2. Somebody waits only while the first of the queue asks for more than is free.
final class DecodingMemory: Sendable {
    private struct Waiter {
        let bytes: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var free: Int
        var waiters: [Waiter] = []
    }

    let total: Int
    private let state: Mutex<State>

    init(bytes: Int) {
        total = bytes
        state = Mutex(State(free: bytes))
    }

    /// Waits until `bytes` are free and takes them; `giveBack` must follow.
    ///
    /// - Parameter bytes: at most `total`.
    func take(_ bytes: Int) async {
        precondition(bytes >= 0 && bytes <= total, "\(bytes) of \(total) bytes can't be handed out")
        let isTaken = state.withLock { state in
            guard state.waiters.isEmpty, state.free >= bytes else { return false }
            state.free -= bytes
            return true
        }
        if isTaken { return }
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiters.append(Waiter(bytes: bytes, continuation: continuation)) }
            wakeWaiters()
        }
    }

    func giveBack(_ bytes: Int) {
        state.withLock { $0.free += bytes }
        wakeWaiters()
    }

    private func wakeWaiters() {
        let woken = state.withLock { state in
            var woken: [Waiter] = []
            for waiter in state.waiters {
                guard waiter.bytes <= state.free else { break }
                state.free -= waiter.bytes
                woken.append(waiter)
            }
            state.waiters.removeFirst(woken.count)
            return woken
        }
        for waiter in woken { waiter.continuation.resume() }
    }
}
