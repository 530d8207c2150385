// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Keeps the nearest of all neighbors it is given, equal distances by document: a heap with the farthest of them on top.
struct NearestHeap {
    /// How many are kept, at least 1.
    let count: Int
    /// Children of the one at i lie at 2i + 1 and 2i + 2, and are no farther than it.
    private var heap: [Neighbor] = []

    init(count: Int) {
        precondition(count >= 1, "a heap keeps a neighbor or more, not \(count)")
        self.count = count
    }

    /// Nearest first. O(n log n).
    var sorted: [Neighbor] { heap.sorted(by: Self.precedes) }

    /// O(log count); O(1) for one that is too far.
    mutating func push(_ neighbor: Neighbor) {
        guard heap.count == count else {
            heap.append(neighbor)
            rise(from: heap.count - 1)
            return
        }
        guard Self.precedes(neighbor, heap[0]) else { return }
        heap[0] = neighbor
        sink(from: 0)
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0, Self.precedes(heap[(place - 1) / 2], heap[place]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink(from start: Int) {
        var place = start
        while true {
            var farthest = place
            for child in 2 * place + 1...2 * place + 2 where child < heap.count {
                if Self.precedes(heap[farthest], heap[child]) { farthest = child }
            }
            if farthest == place { return }
            heap.swapAt(place, farthest)
            place = farthest
        }
    }

    private static func precedes(_ left: Neighbor, _ right: Neighbor) -> Bool {
        (left.distance, left.document) < (right.distance, right.document)
    }
}
