// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPGateway
import HTTPServer

/// What carries an endpoint out.
enum RESTAction: Sendable {
    /// Answered where the request arrives, without waiting for a thread: see `HTTPHandler.immediateResponse`.
    case immediate(@Sendable (_ isReady: Bool) -> HTTPResponse)
    case work(@Sendable (RESTHandler, Call) async throws(Refusal) -> HTTPResponse)
    /// Of Weaviate, not built yet; the name of the feature.
    case unbuilt(String)
}

typealias RESTEndpoint = Endpoint<RESTAction>

/// Every endpoint of the REST interface. Of several that fit, the first counts, so literal paths stand before those with
/// parameters in the same place.
enum RESTEndpoints {
    static let router = Router(
        prefix: ["v1"],
        meta + schema + aliases + tenants + objects + pictures + search + batch + backups + imports + insights + recall
            + server + graphql + unbuilt)

    /// Those of them that are answered on the connection's thread, which every request asks for.
    static let immediateRouter = Router(
        prefix: router.prefix,
        router.endpoints.filter { endpoint in
            if case .immediate = endpoint.action { true } else { false }
        })

    private static let meta: [RESTEndpoint] = [
        RESTEndpoint(
            "GET", "", .open, "The interface's main links", tag: "meta", .root, .work { handler, _ in handler.root() }),
        RESTEndpoint(
            "GET", "meta", .read, "Version and modules of the server", tag: "meta", .meta,
            .work { handler, _ in handler.meta() }),
        RESTEndpoint(
            "GET", "openapi.json", .open, "This description of the interface", tag: "meta", .document,
            .work { handler, call in handler.openAPIDocument(call) }),
        RESTEndpoint(
            "GET", ".well-known/live", .open, "Whether the server is alive", tag: "well-known", .liveness,
            .immediate { _ in HTTPResponse(status: 200) }),
        RESTEndpoint(
            "GET", ".well-known/ready", .open, "Whether the server answers requests", tag: "well-known", .readiness,
            .immediate { isReady in HTTPResponse(status: isReady ? 200 : 503) }),
        // 404 tells clients that they need no login.
        RESTEndpoint(
            "GET", ".well-known/openid-configuration", .open, "Where OpenID Connect is configured: nowhere",
            tag: "well-known", .openIDConfiguration, .work { _, _ in HTTPResponse(status: 404) }),
        RESTEndpoint("GET", "nodes", .read, "The nodes and, if asked for, their shards", tag: "nodes", .nodes, nodes),
        RESTEndpoint(
            "GET", "cluster/statistics", .read, "How the nodes agree: there is one", tag: "cluster", .clusterStatistics,
            .work { handler, _ in handler.clusterStatistics() }),
        RESTEndpoint(
            "GET", "nodes/{class}", .read, "The nodes and their shards of one class", tag: "nodes", .nodesOfClass, nodes
        ),
    ]

    private static let nodes = RESTAction.work { handler, call throws(Refusal) in try handler.nodes(call) }

    private static let schema: [RESTEndpoint] = [
        RESTEndpoint(
            "GET", "schema", .read, "All classes", tag: "schema", .schema, .work { handler, _ in handler.schema() }),
        RESTEndpoint(
            "POST", "schema", .write, "Create a class", tag: "schema", .createClass,
            .work { handler, call throws(Refusal) in try await handler.createClass(call) }),
        RESTEndpoint(
            "GET", "schema/{class}", .read, "One class", tag: "schema", .getClass,
            .work { handler, call throws(Refusal) in try handler.getClass(call) }),
        RESTEndpoint(
            "PUT", "schema/{class}", .write, "Change the settings of a class", tag: "schema", .updateClass,
            .work { handler, call throws(Refusal) in try await handler.updateClass(call) }),
        RESTEndpoint(
            "DELETE", "schema/{class}", .write, "Delete a class and its objects", tag: "schema", .deleteClass,
            .work { handler, call throws(Refusal) in try await handler.deleteClass(call) }),
        RESTEndpoint(
            "POST", "schema/{class}/properties", .write, "Add a property to a class", tag: "schema", .addProperty,
            .work { handler, call throws(Refusal) in try await handler.addProperty(call) }),
        RESTEndpoint(
            "DELETE", "schema/{class}/properties/{property}/index/{index}", .write, "Drop an index of a property",
            tag: "schema", .deleteIndex, .work { handler, call throws(Refusal) in try await handler.deleteIndex(call) }),
        RESTEndpoint(
            "POST", "schema/{class}/properties/{property}/tokenize", .read, "Cut a text as a property does",
            tag: "schema", .tokenizeAsProperty,
            .work { handler, call throws(Refusal) in try handler.tokenizeAsProperty(call) }),
        RESTEndpoint(
            "POST", "tokenize", .read, "Cut a text into tokens", tag: "schema", .tokenize,
            .work { handler, call throws(Refusal) in try handler.tokenize(call) }),
        RESTEndpoint(
            "GET", "schema/{class}/shards", .read, "The shards of a class and their status", tag: "schema", .shards,
            .work { handler, call throws(Refusal) in try handler.shards(call) }),
        RESTEndpoint(
            "PUT", "schema/{class}/shards/{shard}", .admin, "Make a shard read-only, or ready again", tag: "schema",
            .changeShardStatus,
            .work { handler, call throws(Refusal) in try handler.changeShardStatus(call) }),
    ]

