// SPDX-License-Identifier: Apache-2.0

import CMicroHTTPD

/// libmicrohttpd's reader of a body that is produced while it is sent; on the connection's thread.
///
/// While there is nothing to send the connection is suspended and in the phase `working`: the time is the producer's, and a
/// client that goes is noticed. Each piece that is sent has the time of a whole response.
///
/// Safety of `@unchecked Sendable`: libmicrohttpd calls it on the connection's thread, one call after another.
@safe final class BodyReading: @unchecked Sendable {
    private let pipe: BodyPipe
    private let exchange: Exchange
    private let watch: ConnectionWatch
    private let handle: OpaquePointer

    /// - Parameter handle: valid until libmicrohttpd reports the request's end.
    init(pipe: BodyPipe, exchange: Exchange, watch: ConnectionWatch, handle: OpaquePointer) {
        self.pipe = pipe
        self.exchange = exchange
        self.watch = watch
        unsafe self.handle = handle
    }

    /// A response that reads from the pipe, to be destroyed by the caller; `nil` if there is no memory for it.
    func makeResponse() -> OpaquePointer? {
        // Safety: given back by `release`, which libmicrohttpd calls when the response goes.
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        let response = unsafe nt_http_stream_response(
            { context, _, bytes, count in
                guard let context = unsafe context, let bytes = unsafe bytes else { return nt_http_stream_broken }
                let reading = unsafe Unmanaged<BodyReading>.fromOpaque(context).takeUnretainedValue()
                return unsafe reading.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: count))
            }, context,
            { context in
                guard let context = unsafe context else { return }
                unsafe Unmanaged<BodyReading>.fromOpaque(context).release()
            })
        if unsafe response == nil { unsafe Unmanaged<BodyReading>.fromOpaque(context).release() }
        return unsafe response
    }

    private func read(into target: UnsafeMutableRawBufferPointer) -> Int {
        if exchange.isSuspended {
            exchange.isSuspended = false
            watch.resumed()
            guard exchange.connection.enter(.writing, exchange) else { return nt_http_stream_broken }
        }
        let reading = unsafe pipe.read(into: target) {
            exchange.isSuspended = true
            watch.suspended()
            unsafe MHD_suspend_connection(handle)
        }
        switch reading {
        case .bytes(let count):
            return exchange.connection.enter(.writing, exchange) ? count : nt_http_stream_broken
        case .suspended:
            // Too late only if the connection was shut down, which the next piece finds out.
            _ = exchange.connection.enter(.working, exchange)
            return 0
        case .end: return nt_http_stream_end
        case .broken: return nt_http_stream_broken
        }
    }
}
