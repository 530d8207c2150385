// SPDX-License-Identifier: Apache-2.0

import DatabaseCore

/// How many results a request gets that does not say, and which pages there are at all: the same in every API.
package struct PageRules: Sendable {
    private let settings: DatabaseSettings

    package init(_ settings: DatabaseSettings) { self.settings = settings }

    /// The limit of a list of objects: `QUERY_DEFAULTS_LIMIT` where none is given.
    package func limitOfList(_ limit: Int?) -> Int { limit ?? settings.defaultLimit }

    /// The limit of a query: where none is given, all within the threshold if there is one (-1), else
    /// `QUERY_DEFAULTS_LIMIT_GRAPHQL`; an offset alone takes the smaller `QUERY_DEFAULTS_LIMIT`, as Weaviate has it.
    package func limitOfQuery(_ limit: Int?, hasOffset: Bool, hasThreshold: Bool) -> Int {
        if let limit { return limit }
        if hasThreshold { return -1 }
        return hasOffset ? settings.defaultLimit : settings.defaultGraphQLLimit
    }

    /// What is wrong with a page of `limit` results from `offset` on, both 0 or more; `nil` if nothing is.
    package func fault(offset: Int, limit: Int) -> InvalidQuery? {
        let maximum = settings.maximumResults
        if limit <= maximum, offset <= maximum - limit { return nil }
        return .windowTooLarge(offset: offset, count: limit, maximum: maximum)
    }
}
