// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPGateway

/// How good the vectors of a class are, and its map; beside Weaviate's interface.
extension RESTEndpoints {
    static let insights: [RESTEndpoint] = [
        RESTEndpoint(
            "GET", "quality/{class}", .read, "How well near vectors mean equal labels", tag: "insights", .quality,
            .work { handler, call throws(Refusal) in try await handler.quality(call) }),
        RESTEndpoint(
            "DELETE", "quality/{class}", .read, "Cancel a measurement", tag: "insights", .cancelQuality,
            .work { handler, call throws(Refusal) in try await handler.cancelQuality(call) }),
        RESTEndpoint(
            "GET", "map/{class}", .read, "The objects of a class as points in the plane", tag: "insights", .map,
            .work { handler, call throws(Refusal) in try await handler.map(call) }),
        RESTEndpoint(
            "DELETE", "map/{class}", .read, "Cancel a map", tag: "insights", .cancelMap,
            .work { handler, call throws(Refusal) in try await handler.cancelMap(call) }),
    ]
}
