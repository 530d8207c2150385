// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import Synchronization

/// What stands before the APIs while the server starts and stops.
///
///     opening (alive, not ready) ──open──> open (ready) ──close──> closing (alive, not ready)
///
/// While it opens, only what takes no work is answered; while it closes, the APIs answer what still comes.
package final class FrontDoor: HTTPHandler {
    private enum State {
        case opening
        case open(any HTTPHandler)
        case closing(any HTTPHandler)
    }

    private let opening: any HTTPHandler
    private let state = Mutex(State.opening)

    /// - Parameter opening: answers by `immediateResponse` alone until the APIs are there.
    package init(opening: any HTTPHandler) { self.opening = opening }

    /// Whether requests are answered, and will be for some time.
    package var isOpen: Bool { state.withLock { if case .open = $0 { true } else { false } } }

    /// Lets requests through to the APIs.
    package func open(_ handler: any HTTPHandler) { state.withLock { $0 = .open(handler) } }

    /// Ends readiness; does nothing if it was never open.
    package func close() {
        state.withLock { state in
            if case .open(let handler) = state { state = .closing(handler) }
        }
    }

    private var apis: (any HTTPHandler)? {
        state.withLock { state in
            switch state {
            case .opening: nil
            case .open(let handler), .closing(let handler): handler
            }
        }
    }

    package func immediateResponse(to request: HTTPRequest) -> HTTPResponse? {
        (apis ?? opening).immediateResponse(to: request)
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        if let apis { return await apis.respond(to: request) }
        if let response = immediateResponse(to: request) { return response }
        var response = HTTPResponse.json(
            Array(#"{"code":503,"message":"the server is starting; try again in a moment"}"#.utf8), status: 503)
        response.headers.append(("Retry-After", "1"))
        return response
    }
}
