// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What stands before the API while the server starts and stops.
///
///     opening (not serving, calls refused) ──open──> open (serving) ──close──> closing (not serving, calls answered)
package final class GRPCFrontDoor: GRPCHandler {
    private enum State {
        case opening
        case open(any GRPCHandler)
        case closing(any GRPCHandler)
    }

    private let state = Mutex(State.opening)

    package init() {}

    /// Lets calls through to the API.
    package func open(_ handler: any GRPCHandler) { state.withLock { $0 = .open(handler) } }

    /// Has the health service say that the end is near; does nothing if it was never open.
    package func close() {
        state.withLock { state in
            if case .open(let handler) = state { state = .closing(handler) }
        }
    }

    private var handler: (any GRPCHandler)? {
        state.withLock { state in
            switch state {
            case .opening: nil
            case .open(let handler), .closing(let handler): handler
            }
        }
    }

    package var services: [String] { handler?.services ?? [] }

    package var isServing: Bool {
        state.withLock { if case .open(let handler) = $0 { handler.isServing } else { false } }
    }

    package var refusal: GRPCStatus? {
        guard let handler else { return GRPCStatus(.unavailable, "the server is starting; try again in a moment") }
        return handler.refusal
    }

    package func kind(of method: String) -> GRPCMethodKind? { handler?.kind(of: method) }

    package func respond(to call: GRPCCall, message: [UInt8]) async throws(GRPCStatus) -> [UInt8] {
        try await openHandler().respond(to: call, message: message)
    }

    package func converse(_ call: GRPCCall, _ stream: GRPCStream) async throws(GRPCStatus) {
        try await openHandler().converse(call, stream)
    }

    private func openHandler() throws(GRPCStatus) -> any GRPCHandler {
        if let handler { return handler }
        throw GRPCStatus(.unavailable, "the server is starting; try again in a moment")
    }
}
