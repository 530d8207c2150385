// SPDX-License-Identifier: Apache-2.0

import Observability

/// Notes of every call how long it took and how it ended, by method, beside the requests over HTTP.
package struct GRPCMeasuring: GRPCHandler {
    private let inner: any GRPCHandler
    private let log: RequestLog

    /// What stands for the method of HTTP.
    package static let protocolName = "gRPC"

    package init(inner: any GRPCHandler, log: RequestLog) {
        self.inner = inner
        self.log = log
    }

    package var services: [String] { inner.services }
    package var isServing: Bool { inner.isServing }
    package var refusal: GRPCStatus? { inner.refusal }

    package func kind(of method: String) -> GRPCMethodKind? { inner.kind(of: method) }

    package func respond(to call: GRPCCall, message: [UInt8]) async throws(GRPCStatus) -> [UInt8] {
        let pending = log.begin()
        do throws(GRPCStatus) {
            let reply = try await inner.respond(to: call, message: message)
            end(pending, call, status: 200)
            return reply
        } catch {
            end(pending, call, status: error.code.httpStatus)
            throw error
        }
    }

    package func converse(_ call: GRPCCall, _ stream: GRPCStream) async throws(GRPCStatus) {
        let pending = log.begin()
        do throws(GRPCStatus) {
            try await inner.converse(call, stream)
            end(pending, call, status: 200)
        } catch {
            end(pending, call, status: error.code.httpStatus)
            throw error
        }
    }

    private func end(_ pending: RequestLog.Pending, _ call: GRPCCall, status: Int) {
        log.end(pending, of: .init(method: Self.protocolName, path: call.method), status: status) { call.method }
    }
}

extension GRPCStatus.Code {
    /// The status that stands for it over HTTP (google.rpc.Code).
    fileprivate var httpStatus: Int {
        switch self {
        case .ok: 200
        case .invalidArgument, .failedPrecondition, .outOfRange: 400
        case .unauthenticated: 401
        case .permissionDenied: 403
        case .notFound: 404
        case .alreadyExists, .aborted: 409
        case .resourceExhausted: 429
        case .cancelled: 499
        case .unknown, .internal, .dataLoss: 500
        case .unimplemented: 501
        case .unavailable: 503
        case .deadlineExceeded: 504
        }
    }
}
