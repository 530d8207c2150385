// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing
import VectorIndexes

@testable import DatabaseCore

@Suite struct RecallJudgmentTests {
    /// Documents 0, 1, 2, … at these distances from the query, searched exactly.
    private func exact(_ distances: [Float], keeping count: Int = 10) -> ExactSearch {
        let origin: [Float] = [0]
        var search = ExactSearch(count, nearestTo: origin.span, metric: .manhattan)
        for (number, distance) in distances.enumerated() {
            let vector = [distance]
            search.visit(DocumentID(UInt32(number)), vector.span)
        }
        return search
    }

    private func answer(_ pairs: [(Int, Float)]) -> [Neighbor] {
        pairs.map { Neighbor(document: DocumentID(UInt32($0.0)), distance: $0.1) }
    }

    @Test func `what is missing from the answer is not found`() throws {
        let judgment = try #require(
            RecallJudgment(
                of: answer([(0, 1), (3, 4)]), against: exact([1, 2, 3, 4]), count: 2, isStored: { _ in true }))
        #expect((judgment.expectedCount, judgment.foundCount) == (2, 1))
        #expect(judgment.recall == 0.5)
    }

    @Test func `whichever of equally distant documents is answered is right`() throws {
        let judgment = try #require(
            RecallJudgment(
                of: answer([(0, 1), (3, 2)]), against: exact([1, 2, 2, 2]), count: 2, isStored: { _ in true }))
        #expect(judgment.recall == 1)
    }

    @Test func `a removed document is not expected, and the next one takes its place`() throws {
        let isStored = { (document: DocumentID) in document != DocumentID(1) }
        let right = try #require(
            RecallJudgment(of: answer([(0, 1), (2, 3)]), against: exact([1, 2, 3, 4]), count: 2, isStored: isStored))
        #expect(right.recall == 1)
        let wrong = try #require(
            RecallJudgment(of: answer([(0, 1), (3, 4)]), against: exact([1, 2, 3, 4]), count: 2, isStored: isStored))
        #expect(wrong.recall == 0.5)
    }

    @Test func `nothing is said when more were removed than are kept in reserve`() {
        let search = exact([1, 2, 3, 4], keeping: 3)
        #expect(RecallJudgment(of: [], against: search, count: 2, isStored: { $0 == DocumentID(0) }) == nil)
        #expect(RecallJudgment(of: [], against: search, count: 1, isStored: { $0 == DocumentID(0) })?.recall == 0)
    }

    @Test func `fewer documents than asked for are all expected`() throws {
        let judgment = try #require(
            RecallJudgment(of: answer([(0, 1)]), against: exact([1, 2]), count: 5, isStored: { _ in true }))
        #expect((judgment.expectedCount, judgment.foundCount) == (2, 1))
        #expect(RecallJudgment(of: [], against: exact([]), count: 5, isStored: { _ in true }) == nil)
    }
}
