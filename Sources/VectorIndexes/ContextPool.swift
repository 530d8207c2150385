// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VectorKernels

/// Search contexts to be used again, and a record of who may still look at what.
///
/// Each freed slot gets the epoch in which it was freed. It may be used again when every context that was handed out in
/// that epoch or before has come back: then no search or linker can come upon what it held.
final class ContextPool: Sendable {
    private struct State {
        var idle: [SearchContext] = []
        /// When the contexts that are out were handed out; as many as threads search.
        var epochsOut: [UInt64] = []
        var epoch: UInt64 = 0
    }

    /// More than that many threads do not search at once; what comes back beyond is let go.
    private static let idleLimit = 64

    private let store: CodeStore
    private let state = Mutex(State())

    init(store: CodeStore) { self.store = store }

    /// Calls `body` with a context of its own.
    func withContext<Result, Failure: Error>(
        _ body: (SearchContext) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        let (idle, epoch) = state.withLock { state in
            state.epochsOut.append(state.epoch)
            return (state.idle.popLast(), state.epoch)
        }
        let context = idle ?? SearchContext(for: store)
        defer {
            state.withLock { state in
                if let index = state.epochsOut.firstIndex(of: epoch) { state.epochsOut.remove(at: index) }
                if let context, state.idle.count < Self.idleLimit { state.idle.append(context) }
            }
        }
        guard let context else { return nil }
        return try body(context)
    }

    /// Begins a new epoch.
    ///
    /// - Returns: the one that ends; what was freed in it waits for all contexts handed out until now.
    func advance() -> UInt64 {
        state.withLock { state in
            state.epoch += 1
            return state.epoch - 1
        }
    }

    /// Whether all contexts handed out in `epoch` or before have come back.
    func isOver(_ epoch: UInt64) -> Bool {
        state.withLock { state in state.epochsOut.allSatisfy { $0 > epoch } }
    }

    /// Memory of the contexts that are not in use.
    var memoryInBytes: Int { state.withLock { $0.idle.reduce(0) { $0 + $1.memoryInBytes } } }
}
