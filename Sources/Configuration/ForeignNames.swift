// SPDX-License-Identifier: Apache-2.0

/// Names from outside that are no settings of ours, and what becomes of them.
enum ForeignNames {
    /// The modules that `ENABLE_MODULES` may name.
    static let modules: Set<String> = ["backup-filesystem", "img2vec-neural"]

    /// Weaviate's switches that protect a server: without what they switch on it would stand open, so they stop the start.
    static let refusedIfOn: [String: String] = [
        "AUTHENTICATION_OIDC_ENABLED": "logins by OpenID Connect are not supported; use AUTHENTICATION_APIKEY_ENABLED",
        "AUTHENTICATION_DB_USERS_ENABLED": "users in the database are not supported; use AUTHENTICATION_APIKEY_ENABLED",
        "AUTHORIZATION_ADMINLIST_ENABLED":
            "rights by user are not supported; unset it, and every key may do everything",
        "AUTHORIZATION_ADMIN_LIST_ENABLED":
            "rights by user are not supported; unset it, and every key may do everything",
        "AUTHORIZATION_RBAC_ENABLED": "rights by role are not supported; unset it, and every key may do everything",
        "AUTHORIZATION_ENABLE_RBAC": "rights by role are not supported; unset it, and every key may do everything",
    ]

    /// Names that the project's own scripts and tests read.
    static let ofScripts: Set<String> = ["NEEDLETAIL_TEST_DATA"]

    /// Whether Weaviate knows the name; such a one is accepted and has no effect.
    static func isWeaviates(_ name: String) -> Bool {
        names.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }

    private static let names: Set<String> = [
        "DEFAULT_QUANTIZATION", "DISABLE_GRAPHQL", "GOGC", "GOMAXPROCS",
        "GOMEMLIMIT", "HNSW_DEFAULT_FILTER_STRATEGY", "LIMIT_RESOURCES", "REVECTORIZE_CHECK_DISABLED",
        "TRACK_VECTOR_DIMENSIONS",
    ]

    private static let prefixes = [
        "AUTHENTICATION_", "AUTHORIZATION_", "CLUSTER_", "PERSISTENCE_", "PROMETHEUS_", "RAFT_",
    ]
}

/// `; did you mean 'X'?` for the name nearest to `word`, or nothing if none is near.
///
/// - Complexity: O(n·l²) for n names of l characters.
func closest(to word: String, among names: [String]) -> String {
    let best = names.map { ($0, editDistance(word, $0)) }.min { $0.1 < $1.1 }
    guard let best, best.1 <= max(2, word.count / 4) else { return "" }
    return "; did you mean '\(best.0)'?"
}

/// How many characters must be put in, taken out or changed to make one text of the other (Levenshtein).
private func editDistance(_ first: String, _ second: String) -> Int {
    let target = Array(second.prefix(100))
    var row = Array(0...target.count)
    for (i, character) in first.prefix(100).enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in target.enumerated() {
            let cost = character == other ? diagonal : 1 + min(diagonal, row[j], row[j + 1])
            diagonal = row[j + 1]
            row[j + 1] = cost
        }
    }
    return row[target.count]
}
