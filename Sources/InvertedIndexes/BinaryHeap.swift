// SPDX-License-Identifier: Apache-2.0

/// A binary heap; what comes before what is told by the caller, the same way in every call.
struct BinaryHeap<Element> {
    private(set) var elements: [Element] = []

    var count: Int { elements.count }
    /// The one before which no other comes.
    var first: Element? { elements.first }

    /// - Complexity: O(log n)
    mutating func insert(_ element: Element, by isBefore: (Element, Element) throws -> Bool) rethrows {
        elements.append(element)
        var index = elements.count - 1
        while index > 0, try isBefore(elements[index], elements[(index - 1) / 2]) {
            elements.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// Puts another one in the place of the first, of which there must be one.
    ///
    /// - Complexity: O(log n)
    mutating func replaceFirst(with element: Element, by isBefore: (Element, Element) throws -> Bool) rethrows {
        elements[0] = element
        var index = 0
        while true {
            var first = index
            for child in [2 * index + 1, 2 * index + 2] where child < elements.count {
                if try isBefore(elements[child], elements[first]) { first = child }
            }
            if first == index { return }
            elements.swapAt(index, first)
            index = first
        }
    }

    /// - Complexity: O(log n)
    mutating func removeFirst(by isBefore: (Element, Element) throws -> Bool) rethrows {
        guard let last = elements.popLast(), !elements.isEmpty else { return }
        try replaceFirst(with: last, by: isBefore)
    }
}
