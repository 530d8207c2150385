// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The memory that all requests together may take for their bodies and for what is decoded from them.
///
/// Each request has a `MemoryReservation`, which grows before bytes are kept and gives everything back when the request ends:
///
///     let budget = MemoryBudget(limitInBytes: 1 << 30)
///     let memory = MemoryReservation(in: budget)
///     try memory.grow(by: body.count)                  // the transport, before it keeps a body
///     try memory.grow(by: MemoryLayout<Node>.stride * 1024)  // a decoder, before it keeps nodes
///
/// Invariant: the reservations of a budget never hold more than its limit together.
package final class MemoryBudget: Sendable {
    private struct State {
        var held = 0
        /// What may be held at the moment, the limit at most.
        var ceiling = Int.max
    }

    package let limitInBytes: Int
    private let state = Mutex(State())

    /// - Parameter limitInBytes: at least 0.
    package init(limitInBytes: Int) {
        precondition(limitInBytes >= 0, "a budget of \(limitInBytes) bytes")
        self.limitInBytes = limitInBytes
    }

    /// What all reservations hold now.
    package var bytesInUse: Int { state.withLock { $0.held } }

    /// Leaves at most `byteCount` bytes more than are held now, until the next call: the process has no more. Whoever needs more is refused
    /// as if others held it.
    ///
    /// - Parameter byteCount: at least 0.
    package func leave(_ byteCount: Int) { state.withLock { $0.ceiling = $0.held + byteCount } }

    /// `false`, and nothing is taken, if so much is not left.
    fileprivate func take(_ byteCount: Int) -> Bool {
        state.withLock { state in
            guard byteCount <= min(limitInBytes, state.ceiling) - state.held else { return false }
            state.held += byteCount
            return true
        }
    }

    fileprivate func giveBack(_ byteCount: Int) { state.withLock { $0.held -= byteCount } }
}

/// Why a request gets no more memory.
package enum MemoryBudgetError: Error, Equatable {
    /// More than the whole budget: it will never fit, however often it is sent. HTTP status 413.
    case exceedsBudget(limitInBytes: Int)
    /// Others hold what is needed: it may fit in a moment. HTTP status 503 with `Retry-After`.
    case budgetInUse

    /// For whoever sent the request.
    package var message: String {
        switch self {
        case .exceedsBudget(let limit):
            "the request takes more memory than the \(limit) bytes that all requests may take together; send less at a time"
        case .budgetInUse: "other requests hold the memory that this one needs; try again in a moment"
        }
    }
}

/// What one request holds of a `MemoryBudget`. May be used from any thread; growing takes two short locks, so whoever keeps
/// many small things grows by some KiB at a time.
package final class MemoryReservation: Sendable {
    private let budget: MemoryBudget?
    private let bytesHeld = Mutex(0)

    /// - Parameter budget: `nil` for a reservation that never refuses, for callers without a transport.
    package init(in budget: MemoryBudget? = nil) { self.budget = budget }

    deinit { releaseAll() }

    /// What it holds now.
    package var byteCount: Int { bytesHeld.withLock { $0 } }

    /// Takes `byteCount` more bytes, or throws and leaves the reservation as it was.
    ///
    /// - Parameter byteCount: at least 0.
    package func grow(by byteCount: Int) throws(MemoryBudgetError) {
        precondition(byteCount >= 0, "a reservation can't grow by \(byteCount) bytes")
        guard let budget else { return }
        try bytesHeld.withLock { (held) throws(MemoryBudgetError) in
            guard byteCount <= budget.limitInBytes - held else {
                throw .exceedsBudget(limitInBytes: budget.limitInBytes)
            }
            guard budget.take(byteCount) else { throw .budgetInUse }
            held += byteCount
        }
    }

    /// Gives back `byteCount` bytes of those it holds, when what they were taken for has gone before the request's end.
    package func shrink(by byteCount: Int) {
        guard let budget else { return }
        bytesHeld.withLock { held in
            precondition(
                byteCount >= 0 && byteCount <= held, "a reservation of \(held) bytes can't shrink by \(byteCount)")
            held -= byteCount
            budget.giveBack(byteCount)
        }
    }

    /// Gives everything back. The transport calls it when the request ends; so does the end of the last reference.
    package func releaseAll() {
        bytesHeld.withLock { held in
            budget?.giveBack(held)
            held = 0
        }
    }
}
