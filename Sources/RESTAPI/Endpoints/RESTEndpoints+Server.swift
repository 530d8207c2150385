// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPGateway

/// How the running server fares; beside Weaviate's interface.
extension RESTEndpoints {
    static let server: [RESTEndpoint] = [
        RESTEndpoint(
            "GET", "server", .read, "How the running server fares", tag: "server", .serverStatus,
            .work { handler, call throws(Refusal) in try handler.server(call) }),
        RESTEndpoint(
            "GET", "server/settings", .admin, "Every setting in effect and where it comes from", tag: "server",
            .serverSettings,
            .work { handler, call throws(Refusal) in try handler.serverSettings(call) }),
        RESTEndpoint(
            "GET", "server/log", .admin, "The last lines of the log", tag: "server", .serverLog,
            .work { handler, call throws(Refusal) in try handler.serverLog(call) }),
        RESTEndpoint(
            "GET", "server/collections", .read, "What each class holds and takes", tag: "server", .serverCollections,
            .work { handler, call throws(Refusal) in try handler.serverCollections(call) }),
        RESTEndpoint(
            "GET", "server/slow-requests", .admin, "The slowest requests of the last hour", tag: "server",
            .slowRequests,
            .work { handler, call throws(Refusal) in try handler.slowRequests(call) }),
        RESTEndpoint(
            "GET", "server/metrics", .read, "The metrics as Prometheus reads them", tag: "server", .serverMetrics,
            .work { handler, call throws(Refusal) in try handler.serverMetrics(call) }),
        RESTEndpoint(
            "POST", "server/self-test", .admin, "Try what the server is made of", tag: "server", .selfTest,
            .work { handler, call throws(Refusal) in try await handler.selfTest(call) }),
    ]

    static let recall: [RESTEndpoint] = [
        RESTEndpoint(
            "GET", "recall/{class}", .read, "What an index finds of the exact answers, by ef", tag: "insights", .recall,
            .work { handler, call throws(Refusal) in try await handler.recall(call) }),
        RESTEndpoint(
            "DELETE", "recall/{class}", .read, "Cancel a measurement of recall", tag: "insights", .cancelRecall,
            .work { handler, call throws(Refusal) in try await handler.cancelRecall(call) }),
    ]
}
