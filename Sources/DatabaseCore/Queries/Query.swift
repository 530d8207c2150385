// SPDX-License-Identifier: Apache-2.0

import DataModel

/// One search or listing in a collection.
package struct Query: Sendable {
    package var collection: String
    package var tenant: String?
    package var filter: Filter?
    package var search: Search?
    package var sort: [SortKey] = []
    /// `nil`: the default of the API, or no bound where a search has a threshold; negative: as many as allowed.
    package var limit: Int?
    package var offset: Int = 0
    /// Continue behind this object, in order of ids; no search, filter, sort or offset beside it.
    package var after: Cursor?
    package var selection: Selection = .init()

    package init(collection: String) { self.collection = collection }

    package enum Cursor: Hashable, Sendable {
        case start
        case behind(ObjectID)
    }

    package enum Search: Sendable {
        case vector(VectorSearch)
        case keyword(KeywordSearch)
        case hybrid(HybridSearch)
    }

    /// Which parts of the objects are loaded.
    package struct Selection: Hashable, Sendable {
        /// `nil`: all.
        package var properties: Set<String>?
        package var includesVectors = false
        /// Whether the certainty of hits is asked for, which not every metric has.
        package var needsCertainty = false
        /// Whether it is asked for where the scores of a keyword search come from, which costs a pass over its postings.
        package var needsScoreExplanation = false

        package init(properties: Set<String>? = nil, includesVectors: Bool = false) {
            self.properties = properties
            self.includesVectors = includesVectors
        }
    }
}

/// Nearest neighbors of something.
package struct VectorSearch: Sendable {
    package enum Origin: Sendable {
        case vector([Float])
        case object(ObjectID)
        /// An encoded picture as base64 text, as the client gave it.
        case image(base64: String)
    }

    package enum Threshold: Hashable, Sendable {
        case distance(Float)
        case certainty(Double)
    }

    package var origin: Origin
    package var threshold: Threshold?
    /// Named vectors to search; empty: the only one.
    package var targetVectors: [String] = []
    /// 0: off.
    package var autocut: Int = 0

    package init(origin: Origin, threshold: Threshold? = nil) {
        self.origin = origin
        self.threshold = threshold
    }
}

/// BM25 search.
package struct KeywordSearch: Sendable {
    package enum Operator: Hashable, Sendable {
        /// At least so many different tokens of the query in the same property.
        case or(minimum: Int)
        /// All of them in the same property.
        case and
        /// Each of them in some property; all properties need the same tokenization.
        case andAcross
    }

    package var query: String
    /// `title` or `title^2`; empty: all searchable ones.
    package var properties: [String] = []
    package var tokenOperator: Operator = .or(minimum: 1)
    package var autocut: Int = 0

    package init(query: String) { self.query = query }
}

/// BM25 and vector search, fused.
package struct HybridSearch: Sendable {
    package enum Fusion: Hashable, Sendable { case ranked, relativeScore }

    package var query: String
    /// The weight of the vector leg, 0 to 1.
    package var alpha: Double = 0.75
    package var vector: [Float]?
    package var properties: [String] = []
    /// Of the keyword search in it.
    package var tokenOperator: KeywordSearch.Operator = .or(minimum: 1)
    package var fusion: Fusion = .relativeScore
    package var maxVectorDistance: Float?
    package var targetVectors: [String] = []
    package var autocut: Int = 0

    package init(query: String) { self.query = query }
}

/// One key to sort by.
package struct SortKey: Hashable, Sendable {
    package enum Field: Hashable, Sendable {
        case property(String)
        case id, creationTime, updateTime
    }

    package var field: Field
    package var isDescending: Bool

    package init(field: Field, isDescending: Bool = false) {
        self.field = field
        self.isDescending = isDescending
    }
}

/// One object that a query found.
package struct Hit: Sendable {
    package var object: DatabaseObject
    /// In the metric's own unit; only in vector searches.
    package var distance: Float?
    /// `1 − distance / 2`; only in vector searches by cosine.
    package var certainty: Double?
    /// Only in keyword and hybrid searches.
    package var score: Float?
    package var scoreExplanation: String?

    package init(object: DatabaseObject, distance: Float? = nil, certainty: Double? = nil) {
        self.object = object
        self.distance = distance
        self.certainty = certainty
    }
}
