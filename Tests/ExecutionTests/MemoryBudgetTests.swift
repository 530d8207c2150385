// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Execution

struct MemoryBudgetTests {
    @Test func `a reservation takes up to the limit and not a byte more`() throws {
        let budget = MemoryBudget(limitInBytes: 100)
        let memory = MemoryReservation(in: budget)
        try memory.grow(by: 0)
        try memory.grow(by: 99)
        try memory.grow(by: 1)
        #expect(throws: MemoryBudgetError.exceedsBudget(limitInBytes: 100)) { try memory.grow(by: 1) }
        #expect(memory.byteCount == 100 && budget.bytesInUse == 100)
    }

    @Test func `what others hold is told apart from what never fits`() throws {
        let budget = MemoryBudget(limitInBytes: 100)
        let first = MemoryReservation(in: budget)
        let second = MemoryReservation(in: budget)
        try first.grow(by: 60)
        #expect(throws: MemoryBudgetError.budgetInUse) { try second.grow(by: 41) }
        #expect(throws: MemoryBudgetError.exceedsBudget(limitInBytes: 100)) { try second.grow(by: 101) }
        #expect(throws: MemoryBudgetError.exceedsBudget(limitInBytes: 100)) { try second.grow(by: .max) }
        try second.grow(by: 40)
        #expect(throws: MemoryBudgetError.budgetInUse) { try second.grow(by: 1) }
        first.shrink(by: 10)
        try second.grow(by: 10)
        #expect(budget.bytesInUse == 100)
    }

    @Test func `everything is given back at the end, and once`() throws {
        let budget = MemoryBudget(limitInBytes: 100)
        do {
            let memory = MemoryReservation(in: budget)
            try memory.grow(by: 50)
            memory.releaseAll()
            #expect(budget.bytesInUse == 0)
            memory.releaseAll()
            try memory.grow(by: 70)
        }
        #expect(budget.bytesInUse == 0)
    }

    @Test func `a reservation without a budget never refuses`() throws {
        let memory = MemoryReservation()
        try memory.grow(by: .max)
        try memory.grow(by: .max)
        memory.shrink(by: 1)
        memory.releaseAll()
    }

    @Test func `reservations of many tasks never hold more than the limit`() async {
        let budget = MemoryBudget(limitInBytes: 1_000)
        await withTaskGroup(of: Void.self) { group in
            for number in 1...50 {
                group.addTask {
                    let memory = MemoryReservation(in: budget)
                    for _ in 0..<100 {
                        try? memory.grow(by: number)
                        #expect(budget.bytesInUse <= 1_000)
                    }
                }
            }
        }
        #expect(budget.bytesInUse == 0)
    }

    @Test func `no more is handed out than is left for the moment`() throws {
        let budget = MemoryBudget(limitInBytes: 100)
        let memory = MemoryReservation(in: budget)
        try memory.grow(by: 40)
        budget.leave(10)
        #expect(throws: MemoryBudgetError.budgetInUse) { try memory.grow(by: 11) }
        try memory.grow(by: 10)
        budget.leave(1_000)
        try memory.grow(by: 50)
        #expect(throws: MemoryBudgetError.exceedsBudget(limitInBytes: 100)) { try memory.grow(by: 1) }
    }
}
