// SPDX-License-Identifier: Apache-2.0

/// How the distance of two vectors is measured.
package enum VectorMetric: String, Hashable, Sendable, CaseIterable {
    /// 1 - cosine of the angle; 1 where either vector is zero.
    case cosine
    /// The negative dot product.
    case dot
    /// The sum of squared differences.
    case l2Squared = "l2-squared"
    /// The sum of absolute differences.
    case manhattan
    /// The number of dimensions that differ.
    case hamming
}
