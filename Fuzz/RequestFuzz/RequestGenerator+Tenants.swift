// SPDX-License-Identifier: Apache-2.0

/// Requests about a class with tenants, which come and go, in and out of use.
extension RequestGenerator {
    static let room = """
        {"class":"Room","vectorizer":"none","properties":[{"name":"n","dataType":["int"]},{"name":"t","dataType":["text"]},
        {"name":"r","dataType":["Room"]}],"multiTenancyConfig":{"enabled":true,"autoTenantCreation":true}}
        """

    private static let tenants = ["v1", "schema", "Room", "tenants"]

    mutating func ofTenants() -> FuzzRequest {
        switch values.count(0...11) {
        case 0: return FuzzRequest("POST", Self.tenants, tenantList())
        case 1, 2: return FuzzRequest("PUT", Self.tenants, tenantList())
        case 3:
            let names = FuzzValue.list((0..<values.count(0...3)).map { _ in .text(tenantName()) })
            return FuzzRequest("DELETE", Self.tenants, names.json)
        case 4: return FuzzRequest(values.pick(["GET", "HEAD"]), Self.tenants + [tenantName()])
        case 5: return FuzzRequest("GET", Self.tenants)
        case 6:
            let wish = values.chance(2) ? "true" : "false"
            return FuzzRequest(
                "PUT", ["v1", "schema", "Room"],
                Self.room.replacing("\"autoTenantCreation\":true", with: "\"autoTenantActivation\":\(wish)"))
        case 7:
            let objects = FuzzValue.list((0..<values.count(0...12)).map { _ in roomObject() })
            return FuzzRequest("POST", ["v1", "batch", "objects"], FuzzValue.object([("objects", objects)]).json)
        case 8: return FuzzRequest("POST", ["v1", "graphql"], tenantQuery())
        case 9:
            let id = values.pick(ValueGenerator.ids)
            return FuzzRequest(
                values.pick(["GET", "HEAD", "DELETE"]), ["v1", "objects", "Room", id], query: [("tenant", tenantName())]
            )
        case 10: return FuzzRequest("GET", ["v1", "objects"], query: [("class", "Room"), ("tenant", tenantName())])
        default: return FuzzRequest("POST", ["v1", "objects"], roomObject().json)
        }
    }

    private mutating func tenantName() -> String { values.pick(["a", "a", "b", "c", "d", "a b", "", "é"]) }

    private mutating func tenantList() -> String {
        let statuses = ["HOT", "COLD", "ACTIVE", "INACTIVE", "COLD", "FROZEN", "FREEZING", "", "x"]
        let tenants = FuzzValue.list(
            (0..<values.count(0...4)).map { _ in
                var members: [(name: String, value: FuzzValue)] = [("name", .text(tenantName()))]
                if !values.chance(5) { members.append(("activityStatus", .text(values.pick(statuses)))) }
                return .object(members)
            })
        return tenants.json
    }

    private mutating func roomObject() -> FuzzValue {
        var properties: [(name: String, value: FuzzValue)] = [("n", values.int()), ("t", values.text())]
        if values.chance(4) { properties.append(("r", values.reference())) }
        var members: [(name: String, value: FuzzValue)] = [
            ("class", .text("Room")), ("id", values.uuid()), ("properties", .object(properties)),
        ]
        if !values.chance(10) { members.append(("tenant", .text(tenantName()))) }
        if values.chance(2) { members.append(("vector", values.vector())) }
        return .object(members)
    }

    private mutating func tenantQuery() -> String {
        let argument = values.chance(8) ? "" : "tenant: \"\(tenantName())\" "
        let search = values.pick([
            "limit: 3", "nearVector: {vector: [1, 2, 3]}", "bm25: {query: \"a b\"}",
            "where: {path: [\"n\"], operator: GreaterThan, valueInt: 0}", "sort: {path: [\"n\"], order: asc}",
        ])
        let fields = "n t r { ... on Room { n } } _additional { id distance }"
        let query =
            values.chance(4)
            ? "{ Aggregate { Room(\(argument)limit: 3) { meta { count } n { mean } } } }"
            : "{ Get { Room(\(argument)\(search)) { \(fields) } } }"
        return FuzzValue.object([("query", .text(query))]).json
    }
}
