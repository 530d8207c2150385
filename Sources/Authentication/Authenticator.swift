// SPDX-License-Identifier: Apache-2.0

/// Who sends a request.
package enum Principal: Sendable, Hashable {
    /// Without a credential, where that is allowed.
    case anonymous
    /// The user that an API key belongs to.
    case user(String)
}

/// What an operation asks of whoever wants it. Each includes those before it.
package enum Permission: Int, Sendable, Comparable, CaseIterable {
    /// Nothing: answered without a look at the credential.
    case open
    /// To see what is stored.
    case read
    /// To change objects and definitions.
    case write
    /// To change how the server is run: shards, backups, users, replication.
    case admin

    package static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}

/// A credential that is not accepted. HTTP status 401, gRPC status UNAUTHENTICATED.
package enum AuthenticationError: Error, Equatable {
    /// There is none, and anonymous access is off.
    case missing
    /// It is not of the form `Bearer KEY`.
    case malformed
    /// The key is none of those allowed.
    case unknownKey

    /// For whoever sent the request; never holds what was sent.
    package var message: String {
        switch self {
        case .missing:
            "anonymous access not enabled. Please authenticate through one of the available methods: [API-keys]"
        case .malformed: "unauthorized: the Authorization header must read 'Bearer KEY'"
        case .unknownKey: "unauthorized: invalid api key"
        }
    }
}

/// Tells from a credential who sends a request; the same for every transport.
///
///     let authenticator = Authenticator(keys: ["k1", "k2"], users: ["ann", "bob"], allowsAnonymous: false)
///     let principal = try authenticator.principal(authorization: "Bearer k2")  // .user("bob")
package struct Authenticator: Sendable {
    private struct APIKey {
        let bytes: [UInt8]
        let user: String
    }

    private let keys: [APIKey]
    private let allowsAnonymous: Bool

    /// - Parameters:
    ///   - keys: the API keys; none if keys are switched off.
    ///   - users: the user of each key, in the order of the keys; or one for all of them.
    ///   - allowsAnonymous: whether requests without a credential are let through.
    package init(keys: [String] = [], users: [String] = [], allowsAnonymous: Bool) {
        self.keys = keys.enumerated().map { number, key in
            APIKey(bytes: Array(key.utf8), user: users.dropFirst(number).first ?? users.last ?? "")
        }
        self.allowsAnonymous = allowsAnonymous
    }

    /// Whether everybody is let through, whatever they bring.
    package var letsEverybodyIn: Bool { keys.isEmpty && allowsAnonymous }

    /// Who brings this credential.
    ///
    /// A wrong key is refused even where none is needed: who brings one expects to be known. Without keys, where anonymous
    /// access is on, nobody can be known and whatever comes is passed over.
    ///
    /// - Parameter authorization: HTTP's `Authorization` header or gRPC's metadata of that name: `Bearer KEY`, the scheme in
    ///   any case; `nil` if there is none.
    /// - Complexity: depends on the number and length of the keys and of the credential, not on where they differ.
    package func principal(authorization: String?) throws(AuthenticationError) -> Principal {
        guard let authorization else {
            if allowsAnonymous { return .anonymous }
            throw .missing
        }
        if letsEverybodyIn { return .anonymous }
        let scheme = "bearer "
        guard authorization.lowercased().hasPrefix(scheme) else { throw .malformed }
        let given = Array(authorization.utf8.dropFirst(scheme.utf8.count))
        // All keys are compared: the time does not tell which of them was close.
        var user: String?
        for key in keys where Self.isEqual(key.bytes, given) { user = user ?? key.user }
        guard let user else { throw .unknownKey }
        return .user(user)
    }

    /// Takes the same time wherever the first difference lies.
    private static func isEqual(_ key: [UInt8], _ given: [UInt8]) -> Bool {
        guard key.count == given.count else { return false }
        var difference: UInt8 = 0
        for (one, other) in zip(key, given) { difference |= one ^ other }
        return difference == 0
    }
}
