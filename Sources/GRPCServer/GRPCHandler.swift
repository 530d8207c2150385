// SPDX-License-Identifier: Apache-2.0

/// How many messages go each way.
package enum GRPCMethodKind: Sendable {
    /// One there, one back.
    case unary
    /// Any number, both ways at a time.
    case bidirectional
}

/// Answers calls.
package protocol GRPCHandler: Sendable {
    /// The services that it has methods of, e.g. `weaviate.v1.Weaviate`: an unknown method of these is told from an unknown service.
    var services: [String] { get }

    /// What the health service tells; nobody but it looks here.
    var isServing: Bool { get }

    /// Why no call is taken at present, health aside; `nil` while calls are. Asked as `kind(of:)` is, before it.
    var refusal: GRPCStatus? { get }

    /// How `method` (`/weaviate.v1.Weaviate/Search`) is called; `nil` if there is no such method, which is answered UNIMPLEMENTED.
    ///
    /// Called on a thread of the transport: it takes microseconds and never waits.
    func kind(of method: String) -> GRPCMethodKind?

    /// The reply to a unary call, as the bytes of its message.
    ///
    /// Called on the compute pool, so it may block there. The task is cancelled when the client goes, when the deadline passes,
    /// and when the server waits no longer.
    func respond(to call: GRPCCall, message: [UInt8]) async throws(GRPCStatus) -> [UInt8]

    /// A bidirectional call, from start to end. Returning ends it with OK. Runs and is cancelled as `respond` is.
    func converse(_ call: GRPCCall, _ stream: GRPCStream) async throws(GRPCStatus)
}

extension GRPCHandler {
    package var services: [String] { [] }
    package var isServing: Bool { true }
    package var refusal: GRPCStatus? { nil }
}
