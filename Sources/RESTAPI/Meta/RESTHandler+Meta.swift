// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import HTTPServer
import JSON

/// What the server is and how its parts fare.
extension RESTHandler {
    func root() -> HTTPResponse {
        let documentation = "https://weaviate.io/developers/weaviate/api/rest"
        let links: [(path: String, name: String, documentation: String?)] = [
            ("/v1/meta", "Meta information about this instance/cluster", nil),
            ("/v1/schema", "view complete schema", "\(documentation)#tag/schema/get/schema"),
            ("/v1/schema{/:className}", "CRUD schema", "\(documentation)#tag/schema/put/schema/{className}"),
            ("/v1/objects{/:id}", "CRUD objects", "\(documentation)#tag/objects/"),
            (
                "/v1/classifications{/:id}", "trigger and view status of classifications",
                "\(documentation)#tag/classifications"
            ),
            (
                "/v1/.well-known/live", "check if Weaviate is live (returns 200 on GET when live)",
                "\(documentation)#tag/well-known/get/.well-known/live"
            ),
            (
                "/v1/.well-known/ready", "check if Weaviate is ready (returns 200 on GET when ready)",
                "\(documentation)#tag/well-known/get/.well-known/ready"
            ),
            (
                "/v1/.well-known/openid-configuration",
                "view link to openid configuration (returns 404 on GET if no openid is configured)",
                "\(documentation)#tag/well-known/get/.well-known/openid-configuration"
            ),
        ]
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("links")
        writer.beginArray()
        for link in links {
            writer.beginObject()
            if let documentation = link.documentation { writer.member("documentationHref", .string(documentation)) }
            writer.member("href", .string(context.origin + link.path))
            writer.member("name", .string(link.name))
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes)
    }

    func meta() -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("grpcMaxMessageSize")
        writer.number(context.grpcMaxMessageSize)
        writer.member("hostname", .string(context.hostname))
        writer.key("modules")
        writer.object(context.modules())
        writer.member("version", .string(context.version))
        writer.endObject()
        return .json(writer.bytes)
    }

    /// `/v1/cluster/statistics`: one node, which is the leader of itself and has nothing to agree on.
    func clusterStatistics() -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("statistics")
        writer.beginArray()
        writer.beginObject()
        writer.member("bootstrapped", .boolean(true))
        writer.member("candidates", .object([:]))
        writer.member("dbLoaded", .boolean(true))
        writer.member("isVoter", .boolean(true))
        writer.member("leaderId", .string(context.nodeName))
        writer.member("name", .string(context.nodeName))
        writer.member("open", .boolean(true))
        writer.key("raft")
        writer.beginObject()
        for (name, value) in [
            ("appliedIndex", "0"), ("commitIndex", "0"), ("fsmPending", "0"), ("lastContact", "0"),
            ("lastLogIndex", "0"), ("lastLogTerm", "0"), ("lastSnapshotIndex", "0"), ("lastSnapshotTerm", "0"),
        ] {
            writer.member(name, .string(value))
        }
        let itself = JSONValue.object([
            "address": .string(""), "id": .string(context.nodeName), "suffrage": .number(JSONNumber(0)),
        ])
        writer.member("latestConfiguration", .array([itself]))
        writer.member("latestConfigurationIndex", .string("0"))
        writer.member("numPeers", .string("0"))
        writer.member("state", .string("Leader"))
        writer.member("term", .string("0"))
        writer.endObject()
        writer.member("ready", .boolean(context.isReady()))
        writer.member("status", .string("HEALTHY"))
        writer.endObject()
        writer.endArray()
        writer.member("synchronized", .boolean(true))
        writer.endObject()
        return .json(writer.bytes)
    }

    /// `/v1/nodes` and `/v1/nodes/{class}`.
    func nodes(_ call: Call) throws(Refusal) -> HTTPResponse {
        let output = call.queryValue("output") ?? "minimal"
        guard ["", "minimal", "verbose"].contains(output) else {
            throw .handler(
                422,
                "invalid output: \"\(output.prefix(100))\", possible values are: \"minimal\", \"verbose\"")
        }
        if let name = call.collection, database.collection(named: name) == nil {
            throw .handler(404, "class \(name.prefix(300)) not found")
        }
        let shards = output == "verbose" ? database.shards(of: call.collection).filter(\.isActive) : nil
        return .json(nodesBody(shards))
    }

    private func nodesBody(_ shards: [ShardStatus]?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("nodes")
        writer.beginArray()
        writer.beginObject()
        writer.member(
            "batchStats",
            .object(["queueLength": .number(JSONNumber(0)), "ratePerSecond": .number(JSONNumber(0))]))
        writer.member("name", .string(context.nodeName))
        writer.member("operationalMode", .string("ReadWrite"))
        writer.key("shards")
        write(shards ?? [], to: &writer)
        if let shards {
            writer.key("stats")
            writer.beginObject()
            writer.key("objectCount")
            writer.number(shards.reduce(0) { $0 + $1.objectCount })
            writer.key("shardCount")
            writer.number(shards.count)
            writer.endObject()
        }
        writer.member("status", .string("HEALTHY"))
        writer.member("version", .string(context.version))
        writer.endObject()
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    /// `null` when there are none.
    private func write(_ shards: [ShardStatus], to writer: inout JSONWriter) {
        guard !shards.isEmpty else { return writer.null() }
        writer.beginArray()
        for shard in shards {
            writer.beginObject()
            writer.member("asyncReplicationStatus", .array([]))
            writer.member("class", .string(shard.collection))
            writer.member("compressed", .boolean(false))
            writer.member("loaded", .boolean(shard.isLoaded))
            writer.member("name", .string(shard.name))
            writer.key("numberOfReplicas")
            writer.number(1)
            writer.key("objectCount")
            writer.number(shard.objectCount)
            writer.key("replicationFactor")
            writer.number(1)
            // Vectors without links are searched exactly, so a shard is always ready to be searched.
            writer.member("vectorIndexingStatus", .string(shard.isReadOnly ? "READONLY" : "READY"))
            writer.key("vectorQueueLength")
            writer.number(shard.unlinkedCount)
            writer.endObject()
        }
        writer.endArray()
    }
}
