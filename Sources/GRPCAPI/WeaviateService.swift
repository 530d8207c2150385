// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import Authentication
import DatabaseCore
import Execution
import GRPCServer
import Protobuf
import WeaviateMessages

/// Answers the calls of `weaviate.v1.Weaviate`: decodes a request, asks the database, encodes the reply.
///
/// Nearly every refusal is UNKNOWN, as in Weaviate, whose clients rely on it; a call that is not a message is INTERNAL, one that takes too
/// much memory RESOURCE_EXHAUSTED. What is wrong with an object of a batch stands in the reply.
package struct WeaviateService: GRPCHandler {
    let database: any DatabaseOperations
    private let authenticator: Authenticator
    let nodeName: String

    /// - Parameters:
    ///   - authenticator: tells from a credential who calls; every method needs one where any is needed.
    ///   - nodeName: what profiles of queries call this server.
    package init(database: any DatabaseOperations, authenticator: Authenticator, nodeName: String = "") {
        self.database = database
        self.authenticator = authenticator
        self.nodeName = nodeName
    }

    package var services: [String] { ["weaviate.v1.Weaviate"] }

    package func kind(of method: String) -> GRPCMethodKind? {
        switch WeaviateMethod(rawValue: method) {
        case nil: nil
        case .batchStream?: .bidirectional
        case .search?, .batchObjects?, .batchReferences?, .batchDelete?, .tenantsGet?, .aggregate?: .unary
        }
    }

    package func respond(to call: GRPCCall, message: [UInt8]) async throws(GRPCStatus) -> [UInt8] {
        if let fault = authenticationFault(of: call) { throw .refusal("extract auth: \(fault)") }
        let clock = ContinuousClock()
        let start = clock.now
        func took() -> Float { Float((clock.now - start) / .seconds(1)) }
        switch WeaviateMethod(rawValue: call.method) {
        case .search?:
            var reply = try await search(try SearchRequest(decoding: message, call))
            reply.took = took()
            return reply.protobufBytes()
        case .aggregate?:
            var reply = try await aggregate(try AggregateRequest(decoding: message, call))
            reply.took = took()
            return reply.protobufBytes()
        case .batchObjects?:
            var reply = try await batchObjects(
                try BatchObjectsRequest(decoding: message, call),
                allowance: DecodingAllowance(call.memory, bodyByteCount: message.count))
            reply.took = took()
            return reply.protobufBytes()
        case .batchReferences?:
            var reply = try await batchReferences(
                try BatchReferencesRequest(decoding: message, call),
                allowance: DecodingAllowance(call.memory, bodyByteCount: message.count))
            reply.took = took()
            return reply.protobufBytes()
        case .batchDelete?:
            var reply = try await batchDelete(try BatchDeleteRequest(decoding: message, call))
            reply.took = took()
            return reply.protobufBytes()
        case .tenantsGet?:
            var reply = try tenants(try TenantsGetRequest(decoding: message, call))
            reply.took = took()
            return reply.protobufBytes()
        case .batchStream?, nil: throw GRPCStatus(.unimplemented, "unknown method \(call.method)")
        }
    }

    package func converse(_ call: GRPCCall, _ stream: GRPCStream) async throws(GRPCStatus) {
        if let fault = authenticationFault(of: call) { throw GRPCStatus(.unauthenticated, fault) }
        let writer = BatchWriter(database: database, refusesWhole: false)
        var conversation = BatchStream(writer: writer, call: call, stream: stream)
        try await conversation.run()
    }

    // MARK: Credentials

    /// Why a call is turned away, if it is. A key is refused where none is known, as in Weaviate; what does not begin with
    /// `Bearer ` is no key.
    private func authenticationFault(of call: GRPCCall) -> String? {
        let credential = call.value(of: "authorization").flatMap { $0.hasPrefix("Bearer ") ? $0 : nil }
        if authenticator.letsEverybodyIn {
            if credential == nil { return nil }
            return
                "no authentication scheme is configured (API Key or OIDC), but an 'Authorization' header was provided. Please "
                + "configure an auth scheme or remove the header for anonymous access"
        }
        do throws(AuthenticationError) {
            _ = try authenticator.principal(authorization: credential)
            return nil
        } catch {
            return error.message
        }
    }

    // MARK: Collections

    /// The collection of a name, or of an alias.
    func collection(_ name: String) throws(GRPCStatus) -> CollectionDefinition {
        let normalized = CollectionName.normalized(name)
        guard let collection = database.collection(named: normalized) else {
            throw .refusal("could not find class \(normalized.prefix(300)) in schema")
        }
        return collection
    }
}

extension ProtobufMessage {
    /// Decodes a message of a call, and charges what that takes to it.
    ///
    /// - Throws: INTERNAL for bytes that are no message, RESOURCE_EXHAUSTED where there is no memory.
    init(decoding bytes: [UInt8], _ call: GRPCCall) throws(GRPCStatus) {
        let allowance = DecodingAllowance(call.memory, bodyByteCount: bytes.count)
        do throws(ProtobufError) {
            try self.init(protobuf: bytes) { (byteCount) throws(ProtobufError) in
                do throws(DecodingAllowance.Refusal) {
                    try allowance.charge(byteCount)
                } catch {
                    throw .memoryRefused(error.message)
                }
            }
        } catch {
            if case .memoryRefused(let message) = error { throw GRPCStatus(.resourceExhausted, message) }
            throw GRPCStatus(.internal, "grpc: error unmarshalling request: \(error.message)")
        }
    }
}
