// SPDX-License-Identifier: Apache-2.0

import DataModel

/// One search or listing in a collection.
package struct Query: Sendable {
    /// The collection's name.
    package var collection: String
    /// The tenant's name; `nil` in collections without tenants.
    package var tenant: String?
    /// What objects have to fulfill; `nil`: nothing.
    package var filter: Filter?
    /// `nil`: a listing, by id unless it is sorted.
    package var search: Search?
    /// The first key counts most; later ones decide between equals.
    package var sort: [SortKey] = []
    /// `nil`: the default of the API, or no bound where a search has a threshold; negative: as many as allowed.
    package var limit: Int?
    /// How many results are skipped, 0 or more.
    package var offset: Int = 0
    /// Continue behind this object, in order of ids; no search, filter, sort or offset beside it.
    package var after: Cursor?
    /// Put what a search finds into groups; ignored by listings.
    package var groupBy: GroupBy?
    /// Puts what a search finds in another order before the window is cut; no listing beside it.
    package var boost: Boost?
    /// Put what is found together where vectors are close.
    package var merging: Merging?
    /// What of each object is loaded.
    package var selection: Selection = .init()

    package init(collection: String) { self.collection = collection }

    /// Where a listing by id goes on.
    package enum Cursor: Hashable, Sendable {
        case start
        case behind(ObjectID)
    }

    /// What orders the results.
    package enum Search: Sendable {
        case vector(VectorSearch)
        case keyword(KeywordSearch)
        case hybrid(HybridSearch)
    }

    /// Groups of hits that have a value of a property in common, in the order of their first hits.
    package struct GroupBy: Hashable, Sendable {
        package var property: String
        /// How many groups there are at most.
        package var groups: Int
        /// How many hits a group shows at most.
        package var objectsPerGroup: Int

        package init(property: String, groups: Int, objectsPerGroup: Int) {
            self.property = property
            self.groups = groups
            self.objectsPerGroup = objectsPerGroup
        }
    }

    /// Hits whose vectors lie within `force` of a hit before them become one with it.
    package struct Merging: Hashable, Sendable {
        package enum Method: Hashable, Sendable {
            /// The first hit stands for all.
            case closest
            /// One object with what the hits have on average.
            case merge
        }

        package var method: Method
        /// 0 to 1: half of the cosine distance.
        package var force: Float

        package init(method: Method, force: Float) {
            self.method = method
            self.force = force
        }
    }

    /// Which parts of the objects are loaded.
    package struct Selection: Hashable, Sendable {
        /// `nil`: all.
        package var properties: Set<String>?
        package var includesVectors = false
        /// Whether hits may come with `DatabaseObject.recorded` in place of `properties`, which spares making values that are only written.
        package var takesRecorded = false
        /// Whether the certainty of hits is asked for, which not every metric has.
        package var needsCertainty = false
        /// Whether it is asked for how near hits are in per cent: see `Hit.percent`.
        package var needsPercent = false
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
    /// What is searched near to.
    package enum Origin: Sendable {
        case vector([Float])
        /// Of target vectors that are multi-vectors: the nearest by `MaxSim`.
        case multiVector(MultiVector)
        /// One for each of the target vectors.
        case vectors([QueryVector])
        case object(ObjectID)
        /// Like these pictures: one vector is made of them.
        case pictures([WeightedPicture])
    }

    /// How far away results may be: in the metric's own unit, or as certainty, 0 to 1, by cosine.
    package enum Threshold: Hashable, Sendable {
        case distance(Float)
        case certainty(Double)
    }

    /// How the distances of an object to several target vectors become one.
    package enum Combination: Hashable, Sendable {
        case minimum, sum, average
        /// Σ weight · distance, a weight for each target vector.
        case manualWeights([Double])
        /// Σ weight · (distance − least) / (greatest − least) over the candidates, a weight for each target vector.
        case relativeScore([Double])
    }

    /// Which of the window's hits are shown: those that are near to what is searched and far from each other.
    package struct Diversity: Hashable, Sendable {
        /// How many, at least 1 and no more than the window holds.
        package var count: Int
        /// 0 to 1: how much nearness to the query weighs; the distance from the hits before has the rest.
        package var balance: Double

        package init(count: Int, balance: Double = 0.5) {
            self.count = count
            self.balance = balance
        }
    }

    /// What is searched near to.
    package var origin: Origin
    /// `nil`: however far.
    package var threshold: Threshold?
    /// Named vectors to search, one of them several times where there are several vectors for it; empty: the only one.
    package var targetVectors: [String] = []
    package var combination = Combination.minimum
    /// 0: off.
    package var autocut: Int = 0
    /// `nil`: all hits are shown. Of one target vector that is no multi-vector.
    package var diversity: Diversity?

    package init(origin: Origin, threshold: Threshold? = nil) {
        self.origin = origin
        self.threshold = threshold
    }
}

/// What one target vector is searched near to: a vector, or of a multi-vector several at once.
package enum QueryVector: Hashable, Sendable {
    case vector([Float])
    case multiVector(MultiVector)
}

extension QueryVector: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: Float...) { self = .vector(elements) }
}

