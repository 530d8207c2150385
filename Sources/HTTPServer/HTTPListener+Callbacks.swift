// SPDX-License-Identifier: Apache-2.0

import CMicroHTTPD
import Execution
import Observability
import Synchronization

// What libmicrohttpd calls, on its threads. For one connection the calls come one after another:
// connection opened, then for each request: line, head, pieces of the body, end of the body, (suspended, resumed,)
// the same call again, end; then connection closed.

extension HTTPListener {
    // Safety of all that follows: `context` is this listener, kept by `start` until the daemon has stopped; a request's
    // context is the retained exchange that `requestBegan` made; a connection's is the retained `Connection`.

    private static func listener(_ context: UnsafeMutableRawPointer?) -> HTTPListener? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<HTTPListener>.fromOpaque(context).takeUnretainedValue()
    }

    static var logged: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> Void {
        { context, text in
            guard let text = unsafe text, let listener = unsafe HTTPListener.listener(context) else { return }
            let line = unsafe String(cString: text)
            listener.logger.debug("libmicrohttpd", ["text": .text(line)])
            if line.hasPrefix("Closing connection (failed to create response header)") { listener.refuseLongHeads() }
        }
    }

    /// libmicrohttpd 0.9.75 has no memory for its refusal where a head fills the connection's memory but for a few hundred bytes:
    /// it says so in its log, then closes without an answer. It does not say of which connection, but whoever sent that much is
    /// to be refused anyway.
    private func refuseLongHeads() {
        for connection in watch.all where connection.refuseHead(longerThan: configuration.headLimitInBytes) {
            refusedRequests.add(1, ordering: .relaxed)
        }
    }

    static var connectionChanged: MHD_NotifyConnectionCallback {
        { context, handle, storage, event in
            guard let listener = unsafe HTTPListener.listener(context), let handle = unsafe handle,
                let storage = unsafe storage
            else {
                return
            }
            if event == .CONNECTION_NOTIFY_STARTED {
                guard let info = unsafe nt_http_socket_info(handle) else { return }
                let connection = unsafe Connection(
                    socket: info.pointee.connect_fd, timeouts: listener.configuration.timeouts,
                    isLate: listener.isDraining.load(ordering: .sequentiallyConsistent))
                unsafe storage.pointee = Unmanaged.passRetained(connection).toOpaque()
                listener.watch.add(connection)
            } else if let pointer = unsafe storage.pointee {
                let connection = unsafe Unmanaged<Connection>.fromOpaque(pointer).takeRetainedValue()
                connection.close()
                listener.watch.remove(connection)
            }
        }
    }

    static var requestBegan:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer?
    {
        { context, target, handle in
            guard let listener = unsafe HTTPListener.listener(context), let target = unsafe target,
                let handle = unsafe handle,
                let info = unsafe nt_http_context_info(handle),
                let pointer = unsafe info.pointee.socket_context
            else { return nil }
            let connection = unsafe Unmanaged<Connection>.fromOpaque(pointer).takeUnretainedValue()
            let text = unsafe String(validatingCString: target)
            let exchange = unsafe Exchange(
                target: text.flatMap { RequestTarget($0) }, connection: connection,
                memory: MemoryReservation(in: listener.memory),
                isLate: listener.isDraining.load(ordering: .sequentiallyConsistent), handle: handle)
            _ = connection.enter(.head, exchange)
            return unsafe Unmanaged.passRetained(exchange).toOpaque()
        }
    }

    static var requestAdvanced: MHD_AccessHandlerCallback {
        { context, handle, _, method, version, data, dataCount, storage in
            guard let listener = unsafe HTTPListener.listener(context), let handle = unsafe handle,
                let dataCount = unsafe dataCount, let pointer = unsafe storage?.pointee
            else { return .NO }
            let exchange = unsafe Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
            if !exchange.hasHead {
                exchange.hasHead = true
                if let method = unsafe method { unsafe exchange.method = String(cString: method) }
                let isOld = unsafe version.map { unsafe String(cString: $0) == "HTTP/1.0" } ?? true
                return unsafe listener.headEnded(exchange, needsHost: !isOld, handle)
            }
            if unsafe dataCount.pointee > 0, let data = unsafe data {
                let bytes = unsafe UnsafeRawBufferPointer(start: data, count: dataCount.pointee)
                unsafe dataCount.pointee = 0
                return unsafe listener.bodyAdvanced(exchange, bytes) ? .YES : .NO
            }
            return unsafe listener.bodyEnded(exchange, handle)
        }
    }

    static var requestEnded: MHD_RequestCompletedCallback {
        { context, _, storage, reason in
            guard let listener = unsafe HTTPListener.listener(context), let storage = unsafe storage,
                let pointer = unsafe storage.pointee
            else { return }
            let exchange = unsafe Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue()
            unsafe storage.pointee = nil
            if exchange.isSuspended { listener.watch.resumed() }
            exchange.cancel()
            _ = exchange.connection.enter(.idle)
            // The connection may have become idle after the stop looked for idle ones.
            if listener.isDraining.load(ordering: .sequentiallyConsistent) { exchange.connection.shutDownIfIdle() }
        }
    }

    static var work: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void {
        { _, kept in
            // Safety: `answer` retained it.
            guard let kept = unsafe kept else { return }
            unsafe Unmanaged<KeptJob>.fromOpaque(kept).takeRetainedValue().run()
        }
    }

    // MARK: What the calls do

    /// Reads the headers, and refuses what need not be read further.
    private func headEnded(_ exchange: Exchange, needsHost: Bool, _ handle: OpaquePointer) -> MHD_Result {
        unsafe readHeaders(into: exchange, handle)
        guard exchange.connection.enter(.body, exchange) else { return .NO }
        let lengths = exchange.values(of: "content-length")
        let encodings = exchange.values(of: "transfer-encoding")
        if lengths.count + encodings.count > 1 {
            return unsafe refuse(.ambiguousLength, closing: true, exchange, handle)
        }
        if let encoding = encodings.first, encoding.lowercased() != "chunked" {
            return unsafe refuse(.unknownTransferEncoding, closing: true, exchange, handle)
        }
        if unsafe isHeadTooLarge(exchange, handle) {
            // By the socket: libmicrohttpd may have no memory left for a response, and would close without one.
            exchange.connection.refuse(.headersTooLarge(limit: configuration.headLimitInBytes))
            refusedRequests.add(1, ordering: .relaxed)
            return .NO
        }
        if let target = exchange.target {
            let limit = configuration.queryParameterLimit
            if target.query.count > limit { exchange.refusal = .tooManyParameters(limit: limit) }
        } else {
            exchange.refusal = .badTarget
        }
        if needsHost, exchange.values(of: "host").count != 1 { exchange.refusal = .missingHost }
        if let length = lengths.first {
            guard let length = Int(length), length >= 0 else {
                return unsafe refuse(.ambiguousLength, closing: true, exchange, handle)
            }
            let limit = configuration.bodyLimitInBytes
            if length > limit {
                exchange.refusal = .bodyTooLarge(limit: limit)
                if length > limit + Self.patienceInBytes {
                    return unsafe refuse(.bodyTooLarge(limit: limit), closing: true, exchange, handle)
                }
            } else if exchange.refusal == nil {
                exchange.announcedByteCount = length
                // Pages that are not written to are not taken, but a lie about the length should cost little anyway.
                exchange.body.reserveCapacity(min(length, 16 << 20))
            }
        }
        // Who waits for leave to send the body can be refused at once.
        if let refusal = exchange.refusal, !exchange.values(of: "expect").isEmpty {
            return unsafe refuse(refusal, closing: true, exchange, handle)
        }
        return .YES
    }

    private func readHeaders(into exchange: Exchange, _ handle: OpaquePointer) {
        let context = unsafe Unmanaged.passUnretained(exchange).toOpaque()
        // Safety: the calls end before this function does; names and values are counted bytes.
        unsafe MHD_get_connection_values_n(
            handle, .HEADER_KIND,
            { context, _, name, nameCount, value, valueCount in
                guard let context = unsafe context, let name = unsafe name else { return .NO }
                let exchange = unsafe Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
                let nameBytes = unsafe UnsafeRawBufferPointer(start: name, count: nameCount)
                let valueBytes = unsafe UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : valueCount)
                unsafe exchange.headers.append(
                    (
                        name: String(decoding: nameBytes, as: UTF8.self).lowercased(),
                        value: String(decoding: valueBytes, as: UTF8.self)
                    ))
                return .YES
            }, context)
    }

    /// Whether the head is longer than allowed, or has so many parts that little is left of the connection's memory: libmicrohttpd
    /// keeps a record of 64 bytes for each header and cookie, and a copy of the cookies' text.
    private func isHeadTooLarge(_ exchange: Exchange, _ handle: OpaquePointer) -> Bool {
        let headSize = unsafe nt_http_head_size_info(handle)?.pointee.header_size ?? 0
        let cookieCount = unsafe Int(MHD_get_connection_values(handle, .COOKIE_KIND, nil, nil))
        let cookieSize = exchange.values(of: "cookie").reduce(0) { $0 + $1.utf8.count }
        let used = headSize + cookieSize + 64 * (exchange.headers.count + cookieCount)
        return headSize > configuration.headLimitInBytes || used > configuration.connectionMemoryInBytes - (4 << 10)
    }

    /// Takes a piece of the body, or throws it away if the request is refused; `false` ends the connection.
    private func bodyAdvanced(_ exchange: Exchange, _ bytes: UnsafeRawBufferPointer) -> Bool {
        exchange.receivedByteCount += bytes.count
        let limit = configuration.bodyLimitInBytes
        if exchange.refusal == nil {
            if exchange.receivedByteCount > limit {
                exchange.refusal = .bodyTooLarge(limit: limit)
            } else {
                do throws(MemoryBudgetError) {
                    try exchange.memory.grow(by: bytes.count)
                    // Who has sent so much is given room for the rest at once: growing by doubling would hold the body twice.
                    if exchange.body.count + bytes.count > exchange.body.capacity {
                        exchange.body.reserveCapacity(exchange.announcedByteCount)
                    }
                    unsafe exchange.body.append(contentsOf: bytes)
                    return true
                } catch {
                    exchange.refusal = TransportRefusal(error)
                }
            }
        }
        exchange.body = []
        exchange.memory.releaseAll()
        if exchange.receivedByteCount <= limit + Self.patienceInBytes { return true }
        exchange.connection.refuse(.bodyTooLarge(limit: limit))
        refusedRequests.add(1, ordering: .relaxed)
        return false
    }

    /// The body is complete, or the connection has been resumed with the response.
    private func bodyEnded(_ exchange: Exchange, _ handle: OpaquePointer) -> MHD_Result {
        if exchange.isSuspended {
            exchange.isSuspended = false
            watch.resumed()
            guard let (response, pipe) = exchange.takeResponse(), exchange.connection.enter(.writing, exchange) else {
                return .NO
            }
            return unsafe send(response, pipe, closing: false, exchange, handle)
        }
        guard exchange.refusal == nil, let target = exchange.target else {
            return unsafe refuse(exchange.refusal ?? .badTarget, closing: false, exchange, handle)
        }
        let request = request(of: exchange, target: target)
        if let response = immediateResponse(to: request) {
            guard exchange.connection.enter(.writing, exchange) else { return .NO }
            return unsafe send(response, closing: false, exchange, handle)
        }
        if exchange.isLate { return unsafe refuse(.stopping, closing: true, exchange, handle) }
        guard exchange.connection.enter(.working, exchange) else { return .NO }
        exchange.isSuspended = true
        watch.suspended()
        unsafe MHD_suspend_connection(handle)
        answer(exchange, request)
        return .YES
    }

    private func request(of exchange: Exchange, target: RequestTarget) -> HTTPRequest {
        let body = exchange.body
        exchange.body = []
        return HTTPRequest(
            method: exchange.method, pathSegments: target.pathSegments, rawPath: target.rawPath, query: target.query,
            headers: exchange.headers, body: body, memory: exchange.memory, isCancelled: { exchange.isCancelled })
    }

    private func refuse(
        _ refusal: TransportRefusal, closing: Bool, _ exchange: Exchange, _ handle: OpaquePointer
    ) -> MHD_Result {
        refusedRequests.add(1, ordering: .relaxed)
        logger.debug("request refused", ["status": .integer(refusal.status), "reason": .text(refusal.message)])
        guard exchange.connection.enter(.writing, exchange) else { return .NO }
        return unsafe send(refusal.response, closing: closing, exchange, handle)
    }

    /// Hands a response over for sending.
    ///
    /// - Parameter pipe: where the body comes from, if it is produced while it is sent.
    private func send(
        _ response: HTTPResponse, _ pipe: BodyPipe? = nil, closing: Bool, _ exchange: Exchange, _ handle: OpaquePointer
    ) -> MHD_Result {
        totalRequests.add(1, ordering: .relaxed)
        let made =
            if let pipe {
                unsafe BodyReading(pipe: pipe, exchange: exchange, watch: watch, handle: handle).makeResponse()
            } else {
                unsafe makeResponse(response.body)
            }
        guard let made = unsafe made else { return .NO }
        defer { unsafe MHD_destroy_response(made) }
        for (name, value) in response.headers where !["content-length", "connection"].contains(name.lowercased()) {
            if unsafe MHD_add_response_header(made, name, value) == .NO {
                logger.warning("a response header was left out", ["name": .text(name)])
            }
        }
        if closing || isDraining.load(ordering: .sequentiallyConsistent) {
            unsafe MHD_add_response_header(made, "Connection", "close")
        }
        return unsafe MHD_queue_response(handle, UInt32(response.status), made)
    }

    private func makeResponse(_ body: [UInt8]) -> OpaquePointer? {
        var body = body
        // Safety: MHD_RESPMEM_MUST_COPY, so the bytes are only read while the closure runs.
        return unsafe body.withUnsafeMutableBytes { bytes in
            unsafe MHD_create_response_from_buffer(bytes.count, bytes.baseAddress, .RESPMEM_MUST_COPY)
        }
    }
}
