// SPDX-License-Identifier: Apache-2.0

import HTTPServer

/// How the server greets browsers that come from other origins: three headers of every answer.
package struct CrossOriginHeaders: Sendable {
    /// `CORS_ALLOW_ORIGIN`.
    package var allowedOrigins = "*"
    /// `CORS_ALLOW_METHODS`.
    package var allowedMethods = "*"
    /// `CORS_ALLOW_HEADERS`.
    package var allowedHeaders = Self.defaultAllowedHeaders

    /// The headers as they are when nothing is set.
    package init() {}

    /// What `CORS_ALLOW_HEADERS` is where it is not set: the names that Weaviate's clients send.
    package static let defaultAllowedHeaders =
        "Content-Type, Authorization, Batch, X-Openai-Api-Key, X-Openai-Organization, X-Openai-Baseurl, X-Anyscale-Baseurl, "
        + "X-Anyscale-Api-Key, X-Cohere-Api-Key, X-Huggingface-Api-Key, X-Weaviate-Cluster-Url, X-Weaviate-Client"

    /// The response with the three headers.
    package func added(to response: HTTPResponse) -> HTTPResponse {
        var response = response
        response.headers += [
            ("Access-Control-Allow-Origin", allowedOrigins), ("Access-Control-Allow-Methods", allowedMethods),
            ("Access-Control-Allow-Headers", allowedHeaders),
        ]
        return response
    }
}
