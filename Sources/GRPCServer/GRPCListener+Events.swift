// SPDX-License-Identifier: Apache-2.0

import CGRPC
import Execution
import Observability

// What happens on the threads that wait for gRPC's events: short steps that never wait. Work goes to the pool.

extension GRPCListener {
    /// Handles events until the queue has none any more.
    ///
    /// - Parameter looksAtDeadlines: whether this thread also ends calls whose phase lasts too long; one of them does.
    func handleEvents(of server: CorePointer, looksAtDeadlines: Bool) {
        let interval = configuration.lookInterval
        let timeout = looksAtDeadlines ? Int32(clamping: interval.inMilliseconds) : -1
        var nextLook = ContinuousClock.now + interval
        while true {
            // Safety: the server is destroyed after this thread has ended.
            let event = unsafe nt_grpc_next(server.address, timeout)
            if unsafe event.kind == NTGRPCQueueDown { return }
            unsafe handle(event, of: server)
            if looksAtDeadlines, ContinuousClock.now >= nextLook {
                lookAtDeadlines()
                nextLook = .now + interval
            }
        }
    }

    /// Asks gRPC for as many calls as may come.
    func askForCalls(of server: CorePointer) {
        // Safety: calls are asked for only while the server takes some, which is before it is shut down.
        calls.askForCalls(
            { unsafe nt_grpc_request_call(server.address) != nil },
            { unsafe nt_grpc_request_registered_call(server.address) != nil })
    }

    private func handle(_ event: nt_grpc_event, of server: CorePointer) {
        if unsafe event.kind == NTGRPCServerDown { return calls.serverIsDown() }
        guard let call = unsafe event.call else { return }
        if unsafe event.kind == NTGRPCCallArrived {
            let handle = unsafe CorePointer(address: call)
            return unsafe event.succeeded ? arrived(handle, of: server) : didNotArrive(handle)
        }
        guard let exchange = unsafe GRPCExchange.of(call) else { return }
        switch unsafe event.kind {
        case NTGRPCReceived:
            let arrival = exchange.received()
            if exchange.kind == .unary { answer(exchange, arrival) }
        case NTGRPCSent: unsafe exchange.sent(event.succeeded)
        case NTGRPCFinished: exchange.finished()
        case NTGRPCClosed: exchange.closed()
        default: break
        }
    }

    private func lookAtDeadlines() {
        let now = ContinuousClock.now
        for exchange in calls.all where exchange.check(at: now) {
            calls.refusedOne()
            logger.debug("call abandoned: it took too long", ["method": .text(exchange.method)])
        }
    }

    // MARK: Arrival

    /// The server takes no more calls.
    private func didNotArrive(_ call: CorePointer) {
        calls.callDidNotCome(isCheck: unsafe nt_grpc_call_is_registered(call.address))
        unsafe nt_grpc_call_destroy(call.address)
    }

    private func arrived(_ call: CorePointer, of server: CorePointer) {
        let isCheck = unsafe nt_grpc_call_is_registered(call.address)
        let method = isCheck ? HealthService.check : unsafe String(nt_grpc_call_method(call.address))
        let refusal = isCheck ? nil : handler.refusal
        let kind = isCheck || refusal != nil ? nil : handler.kind(of: method)
        let metadata = kind == nil ? [] : unsafe Self.metadata(of: call.address)
        let exchange = GRPCExchange(
            call, method: method, metadata: metadata, kind: isCheck ? nil : kind ?? .unary, budget: memory,
            limits: configuration
        ) { [self] exchange in
            calls.remove(exchange)
            askForCalls(of: server)
        }
        let isWithinLimits = calls.add(exchange)
        askForCalls(of: server)
        guard exchange.watch() else { return }
        if isCheck {
            let reply = HealthService.reply(isServing: handler.isServing && !calls.hasBegunToStop)
            return exchange.finish(with: GRPCStatus(.ok, ""), after: OutgoingMessage(reply))
        }
        if let refusal { return refuse(exchange, refusal) }
        guard let kind else {
            return refuse(exchange, .unimplemented(method, services: handler.services))
        }
        guard isWithinLimits else {
            let limit = configuration.streamLimit
            return refuse(
                exchange, GRPCStatus(.resourceExhausted, "there are \(limit) streams open, as many as there may be"))
        }
        switch kind {
        case .unary: exchange.receive()
        case .bidirectional: converse(exchange)
        }
    }

    private static func metadata(of call: OpaquePointer) -> [(name: String, value: String)] {
        (0..<(unsafe nt_grpc_call_metadata_count(call))).map { index in
            (
                name: unsafe String(nt_grpc_call_metadata_name(call, index)),
                value: unsafe String(nt_grpc_call_metadata_value(call, index))
            )
        }
    }

    /// Ends a call without a handler.
    private func refuse(_ exchange: GRPCExchange, _ status: GRPCStatus) {
        calls.refusedOne()
        logger.debug("call refused", ["method": .text(exchange.method), "reason": .text(status.message)])
        exchange.finish(with: status)
    }

    // MARK: Work

    private func answer(_ exchange: GRPCExchange, _ arrival: GRPCExchange.Arrival) {
        let message: ReceivedMessage
        switch arrival {
        case .message(let received): message = received
        case .end: return refuse(exchange, GRPCStatus(.internal, "the call has no message"))
        case .failure: return refuse(exchange, .cancelled)
        }
        do throws(MemoryBudgetError) { try exchange.memory.grow(by: message.byteCount) } catch {
            return refuse(exchange, GRPCStatus(error))
        }
        run(exchange) { (call) async throws(GRPCStatus) in
            let bytes = try message.bytes(limit: self.configuration.messageLimitInBytes, memory: call.memory)
            let reply = try await self.handler.respond(to: call, message: bytes)
            try MessageLimit.check(reply, self.configuration.messageLimitInBytes)
            return OutgoingMessage(reply)
        }
    }

    private func converse(_ exchange: GRPCExchange) {
        if calls.hasBegunToStop { exchange.beginToStop() }
        run(exchange) { (call) async throws(GRPCStatus) in
            try await self.handler.converse(call, exchange.stream)
            return nil
        }
    }

    /// Runs a handler on the pool and ends the call with what comes of it.
    private func run(
        _ exchange: GRPCExchange,
        _ body: @escaping @Sendable (GRPCCall) async throws(GRPCStatus) -> OutgoingMessage?
    ) {
        exchange.handlerBegins()
        let task = Task(executorPreference: pool) {
            let call = GRPCCall(method: exchange.method, metadata: exchange.metadata, memory: exchange.memory)
            do throws(GRPCStatus) {
                // It may have waited long for a thread.
                if Task.isCancelled { throw .cancelled }
                let last = try await body(call)
                exchange.finish(with: GRPCStatus(.ok, ""), after: last)
            } catch {
                exchange.finish(with: error)
            }
            exchange.handlerEnded()
        }
        exchange.isHandled(by: task)
    }
}

extension String {
    /// Text that a client has sent; what is no UTF-8 is replaced.
    fileprivate init(_ bytes: nt_grpc_bytes) {
        // Safety: gRPC counts the bytes, and they stay as long as the call.
        self = unsafe String(decoding: UnsafeBufferPointer(start: bytes.bytes, count: bytes.count), as: UTF8.self)
    }
}
