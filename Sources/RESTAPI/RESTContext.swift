// SPDX-License-Identifier: Apache-2.0

import JSON

/// What the REST API tells about the server and how it greets browsers.
package struct RESTContext: Sendable {
    /// The version of Weaviate that clients are told: it steers them.
    package var version = "1.39.0"
    /// E.g. `http://[::]:8080`, as `/v1/meta` shows it.
    package var hostname: String
    /// `CLUSTER_HOSTNAME`.
    package var nodeName: String
    /// `modules` of `/v1/meta`, by module name, as they are now.
    package var modules: @Sendable () -> JSONObject
    /// `GRPC_MAX_MESSAGE_SIZE`.
    package var grpcMaxMessageSize = 104_858_000
    /// `ORIGIN`: before paths in links; empty for none.
    package var origin = ""
    /// `CORS_ALLOW_ORIGIN`.
    package var allowedOrigins = "*"
    /// `CORS_ALLOW_METHODS`.
    package var allowedMethods = "*"
    /// `CORS_ALLOW_HEADERS`.
    package var allowedHeaders = Self.defaultAllowedHeaders
    /// Whether `/.well-known/ready` says yes.
    package var isReady: @Sendable () -> Bool
    /// Milliseconds since 1970.
    package var clock: @Sendable () -> Int64

    package init(
        hostname: String, nodeName: String, modules: @escaping @Sendable () -> JSONObject,
        isReady: @escaping @Sendable () -> Bool, clock: @escaping @Sendable () -> Int64
    ) {
        self.hostname = hostname
        self.nodeName = nodeName
        self.modules = modules
        self.isReady = isReady
        self.clock = clock
    }

    package static let defaultAllowedHeaders =
        "Content-Type, Authorization, Batch, X-Openai-Api-Key, X-Openai-Organization, X-Openai-Baseurl, X-Anyscale-Baseurl, "
        + "X-Anyscale-Api-Key, X-Cohere-Api-Key, X-Huggingface-Api-Key, X-Weaviate-Cluster-Url, X-Weaviate-Client"
}
