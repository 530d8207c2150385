// SPDX-License-Identifier: Apache-2.0

import DataModel

/// The results of a keyword search and of a vector search, put together.
struct HybridFusion {
    /// One candidate of a leg: the BM25 score, or 1 − distance.
    struct Candidate {
        var document: DocumentID
        var value: Float
    }

    /// The candidates of one search, best first, and what they weigh in the sum.
    struct Leg {
        var name: String
        var weight: Double
        var candidates: [Candidate]
    }

    /// A document with its fused score.
    struct Fused: Equatable {
        var document: DocumentID
        var score: Float
        /// The value in the last leg that has the document; decides between equal scores.
        var secondary: Float
    }

    private let method: HybridSearch.Fusion
    private let legs: [Leg]
    /// What each candidate of each leg adds.
    private let shares: [[Float]]
    /// By document.
    let fused: [Fused]

    /// - Parameters:
    ///   - legs: none has a document twice.
    ///   - check: called for every leg; what it throws ends the fusion.
    /// - Complexity: O(n log n) for n candidates.
    init(_ legs: [Leg], by method: HybridSearch.Fusion, checking check: () throws -> Void) rethrows {
        self.method = method
        self.legs = legs
        shares = legs.map { Self.shares(of: $0, by: method) }
        var found: [(leg: Int, share: Float, candidate: Candidate)] = []
        found.reserveCapacity(legs.reduce(0) { $0 + $1.candidates.count })
        for (number, leg) in legs.enumerated() {
            try check()
            for (candidate, share) in zip(leg.candidates, shares[number]) { found.append((number, share, candidate)) }
        }
        found.sort { ($0.candidate.document, $0.leg) < ($1.candidate.document, $1.leg) }
        var fused: [Fused] = []
        fused.reserveCapacity(found.count)
        for (_, share, candidate) in found {
            if fused.last?.document != candidate.document {
                fused.append(Fused(document: candidate.document, score: 0, secondary: 0))
            }
            fused[fused.count - 1].score += share
            fused[fused.count - 1].secondary = candidate.value
        }
        self.fused = fused
    }

    /// Ranked: weight / (60 + rank), rank from 0. By relative scores: weight · (value − minimum) / (maximum − minimum), and the whole weight where
    /// all are equal.
    private static func shares(of leg: Leg, by method: HybridSearch.Fusion) -> [Float] {
        switch method {
        case .ranked: return leg.candidates.indices.map { Float(leg.weight / (60 + Double($0))) }
        case .relativeScore:
            let values = leg.candidates.map(\.value)
            guard let minimum = values.min(), let maximum = values.max() else { return [] }
            return values.map {
                maximum > minimum ? Float(leg.weight) * (($0 - minimum) / (maximum - minimum)) : Float(leg.weight)
            }
        }
    }

    /// How the score of a document came about, in Weaviate's words.
    ///
    /// - Complexity: O(candidates).
    func explanation(of document: DocumentID, id: ObjectID) -> String {
        var text = ""
        for (leg, shares) in zip(legs, shares) {
            guard let index = leg.candidates.firstIndex(where: { $0.document == document }) else { continue }
            let share = Self.shown(shares[index])
            let head = "\nHybrid (Result Set \(leg.name)) Document \(id)"
            switch method {
            case .ranked: text = "\(head) contributed \(share) to the score\(text)"
            case .relativeScore:
                let value = Self.shown(leg.candidates[index].value)
                text += "\(text.isEmpty ? "" : " - ")\(head): original score \(value), normalized score: \(share)"
            }
        }
        return text
    }

    /// The shortest decimal of a number, whole ones without a point.
    private static func shown(_ value: Float) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
