// SPDX-License-Identifier: Apache-2.0

import CollectionInsights
import Fetching
import HTTPGateway
import Importing
import JSON
import ServerInspection
import ThumbnailCache

/// What the REST API tells about the server and how it greets browsers.
package struct RESTContext: Sendable {
    /// The version of Weaviate whose interface this is.
    package static let weaviateVersion = "1.39.0"
    /// The version of Weaviate that clients are told: it steers them.
    package var version = RESTContext.weaviateVersion
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
    /// What browsers of other origins may do (`CORS_ALLOW_*`).
    package var crossOrigin = CrossOriginHeaders()
    /// Measurements and maps of classes; `nil`: they are answered with 501.
    package var insights: Insights?
    /// Tells how the server fares; `nil`: that is answered with 501.
    package var inspector: ServerInspector?
    /// Whether `/.well-known/ready` says yes. Asked on a connection's thread: must not wait.
    package var isReady: @Sendable () -> Bool
    /// Makes thumbnails of stored pictures; `nil` where there are none.
    package var thumbnails: ThumbnailService?
    /// Imports of what lies on this machine; `nil` where they are off.
    package var imports: ImportService?
    /// Fetches pictures that are given by their URL; `nil` where that is off.
    package var fetcher: (any PictureFetching)?
    /// Milliseconds since 1970.
    package var clock: @Sendable () -> Int64

    /// - Parameters: the properties of the same names; the others keep their defaults until they are set.
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
}
