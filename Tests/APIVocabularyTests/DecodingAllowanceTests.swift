// SPDX-License-Identifier: Apache-2.0

import Execution
import JSON
import Testing

@testable import APIVocabulary

@Suite struct DecodingAllowanceTests {
    @Test func `a request takes six times its body and 32 MiB, and no more`() throws {
        let memory = MemoryReservation(in: MemoryBudget(limitInBytes: 1 << 40))
        let body = 1 << 20
        let limit = 6 * body + 32 << 20
        try memory.grow(by: body)
        let allowance = DecodingAllowance(memory, bodyByteCount: body)
        try allowance.charge(limit - body)
        #expect(throws: DecodingAllowance.Refusal.outOfProportion(limitInBytes: limit)) { try allowance.charge(1) }
        #expect(memory.byteCount == limit)
    }

    @Test func `a small body may take what any request may`() throws {
        let memory = MemoryReservation(in: MemoryBudget(limitInBytes: 1 << 40))
        try memory.grow(by: 2)
        let allowance = DecodingAllowance(memory, bodyByteCount: 2)
        try allowance.charge(DecodingAllowance.bytesBesideBody + 10)
        #expect(throws: DecodingAllowance.Refusal.self) { try allowance.charge(1) }
    }

    @Test func `all requests together take what the budget allows`() throws {
        let budget = MemoryBudget(limitInBytes: 1000)
        let others = MemoryReservation(in: budget)
        try others.grow(by: 600)
        let allowance = DecodingAllowance(MemoryReservation(in: budget), bodyByteCount: 0)
        try allowance.charge(400)
        #expect(throws: DecodingAllowance.Refusal.budget(.budgetInUse)) { try allowance.charge(1) }
        #expect(throws: DecodingAllowance.Refusal.budget(.exceedsBudget(limitInBytes: 1000))) {
            try allowance.charge(1000)
        }
    }

    @Test(arguments: [0, 1, 1_000, 100_000, 1_000_000])
    func `different words are counted within a few percent, however often they come`(count: Int) {
        var words = DistinctWords()
        for _ in 0..<2 { words.add(Array((0..<count).map { "w\($0)" }.joined(separator: ", ").utf8)[...]) }
        #expect(abs(Double(words.count - count)) <= 0.03 * Double(count))
    }

    @Test func `a text of one word over and over is charged for one word`() throws {
        let memory = MemoryReservation(in: MemoryBudget(limitInBytes: 1 << 40))
        let allowance = DecodingAllowance(memory, bodyByteCount: 0)
        try allowance.chargeWords(of: [Array(String(repeating: "word ", count: 100_000).utf8)[...]])
        #expect(memory.byteCount < 1_000)
    }

    @Test func `small values are charged more than they are long`() throws {
        var reader = JSONReader(Array(#"{"q": [0, 0, 0, "a", "a text of 23 characters"], "r": {}}"#.utf8))
        let bytes = DecodingAllowance.bytes(for: try reader.checkValue())
        #expect(bytes == 3 * 32 + 2 * 40 + 100 + 2 * 48 + 3 * 300 + 2 * (6 + 3 + 25))
    }
}
