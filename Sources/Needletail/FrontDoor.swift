// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import Synchronization

/// Answers while the server starts and stops: alive, but not ready; and hands on to the APIs in between.
final class FrontDoor: HTTPHandler {
    private enum State {
        case opening
        case open(any HTTPHandler)
        /// Requests that are under way are still answered by the APIs; readiness says no.
        case closing(any HTTPHandler)
    }

    private let state = Mutex(State.opening)

    var isOpen: Bool { state.withLock { if case .open = $0 { true } else { false } } }

    func open(_ handler: any HTTPHandler) { state.withLock { $0 = .open(handler) } }

    func close() {
        state.withLock { state in
            if case .open(let handler) = state { state = .closing(handler) }
        }
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        switch state.withLock({ $0 }) {
        case .open(let handler), .closing(let handler): return await handler.respond(to: request)
        case .opening:
            if request.pathSegments == ["v1", ".well-known", "live"] { return HTTPResponse(status: 200) }
            if request.pathSegments == ["v1", ".well-known", "ready"] { return HTTPResponse(status: 503) }
            var response = HTTPResponse.json(
                Array(#"{"code":503,"message":"the server is starting; try again in a moment"}"#.utf8), status: 503)
            response.headers.append(("Retry-After", "1"))
            return response
        }
    }
}
