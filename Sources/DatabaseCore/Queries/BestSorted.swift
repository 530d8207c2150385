// SPDX-License-Identifier: Apache-2.0

import DataModel

/// The first documents in the order of sort keys, out of many that are offered one by one.
///
/// Which of those with equal keys come first is not decided here: all that are equal to the last are kept, as ties.
struct BestSorted {
    struct Entry {
        var document: DocumentID
        var keys: [SortValue]
    }

    private let limit: Int
    private let order: SortOrder
    /// A binary heap with the last in the order on top.
    private var heap: [Entry] = []
    /// Those that had no room, and whose keys are equal to the top's.
    private var ties: [DocumentID] = []

    /// - Parameter limit: how many are wanted, at least 1.
    init(limit: Int, order: SortOrder) {
        self.limit = limit
        self.order = order
    }

    /// - Parameter key: gives a key of the document by its position.
    /// - Complexity: O(1) for most of those that do not come in, else O(log limit).
    mutating func offer(_ document: DocumentID, _ key: (Int) -> SortValue) {
        if heap.count < limit {
            heap.append(Entry(document: document, keys: order.isDescending.indices.map(key)))
            rise()
            return
        }
        switch compare(key, with: heap[0].keys) {
        case 1...: return
        case 0: ties.append(document)
        default:
            let last = heap[0]
            heap[0] = Entry(document: document, keys: order.isDescending.indices.map(key))
            sink()
            if order.precedes(heap[0].keys, last.keys) == nil {
                ties.append(last.document)
            } else {
                ties.removeAll(keepingCapacity: true)
            }
        }
    }

    /// Those that come in for certain, in any order, and those of which `missing` more come in, all with equal keys.
    func result() -> (certain: [Entry], ties: [Entry], missing: Int) {
        guard let last = heap.first else { return ([], [], 0) }
        var certain: [Entry] = []
        var equal: [Entry] = []
        for entry in heap {
            if order.precedes(entry.keys, last.keys) == nil { equal.append(entry) } else { certain.append(entry) }
        }
        let missing = equal.count
        equal += ties.map { Entry(document: $0, keys: last.keys) }
        return (certain, equal, missing)
    }

    /// −1, 0 or 1.
    private func compare(_ key: (Int) -> SortValue, with keys: [SortValue]) -> Int {
        for (position, isDescending) in order.isDescending.enumerated() {
            let result = key(position).compared(with: keys[position])
            if result != 0 { return isDescending ? -result : result }
        }
        return 0
    }

    private mutating func rise() {
        var place = heap.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard order.precedes(heap[parent].keys, heap[place].keys) == true else { return }
            heap.swapAt(parent, place)
            place = parent
        }
    }

    private mutating func sink() {
        var place = 0
        while true {
            var last = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
                if order.precedes(heap[last].keys, heap[child].keys) == true { last = child }
            }
            if last == place { return }
            heap.swapAt(last, place)
            place = last
        }
    }
}
