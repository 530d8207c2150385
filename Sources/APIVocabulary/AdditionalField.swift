// SPDX-License-Identifier: Apache-2.0

/// What objects can be asked for beside their properties, by the names that the clients of all APIs read. REST shows some of
/// them as members of an object, GraphQL as fields of `_additional`.
package enum AdditionalField: String, CaseIterable, Sendable {
    case id, vector, vectors, distance, certainty, score, explainScore, creationTimeUnix, lastUpdateTimeUnix
    case isConsistent, classification, group
    /// Not of Weaviate: how near a hit is in per cent, and where its picture is.
    case percent, imageUrl, thumbnailUrl
}
