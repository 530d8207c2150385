// SPDX-License-Identifier: Apache-2.0

import CMicroHTTPD
import Synchronization

/// A connection as those see it who watch over it from outside of libmicrohttpd's threads.
final class Connection: Sendable {
    private struct Guarded {
        var state: ConnectionState
        var exchange: Exchange?
        /// The client has closed its side, and libmicrohttpd was told.
        var hasHungUp = false
        /// What the client had sent when its last request ended.
        var byteCountBeforeHead: UInt64 = 0
    }

    /// The descriptor; used under the lock and before `close` only, since its number is given to others afterwards.
    private let socket: Int32
    /// It was opened when the server was stopping already: nothing is owed to it.
    let isLate: Bool
    private let guarded: Mutex<Guarded>

    init(socket: Int32, timeouts: ConnectionState.Timeouts, isLate: Bool) {
        self.socket = socket
        self.isLate = isLate
        guarded = Mutex(Guarded(state: ConnectionState(timeouts: timeouts, at: .now)))
    }

    /// Enters a phase of the exchange, which must be given for all but `idle`; `false` if it is too late for that.
    func enter(_ phase: ConnectionState.Phase, _ exchange: Exchange? = nil) -> Bool {
        guarded.withLock { guarded in
            guarded.exchange = exchange
            if phase == .idle { guarded.byteCountBeforeHead = nt_http_received_byte_count(socket) }
            return guarded.state.enter(phase, at: .now)
        }
    }

    /// The descriptor is about to be closed.
    func close() {
        guarded.withLock { guarded in
            guarded.exchange = nil
            _ = guarded.state.enter(.closed, at: .now)
        }
    }

    /// Shuts it down if its deadline is over; cancels what is being worked on if the client has gone.
    func check(at now: ContinuousClock.Instant) {
        guarded.withLock { guarded in
            lookForHangUp(&guarded)
            if case .shutDown(let refusal) = guarded.state.check(at: now) { shutDown(saying: refusal) }
        }
    }

    /// Cancels what is being worked on if the client has gone.
    func cancelIfHungUp() { guarded.withLock { lookForHangUp(&$0) } }

    /// libmicrohttpd 0.9.75 misses an end that arrives together with the last bytes: after a short read it waits for
    /// another event, and an edge-triggered epoll has none. Ending the reading makes one; at each look, since one that came
    /// while there was more to read is spent.
    private func lookForHangUp(_ guarded: inout Guarded) {
        if guarded.state.phase != .closed, nt_http_has_hung_up(socket) != 0 {
            if !guarded.hasHungUp || guarded.state.phase != .working { nt_http_end_reading(socket) }
            guarded.hasHungUp = true
        }
        if guarded.state.phase == .working, guarded.hasHungUp { guarded.exchange?.cancel() }
    }

    /// Shuts it down if no request is being read or answered.
    func shutDownIfIdle() {
        guarded.withLock { guarded in
            guard guarded.state.phase == .idle else { return }
            _ = guarded.state.enter(.expired, at: .now)
            shutDown(saying: nil)
        }
    }

    /// Shuts it down after a last word, in the middle of a request's body or before it.
    func refuse(_ refusal: TransportRefusal) {
        guarded.withLock { guarded in
            guard guarded.state.phase == .body else { return }
            _ = guarded.state.enter(.expired, at: .now)
            shutDown(saying: refusal)
        }
    }

    /// Refuses a request whose head has become longer than `limit` bytes and is still being read.
    ///
    /// - Returns: whether it did.
    func refuseHead(longerThan limit: Int) -> Bool {
        guarded.withLock { guarded in
            guard guarded.state.phase == .head else { return false }
            let received = nt_http_received_byte_count(socket)
            guard received > guarded.byteCountBeforeHead + UInt64(limit) else { return false }
            _ = guarded.state.enter(.expired, at: .now)
            shutDown(saying: .headersTooLarge(limit: limit))
            return true
        }
    }

    /// Answers instead of the handler, which has taken too long, and breaks off what is still being produced.
    func abandon(saying refusal: TransportRefusal) {
        let (exchange, isWorking) = guarded.withLock { ($0.exchange, $0.state.phase == .working) }
        exchange?.cancel()
        if isWorking { exchange?.complete(with: refusal.response) }
    }

    /// Called under the lock.
    private func shutDown(saying refusal: TransportRefusal?) {
        let bytes = refusal?.wireBytes ?? []
        // Safety: the bytes are only read while the closure runs.
        unsafe bytes.withUnsafeBufferPointer { unsafe nt_http_shut_down(socket, $0.baseAddress, $0.count) }
    }
}