    private static let tenants: [RESTEndpoint] = [
        RESTEndpoint(
            "GET", "schema/{class}/tenants", .read, "The tenants of a class and their status", tag: "schema",
            .listTenants,
            .work { handler, call throws(Refusal) in try handler.listTenants(call) }),
        RESTEndpoint(
            "POST", "schema/{class}/tenants", .write, "Create tenants", tag: "schema", .createTenants,
            .work { handler, call throws(Refusal) in try await handler.createTenants(call) }),
        RESTEndpoint(
            "PUT", "schema/{class}/tenants", .write, "Activate and deactivate tenants", tag: "schema", .updateTenants,
            .work { handler, call throws(Refusal) in try await handler.updateTenants(call) }),
        RESTEndpoint(
            "DELETE", "schema/{class}/tenants", .write, "Delete tenants and their objects", tag: "schema",
            .deleteTenants,
            .work { handler, call throws(Refusal) in try await handler.deleteTenants(call) }),
        RESTEndpoint(
            "GET", "schema/{class}/tenants/{tenant}", .read, "One tenant and its status", tag: "schema", .getTenant,
            .work { handler, call throws(Refusal) in try handler.getTenant(call) }),
        RESTEndpoint(
            "HEAD", "schema/{class}/tenants/{tenant}", .read, "Whether a tenant exists", tag: "schema", .headTenant,
            .work { handler, call throws(Refusal) in try handler.headTenant(call) }),
    ]

    private static let aliases: [RESTEndpoint] = [
        RESTEndpoint(
            "GET", "aliases", .read, "All aliases, or those of one class", tag: "aliases", .listAliases,
            .work { handler, call in handler.listAliases(call) }),
        RESTEndpoint(
            "POST", "aliases", .write, "Create an alias", tag: "aliases", .createAlias,
            .work { handler, call throws(Refusal) in try await handler.createAlias(call) }),
        RESTEndpoint(
            "GET", "aliases/{alias}", .read, "One alias", tag: "aliases", .getAlias,
            .work { handler, call throws(Refusal) in try handler.getAlias(call) }),
        RESTEndpoint(
            "PUT", "aliases/{alias}", .write, "Let an alias stand for another class", tag: "aliases", .updateAlias,
            .work { handler, call throws(Refusal) in try await handler.updateAlias(call) }),
        RESTEndpoint(
            "DELETE", "aliases/{alias}", .write, "Delete an alias", tag: "aliases", .deleteAlias,
            .work { handler, call throws(Refusal) in try await handler.deleteAlias(call) }),
    ]

    private static let objects: [RESTEndpoint] =
        [
            RESTEndpoint(
                "GET", "objects", .read, "List objects", tag: "objects", .listObjects,
                .work { handler, call throws(Refusal) in try await handler.listObjects(call) }),
            RESTEndpoint(
                "POST", "objects", .write, "Create an object", tag: "objects", .createObject,
                .work { handler, call throws(Refusal) in try await handler.createObject(call) }),
            RESTEndpoint(
                "POST", "objects/validate", .read, "Check an object without storing it", tag: "objects",
                .validateObject,
                .work { handler, call throws(Refusal) in try await handler.validateObject(call) }),
            RESTEndpoint(
                "POST", "objects/{class}", .write, "Create an object from a form", tag: "objects",
                .createObjectFromForm,
                .work { handler, call throws(Refusal) in try await handler.createObjectFromForm(call) }),
        ] + object(at: "objects/{id}", .objectByID) + object(at: "objects/{class}/{id}", .objectOfClass)
        + references(at: "objects/{id}/references/{property}", .referencesByID)
        + references(at: "objects/{class}/{id}/references/{property}", .referencesOfClass)

