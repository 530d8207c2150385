// SPDX-License-Identifier: Apache-2.0

import VectorKernels

/// The distance of a query to float32 vectors: what answers carry.
package struct ExactDistance: Sendable {
    let metric: VectorMetric
    /// Shape [dimensions].
    let query: [Float]
    private let squaredNorm: Float
    private let tier: KernelTier

    /// - Parameter query: shape [dimensions], finite, not normalized.
    package init(metric: VectorMetric, query: Span<Float>) {
        self.init(metric: metric, query: query, tier: .best)
    }

    init(metric: VectorMetric, query: Span<Float>, tier: KernelTier) {
        self.metric = metric
        self.query = query.indices.map { query[$0] }
        self.tier = tier
        squaredNorm = tier.dot(query, query)
    }

    /// In the metric's unit; never NaN, and no larger than the largest float.
    ///
    /// - Parameter vector: shape [dimensions].
    package func distance(to vector: Span<Float>) -> Float {
        let distance =
            switch metric {
            case .cosine: cosineDistance(to: vector)
            case .dot: -tier.dot(query.span, vector)
            case .l2Squared: tier.l2Squared(query.span, vector)
            case .manhattan: tier.manhattan(query.span, vector)
            case .hamming: tier.hamming(query.span, vector)
            }
        guard distance.isFinite else { return distance == -.infinity ? -.greatestFiniteMagnitude : farthest }
        return distance
    }

    private var farthest: Float { .greatestFiniteMagnitude }

    private func cosineDistance(to vector: Span<Float>) -> Float {
        let (dot, norm) = tier.dotAndNorm(query.span, vector)
        // Squares of floats below 1e-15 or above 1e15 may vanish or overflow in float32.
        let isPlain = norm > 1e-28 && norm < 1e28 && squaredNorm > 1e-28 && squaredNorm < 1e28
        guard isPlain else { return widenedCosineDistance(to: vector) }
        // The product of two floats is exact in a double, so equal vectors are exactly 0 apart.
        return Float(1 - Double(dot) / (Double(norm) * Double(squaredNorm)).squareRoot())
    }

    private func widenedCosineDistance(to vector: Span<Float>) -> Float {
        let dot = ReferenceKernels.dot(query.span, vector)
        let product =
            ReferenceKernels.dot(query.span, query.span).squareRoot()
            * ReferenceKernels.dot(vector, vector).squareRoot()
        return product > 0 ? Float(1 - dot / product) : 1
    }
}