/// BM25 search.
package struct KeywordSearch: Sendable {
    /// How many of the query's words have to be there.
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
    /// How the two lists become one: by ranks, or by scores brought to one scale.
    package enum Fusion: Hashable, Sendable { case ranked, relativeScore }

    package var query: String
    /// The weight of the vector leg; the keyword leg has the rest, and is not run where none is left (1 and more), nor is the
    /// vector leg at 0 and less.
    package var alpha: Double = 0.75
    /// What the vector leg searches near to; `nil`: the vector of the text, which needs a vectorizer for texts.
    package var origin: VectorSearch.Origin?
    package var properties: [String] = []
    /// Of the keyword search in it.
    package var tokenOperator: KeywordSearch.Operator = .or(minimum: 1)
    package var fusion: Fusion = .relativeScore
    /// How far away results of the vector leg may be, in the metric's own unit; `nil`: however far.
    package var maxVectorDistance: Float?
    package var targetVectors: [String] = []
    package var combination = VectorSearch.Combination.minimum
    package var autocut: Int = 0
    /// By the vector that the vector leg searches.
    package var diversity: VectorSearch.Diversity?

    package init(query: String) { self.query = query }
}

/// One key to sort by.
package struct SortKey: Hashable, Sendable {
    /// What objects are sorted by.
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
    /// How near it is, 0 to 100, where 0 is what two objects of the collection have between them at random and 100 is equality;
    /// only in searches by one vector, where it was asked for, and where there are enough objects to tell.
    package var percent: Double?
    /// Only in keyword and hybrid searches, and where there was a boost.
    package var score: Float?
    /// Where the score comes from; only where it was asked for.
    package var scoreExplanation: String?
    /// Only in grouped searches: the hit stands for the group.
    package var group: HitGroup?
    /// Whether the object was put together from several, and has no id.
    package var isMerged = false

    package init(object: DatabaseObject, distance: Float? = nil, certainty: Double? = nil) {
        self.object = object
        self.distance = distance
        self.certainty = certainty
    }
}

/// Hits that have a value in common.
package struct HitGroup: Sendable {
    /// From 0 on, in the order of the groups.
    package var number: Int
    package var property: String
    /// The value, one element of a list, or one reference; `nil` for objects without a value.
    package var value: PropertyValue?
    /// Of the hits that are shown; those of the first one where the search is not by vector alone, 0 if it has none.
    package var minimumDistance: Float
    package var maximumDistance: Float
    /// Best first; their distance is 0 where they have none.
    package var hits: [Hit]

    package init(
        number: Int, property: String, value: PropertyValue?, minimumDistance: Float, maximumDistance: Float,
        hits: [Hit]
    ) {
        self.number = number
        self.property = property
        self.value = value
        self.minimumDistance = minimumDistance
        self.maximumDistance = maximumDistance
        self.hits = hits
    }
}
