// SPDX-License-Identifier: Apache-2.0

/// How much of the memory limit is taken.
///
///     normal ──85 %──> tight ──95 %──> full
///        ^─── 80 % ──────┘ ^─── 90 % ───┘
package enum MemoryLevel: Int, Comparable, Sendable {
    case normal
    /// Memory is given back, and writes are let in a few at a time.
    case tight
    /// Writes that take memory wait, and are refused after a while.
    case full

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The level after a look at what is held.
    func next(held: Int, plan: MemoryPlan) -> MemoryLevel {
        if held >= plan.full || self == .full && held >= plan.fullEnd { return .full }
        if held >= plan.tight || self != .normal && held >= plan.tightEnd { return .tight }
        return .normal
    }
}
