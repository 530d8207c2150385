// SPDX-License-Identifier: Apache-2.0

import CGRPC
import Execution
import Synchronization

/// One call, from its arrival until gRPC and the handler are done with it.
///
/// ```
/// arrived ──watch──> open ──finish──> finished ──closed, no batch left──> released (gRPC's call is destroyed)
///                      └──closed: the client has gone, its deadline has passed──> cancelled ──no batch left──> released
/// ```
/// Invariants:
/// 1. gRPC's call is only used while the lock is held and `handle` is there, so no batch starts on a call that was destroyed, and
///    no two at a time. The lock is held while gRPC writes what fits into the socket; only this call's own threads wait for that.
/// 2. Every batch that was started holds a reference to the exchange, which its event gives back.
/// 3. A handler that does not end holds the exchange, not gRPC's call: the server can be shut down without it.
///
/// Safety of `@unchecked Sendable`: what changes is in `state`.
@safe final class GRPCExchange: @unchecked Sendable {
    /// What a request for a message led to.
    enum Arrival {
        case message(ReceivedMessage)
        /// The client sends no more.
        case end
        /// It could not be received: the client has gone, or it was too large.
        case failure
    }

    enum Receiving {
        case idle, asked, ended
        case arrived(ReceivedMessage)
    }

    enum Sending { case idle, underWay, done, failed }

    enum StopNotice { case none, due, told }

    struct State {
        /// `nil` once it was destroyed.
        var handle: CorePointer?
        /// Started, and their events have not come.
        var batches = 0
        /// The call is over, as gRPC sees it.
        var isClosed = false
        /// A status was handed over.
        var hasFinished = false
        /// Nobody waits for an answer any more.
        var isCancelled = false
        /// From the start of the handler's task to its end.
        var isHandled = false
        var task: Task<Void, Never>?
        var receiving = Receiving.idle
        var sending = Sending.idle
        var stopNotice = StopNotice.none
        /// The task that waits for the next event.
        var receiver: CheckedContinuation<Void, Never>?
        /// The task that waits until a message is sent.
        var sender: CheckedContinuation<Void, Never>?
        /// What the last message of a stream was counted in.
        var messageMemory: MemoryReservation?
        /// When the phase it is in ends the call, and how.
        var deadline: (time: ContinuousClock.Instant, status: GRPCStatus)?
    }

    let method: String
    let metadata: [(name: String, value: String)]
    let memory: MemoryReservation
    let budget: MemoryBudget
    let limits: GRPCListener.Configuration
    /// `nil` for a call for health.
    let kind: GRPCMethodKind?
    /// Called once, when neither gRPC nor a handler has anything to do with the call.
    private let released: @Sendable (GRPCExchange) -> Void
    let state: Mutex<State>

    /// - Parameter handle: a call that has arrived; owned from now on.
    init(
        _ handle: CorePointer, method: String, metadata: [(name: String, value: String)], kind: GRPCMethodKind?,
        budget: MemoryBudget, limits: GRPCListener.Configuration, released: @escaping @Sendable (GRPCExchange) -> Void
    ) {
        self.method = method
        self.metadata = metadata
        self.kind = kind
        self.budget = budget
        self.limits = limits
        self.released = released
        memory = MemoryReservation(in: budget)
        state = Mutex(State(handle: handle))
        // Safety: only read back by an event of a batch, which holds a reference.
        unsafe nt_grpc_call_set_context(handle.address, Unmanaged.passUnretained(self).toOpaque())
    }

    /// The exchange that an event is about; takes over the reference of its batch.
    static func of(_ call: OpaquePointer) -> GRPCExchange? {
        guard let context = unsafe nt_grpc_call_context(call) else { return nil }
        // Safety: `start` retained it for this event.
        return unsafe Unmanaged<GRPCExchange>.fromOpaque(context).takeRetainedValue()
    }

    // MARK: Batches

    /// Starts a batch, unless gRPC's call has gone or takes none. The lock is held.
    func start(_ state: inout State, _ batch: (CorePointer) -> Bool) -> Bool {
        guard let handle = state.handle else { return false }
        let reference = unsafe Unmanaged.passRetained(self)
        if batch(handle) {
            state.batches += 1
            return true
        }
        unsafe reference.release()
        return false
    }

    /// The event of a batch has come: changes the state and destroys gRPC's call if that was the last.
    func batchEnded(_ change: (inout State) -> Void = { _ in }) {
        let handle = state.withLock { state -> CorePointer? in
            state.batches -= 1
            change(&state)
            return Self.takeIfOver(&state)
        }
        if let handle { destroy(handle) }
    }

    private static func takeIfOver(_ state: inout State) -> CorePointer? {
        state.isClosed && state.batches == 0 ? state.handle.take() : nil
    }

    private func destroy(_ handle: CorePointer) {
        // Safety: it was taken out of the state, so nobody else uses it.
        unsafe nt_grpc_call_destroy(handle.address)
        if state.withLock({ !$0.isHandled }) { end() }
    }

    private func end() {
        memory.releaseAll()
        released(self)
    }

    // MARK: From arrival to handler

