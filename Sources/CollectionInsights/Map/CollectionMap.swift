// SPDX-License-Identifier: Apache-2.0

import DataModel

/// The objects of a collection as points in the plane: near vectors, near points.
package struct CollectionMap: Sendable {
    package var target: InsightsTarget
    /// In order of their ids.
    package var ids: [ObjectID]
    /// Shape [ids.count, 2], inside the square from 0 to 1.
    package var positions: [Float]
    /// How many points were laid out themselves; the others lie between their nearest neighbors.
    package var laidOutCount: Int
    /// How many objects had a vector.
    package var vectorCount: Int
    /// Of the vectors.
    package var dimensions: Int
    package var elapsed: Duration
}

/// How far a map is.
package struct MapProgress: Sendable {
    /// What a whole map counts.
    package static let total = 1_000

    package var target: InsightsTarget
    package var done = 0
    /// How many objects the collection had.
    package var objectsAtStart: Int
    package var map: CollectionMap?
}
