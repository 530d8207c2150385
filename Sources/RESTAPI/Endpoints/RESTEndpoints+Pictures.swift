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
                    .work { handler, call throws(Refusal) in try await handler.getPicture(call) })
            }
        }
}