    /// What can be done with one object.
    private static func object(at path: String, _ object: ObjectOperations) -> [RESTEndpoint] {
        [
            RESTEndpoint(
                "GET", path, .read, "One object", tag: "objects", object.get,
                .work { handler, call throws(Refusal) in try await handler.getObject(call) }),
            RESTEndpoint(
                "HEAD", path, .read, "Whether an object exists", tag: "objects", object.head,
                .work { handler, call throws(Refusal) in try await handler.headObject(call) }),
            RESTEndpoint(
                "PUT", path, .write, "Replace an object", tag: "objects", object.replace,
                .work { handler, call throws(Refusal) in try await handler.replaceObject(call) }),
            RESTEndpoint(
                "PATCH", path, .write, "Change properties of an object", tag: "objects", object.merge,
                .work { handler, call throws(Refusal) in try await handler.mergeObject(call) }),
            RESTEndpoint(
                "DELETE", path, .write, "Delete an object", tag: "objects", object.delete,
                .work { handler, call throws(Refusal) in try await handler.deleteObject(call) }),
        ]
    }

    /// What can be done with the references of one object.
    private static func references(at path: String, _ references: ReferenceOperations) -> [RESTEndpoint] {
        [
            RESTEndpoint(
                "POST", path, .write, "Add a reference", tag: "objects", references.add,
                .work { handler, call throws(Refusal) in try await handler.addReference(call) }),
            RESTEndpoint(
                "PUT", path, .write, "Replace the references of a property", tag: "objects", references.replace,
                .work { handler, call throws(Refusal) in try await handler.replaceReferences(call) }),
            RESTEndpoint(
                "DELETE", path, .write, "Remove a reference", tag: "objects", references.remove,
                .work { handler, call throws(Refusal) in try await handler.removeReference(call) }),
        ]
    }

    private static let batch: [RESTEndpoint] = [
        RESTEndpoint(
            "POST", "batch/objects", .write, "Create or replace many objects", tag: "batch", .batchObjects,
            .work { handler, call throws(Refusal) in try await handler.batchObjects(call) }),
        RESTEndpoint(
            "DELETE", "batch/objects", .write, "Delete the objects that match a filter", tag: "batch", .batchDelete,
            .work { handler, call throws(Refusal) in try await handler.batchDelete(call) }),
        RESTEndpoint(
            "POST", "batch/references", .write, "Create many references", tag: "batch", .batchReferences,
            .work { handler, call throws(Refusal) in try await handler.batchReferences(call) }),
    ]

    private static let backups: [RESTEndpoint] = [
        RESTEndpoint(
            "GET", "backups/{backend}", .read, "All backups", tag: "backups", .listBackups,
            .work { handler, call throws(Refusal) in try handler.listBackups(call) }),
        RESTEndpoint(
            "POST", "backups/{backend}", .admin, "Begin a backup", tag: "backups", .startBackup,
            .work { handler, call throws(Refusal) in try handler.startBackup(call) }),
        RESTEndpoint(
            "GET", "backups/{backend}/{id}", .read, "How far a backup is", tag: "backups", .backupStatus,
            .work { handler, call throws(Refusal) in try handler.backupStatus(call) }),
        RESTEndpoint(
            "DELETE", "backups/{backend}/{id}", .admin, "Cancel a backup", tag: "backups", .cancelBackup,
            .work { handler, call throws(Refusal) in try handler.cancelBackup(call) }),
        RESTEndpoint(
            "POST", "backups/{backend}/{id}/restore", .admin, "Begin to restore a backup", tag: "backups",
            .startRestore,
            .work { handler, call throws(Refusal) in try handler.startRestore(call) }),
        RESTEndpoint(
            "GET", "backups/{backend}/{id}/restore", .read, "How far a restore is", tag: "backups", .restoreStatus,
            .work { handler, call throws(Refusal) in try handler.restoreStatus(call) }),
        RESTEndpoint(
            "DELETE", "backups/{backend}/{id}/restore", .admin, "Cancel a restore", tag: "backups", .cancelRestore,
            .work { handler, call throws(Refusal) in try handler.cancelRestore(call) }),
    ]

    private static let graphql: [RESTEndpoint] = [
        RESTEndpoint("POST", "graphql", .read, "Answer a GraphQL query", tag: "graphql", .graphql, query),
        RESTEndpoint(
            "POST", "graphql/batch", .read, "Answer several GraphQL queries", tag: "graphql", .graphqlBatch, query),
    ]

    private static let query = RESTAction.work { handler, call in await handler.graphql.respond(to: call.request) }
}
