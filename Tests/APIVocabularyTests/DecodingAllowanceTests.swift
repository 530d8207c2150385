// SPDX-License-Identifier: Apache-2.0

import Execution
import JSON
import Testing

@testable import APIVocabulary

@Suite struct DecodingAllowanceTests {
    @Test func `a request takes six times its body and no more`() throws {
        let memory = MemoryReservation(in: MemoryBudget(limitInBytes: 1 << 40))
        let body = DecodingAllowance.leastLimitInBytes
        try memory.grow(by: body)
        let allowance = DecodingAllowance(memory, bodyByteCount: body)
        try allowance.charge(5 * body)
        #expect(throws: DecodingAllowance.Refusal.outOfProportion(limitInBytes: 6 * body)) { try allowance.charge(1) }
        #expect(memory.byteCount == 6 * body)
    }

    @Test func `a small body may take what any request may`() throws {
        let memory = MemoryReservation(in: MemoryBudget(limitInBytes: 1 << 40))
        try memory.grow(by: 2)
        let allowance = DecodingAllowance(memory, bodyByteCount: 2)
        try allowance.charge(DecodingAllowance.leastLimitInBytes - 2)
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

    @Test func `small values are charged more than they are long`() throws {
        var reader = JSONReader(Array(#"{"q": [0, 0, 0], "r": {}}"#.utf8))
        let bytes = DecodingAllowance.bytes(for: try reader.checkValue())
        #expect(bytes == 3 * 64 + 2 * 48 + 3 * 96 + 2 * 6)
    }
}
