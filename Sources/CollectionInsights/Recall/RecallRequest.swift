// SPDX-License-Identifier: Apache-2.0

import DatabaseCore

/// Which index is to be measured, with which ef.
package struct RecallRequest: Hashable, Sendable {
    package static let defaultEfs = [16, 32, 64, 128, 256]
    package static let efRange = 1...10_000
    /// How many values of ef may be asked for.
    package static let efLimit = 12
    package static let defaultQueryCount = 200
    package static let queryRange = 1...1_000
    package static let defaultNeighborCount = 10
    package static let neighborRange = 1...100

    package var target: InsightsTarget
    /// Rising.
    package var efs: [Int]
    package var queryCount: Int
    /// The k of recall@k.
    package var neighborCount: Int

    package init(
        target: InsightsTarget, efs: [Int] = defaultEfs, queryCount: Int = defaultQueryCount,
        neighborCount: Int = defaultNeighborCount
    ) {
        self.target = target
        self.efs = Set(efs).sorted()
        self.queryCount = queryCount
        self.neighborCount = neighborCount
    }

    /// Equal for equal requests, for people.
    var identifier: String {
        "\(target.identifier)?ef=\(efs.map { "\($0)" }.joined(separator: ","))&queries=\(queryCount)&limit=\(neighborCount)"
    }
}

/// How far the measurement of an index is.
package struct RecallProgress: Sendable {
    package let request: RecallRequest
    /// How many objects there were when it began.
    package let objectsAtStart: Int
    package var done = 0
    package var total = 0
    /// `nil` until it has succeeded.
    package var curve: RecallCurve?

    init(request: RecallRequest, objectsAtStart: Int) {
        self.request = request
        self.objectsAtStart = objectsAtStart
    }
}
