// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A fixed number of inference requests, lent out one picture each. Whoever finds none waits, first come, first served.
///
/// They bound how many pictures are decoded or inferred at once, and with that the memory for pixels.
final class InferenceSlots: Sendable {
    private struct State {
        var free: [InferenceRequest]
        var waiters: [CheckedContinuation<InferenceRequest, Never>] = []
    }

    let count: Int
    private let state: Mutex<State>

    /// - Parameter requests: at least one.
    init(_ requests: [InferenceRequest]) {
        precondition(!requests.isEmpty, "somebody would wait for ever")
        count = requests.count
        state = Mutex(State(free: requests))
    }

    /// Waits for a free request; `giveBack` must follow.
    func take() async -> InferenceRequest {
        if let request = state.withLock({ $0.free.popLast() }) { return request }
        return await withCheckedContinuation { continuation in
            // One may have come back in the meantime.
            let request = state.withLock { state in
                let request = state.free.popLast()
                if request == nil { state.waiters.append(continuation) }
                return request
            }
            if let request { continuation.resume(returning: request) }
        }
    }

    /// A request if one is free and nobody waits for it; `giveBack` must follow.
    func takeIfFree() -> InferenceRequest? {
        state.withLock { $0.free.popLast() }
    }

    func giveBack(_ request: InferenceRequest) {
        let waiter = state.withLock { state -> CheckedContinuation<InferenceRequest, Never>? in
            if !state.waiters.isEmpty { return state.waiters.removeFirst() }
            state.free.append(request)
            return nil
        }
        waiter?.resume(returning: request)
    }
}
