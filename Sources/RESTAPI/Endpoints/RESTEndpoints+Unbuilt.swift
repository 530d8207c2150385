// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPGateway

/// What Weaviate has and this server does not: answered with status 501 and the name of the feature.
extension RESTEndpoints {
    static let unbuilt: [RESTEndpoint] = [
        unbuilt(
            "schema/{class}/properties/{property}/index/{index}", ["PUT", "POST"], reindexing, tag: "schema",
            changing: .write),
        unbuilt("schema/{class}/vectors/{vector}/index", ["DELETE"], reindexing, tag: "schema", changing: .write),
        unbuilt("schema/{class}/indexes", ["GET"], reindexing, tag: "schema"),
        unbuilt("export/{backend}", ["POST"], "export", tag: "export"),
        unbuilt("export/{backend}/{id}", ["GET", "DELETE"], "export", tag: "export"),
        unbuilt("classifications", ["POST"], "classification", tag: "classifications", changing: .write),
        unbuilt("classifications/{id}", ["GET"], "classification", tag: "classifications"),
        unbuilt("authz/roles", ["GET", "POST"], roles, tag: "authz"),
        unbuilt("authz/roles/{id}", ["GET", "DELETE"], roles, tag: "authz"),
        unbuilt("authz/roles/{id}/{action}", ["GET", "POST"], roles, tag: "authz"),
        unbuilt("authz/users/{id}/{action}", ["GET", "POST"], roles, tag: "authz"),
        unbuilt("authz/users/{id}/roles/{type}", ["GET"], roles, tag: "authz"),
        unbuilt("authz/groups/{type}", ["GET"], roles, tag: "authz"),
        unbuilt("authz/groups/{id}/{action}", ["GET", "POST"], roles, tag: "authz"),
        unbuilt("authz/groups/{id}/roles/{type}", ["GET"], roles, tag: "authz"),
        unbuilt("users/own-info", ["GET"], roles, tag: "users"),
        unbuilt("users/db", ["GET"], roles, tag: "users"),
        unbuilt("users/db/{id}", ["GET", "POST", "DELETE"], roles, tag: "users"),
        unbuilt("users/db/{id}/{action}", ["POST"], roles, tag: "users"),
        unbuilt("replication/replicate", ["POST", "GET", "DELETE"], "replication", tag: "replication"),
        unbuilt("replication/{action}", ["GET", "POST"], "replication", tag: "replication"),
        unbuilt("tasks", ["GET"], "distributed tasks", tag: "tasks"),
    ].flatMap { $0 }

    private static let reindexing = "changing the indexes of a class online"
    private static let roles = "roles and users (authz)"

    /// One endpoint for each method.
    ///
    /// - Parameter changing: what methods other than GET and HEAD ask for.
    private static func unbuilt(
        _ path: String, _ methods: [String], _ feature: String, tag: String, changing: Permission = .admin
    ) -> [RESTEndpoint] {
        methods.map { method in
            let permission = ["GET", "HEAD"].contains(method) ? .read : changing
            return RESTEndpoint(
                method, path, permission, "Not supported yet: \(feature)", tag: tag, nil, .unbuilt(feature))
        }
    }
}
