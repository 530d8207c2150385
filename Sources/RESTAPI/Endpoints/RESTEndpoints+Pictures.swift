// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPGateway

/// What there is of pictures beside Weaviate's interface.
extension RESTEndpoints {
    static let pictures: [RESTEndpoint] = ["objects/{class}/{id}/image", "objects/{class}/{id}/image/{property}"]
        .flatMap {
            path in
            ["GET", "HEAD"].map { method in
                RESTEndpoint(
                    method, path, .read, "A stored picture, or a thumbnail of it", tag: "objects",
                    .picture(method, isOfProperty: path.hasSuffix("{property}")),
                    .work { handler, call throws(Refusal) in try await handler.getPicture(call) })
            }
        }

    static let search: [RESTEndpoint] = [
        search(.image, "The objects nearest to a picture"), search(.vector, "The objects nearest to a vector"),
        search(.object, "The objects nearest to an object"),
    ]

    private static func search(_ kind: SearchRequest.Kind, _ summary: String) -> RESTEndpoint {
        RESTEndpoint(
            "POST", "search/{class}/\(kind.rawValue)", .read, summary, tag: "search", .search(kind),
            .work { handler, call throws(Refusal) in try await handler.search(kind, call) })
    }
}
