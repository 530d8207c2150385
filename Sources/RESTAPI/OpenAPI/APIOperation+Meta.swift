// SPDX-License-Identifier: Apache-2.0

import OpenAPI

/// What the server is and how its parts fare.
extension APIOperation {
    static let root = APIOperation(
        "weaviate.root", responses: [.json("Links", .reference(.links))])

    static let meta = APIOperation(
        "meta.get",
        "Clients choose by the version how they speak. `modules` names the network that makes vectors of pictures.",
        responses: [.json("About the server", .reference(.meta))])

    static let document = APIOperation(
        "openapi.get",
        "The same for every server of this version; it tells nothing of what is stored. An `ETag` comes with it.",
        parameters: [.header("If-None-Match", .string, "The `ETag` of the document that is there already")],
        responses: [
            APIResponse(
                200, "An OpenAPI 3.1 document", [.json(.map(of: .any))],
                headers: [("ETag", "Changes with the document")]),
            APIResponse(304, "It is what `If-None-Match` names"),
        ])

    static let liveness = APIOperation("weaviate.wellknown.liveness", responses: [APIResponse(200, "It is")])

    static let readiness = APIOperation(
        "weaviate.wellknown.readiness",
        responses: [APIResponse(200, "It does"), APIResponse(503, "It starts or stops")])

    static let openIDConfiguration = APIOperation(
        "weaviate.wellknown.openid", "404 tells clients that they need no login.",
        responses: [APIResponse(404, "OpenID Connect is not configured")])

    private static let output = APIParameter.query(
        "output", .oneOf(["minimal", "verbose"]).byDefault("minimal"), "`verbose` lists shards with their counts")

    static let nodes = APIOperation(
        "nodes.get", parameters: [output], responses: [.json("The one node", .reference(.nodes)), .invalid])

    static let nodesOfClass = APIOperation(
        "nodes.get.class", parameters: [output],
        responses: [.json("The one node", .reference(.nodes)), .noClass, .invalid])

    static let clusterStatistics = APIOperation(
        "cluster.get.statistics",
        responses: [.json("Statistics of the one node", .reference(.clusterStatistics))])
}

extension SchemaComponent {
    static let links = SchemaComponent("Links") {
        .object([
            .required(
                "links",
                .array(
                    of: .object([
                        .required("href", .string), .required("name", .string),
                        .optional("documentationHref", .string),
                    ])))
        ])
    }

    static let meta = SchemaComponent("Meta") {
        .object([
            .required("hostname", .string), .required("version", .string.described("Of Weaviate, as clients want it")),
            .required("grpcMaxMessageSize", .integer.described("Bytes")),
            .required("modules", .map(of: .any).described("What modules tell of themselves, by their names")),
        ])
    }

    static let nodes = SchemaComponent("Nodes") {
        .object([.required("nodes", .array(of: .reference(.node)))])
    }

    static let node = SchemaComponent("Node") {
        .object([
            .required("name", .string), .required("status", .oneOf(["HEALTHY"])), .required("version", .string),
            .required("operationalMode", .string),
            .required(
                "batchStats", .object([.required("queueLength", .integer), .required("ratePerSecond", .integer)])),
            .required("shards", JSONSchema.array(of: .reference(.nodeShard)).orNull),
            .optional(
                "stats",
                .object([.required("objectCount", .integer), .required("shardCount", .integer)])
                    .described("In verbose output")),
        ])
    }

    static let nodeShard = SchemaComponent("NodeShard") {
        .object([
            .required("class", .string), .required("name", .string), .required("objectCount", .integer),
            .required("loaded", .boolean.described("Whether it is in memory")),
            .required("vectorIndexingStatus", .oneOf(["READY", "READONLY"])),
            .required(
                "vectorQueueLength", .integer.described("Vectors that are searched exactly, having no links yet")),
            .required("compressed", .boolean), .required("numberOfReplicas", .integer),
            .required("replicationFactor", .integer), .required("asyncReplicationStatus", .array(of: .any)),
        ])
    }

    static let clusterStatistics = SchemaComponent("ClusterStatistics") {
        .object([
            .required("synchronized", .boolean),
            .required(
                "statistics",
                .array(
                    of: .object([
                        .required("name", .string), .required("status", .string), .required("ready", .boolean),
                        .required("open", .boolean), .required("bootstrapped", .boolean),
                        .required("dbLoaded", .boolean), .required("isVoter", .boolean),
                        .required("leaderId", .string), .required("candidates", .map(of: .any)),
                        .required("raft", .map(of: .any)),
                    ]))),
        ])
    }
}
