// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage
import VectorIndexes

// What becomes of the candidates of a search before they are the answer (decision 0104).
extension QueryRun {
    /// How many candidates a search finds: those of the window, and more where a boost chooses among them.
    var searchDepth: Int { max(window.end, plan.boost?.depth ?? 0) }

    // MARK: Boost

    /// All of the candidates in the order of their final scores, equal ones as they were.
    ///
    /// - Complexity: a look into each candidate's object for the properties of the conditions.
    func boosted(_ candidates: [Candidate], by boost: BoostPlan) throws -> [Candidate] {
        var signals = boost.conditions.map { condition in
            ScoreBlending.Signal(weight: condition.weight, values: Array(repeating: 0, count: candidates.count))
        }
        for (place, condition) in boost.conditions.enumerated() {
            guard case .filter(let filter) = condition.signal else { continue }
            let matching = try reader.documents(matching: filter)
            signals[place].values = candidates.map { matching.contains($0.document) ? 1 : 0 }
        }
        let properties = boost.properties
        for (index, candidate) in candidates.enumerated() where !properties.isEmpty {
            if index % Self.stepsBetweenLooks == 0 { try check() }
            let object = try reader.transaction.object(
                candidate.document, in: reader.shard.address, properties: .only(properties))
            guard let object else { continue }
            for (place, condition) in boost.conditions.enumerated() {
                if case .filter = condition.signal { continue }
                signals[place].values[index] = condition.signal.value(of: object, now: boost.now)
            }
        }
        let scores = ScoreBlending.scores(
            primary: candidates.map(\.primaryScore), signals: signals, weight: boost.weight)
        let order = candidates.indices.sorted { left, right in
            scores[left] != scores[right] ? scores[left] > scores[right] : left < right
        }
        return order.map { index in
            var candidate = candidates[index]
            candidate.score = Float(scores[index])
            return candidate
        }
    }

    // MARK: Diversity

    /// Those of the window's candidates that are near to the query and far from each other, in the order in which they are selected. What
    /// has no vector comes last.
    ///
    /// - Parameter leg: the vector that nearness is measured by.
    func diverse(
        _ candidates: [Candidate], _ diversity: VectorSearch.Diversity, by leg: VectorLeg
    ) throws -> [Candidate] {
        if candidates.isEmpty { return [] }
        let metric = leg.target.index.metric
        let query = try queryVector(of: leg)
        let toQuery = ExactDistance(metric: metric, query: query.span)
        var placed: [Candidate] = []
        var vectors: [[Float]] = []
        var distances: [Double] = []
        var others: [Candidate] = []
        for candidate in candidates {
            try check()
            let vector = try reader.transaction.vector(leg.target.id, of: candidate.document, in: reader.shard.address)
            guard let vector, vector.count == query.count else {
                others.append(candidate)
                continue
            }
            placed.append(candidate)
            vectors.append(vector)
            distances.append(Double(toQuery.distance(to: vector.span)))
        }
        let selected = try MarginalRelevance.selection(
            diversity.count, relevance: relevance(of: placed, distances: distances), balance: diversity.balance
        ) { selected, left, body in
            try check()
            let center = vectors[selected]
            let exact = ExactDistance(metric: metric, query: center.span)
            for index in left {
                let vector = vectors[index]
                body(index, -Double(exact.distance(to: vector.span)))
            }
        }
        return Array((selected.map { placed[$0] } + others).prefix(diversity.count))
    }

    /// How relevant candidates are, in the unit of distances, so that it can be weighed against how far they are from each other.
    ///
    /// Scores, where there are some, say what is relevant: the best one counts as the least of the distances to the query, the worst one as
    /// the greatest.
    private func relevance(of candidates: [Candidate], distances: [Double]) -> [Double] {
        let scores = candidates.compactMap { $0.score.map(Double.init) }
        guard scores.count == candidates.count, let least = distances.min(), let greatest = distances.max() else {
            return distances.map { -$0 }
        }
        return ScoreBlending.normalized(scores).map { score in score * (greatest - least) - greatest }
    }
}

extension QueryRun.Candidate {
    /// What the search itself thinks of it; larger is better.
    fileprivate var primaryScore: Double { Double(score ?? distance.map { -$0 } ?? 0) }
}
