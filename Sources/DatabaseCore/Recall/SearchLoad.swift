// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How busy searches keep the server: what can wait looks at it first.
final class SearchLoad: Sendable {
    private let begun = Atomic<Int>(0)
    private let ended = Atomic<Int>(0)

    /// How many searches have begun since the start.
    var begunCount: Int { begun.load(ordering: .relaxed) }

    /// Whether a search is running.
    var isBusy: Bool { ended.load(ordering: .acquiring) != begun.load(ordering: .acquiring) }

    func begin() { begun.wrappingAdd(1, ordering: .relaxed) }

    func end() { ended.wrappingAdd(1, ordering: .releasing) }
}
