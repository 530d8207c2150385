// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import VectorKernels

/// Takes tombstones out of the graph, behind the searches' back.
extension VectorIndex {
    /// Takes removed documents out of the graph and frees their slots. Pays from about 10 % of tombstones on.
    ///
    /// - Returns: how many slots it freed.
    @discardableResult package func repair(isCancelled: () -> Bool = { false }) -> Int {
        guard store.hasGraph, let dead = beginRepair() else { return 0 }
        defer { table.withLock { $0.isRepairing = false } }
        let freed = withContext { context in
            relinkAround(dead, with: context, isCancelled: isCancelled)
        }
        guard freed == true else { return 0 }
        // Nothing links to them any more, but whoever walks may stand on one.
        for slot in dead { store.clearLinks(of: slot) }
        table.withLock { table in
            let gone = Set(dead)
            table.tombstones.removeAll { gone.contains($0) }
            for slot in dead { store.setState([], of: slot) }
            table.retired.append(.init(epoch: epochs.advance(), slots: dead))
        }
        return dead.count
    }

    /// Stops linking and takes note of the tombstones.
    private func beginRepair() -> [UInt32]? {
        let mayBegin = table.withLock { table in
            guard !table.isRepairing, !table.isSnapshotting, !table.tombstones.isEmpty else { return false }
            table.isRepairing = true
            return true
        }
        guard mayBegin else { return nil }
        // A document is linked in a fraction of a millisecond, and no linker begins another one now.
        while table.withLock({ !$0.linking.isEmpty }) { sched_yield() }
        return table.withLock { $0.tombstones }
    }

    /// - Returns: `false` if cancelled; then some rows lead past the dead already, which does no harm.
    private func relinkAround(_ dead: [UInt32], with context: SearchContext, isCancelled: () -> Bool) -> Bool {
        let count = store.count
        var bits = [UInt64](repeating: 0, count: count / 64 + 1)
        for slot in dead { bits[Int(slot >> 6)] |= 1 << UInt64(slot & 63) }
        for start in stride(from: 0, to: count, by: 1024) {
            if isCancelled() { return false }
            _ = context.relink(start..<min(start + 1024, count), in: store, dead: bits)
        }
        if let entry = store.entry, bits[Int(entry.slot >> 6)] >> UInt64(entry.slot & 63) & 1 == 1 {
            store.chooseEntry()
        }
        return reconnect(with: context, isCancelled: isCancelled)
    }

    /// How often `reconnect` looks at the graph: relinking some slots may cut off few others.
    private static let reconnectingRounds = 4

    /// Relinks what can no longer be reached, and what has lost all its links.
    ///
    /// - Returns: `false` if cancelled, or if there is no memory.
    private func reconnect(with context: SearchContext, isCancelled: () -> Bool) -> Bool {
        let efConstruction = configuration.efConstruction
        for round in 1...Self.reconnectingRounds {
            guard !isCancelled(), var lost = store.unreachable() else { return false }
            if round == 1 { lost += slotsWithoutLinks() }
            lost.removeAll { store.state(of: $0) != [.occupied, .linked] || $0 == store.entry?.slot }
            if lost.isEmpty { return true }
            for (number, slot) in lost.enumerated() {
                if number % 256 == 255, isCancelled() { return false }
                guard context.link(slot, in: store, efConstruction: efConstruction) else { return false }
            }
        }
        return true
    }

    private func slotsWithoutLinks() -> [UInt32] {
        (0..<UInt32(store.count)).filter { slot in
            store.state(of: slot) == [.occupied, .linked] && store.linkCount(of: slot) == 0
        }
    }
}
