// SPDX-License-Identifier: Apache-2.0

/// Where a connection stands, and until when it may stand there: events in, deadlines out.
///
/// ```
/// opened -> idle -> head -> body -> working -> writing -> idle …
///             |       |      |                    |
///             +-------+------+--- too late -------+-> expired      any -> closed
/// ```
/// Invariants:
/// 1. `expired` and `closed` are left only for `closed`, so that what ended a connection has the last word;
/// 2. only `working` has no deadline: it is the handler's time.
struct ConnectionState {
    /// How long each phase may take.
    struct Timeouts: Sendable {
        /// From the connection's opening, or the request line's end, to the end of the headers.
        var head: Duration
        var body: Duration
        /// From the response's handing over to the last byte's sending.
        var response: Duration
        /// From the end of a response to the end of the next request line.
        var idle: Duration
    }

    enum Phase: Equatable {
        case idle, head, body, working, writing, expired, closed
    }

    private(set) var phase = Phase.idle
    private(set) var deadline: ContinuousClock.Instant?
    private let timeouts: Timeouts

    init(timeouts: Timeouts, at now: ContinuousClock.Instant) {
        self.timeouts = timeouts
        deadline = now + timeouts.head
    }

    /// Enters a phase; `false` if it is too late for that.
    mutating func enter(_ next: Phase, at now: ContinuousClock.Instant) -> Bool {
        if phase == .closed || phase == .expired && next != .closed { return false }
        phase = next
        deadline =
            switch next {
            case .idle: now + timeouts.idle
            case .head: now + timeouts.head
            case .body: now + timeouts.body
            case .writing: now + timeouts.response
            case .working, .expired, .closed: nil
            }
        return true
    }

    /// What a look at the clock leads to.
    enum Verdict: Equatable {
        case patience
        /// Shut down after a last word, if there is one to say.
        case shutDown(TransportRefusal?)
    }

    /// Ends the phase if its deadline is over.
    mutating func check(at now: ContinuousClock.Instant) -> Verdict {
        guard let deadline, now >= deadline else { return .patience }
        let refusal: TransportRefusal? =
            switch phase {
            case .head: .headersTimedOut
            case .body: .bodyTimedOut
            // Nothing is owed to who asked nothing, and a response has begun already.
            case .idle, .working, .writing, .expired, .closed: nil
            }
        _ = enter(.expired, at: now)
        return .shutDown(refusal)
    }
}
