// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import VectorKernels

/// Takes tombstones out of the graph, behind the searches' back.
extension VectorIndex {
    /// Takes removed documents out of the graph and frees their places. Pays from about 10 % of tombstones on.
    ///
    /// - Returns: how many places it freed.
    @discardableResult package func repair(isCancelled: () -> Bool = { false }) -> Int {
        guard isGraph, let dead = beginRepair() else { return 0 }
        defer { table.withLock { $0.isRepairing = false } }
        let freed = contexts.withContext { context in
            relinkAround(dead, with: context, isCancelled: isCancelled)
        }
        guard freed == true else { return 0 }
        // Nothing links to them any more, but whoever walks may stand on one.
        for place in dead { store.clearLinks(of: place) }
        table.withLock { table in
            let gone = Set(dead)
            table.tombstones.removeAll { gone.contains($0) }
            for place in dead { store.setState([], of: place) }
            table.retired.append(.init(epoch: contexts.advance(), places: dead))
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
        for place in dead { bits[Int(place >> 6)] |= 1 << UInt64(place & 63) }
        for start in stride(from: 0, to: count, by: 1024) {
            if isCancelled() { return false }
            _ = context.relink(start..<min(start + 1024, count), in: store, dead: bits)
        }
        if let entry = store.entry, bits[Int(entry.place >> 6)] >> UInt64(entry.place & 63) & 1 == 1 {
            store.chooseEntry()
        }
        return linkStranded(with: context, isCancelled: isCancelled)
    }

    /// Links anew what nothing links to any more, or what has lost all its links.
    private func linkStranded(with context: SearchContext, isCancelled: () -> Bool) -> Bool {
        let efConstruction = configuration.efConstruction
        for (place, count) in store.linkCounts().enumerated() {
            if place % 256 == 0, isCancelled() { return false }
            let place = UInt32(place)
            guard store.state(of: place) == [.occupied, .linked], place != store.entry?.place else { continue }
            guard count == 0 || store.links(of: place, layer: 0).isEmpty else { continue }
            guard context.link(place, in: store, efConstruction: efConstruction) else { return false }
        }
        return true
    }
}
