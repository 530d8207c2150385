// SPDX-License-Identifier: Apache-2.0

import RandomNumbers
import Testing

@testable import DatabaseCore

@Suite struct TurnQueueTests {
    private final class Item {
        let number: Int
        init(_ number: Int) { self.number = number }
    }

    private var queue = TurnQueue<Item>()
    private let items = (0..<4).map(Item.init)

    @Test mutating func `elements take turns in the order in which they came`() {
        for item in items.prefix(3) { queue.insert(item) }
        queue.insert(items[0])
        #expect(queue.count == 3)
        #expect((0..<7).map { _ in queue.next()?.number } == [0, 1, 2, 0, 1, 2, 0])
    }

    @Test mutating func `a settled element has no more turns`() {
        for item in items.prefix(2) { queue.insert(item) }
        let first = queue.next()
        queue.settle(items[0])
        #expect(first === items[0])
        #expect(queue.count == 1)
        #expect((0..<3).map { _ in queue.next()?.number } == [1, 1, 1])
        queue.settle(items[1])
        #expect(queue.isEmpty)
        #expect(queue.next() == nil)
    }

    @Test mutating func `an element that is inserted during its turn is not settled by it`() {
        queue.insert(items[0])
        _ = queue.next()
        queue.insert(items[0])
        queue.settle(items[0])
        #expect(queue.next() === items[0])
        queue.settle(items[0])
        #expect(queue.next() == nil)
    }

    @Test mutating func `an element that comes again after it was settled has one turn a round`() {
        for item in items.prefix(2) { queue.insert(item) }
        _ = queue.next()
        queue.settle(items[0])
        queue.insert(items[0])
        #expect(queue.count == 2)
        #expect((0..<4).map { _ in queue.next()?.number } == [1, 0, 1, 0])
    }

    @Test mutating func `what is popped is gone`() {
        for item in items.prefix(2) { queue.insert(item) }
        #expect(queue.popFirst() === items[0])
        #expect(queue.popFirst() === items[1])
        #expect(queue.popFirst() == nil)
        #expect(queue.isEmpty)
    }

    @Test mutating func `whatever happens, exactly the unsettled elements have turns`() {
        var generator = SplitMix64(seed: 11)
        let items = (0..<50).map(Item.init)
        var expected: Set<Int> = []
        var inTurn: Item?
        var isDue = false
        for _ in 0..<20_000 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0, 1:
                let item = items[Int.random(in: 0..<50, using: &generator)]
                queue.insert(item)
                expected.insert(item.number)
                if item === inTurn { isDue = true }
            case 2:
                inTurn = queue.next()
                isDue = false
                #expect(inTurn.map { expected.contains($0.number) } ?? expected.isEmpty)
            default:
                guard let item = inTurn else { continue }
                queue.settle(item)
                if !isDue { expected.remove(item.number) }
                inTurn = nil
            }
            #expect(queue.count == expected.count)
        }
        var left: Set<Int> = []
        while let item = queue.popFirst() { #expect(left.insert(item.number).inserted) }
        #expect(left == expected)
    }
}
