// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import HTTPServer
import OpenAPI

/// A request with what its path and query say, read when asked for.
struct Call {
    var request: HTTPRequest
    /// By the names of the route.
    var parameters: [String: String]
    /// What the endpoint is said to take; `nil` where nothing is said of it.
    var operation: APIOperation?

    /// The first value of a parameter in the query, which has to be among those that the endpoint is said to take: what is not
    /// in the document would be found by nobody.
    func queryValue(_ name: String) -> String? {
        assert(
            operation?.takesQuery(name) ?? true, "\(operation?.id ?? "") reads '\(name)', which its description lacks")
        return request.queryValue(name)
    }

    /// The class in the path, its first letter raised.
    var collection: String? { parameters["class"].map { CollectionName.normalized($0) } }

    /// The id in the path.
    func id() throws(Refusal) -> ObjectID {
        let text = parameters["id"] ?? ""
        guard let id = ObjectID(text) else { throw .format("id", in: "path", of: "uuid", value: text) }
        return id
    }

    var tenant: String? { queryValue("tenant").flatMap { $0.isEmpty ? nil : $0 } }

    /// A whole number in the query; `nil` when it is not there or empty.
    func int(_ name: String) throws(Refusal) -> Int? {
        guard let text = queryValue(name), !text.isEmpty else { return nil }
        guard let number = Int(text) else { throw .format(name, in: "query", of: "int64", value: text) }
        return number
    }

    /// Checks `consistency_level` and `node_name`: with one node every level means the same.
    func checkConsistency(nodeName: String) throws(Refusal) {
        let level = queryValue("consistency_level") ?? ""
        guard ["", "ONE", "QUORUM", "ALL"].contains(level) else {
            throw .handler(
                400,
                "unrecognized consistency level '\(level.prefix(100))', try one of the following: ['ONE', 'QUORUM', 'ALL']"
            )
        }
        guard let node = queryValue("node_name"), !node.isEmpty else { return }
        guard level.isEmpty else { throw .handler(400, "consistency_level and node_name are mutually exclusive") }
        guard node == nodeName else {
            throw .handler(422, "there is no node '\(node.prefix(100))'; the only one is '\(nodeName)'")
        }
    }

    /// Whether `include` asks for vectors.
    func includesVectors() throws(Refusal) -> Bool {
        let names = (queryValue("include") ?? "").split(separator: ",")
        for name in names where name != "vector" && name != "classification" {
            throw .handler(400, "unrecognized property '\(name.prefix(100))' in ?include list")
        }
        return names.contains("vector")
    }
}