    /// Has gRPC tell when the call is over. First of all; `false` if it takes nothing: then there is no call.
    func watch() -> Bool {
        let isWatched = state.withLock { state in start(&state) { unsafe nt_grpc_watch($0.address) } }
        if isWatched { return true }
        let handle = state.withLock { $0.handle.take() }
        if let handle { destroy(handle) }
        return false
    }

    /// Asks for the message of a unary call.
    func receive() {
        state.withLock { state in
            if start(&state, { unsafe nt_grpc_receive($0.address) }) {
                state.receiving = .asked
                state.deadline = (
                    ContinuousClock.now + limits.receiveTimeout,
                    GRPCStatus(.deadlineExceeded, "the request's message did not arrive in time")
                )
            }
        }
    }

    /// A message is there, or will never be.
    func received() -> Arrival {
        var arrival = Arrival.failure
        var receiver: CheckedContinuation<Void, Never>?
        batchEnded { state in
            state.deadline = nil
            guard let handle = state.handle else { return }
            if let pointer = unsafe nt_grpc_take_message(handle.address) {
                arrival = .message(unsafe ReceivedMessage(pointer))
            } else if unsafe !nt_grpc_receiving_failed(handle.address) {
                arrival = .end
            }
            switch arrival {
            case .message(let message): state.receiving = kind == .bidirectional ? .arrived(message) : .idle
            case .end: state.receiving = .ended
            // That the call is cancelled comes next, by itself.
            case .failure: state.receiving = .asked
            }
            receiver = state.receiver.take()
        }
        receiver?.resume()
        return arrival
    }

    /// A handler begins; `handlerEnded` must follow.
    func handlerBegins() { state.withLock { $0.isHandled = true } }

    /// The task that is cancelled with the call; at once if that is so already.
    func isHandled(by task: Task<Void, Never>) {
        let isTooLate = state.withLock { state in
            if !state.isCancelled && state.isHandled { state.task = task }
            return state.isCancelled
        }
        if isTooLate { task.cancel() }
    }

    /// The handler's task ends with this.
    func handlerEnded() {
        let isOver = state.withLock { state in
            state.isHandled = false
            state.task = nil
            state.messageMemory = nil
            return state.handle == nil
        }
        memory.releaseAll()
        if isOver { end() }
    }

    // MARK: The end

    /// Ends the call with a status, after a last message if there is one. Does nothing if it has ended.
    func finish(with status: GRPCStatus, after message: OutgoingMessage? = nil) {
        state.withLock { state in
            if state.hasFinished || state.isCancelled { return }
            finish(&state, message, status)
        }
    }

    private func finish(_ state: inout State, _ message: OutgoingMessage?, _ status: GRPCStatus) {
        state.hasFinished = true
        state.deadline = (
            ContinuousClock.now + limits.responseTimeout,
            GRPCStatus(.deadlineExceeded, "the reply was not taken in time")
        )
        if case .underWay = state.sending { return cancel(state, status) }
        let text = StatusText.fitting(status.message)
        let isStarted = start(&state) { call in
            let batch = { (message: CorePointer?) in
                // Safety: the text is copied during the call.
                unsafe text.withUnsafeBufferPointer { text in
                    unsafe nt_grpc_finish(
                        call.address, message?.address, Int32(status.code.rawValue), text.baseAddress, text.count)
                }
            }
            if let message { return message.give(to: batch) }
            return batch(nil)
        }
        if !isStarted { cancel(state, status) }
    }

    private func cancel(_ state: State, _ status: GRPCStatus) {
        guard let handle = state.handle else { return }
        // Safety: the text is read during the call.
        unsafe nt_grpc_call_cancel(handle.address, Int32(status.code.rawValue), status.message)
    }

    /// Ends the call whether its handler is done or not, and cancels that.
    func abandon(with status: GRPCStatus) {
        cancelHandler { state in
            // What was sent is not taken.
            if state.hasFinished { return cancel(state, status) }
            if !state.isCancelled { finish(&state, nil, status) }
        }
    }

    /// Abandons the call if its phase has lasted too long; whether it did.
    func check(at now: ContinuousClock.Instant) -> Bool {
        let status = state.withLock { state -> GRPCStatus? in
            guard let deadline = state.deadline, now >= deadline.time else { return nil }
            state.deadline = nil
            return deadline.status
        }
        if let status { abandon(with: status) }
        return status != nil
    }

    /// The client has its status, or cannot have it.
    func finished() { batchEnded { $0.deadline = nil } }

    /// The call is over.
    func closed() {
        var wasCancelled = true
        batchEnded { state in
            state.isClosed = true
            if let handle = state.handle { wasCancelled = unsafe nt_grpc_call_was_cancelled(handle.address) }
        }
        // After a status that was sent, the handler may still have to put things away.
        if wasCancelled { cancelHandler() }
    }

    private func cancelHandler(_ change: (inout State) -> Void = { _ in }) {
        let (task, receiver, sender) = state.withLock { state in
            change(&state)
            state.isCancelled = true
            return (state.task.take(), state.receiver.take(), state.sender.take())
        }
        task?.cancel()
        receiver?.resume()
        sender?.resume()
    }
}
