// SPDX-License-Identifier: Apache-2.0

/// How well near vectors mean equal labels.
///
/// Each query is a labeled object; its neighbors are the other labeled objects, by exact search. Queries without another object of
/// their label are left out, because nothing right could be found.
package struct QualityReport: Sendable {
    /// Means over some queries, between 0 and 1.
    package struct Figures: Sendable, Equatable {
        package var queryCount = 0
        /// For each rank k: the share of right ones among the k nearest.
        package var precision: [Double]
        /// The mean over the queries of AP@k: Σ precision@i over the places i ≤ k with a right one, divided by how many right
        /// ones could be there, min(k, right ones).
        package var meanAveragePrecision = 0.0
    }

    /// One label's part.
    package struct Label: Sendable, Equatable {
        package var name: String
        /// How many objects have it.
        package var objectCount: Int
        package var figures: Figures
    }

    /// How often the neighbors of one label's objects are of another.
    package struct Confusion: Sendable, Equatable {
        package var label: String
        package var found: String
        package var count: Int
        /// Of all neighbors of the label's queries.
        package var share: Double
    }

    /// What the index finds of what exact search finds, among all objects.
    package struct Recall: Sendable, Equatable {
        package var queryCount: Int
        package var value: Double
    }

    package var ranks: [Int]
    /// With a vector.
    package var objectCount = 0
    package var labeledCount = 0
    package var labelCount = 0
    /// Queries that were drawn and have nothing to find.
    package var loneCount = 0
    package var metric: String
    package var dimensions = 0
    package var overall: Figures
    /// Worst first, by mAP; at most `labelLimit`.
    package var labels: [Label] = []
    /// Most frequent first; at most `confusionLimit`.
    package var confusions: [Confusion] = []
    package var recall: Recall?

    package static let labelLimit = 1_000
    package static let confusionLimit = 50

    package var depth: Int { ranks.last ?? 10 }
}

/// How far a measurement is.
package struct QualityProgress: Sendable {
    package var request: QualityRequest
    package var done = 0
    /// 0 while it is not known.
    package var total = 0
    /// How many objects the collection had.
    package var objectsAtStart: Int
    package var report: QualityReport?
}
