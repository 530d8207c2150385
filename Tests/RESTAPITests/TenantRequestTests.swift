// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import RESTAPI

/// `/v1/schema/{class}/tenants`, and the tenant of every other request.
@Suite struct TenantRequestTests {
    private let fixture = RESTFixture()
    private let tenants = "/v1/schema/House/tenants"

    /// `House` with the tenants east and west, and cold, which is inactive; `Plain` without any.
    private func prepare(more: String = "") async throws {
        try await fixture.createClass(
            "House", #"{"name": "num", "dataType": ["int"]}"#,
            more: #", "multiTenancyConfig": {"enabled": true\#(more)}"#)
        try await fixture.createClass("Plain", #"{"name": "num", "dataType": ["int"]}"#)
        let answer = try await fixture.send(
            "POST", tenants, #"[{"name": "east"}, {"name": "west"}, {"name": "cold", "activityStatus": "COLD"}]"#)
        precondition(answer.status == 200, answer.message ?? "")
    }

    private func names(_ answer: RESTFixture.Answer) -> [String] {
        guard case .array(let tenants)? = answer.body else { return [] }
        return tenants.map { "\($0["name"]?.text ?? "-") \($0["activityStatus"]?.text ?? "-")" }
    }

    private func object(_ number: Int, of tenant: String?, in name: String = "House") -> String {
        let member = tenant.map { #", "tenant": "\#($0)""# } ?? ""
        return #"{"class": "\#(name)", "id": "\#(id(number))", "properties": {"num": \#(number)}\#(member)}"#
    }

    // MARK: The list

    @Test func `creation answers with what was sent, in the older names`() async throws {
        try await prepare()
        let answer = try await fixture.send(
            "POST", tenants,
            #"[{"name": "a", "activityStatus": "ACTIVE"}, {"name": "b", "activityStatus": "INACTIVE"}, "#
                + #"{"name": "c"}, {"name": "cold"}]"#)
        #expect(answer.status == 200)
        #expect(names(answer) == ["a HOT", "b COLD", "c -", "cold -"])
        let list = try await fixture.send("GET", tenants)
        #expect(names(list) == ["east HOT", "west HOT", "cold COLD", "a HOT", "b COLD", "c HOT"])
        #expect(try await fixture.send("POST", tenants, "[]").status == 200)
    }

    @Test func `one tenant is shown, and whether it is there`() async throws {
        try await prepare()
        let one = try await fixture.send("GET", "\(tenants)/cold")
        #expect(one.status == 200 && one.body?["activityStatus"]?.text == "COLD" && one.body?["name"]?.text == "cold")
        #expect(try await fixture.send("HEAD", "\(tenants)/cold").status == 200)
        for method in ["GET", "HEAD"] {
            let missing = try await fixture.send(method, "\(tenants)/nobody")
            #expect(missing.status == 404 && missing.body == nil)
        }
    }

    @Test func `the status of tenants changes, and they go`() async throws {
        try await prepare()
        let update = try await fixture.send(
            "PUT", tenants,
            #"[{"name": "east", "activityStatus": "INACTIVE"}, {"name": "cold", "activityStatus": "HOT"}]"#)
        #expect(update.status == 200 && names(update) == ["east COLD", "cold HOT"])
        let deletion = try await fixture.send("DELETE", tenants, #"["west", "nobody"]"#)
        #expect(deletion.status == 200 && deletion.body == nil)
        #expect(names(try await fixture.send("GET", tenants)) == ["east COLD", "cold HOT"])
    }

    @Test(arguments: [
        ("POST", "[{}]", 422, "tenant name at index 0: empty tenant name"),
        (
            "POST", #"[{"name": "x"}, {"name": "a b"}]"#, 422,
            "tenant name at index 1:  'a b' is not a valid tenant name. should only contain alphanumeric characters (a-z, A-Z, "
                + "0-9), underscore (_), and hyphen (-), with a length between 1 and 64 characters"
        ),
        ("POST", #"[{"name": "x"}, {"name": "x"}]"#, 422, "tenant name x existed multiple times"),
        (
            "POST", #"[{"name": "x", "activityStatus": "WARM"}]"#, 422,
            "activityStatus in body should be one of [ACTIVE INACTIVE OFFLOADED OFFLOADING ONLOADING HOT COLD FROZEN "
                + "FREEZING UNFREEZING]"
        ),
        (
            "POST", #"[{"name": "x", "activityStatus": "FROZEN"}]"#, 422,
            "can't offload tenants, because offload-s3 module is not enabled"
        ),
        (
            "PUT", #"[{"name": "east", "activityStatus": "OFFLOADED"}]"#, 422,
            "can't offload tenants, because offload-s3 module is not enabled"
        ),
        (
            "PUT", #"[{"name": "east", "activityStatus": "FREEZING"}, {"name": "west"}]"#, 422,
            #"invalid activity status 'FREEZING' for tenant "east", invalid activity status '' for tenant "west""#
        ),
        (
            "PUT", #"[{"name": "nobody", "activityStatus": "HOT"}]"#, 422,
            "updating schema: TYPE_UPDATE_TENANT: shard not found: nobody"
        ),
        ("DELETE", #"["east", ""]"#, 422, "empty tenant name at index 1"),
        (
            "DELETE", "[{}]", 400,
            #"parsing tenants body from "" failed, because json: cannot unmarshal object into Go value of type string"#
        ),
        (
            "POST", "{}", 400,
            #"parsing body body from "" failed, because json: cannot unmarshal object into Go value of type []*models.Tenant"#
        ),
        (
            "POST", #"[{"name": 1}]"#, 400,
            #"parsing body body from "" failed, because json: cannot unmarshal number into Go struct field "#
                + "Tenant.name of type string"
        ),
        ("PUT", "", 422, "body in body is required"),
    ])
    func `what makes no sense is refused, and nothing changes`(
        method: String, body: String, status: Int, words: String
    ) async throws {
        try await prepare()
        let answer = try await fixture.send(method, tenants, body)
        #expect(answer.status == status)
        #expect(answer.message == words)
        #expect(names(try await fixture.send("GET", tenants)) == ["east HOT", "west HOT", "cold COLD"])
    }

    @Test func `more than a hundred tenants do not change at once`() async throws {
        try await prepare()
        let list = (0..<101).map { #"{"name": "t\#($0)", "activityStatus": "HOT"}"# }.joined(separator: ",")
        let answer = try await fixture.send("PUT", tenants, "[\(list)]")
        #expect(answer.status == 422)
        #expect(
            answer.message?.hasPrefix("maximum number of tenants allowed to be updated simultaneously is 100.") == true)
    }

    @Test(arguments: [
        ("GET", "", "failed to execute query: could not get tenants: could not get tenants: "),
        ("POST", #"[{"name": "x"}]"#, "updating schema: TYPE_ADD_TENANT: "),
        ("PUT", #"[{"name": "x", "activityStatus": "HOT"}]"#, "updating schema: TYPE_UPDATE_TENANT: "),
        ("DELETE", #"["x"]"#, "updating schema: TYPE_DELETE_TENANT: "),
    ])
    func `a class that has no tenants says so`(method: String, body: String, prefix: String) async throws {
        try await prepare()
        let plain = try await fixture.send(method, "/v1/schema/Plain/tenants", body)
        #expect(plain.status == 422 && plain.message == prefix + #"multi-tenancy is not enabled for class "Plain""#)
        let unknown = try await fixture.send(method, "/v1/schema/Nowhere/tenants", body)
        #expect(unknown.status == 422 && unknown.message == prefix + "class not found")
    }

    // MARK: Objects

    @Test func `an object lives in its tenant and nowhere else`() async throws {
        try await prepare()
        let created = try await fixture.send("POST", "/v1/objects", object(1, of: "east"))
        #expect(created.status == 200 && created.body?["tenant"]?.text == "east")
        let path = "/v1/objects/House/\(id(1))"
        let found = try await fixture.send("GET", "\(path)?tenant=east")
        #expect(found.status == 200 && found.body?["tenant"]?.text == "east")
        #expect(try await fixture.send("HEAD", "\(path)?tenant=east").status == 204)
        #expect(try await fixture.send("GET", "\(path)?tenant=west").status == 404)
        #expect(try await fixture.send("PUT", path, object(1, of: "west")).status == 404)
        #expect(try await fixture.send("PUT", path, object(1, of: "east")).status == 200)
        #expect(try await fixture.send("PATCH", path, #"{"properties": {"num": 7}, "tenant": "east"}"#).status == 204)
        #expect(try await fixture.send("GET", "\(path)?tenant=east").body?["properties"]?["num"]?.number == 7)
        #expect(try await fixture.send("DELETE", "\(path)?tenant=west").status == 204)
        #expect(try await fixture.send("DELETE", "\(path)?tenant=east").status == 204)
        #expect(try await fixture.send("GET", "\(path)?tenant=east").status == 404)
    }

    @Test func `a list holds the objects of one tenant, and does not name it`() async throws {
        try await prepare()
        for (number, tenant) in [(1, "east"), (2, "west"), (3, "east")] {
            _ = try await fixture.send("POST", "/v1/objects", object(number, of: tenant))
        }
        _ = try await fixture.send("POST", "/v1/objects", object(4, of: nil, in: "Plain"))
        let list = try await fixture.send("GET", "/v1/objects?class=House&tenant=east")
        #expect(list.body?["objects"]?.count == 2)
        guard case .array(let objects)? = list.body?["objects"] else { return }
        #expect(objects.allSatisfy { $0["tenant"] == nil })
        // Without a class: of all that has the tenant, or of all without tenants.
        #expect(try await fixture.send("GET", "/v1/objects?tenant=west").body?["objects"]?.count == 1)
        #expect(try await fixture.send("GET", "/v1/objects").body?["objects"]?.count == 1)
        #expect(try await fixture.send("GET", "/v1/objects?tenant=nobody").body?["objects"]?.count == 0)
    }

    @Test(arguments: [
        (nil, "class House has multi-tenancy enabled, but request was without tenant"),
        ("nobody", #"tenant not found: "nobody""#), ("cold", "tenant not active: 'cold'"),
    ])
    func `each request says what is wrong with its tenant`(tenant: String?, reason: String) async throws {
        try await prepare()
        let path = "/v1/objects/House/\(id(1))"
        let query = tenant.map { "tenant=\($0)" } ?? "x=y"
        let filter = #"{"path": ["num"], "operator": "Equal", "valueInt": 1}"#
        let found = "repo: object by id: search index house: determine shard: \(reason)"
        let stored = "put object: import into index house: determine shard: \(reason)"
        let unnamed = object(1, of: tenant).replacing(#""id": "\#(id(1))", "#, with: "")
        let requests: [(String, String, String, String)] = [
            ("POST", "/v1/objects", object(1, of: tenant), tenant == "nobody" ? stored : "determine shard: \(reason)"),
            ("POST", "/v1/objects", unnamed, stored), ("GET", "\(path)?\(query)", "", found),
            ("PUT", path, object(1, of: tenant), found),
            (
                "PATCH", path, object(1, of: tenant),
                "msg:repo.object code:422 err:search index house: determine shard: \(reason)"
            ),
            (
                "DELETE", "\(path)?\(query)", "",
                "delete object from vector repo: delete from index house: determine shard: \(reason)"
            ), ("GET", "/v1/objects?class=House&\(query)", "", "msg:search index house code:422 err:\(reason)"),
            (
                "DELETE", "/v1/batch/objects?\(query)", #"{"match": {"class": "House", "where": \#(filter)}}"#,
                "batch delete objects: cannot find objects: \(reason)"
            ),
        ]
        for (method, target, body, words) in requests {
            let answer = try await fixture.send(method, target, body)
            #expect(answer.status == 422 && answer.message == words, "\(method) \(target)")
        }
        let head = try await fixture.send("HEAD", "\(path)?\(query)")
        #expect(head.status == 422 && head.body == nil)
    }

    @Test func `a class without tenants wants none named`() async throws {
        try await prepare()
        let reason = "class Plain has multi-tenancy disabled, but request was with tenant"
        let created = try await fixture.send("POST", "/v1/objects", object(1, of: "east", in: "Plain"))
        #expect(created.status == 422 && created.message == "determine shard: \(reason)")
        let read = try await fixture.send("GET", "/v1/objects/Plain/\(id(1))?tenant=east")
        #expect(
            read.status == 422 && read.message == "repo: object by id: search index plain: determine shard: \(reason)")
    }

    @Test func `objects of a batch name their tenants one by one`() async throws {
        try await prepare()
        let list = [
            object(1, of: "east"), object(1, of: "west"), object(2, of: nil), object(3, of: "nobody"),
            object(4, of: "cold"), object(5, of: "east", in: "Plain"), object(6, of: nil, in: "Plain"),
        ].joined(separator: ",")
        let answer = try await fixture.send("POST", "/v1/batch/objects", #"{"objects": [\#(list)]}"#)
        guard case .array(let items)? = answer.body else { return #expect(Bool(false), "no list") }
        let messages = items.map { item -> String? in
            guard case .array(let errors)? = item["result"]?["errors"]?["error"] else { return nil }
            return errors.first?["message"]?.text
        }
        #expect(
            messages == [
                nil, nil, "class House has multi-tenancy enabled, but request was without tenant",
                #"tenant not found: "nobody""#, "tenant not active: 'cold'",
                "class Plain has multi-tenancy disabled, but request was with tenant", nil,
            ])
        #expect(items.map { $0["tenant"]?.text } == ["east", "west", nil, "nobody", "cold", "east", nil])
    }

    @Test func `an object that is not found without its class may be in a tenant`() async throws {
        try await prepare()
        _ = try await fixture.send("POST", "/v1/objects", object(1, of: "east"))
        _ = try await fixture.send("POST", "/v1/objects", object(2, of: nil, in: "Plain"))
        #expect(try await fixture.send("GET", "/v1/objects/\(id(2))").status == 200)
        #expect(try await fixture.send("GET", "/v1/objects/\(id(1))?tenant=east").status == 200)
        #expect(try await fixture.send("GET", "/v1/objects/\(id(1))?tenant=west").status == 404)
        let answer = try await fixture.send("GET", "/v1/objects/\(id(1))")
        #expect(
            answer.message
                == "repo: object by id: search index house: determine shard: class House has multi-tenancy enabled, but request "
                + "was without tenant")
        #expect(answer.status == 422)
        #expect(try await fixture.send("GET", "/v1/objects/\(id(1))?include=vector").status == 400)
    }

    // MARK: The class

    @Test func `tenants come into being and into use by themselves where the class wants it`() async throws {
        try await prepare(more: #", "autoTenantCreation": true, "autoTenantActivation": true"#)
        #expect(try await fixture.send("POST", "/v1/objects", object(1, of: "new")).status == 200)
        #expect(try await fixture.send("GET", "/v1/objects/House/\(id(1))?tenant=cold").status == 404)
        #expect(
            names(try await fixture.send("GET", tenants)) == ["east HOT", "west HOT", "cold HOT", "new HOT"])
    }

    @Test func `a class with tenants shows no sharding, and cannot be given one`() async throws {
        try await prepare()
        let shown = try await fixture.send("GET", "/v1/schema/House").body
        #expect(shown?["multiTenancyConfig"]?["enabled"]?.boolean == true)
        #expect(shown?["shardingConfig"]?["desiredCount"]?.number == 0)
        let both = try await fixture.send(
            "POST", "/v1/schema",
            #"{"class": "Both", "multiTenancyConfig": {"enabled": true}, "shardingConfig": {"desiredCount": 1}}"#)
        #expect(both.status == 422 && both.message == "cannot have both shardingConfig and multiTenancyConfig")
        let wish = #"{"class": "Plain", "multiTenancyConfig": {"enabled": true}, "properties": []}"#
        let update = try await fixture.send("PUT", "/v1/schema/Plain", wish)
        #expect(
            update.status == 422 && update.message == "enabling multi-tenancy for an existing class is not supported")
    }

    @Test func `the shards of a class with tenants are those in use`() async throws {
        try await prepare()
        func shards(_ target: String) async throws -> [String?] {
            guard case .array(let shards)? = try await fixture.send("GET", target).body else { return [] }
            return shards.map { $0["name"]?.text }
        }
        #expect(try await shards("/v1/schema/House/shards") == ["east", "west"])
        #expect(try await shards("/v1/schema/House/shards?tenant=west") == ["west"])
        let nodes = try await fixture.send("GET", "/v1/nodes/House?output=verbose").body
        guard case .array(let list)? = nodes?["nodes"], case .array(let inNode)? = list.first?["shards"] else {
            return #expect(Bool(false), "no shards")
        }
        #expect(inNode.map { $0["name"]?.text } == ["east", "west"])
    }
}
