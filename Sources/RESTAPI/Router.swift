// SPDX-License-Identifier: Apache-2.0

/// What a path and a method mean.
enum Endpoint: Hashable {
    case root, meta, live, ready, openIDConfiguration, nodes
    case schema, createClass, getClass, updateClass, deleteClass, addProperty, shards, shardStatus, deleteIndex
    case listObjects, createObject, validateObject, getObject, headObject, replaceObject, mergeObject, deleteObject
    case batchObjects, batchDelete, batchReferences
    case graphql
    /// Of Weaviate, not built yet; the name says what.
    case unbuilt(String)
}

/// A path of the interface with what its methods mean.
struct Route {
    /// Segments after `/v1`; those in braces stand for any text.
    var pattern: [String]
    var endpoints: [String: Endpoint]

    init(_ path: String, _ endpoints: [String: Endpoint]) {
        pattern = path.split(separator: "/").map { String($0) }
        self.endpoints = endpoints
    }

    /// An endpoint that is not built, for all these methods.
    init(_ path: String, _ methods: [String], unbuilt feature: String) {
        self.init(path, Dictionary(uniqueKeysWithValues: methods.map { ($0, .unbuilt(feature)) }))
    }

    /// The texts that stand for the braces, by name; `nil` where the path is another one.
    func parameters(of segments: some Collection<String>) -> [String: String]? {
        guard segments.count == pattern.count else { return nil }
        var parameters: [String: String] = [:]
        for (expected, segment) in zip(pattern, segments) {
            if expected.hasPrefix("{") {
                parameters[String(expected.dropFirst().dropLast())] = segment
            } else if expected != segment {
                return nil
            }
        }
        return parameters
    }
}

/// Finds endpoints.
enum Router {
    enum Outcome {
        case found(Endpoint, parameters: [String: String])
        case unknownPath
        case wrongMethod(allowed: [String])
    }

    /// - Parameter segments: of the whole path, `v1` first.
    static func outcome(method: String, segments: [String]) -> Outcome {
        guard segments.first == "v1" else { return .unknownPath }
        var allowed: Set<String> = []
        for route in routes {
            guard let parameters = route.parameters(of: segments.dropFirst()) else { continue }
            if let endpoint = route.endpoints[method] { return .found(endpoint, parameters: parameters) }
            allowed.formUnion(route.endpoints.keys)
        }
        return allowed.isEmpty ? .unknownPath : .wrongMethod(allowed: allowed.sorted())
    }

    /// More literal paths stand before those with braces in the same place.
    static let routes = built + unbuilt

    private static let built: [Route] = [
        Route("", ["GET": .root]),
        Route("meta", ["GET": .meta]),
        Route(".well-known/live", ["GET": .live]),
        Route(".well-known/ready", ["GET": .ready]),
        Route(".well-known/openid-configuration", ["GET": .openIDConfiguration]),
        Route("nodes", ["GET": .nodes]),
        Route("nodes/{class}", ["GET": .nodes]),
        Route("schema", ["GET": .schema, "POST": .createClass]),
        Route("schema/{class}", ["GET": .getClass, "PUT": .updateClass, "DELETE": .deleteClass]),
        Route("schema/{class}/properties", ["POST": .addProperty]),
        Route("schema/{class}/shards", ["GET": .shards]),
        Route("schema/{class}/shards/{shard}", ["PUT": .shardStatus]),
        Route("schema/{class}/properties/{property}/index/{index}", ["DELETE": .deleteIndex]),
        Route("objects", ["GET": .listObjects, "POST": .createObject]),
        Route("objects/validate", ["POST": .validateObject]),
        Route("objects/{id}", objectEndpoints),
        Route("objects/{class}/{id}", objectEndpoints),
        Route("batch/objects", ["POST": .batchObjects, "DELETE": .batchDelete]),
        Route("batch/references", ["POST": .batchReferences]),
        Route("graphql", ["POST": .graphql]),
        Route("graphql/batch", ["POST": .graphql]),
    ]

    private static let objectEndpoints: [String: Endpoint] = [
        "GET": .getObject, "HEAD": .headObject, "PUT": .replaceObject, "PATCH": .mergeObject, "DELETE": .deleteObject,
    ]

    private static let tenants = "multi-tenancy (tenants)"
    private static let references = "changing references through their own path"
    private static let reindexing = "changing the indexes of a class online"
    private static let roles = "roles and users (authz)"

    private static let unbuilt: [Route] = [
        Route("schema/{class}/tenants", ["GET", "POST", "PUT", "DELETE"], unbuilt: tenants),
        Route("schema/{class}/tenants/{tenant}", ["GET", "HEAD"], unbuilt: tenants),
        Route("schema/{class}/properties/{property}/index/{index}", ["PUT", "POST"], unbuilt: reindexing),
        Route("schema/{class}/properties/{property}/tokenize", ["POST"], unbuilt: "tokenize"),
        Route("schema/{class}/vectors/{vector}/index", ["DELETE"], unbuilt: reindexing),
        Route("schema/{class}/indexes", ["GET"], unbuilt: reindexing),
        Route("tokenize", ["POST"], unbuilt: "tokenize"),
        Route("objects/{id}/references/{property}", ["POST", "PUT", "DELETE"], unbuilt: references),
        Route("objects/{class}/{id}/references/{property}", ["POST", "PUT", "DELETE"], unbuilt: references),
        Route("cluster/statistics", ["GET"], unbuilt: "cluster statistics"),
        Route("backups/{backend}", ["GET", "POST"], unbuilt: "backup"),
        Route("backups/{backend}/{id}", ["GET", "DELETE"], unbuilt: "backup"),
        Route("backups/{backend}/{id}/restore", ["GET", "POST", "DELETE"], unbuilt: "restoring a backup"),
        Route("export/{backend}", ["POST"], unbuilt: "export"),
        Route("export/{backend}/{id}", ["GET", "DELETE"], unbuilt: "export"),
        Route("aliases", ["GET", "POST"], unbuilt: "aliases"),
        Route("aliases/{alias}", ["GET", "PUT", "DELETE"], unbuilt: "aliases"),
        Route("classifications", ["POST"], unbuilt: "classification"),
        Route("classifications/{id}", ["GET"], unbuilt: "classification"),
        Route("authz/roles", ["GET", "POST"], unbuilt: roles),
        Route("authz/roles/{id}", ["GET", "DELETE"], unbuilt: roles),
        Route("authz/roles/{id}/{action}", ["GET", "POST"], unbuilt: roles),
        Route("authz/users/{id}/{action}", ["GET", "POST"], unbuilt: roles),
        Route("authz/users/{id}/roles/{type}", ["GET"], unbuilt: roles),
        Route("authz/groups/{type}", ["GET"], unbuilt: roles),
        Route("authz/groups/{id}/{action}", ["GET", "POST"], unbuilt: roles),
        Route("authz/groups/{id}/roles/{type}", ["GET"], unbuilt: roles),
        Route("users/own-info", ["GET"], unbuilt: roles),
        Route("users/db", ["GET"], unbuilt: roles),
        Route("users/db/{id}", ["GET", "POST", "DELETE"], unbuilt: roles),
        Route("users/db/{id}/{action}", ["POST"], unbuilt: roles),
        Route("replication/replicate", ["POST", "GET", "DELETE"], unbuilt: "replication"),
        Route("replication/{action}", ["GET", "POST"], unbuilt: "replication"),
        Route("tasks", ["GET"], unbuilt: "distributed tasks"),
    ]
}
