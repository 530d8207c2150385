// SPDX-License-Identifier: Apache-2.0

import CMicroHTTPD
import Execution
import Synchronization

/// One request and its response, from the request line to the last byte sent.
///
/// Safety of `@unchecked Sendable`: until `complete` can be called, everything but the two synchronized properties is
/// touched by the connection's libmicrohttpd thread alone; the handler's task gets the request by value.
@safe final class Exchange: @unchecked Sendable {
    private enum Outcome {
        case pending
        case ready(HTTPResponse, BodyPipe?)
        case taken
    }

    private struct Work {
        var isCancelled = false
        /// What answers the request; until it is cancelled.
        var task: Task<Void, Never>?
        /// What the response's body goes through, if it is produced while it is sent.
        var pipe: BodyPipe?
    }

    let connection: Connection
    private let handle: OpaquePointer
    /// The thread that serves the connection.
    private let worker: OpaquePointer
    private let outcome = Mutex(Outcome.pending)
    private let work = Mutex(Work())

    /// What the request line asks for; `nil` when it cannot be read.
    let target: RequestTarget?
    var rawPath: String { target?.rawPath ?? "" }
    var hasHead = false
    var method = ""
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    /// Bytes of the body that have come in, those that were thrown away included.
    var receivedByteCount = 0
    /// What `Content-Length` says, if it does.
    var announcedByteCount = 0
    /// What body and handler hold of the server's memory budget; shared with the handler, and given back by whoever of the two
    /// is done last.
    let memory: MemoryReservation
    /// The request came when the server was stopping already.
    let isLate: Bool
    /// Why the request is turned down once its body has been passed over.
    var refusal: TransportRefusal?
    /// Between `MHD_suspend_connection` and libmicrohttpd's next call.
    var isSuspended = false

    /// To be called on the connection's thread.
    ///
    /// - Parameter handle: valid until libmicrohttpd reports the request's end.
    init(
        target: RequestTarget?, connection: Connection, memory: MemoryReservation, isLate: Bool, handle: OpaquePointer
    ) {
        self.memory = memory
        self.isLate = isLate
        self.target = target
        self.connection = connection
        unsafe self.handle = handle
        // Safety: threads live as long as the server, which waits for every exchange.
        unsafe worker = nt_http_current_worker()
    }

    var isCancelled: Bool { work.withLock { $0.isCancelled } }

    /// The task `cancel` ends; at once if the exchange is cancelled already.
    func isAnswered(by task: Task<Void, Never>) {
        let isTooLate = work.withLock { work in
            if !work.isCancelled { work.task = task }
            return work.isCancelled
        }
        if isTooLate { task.cancel() }
    }

    /// Lets the handler's task know that nobody waits for it, and breaks off a body that is being produced.
    func cancel() {
        let (task, pipe) = work.withLock { work in
            work.isCancelled = true
            return (work.task.take(), work.pipe.take())
        }
        task?.cancel()
        pipe?.abort()
    }

    /// Gives the response, once; later ones are ignored. The connection must be suspended for this exchange.
    func complete(with response: HTTPResponse) { complete(with: response, pipe: nil) }

    /// Gives a response whose body is produced while it is sent; what is returned takes that body.
    func completeWithStream(_ response: HTTPResponse) -> BodyPipe {
        // Safety: a connection that the pipe's reader has suspended stays until it is resumed, and is resumed only by the pipe.
        let pipe = BodyPipe { [self] in unsafe nt_http_resume(worker, handle, 0) }
        let isTooLate = work.withLock { work in
            if !work.isCancelled { work.pipe = pipe }
            return work.isCancelled
        }
        if isTooLate { pipe.abort() }
        complete(with: response, pipe: pipe)
        return pipe
    }

    private func complete(with response: HTTPResponse, pipe: BodyPipe?) {
        let isFirst = outcome.withLock { outcome in
            guard case .pending = outcome else { return false }
            outcome = .ready(response, pipe)
            return true
        }
        // Safety: a suspended connection stays until it is resumed, and until there is a response it is resumed only here, once.
        // A body is produced while another thread sends it.
        if isFirst { unsafe nt_http_resume(worker, handle, pipe == nil ? 1 : 0) } else { pipe?.abort() }
    }

    /// The response, once it is there, and where its body comes from if that is produced; given out once.
    func takeResponse() -> (response: HTTPResponse, pipe: BodyPipe?)? {
        outcome.withLock { outcome in
            guard case .ready(let response, let pipe) = outcome else { return nil }
            outcome = .taken
            return (response, pipe)
        }
    }

    /// The values of header `name`, given in lower case.
    func values(of name: String) -> [String] {
        headers.filter { $0.name == name }.map(\.value)
    }
}
