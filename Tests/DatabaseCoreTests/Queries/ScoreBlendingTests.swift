// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DatabaseCore

@Suite struct ScoreBlendingTests {
    private static func isClose(_ left: [Double], _ right: [Double]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) < 1e-9 }
    }

    @Test func `a score is the search's own and the boost's, by weight`() {
        // (0.75 · 1, 0.75 · 0.5 + 0.25 · 1, 0.25 · 0.5), then 0.125 to 0.75 become 0 to 1.
        let scores = ScoreBlending.scores(
            primary: [30, 20, 10], signals: [.init(weight: 1, values: [0, 10, 5])], weight: 0.25)
        #expect(Self.isClose(scores, [1, 0.8, 0]))
    }

    @Test func `conditions are normalized before they are weighed`() {
        // 2 · (0, 1, 0.5) + 1 · (1, 0, 0) = (1, 2, 1), normalized (0, 1, 0).
        let scores = ScoreBlending.scores(
            primary: [1, 1, 1],
            signals: [.init(weight: 2, values: [0, 1_000, 500]), .init(weight: 1, values: [1, 0, 0])], weight: 1)
        #expect(Self.isClose(scores, [0, 1, 0]))
    }

    @Test func `a negative weight puts what fulfills a condition last`() {
        let scores = ScoreBlending.scores(
            primary: [1, 1, 1], signals: [.init(weight: -2, values: [1, 0, 0])], weight: 0.5)
        #expect(Self.isClose(scores, [0, 1, 1]))
    }

    @Test func `a condition that holds of all leaves the normalized scores of the search`() {
        let scores = ScoreBlending.scores(
            primary: [0.75, 0.5, 0.25], signals: [.init(weight: 1, values: [7, 7, 7])], weight: 0.5)
        #expect(Self.isClose(scores, [1, 0.5, 0]))
    }

    @Test func `equal values become 0, also a single one`() {
        #expect(ScoreBlending.normalized([3, 3]) == [0, 0])
        #expect(ScoreBlending.normalized([-1]) == [0])
        #expect(ScoreBlending.normalized([]).isEmpty)
    }

    @Test func `the largest and the smallest numbers there are can be normalized`() {
        let large = Double.greatestFiniteMagnitude
        #expect(ScoreBlending.normalized([large, 0, -large]) == [1, 0.5, 0])
        #expect(ScoreBlending.normalized([Double.leastNonzeroMagnitude, 0]) == [1, 0])
    }

    // MARK: Values of conditions

    @Test(
        arguments: [
            (.exponential, [1, 0.707106781, 0.5, 0.25]), (.gauss, [1, 0.840896415, 0.5, 0.0625]),
            (.linear, [1, 0.75, 0.5, 0]),
        ] as [(Query.Boost.DecayCurve, [Double])])
    func `a decay begins at its offset and has its value at its scale`(
        curve: Query.Boost.DecayCurve, expected: [Double]
    ) {
        var decay = Query.Boost.Decay(scale: 10.0, offset: 5.0)
        decay.curve = curve
        #expect(Self.isClose([0, 10, 15, 25].map(decay.value(at:)), expected))
        #expect(decay.value(at: 5) == 1)
        #expect(decay.value(at: .infinity) == 0)
    }

    @Test(arguments: [.exponential, .gauss, .linear] as [Query.Boost.DecayCurve])
    func `a decay to 1 does not decay`(curve: Query.Boost.DecayCurve) {
        var decay = Query.Boost.Decay(scale: 1.0, offset: 0.0)
        decay.curve = curve
        decay.valueAtScale = 1
        #expect([0, 1, 1e300, .infinity].map(decay.value(at:)) == [1, 1, 1, 1])
    }

    @Test func `modifiers flatten large numbers, and negative ones count as 0`() {
        #expect(Self.isClose([0, 1, -5].map(Query.Boost.Modifier.log1p.applied(to:)), [0, 0.693147180559945, 0]))
        #expect([0, 9, -5].map(Query.Boost.Modifier.squareRoot.applied(to:)) == [0, 3, 0])
        #expect([0, 9, -5].map(Query.Boost.Modifier.none.applied(to:)) == [0, 9, -5])
    }
}
