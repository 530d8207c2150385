// SPDX-License-Identifier: Apache-2.0

/// What `transform` makes of each element, in the order of the elements; `width` of them are worked on at a time.
///
/// The others wait here and not in the queue of the pool: another request finds at most `width` jobs of this one before
/// its own, however many elements there are. The tasks inherit executor, priority and cancellation from the caller;
/// whoever is cancelled still gets a result for each element, so `transform` looks whether it is worth the work.
/// With one element, or a width of 1, everything happens in the caller's task.
///
/// - Parameter width: at least 1; as many as the pool has threads keep all of them busy.
package func mapInParallel<Element: Sendable, Result: Sendable>(
    _ elements: [Element], width: Int, _ transform: @escaping @Sendable (Element) async -> Result
) async -> [Result] {
    precondition(width >= 1, "\(width) at a time")
    guard width > 1, elements.count > 1 else {
        var results: [Result] = []
        results.reserveCapacity(elements.count)
        for element in elements { results.append(await transform(element)) }
        return results
    }
    return await withTaskGroup(of: (index: Int, result: Result).self) { group in
        var results = [Result?](repeating: nil, count: elements.count)
        var waiting = elements.indices
        func startNext() {
            guard let index = waiting.popFirst() else { return }
            let element = elements[index]
            group.addTask { (index, await transform(element)) }
        }
        for _ in 0..<min(width, elements.count) { startNext() }
        while let (index, result) = await group.next() {
            results[index] = result
            startNext()
        }
        // Each index has had its task, and the group is empty.
        return results.map { $0! }
    }
}
