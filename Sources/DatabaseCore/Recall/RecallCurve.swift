// SPDX-License-Identifier: Apache-2.0

/// Operations that measure how much of the exact answers vector indexes find.
package protocol RecallOperations: Sendable {
    /// Draws stored vectors, asks the index for the nearest others with one ef after the other, and compares with the exact answers.
    ///
    /// What is live stays as it is: ef is given with each search. Runs on the calling thread, which may block; every piece of work
    /// has a short view of its own, and looks for the task's cancellation.
    ///
    /// - Parameter progress: told how much is done and how much there is.
    /// - Returns: `nil` if there are no two vectors.
    /// - Throws: `DatabaseError`, `CancellationError`.
    func recallCurve(
        of request: RecallCurveRequest, progress: (_ done: Int, _ total: Int) -> Void
    ) async throws -> RecallCurve?
}

/// What of an index is to be measured.
package struct RecallCurveRequest: Hashable, Sendable {
    package var collection: String
    package var tenant: String?
    /// `nil` for the vector without a name.
    package var vector: String?
    /// How many candidates a search keeps, at least 1 each.
    package var efs: [Int]
    /// How many vectors are searched with, at least 1.
    package var queryCount: Int
    /// How many neighbors are asked for: the k of recall@k, at least 1.
    package var neighborCount: Int

    package init(
        collection: String, tenant: String? = nil, vector: String? = nil, efs: [Int], queryCount: Int,
        neighborCount: Int
    ) {
        self.collection = collection
        self.tenant = tenant
        self.vector = vector
        self.efs = efs
        self.queryCount = queryCount
        self.neighborCount = neighborCount
    }
}

/// What an index finds of what exact search does, and in which time, by ef.
package struct RecallCurve: Sendable {
    package struct Point: Sendable {
        package var ef: Int
        /// recall@k, from 0 to 1.
        package var recall: Double
        package var median: Duration
        package var percentile99: Duration
        /// Of one thread.
        package var queriesPerSecond: Double
        /// Whether searches with this ef go through all codes instead of the graph, because that is cheaper.
        package var isScan: Bool

        package init(
            ef: Int, recall: Double, median: Duration, percentile99: Duration, queriesPerSecond: Double, isScan: Bool
        ) {
            self.ef = ef
            self.recall = recall
            self.median = median
            self.percentile99 = percentile99
            self.queriesPerSecond = queriesPerSecond
            self.isScan = isScan
        }
    }

    package var queryCount: Int
    /// Those that can be found.
    package var vectorCount: Int
    /// Those of them that wait for their links and are scanned meanwhile.
    package var unlinkedCount: Int
    package var dimensions: Int
    /// As definitions name it.
    package var kind: String
    package var metric: String
    /// The ef of live searches for as many neighbors; `nil` where there is no graph.
    package var currentEf: Int?
    /// By ef, in the order of the request; none where there is no graph.
    package var points: [Point]
    /// What an exact search takes that goes through all stored vectors; the median of a few.
    package var exactTime: Duration

    package init(
        queryCount: Int, vectorCount: Int, unlinkedCount: Int, dimensions: Int, kind: String, metric: String,
        currentEf: Int?, points: [Point], exactTime: Duration
    ) {
        self.queryCount = queryCount
        self.vectorCount = vectorCount
        self.unlinkedCount = unlinkedCount
        self.dimensions = dimensions
        self.kind = kind
        self.metric = metric
        self.currentEf = currentEf
        self.points = points
        self.exactTime = exactTime
    }
}
