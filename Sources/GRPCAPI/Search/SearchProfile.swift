// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import WeaviateMessages

/// How long the steps of one search took, for those who ask for `query_profile`.
struct SearchProfile {
    enum Step: String {
        /// Checking the query; pictures become vectors here.
        case plan
        /// Filter, indexes, and reading the objects.
        case search
        /// Following references, and making the message.
        case reply
    }

    private let kind: String
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant
    private var durations: [(step: Step, duration: Duration)] = []

    init(_ query: Query) {
        kind =
            switch query.search {
            case .vector?: "vector"
            case .keyword?: "keyword"
            case .hybrid?: "hybrid"
            case nil: "object"
            }
        last = clock.now
    }

    /// The step ends now, and the next one begins.
    mutating func passed(_ step: Step) {
        let now = clock.now
        durations.append((step, now - last))
        last = now
    }

    func message(shard: String, node: String) -> QueryProfile {
        var search = QueryProfile.SearchProfile()
        search.details = durations.map { step, duration in
            var entry = QueryProfile.SearchProfile.DetailsEntry()
            entry.key = "\(step.rawValue)_took"
            entry.value = "\(Int((duration / .microseconds(1)).rounded()))µs"
            return entry
        }
        var searches = QueryProfile.ShardProfile.SearchesEntry()
        searches.key = kind
        searches.value = search
        var profile = QueryProfile.ShardProfile()
        profile.name = shard
        profile.node = node
        profile.searches = [searches]
        var message = QueryProfile()
        message.shards = [profile]
        return message
    }
}
