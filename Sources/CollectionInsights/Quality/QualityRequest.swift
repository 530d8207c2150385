// SPDX-License-Identifier: Apache-2.0

/// What is to be measured.
package struct QualityRequest: Hashable, Sendable {
    package enum Sample: Hashable, Sendable {
        case all
        case count(Int)
    }

    package static let defaultSample = 1_000
    package static let sampleRange = 1...100_000
    package static let defaultRanks = [1, 5, 10]
    package static let rankRange = 1...100
    /// How many ranks may be asked for.
    package static let rankLimit = 10

    package var target: InsightsTarget
    /// The property that says what belongs together.
    package var label: String
    package var sample: Sample
    /// The k of precision@k, rising; the last one is that of mAP@k and recall@k too.
    package var ranks: [Int]

    package init(
        target: InsightsTarget, label: String, sample: Sample = .count(defaultSample), ranks: [Int] = defaultRanks
    ) {
        self.target = target
        self.label = label
        self.sample = sample
        self.ranks = Set(ranks).sorted()
    }

    package var depth: Int { ranks.last ?? 10 }

    /// Equal for equal requests, for people.
    var identifier: String {
        let sampleText = if case .count(let count) = sample { "\(count)" } else { "all" }
        return
            "\(target.identifier)?label=\(label)&sample=\(sampleText)&k=\(ranks.map { "\($0)" }.joined(separator: ","))"
    }
}

extension InsightsTarget {
    var identifier: String {
        [collection, tenant.map { "tenant \($0)" }, vector.map { "vector \($0)" }].compactMap { $0 }
            .joined(separator: "/")
    }
}
