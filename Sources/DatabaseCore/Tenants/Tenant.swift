// SPDX-License-Identifier: Apache-2.0

/// A tenant of a collection: objects of its own, in a shard of its own that has its name.
package struct Tenant: Hashable, Sendable {
    package enum Status: Hashable, Sendable {
        /// In use. Its indexes come into memory when they are first needed.
        case active
        /// Only stored: whatever asks for its objects is refused, and nothing of it is in memory.
        case inactive
    }

    package var name: String
    package var status: Status

    package init(name: String, status: Status = .active) {
        self.name = name
        self.status = status
    }
}

/// What is wrong with a list of tenants.
package enum TenantProblem: Hashable, Sendable {
    case emptyName(index: Int)
    /// Letters, digits, `_` and `-` are allowed, up to `TenantRules.maximumNameLength` of them.
    case invalidName(String, index: Int)
    case duplicate(String)
    case tooMany(limit: Int)

    /// What is wrong, with the values; in words of no API.
    package var message: String {
        switch self {
        case .emptyName(let index): "the tenant at index \(index) has no name"
        case .invalidName(let name, let index):
            "'\(name.prefix(100))' at index \(index) cannot be the name of a tenant: letters, digits, '_' and '-' are "
                + "allowed, at most \(TenantRules.maximumNameLength) of them"
        case .duplicate(let name): "the tenant '\(name)' is listed more than once"
        case .tooMany(let limit): "a request can change \(limit) tenants; send several requests"
        }
    }
}

/// Which lists of tenants are allowed. Pure.
package enum TenantRules {
    package static let maximumNameLength = 64
    /// How many tenants may change their status in one request.
    package static let maximumUpdates = 100

    /// Checks the names of a list.
    ///
    /// - Parameter limit: how many there may be.
    /// - Throws: `DatabaseError.invalidTenants`: the first problem.
    package static func check(_ names: [String], limit: Int = .max) throws(DatabaseError) {
        guard names.count <= limit else { throw .invalidTenants(.tooMany(limit: limit)) }
        var seen: Set<String> = []
        seen.reserveCapacity(names.count)
        for (index, name) in names.enumerated() {
            if let problem = problem(of: name, index: index) { throw .invalidTenants(problem) }
            guard seen.insert(name).inserted else { throw .invalidTenants(.duplicate(name)) }
        }
    }

    /// What is wrong with one name; `nil` if it is allowed.
    static func problem(of name: String, index: Int = 0) -> TenantProblem? {
        if name.isEmpty { return .emptyName(index: index) }
        let isValid = name.utf8.count <= maximumNameLength && name.utf8.allSatisfy(isAllowed)
        return isValid ? nil : .invalidName(name, index: index)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
