// SPDX-License-Identifier: Apache-2.0

import CVectorKernels

/// What one thread needs while it searches or links: a prepared query, a visited set, pools, buffers.
///
/// Used by one thread at a time, with the store that it was fitted to last; worth keeping.
// Safety: handed from thread to thread by a pool; never used by two at once.
@safe package final class SearchContext: @unchecked Sendable {
    let pointer: OpaquePointer
    /// The mean standard deviation of the distances that `takeScanned` gave last: the error of codes. 0 where rows are
    /// floats.
    package private(set) var deviation: Float = 0

    /// How a walk has ended.
    package enum Progress: Sendable {
        case finished
        /// It goes on with another call.
        case more
        /// It has computed more distances than it was allowed to.
        case budgetSpent
        case outOfMemory

        init(_ raw: nk_progress) {
            self =
                switch raw {
                case nk_finished: .finished
                case nk_more: .more
                case nk_budget_spent: .budgetSpent
                default: .outOfMemory
                }
        }
    }

    /// - Returns: `nil` if there is no memory.
    package init?() {
        guard let pointer = unsafe nk_context_create() else { return nil }
        unsafe self.pointer = pointer
    }

    /// Makes it ready for a store: before anything else is done with both, after whatever was done with others.
    ///
    /// Whether the store has a graph is found out now; one that is added later is not for this context until it is fitted
    /// again.
    ///
    /// - Returns: `false` if there is no memory.
    package func fit(to store: CodeStore) -> Bool { unsafe nk_context_fit(pointer, store.pointer) }

    deinit { unsafe nk_context_destroy(pointer) }

    package var memoryInBytes: Int { unsafe nk_context_memory(pointer) }

    /// Prepares for a query, shape [dimensions]. What is in the store now will be looked at.
    ///
    /// - Returns: `false` if there is no memory.
    package func begin(_ query: Span<Float>, in store: CodeStore) -> Bool {
        precondition(query.count == store.layout.dimensions, "\(query.count) of \(store.layout.dimensions) dimensions")
        // Safety: the function reads [dimensions] numbers.
        return unsafe query.withUnsafeBufferPointer { unsafe nk_begin(pointer, store.pointer, $0.baseAddress) }
    }

    // MARK: Scans

    /// Sets how many of the nearest have to be among what the scans that follow keep.
    ///
    /// - Parameter expected: about how many slots they will measure. Many are measured by their signs first.
    /// - Returns: `false` if there is no memory.
    package func keep(_ wanted: Int, of expected: Int, in store: CodeStore) -> Bool {
        unsafe nk_keep(pointer, store.pointer, UInt32(clamping: wanted), UInt32(clamping: expected))
    }

    /// Measures these slots.
    package func scan(_ slots: [UInt32], in store: CodeStore) {
        let count = store.count
        precondition(slots.allSatisfy { $0 < count }, "a slot that does not exist")
        unsafe nk_scan_slots(pointer, store.pointer, slots, slots.count)
    }

    /// Measures the slots of the tail, or those whose document's bit is set in `allowed`.
    package func scanTail(of store: CodeStore, allowed: [UInt64]?) {
        precondition(store.hasGraph, "a store without a graph has no tail")
        if let allowed {
            unsafe nk_scan_tail(pointer, store.pointer, true, allowed, allowed.count)
        } else {
            unsafe nk_scan_tail(pointer, store.pointer, false, nil, 0)
        }
    }

    /// Measures the live slots in a range, or those whose document's bit is set in `allowed`.
    package func scan(_ range: Range<Int>, in store: CodeStore, allowed: [UInt64]?) {
        let first = UInt32(clamping: range.lowerBound)
        let end = UInt32(clamping: range.upperBound)
        if let allowed {
            unsafe nk_scan_range(pointer, store.pointer, first, end, true, allowed, allowed.count)
        } else {
            unsafe nk_scan_range(pointer, store.pointer, first, end, false, nil, 0)
        }
    }

    /// What the scans since `keep` kept, nearest first: the wanted, and whatever may be nearer than the last of them by the
    /// errors of codes. They start at zero again.
    package func takeScanned(in store: CodeStore) -> [Candidate] {
        var count: UInt32 = 0
        let found = unsafe nk_scanned(pointer, store.pointer, &count, &deviation)
        return unsafe Self.copy(found, count)
    }

    // MARK: Walks

    /// Walks from the entry down and through the lowest layer; ends early, with `more`, when cancelled.
    ///
    /// - Parameters:
    ///   - ef: how many it keeps, at least 1.
    ///   - onlyLive: whether tombstones take none of these.
    ///   - allowed: a bit for each document that may take one.
    ///   - twoHop: whether neighbors that are not allowed are passed over in favor of theirs.
    ///   - budget: after how many distances a walk with `onlyLive` or `allowed` gives up.
    ///   - hops: how many nodes it expands between two looks at `isCancelled`.
    package func walk(
        in store: CodeStore, ef: Int, onlyLive: Bool, allowed: [UInt64]?, twoHop: Bool, budget: Int, hops: Int,
        isCancelled: () -> Bool
    ) -> Progress {
        precondition(store.hasGraph, "a store without a graph has nothing to walk through")
        let ef = UInt32(clamping: max(ef, 1))
        guard let allowed else {
            let begun = unsafe nk_walk_begin(pointer, store.pointer, ef, onlyLive, nil, 0, twoHop, UInt64(budget))
            return go(on: begun, in: store, hops: hops, isCancelled: isCancelled)
        }
        // Safety: the words stay where they are until the closure returns, and the walk ends in it.
        return unsafe allowed.withUnsafeBufferPointer { words in
            // An empty array may have no address; one word of zeros stands for it.
            var zero: UInt64 = 0
            return unsafe withUnsafePointer(to: &zero) { zero in
                let base = unsafe words.baseAddress ?? zero
                let begun = unsafe nk_walk_begin(
                    pointer, store.pointer, ef, true, base, words.count, twoHop, UInt64(budget))
                return go(on: begun, in: store, hops: hops, isCancelled: isCancelled)
            }
        }
    }

    private func go(
        on begun: nk_progress, in store: CodeStore, hops: Int, isCancelled: () -> Bool
    ) -> Progress {
        var progress = begun
        while progress == nk_more, !isCancelled() {
            progress = unsafe nk_walk(pointer, store.pointer, UInt32(clamping: hops))
        }
        return Progress(progress)
    }

    /// What the walk found, nearest first.
    package func walked() -> [Candidate] {
        var count: UInt32 = 0
        let found = unsafe nk_walked(pointer, &count)
        return unsafe Self.copy(found, count)
    }

    // MARK: Linking

    /// Links a slot into the graph.
    ///
    /// - Returns: `false` if there is no memory; then the slot may have some links.
    package func link(_ slot: UInt32, in store: CodeStore, efConstruction: Int) -> Bool {
        unsafe nk_link(store.pointer, pointer, store.linkable(slot), UInt32(clamping: max(efConstruction, 1)))
    }

    /// Gives slots in a range that link to dead ones other links. Not beside linkers.
    ///
    /// - Parameter dead: a bit for each slot.
    /// - Returns: how many rows have changed.
    package func relink(_ range: Range<Int>, in store: CodeStore, dead: [UInt64]) -> Int {
        let first = UInt32(clamping: range.lowerBound)
        let end = UInt32(clamping: range.upperBound)
        return unsafe Int(nk_relink(store.pointer, pointer, first, end, dead, dead.count))
    }

    private static func copy(_ found: UnsafePointer<nk_found>?, _ count: UInt32) -> [Candidate] {
        guard let found = unsafe found else { return [] }
        // Safety: the context holds `count` items there until its next call.
        return unsafe UnsafeBufferPointer(start: found, count: Int(count)).map {
            Candidate(distance: $0.distance, slot: $0.slot)
        }
    }
}
