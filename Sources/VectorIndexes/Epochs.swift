// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A record of who may still look at what, so that searches need no locks.
///
/// Each freed slot gets the epoch in which it was freed. It may be used again when every search and linker that began in
/// that epoch or before has ended: then none can come upon what the slot held.
final class Epochs: Sendable {
    private struct State {
        /// In which epochs those began that have not ended; as many as threads search.
        var open: [UInt64] = []
        var current: UInt64 = 0
    }

    private let state = Mutex(State())

    /// To be called at the beginning of a search or a link.
    ///
    /// - Returns: what to give to `leave` at its end.
    func enter() -> UInt64 {
        state.withLock { state in
            state.open.append(state.current)
            return state.current
        }
    }

    func leave(_ epoch: UInt64) {
        state.withLock { state in
            if let index = state.open.firstIndex(of: epoch) { state.open.remove(at: index) }
        }
    }

    /// Begins a new epoch.
    ///
    /// - Returns: the one that ends; what was freed in it waits for all that have begun until now.
    func advance() -> UInt64 {
        state.withLock { state in
            state.current += 1
            return state.current - 1
        }
    }

    /// Whether all that began in `epoch` or before have ended.
    func isOver(_ epoch: UInt64) -> Bool {
        state.withLock { state in state.open.allSatisfy { $0 > epoch } }
    }
}
