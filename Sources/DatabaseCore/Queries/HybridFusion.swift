// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Puts the results of a keyword search and of a vector search together.
enum HybridFusion {
    /// One candidate of a leg: the BM25 score, or 1 − distance.
    struct Candidate {
        var document: DocumentID
        var id: ObjectID
        var value: Float
    }

    /// The candidates of one search, best first, and what they weigh in the sum.
    struct Leg {
        var name: String
        var weight: Double
        var candidates: [Candidate]
    }

    /// A document with its fused score.
    struct Fused {
        var document: DocumentID
        var id: ObjectID
        var score: Float
        /// The value in the leg merged last that has the document; decides between equal scores.
        var secondary: Float
        var explanation: String
    }

    /// Σ weight / (60 + rank), rank from 0.
    ///
    /// - Parameter check: called for every candidate; what it throws ends the fusion.
    static func ranked(_ legs: [Leg], checking check: () throws -> Void) rethrows -> [DocumentID: Fused] {
        var fused: [DocumentID: Fused] = [:]
        for leg in legs {
            for (rank, candidate) in leg.candidates.enumerated() {
                try check()
                let share = Float(leg.weight / (60 + Double(rank)))
                let text =
                    "\nHybrid (Result Set \(leg.name)) Document \(candidate.id) contributed \(shown(share)) to the score"
                add(share, of: candidate, to: &fused) { text + $0 }
            }
        }
        return fused
    }

    /// Σ weight · (value − minimum) / (maximum − minimum), each leg by itself; the whole weight where all are equal.
    ///
    /// - Parameter check: called for every candidate; what it throws ends the fusion.
    static func relative(_ legs: [Leg], checking check: () throws -> Void) rethrows -> [DocumentID: Fused] {
        var fused: [DocumentID: Fused] = [:]
        for leg in legs {
            let values = leg.candidates.map(\.value)
            guard let minimum = values.min(), let maximum = values.max() else { continue }
            for candidate in leg.candidates {
                try check()
                let share =
                    maximum > minimum
                    ? Float(leg.weight) * ((candidate.value - minimum) / (maximum - minimum)) : Float(leg.weight)
                let text =
                    "\nHybrid (Result Set \(leg.name)) Document \(candidate.id): original score "
                    + "\(shown(candidate.value)), normalized score: \(shown(share))"
                add(share, of: candidate, to: &fused) { $0.isEmpty ? text : "\($0) - \(text)" }
            }
        }
        return fused
    }

    /// - Parameter explaining: makes the explanation so far, maybe empty, into the one with this share.
    private static func add(
        _ share: Float, of candidate: Candidate, to fused: inout [DocumentID: Fused], explaining: (String) -> String
    ) {
        var entry =
            fused[candidate.document]
            ?? Fused(
                document: candidate.document, id: candidate.id, score: 0, secondary: candidate.value, explanation: "")
        entry.score += share
        entry.secondary = candidate.value
        entry.explanation = explaining(entry.explanation)
        fused[candidate.document] = entry
    }

    /// The shortest decimal of a number, whole ones without a point.
    private static func shown(_ value: Float) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
