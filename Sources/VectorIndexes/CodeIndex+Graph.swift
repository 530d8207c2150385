// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import VectorKernels

/// Linking and repair: what happens to the graph behind the searches' back.
extension CodeIndex {
    var tombstoneCount: Int { isGraph ? table.withLock { $0.tombstones.count } : 0 }
    var unlinkedCount: Int { table.withLock { $0.unlinkedCount } }

    // MARK: Linking

    func linkNext(maximum: Int, isCancelled: () -> Bool) -> Int {
        let efConstruction = configuration.efConstruction
        var linked = 0
        while linked < maximum, !isCancelled(), let place = claimQueued() {
            // Each with its own hold on a context, so that the epochs of freed places move on.
            let isLinked = contexts.withContext { context in
                context.link(place, in: store, efConstruction: efConstruction)
            }
            finishLinking(place, isLinked: isLinked == true)
            guard isLinked == true else { break }
            linked += 1
        }
        return linked
    }

    private func claimQueued() -> UInt32? {
        table.withLock { table in
            guard !table.isRepairing else { return nil }
            while let place = table.dequeue() {
                // Removed, or linked under an earlier entry of the queue, since it was queued.
                guard store.state(of: place) == .occupied, !table.linking.contains(place) else { continue }
                table.linking.insert(place)
                return place
            }
            return nil
        }
    }

    private func finishLinking(_ place: UInt32, isLinked: Bool) {
        table.withLock { table in
            table.linking.remove(place)
            if store.state(of: place).contains(.tombstone) {
                // Removed meanwhile. Other places may link to it.
                store.setState([.occupied, .linked, .tombstone], of: place)
                table.tombstones.append(place)
            } else if isLinked {
                store.setState([.occupied, .linked], of: place)
                store.setInTail(false, place)
                table.unlinkedCount -= 1
            } else {
                // No memory: it stays in the tail, and is tried again.
                table.enqueue(place)
            }
        }
    }

    // MARK: Repair

    /// Takes the tombstones of now out of all link rows, and frees their places.
    func repair(isCancelled: () -> Bool) -> Int {
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

    // MARK: Invariants

    func checkInvariants() -> [String] {
        var findings: [String] = []
        let (table, count) = table.withLock { ($0, store.count) }
        table.places.forEach { document, place in
            if Int(place) >= count {
                findings.append("document \(document) is at place \(place) of \(count)")
            } else if store.document(at: place) != document {
                findings.append("document \(document) is at place \(place), which holds \(store.document(at: place))")
            }
        }
        var linked = 0
        for place in 0..<UInt32(count) {
            let state = store.state(of: place)
            if state.contains(.linked) { linked += 1 }
            if state.isLive, table.places[store.document(at: place)] != place, isQuiet(since: table) {
                findings.append("place \(place) is live, and document \(store.document(at: place)) is not there")
            }
            guard isGraph, state.contains(.linked) else { continue }
            checkLinks(of: place, count: count, findings: &findings)
        }
        if isGraph { checkReach(linked: linked, since: table, findings: &findings) }
        return findings
    }

    /// Whether no document has come or gone since: only then can two structures be compared.
    private func isQuiet(since earlier: PlaceTable) -> Bool {
        table.withLock { table in
            table.places.count == earlier.places.count && table.unlinkedCount == earlier.unlinkedCount
                && table.linking == earlier.linking && table.retired.count == earlier.retired.count
                && table.tombstones.count == earlier.tombstones.count && table.queue.count == earlier.queue.count
        }
    }

    private func checkLinks(of place: UInt32, count: Int, findings: inout [String]) {
        for layer in 0...store.level(of: place) {
            let links = store.links(of: place, layer: layer)
            let limit = store.layout.maxConnections * (layer == 0 ? 2 : 1)
            if links.count > limit {
                findings.append("place \(place) has \(links.count) links on layer \(layer), \(limit) are possible")
            }
            if Set(links).count != links.count { findings.append("place \(place) links twice on layer \(layer)") }
            for target in links {
                if target == place {
                    findings.append("place \(place) links to itself on layer \(layer)")
                } else if Int(target) >= count {
                    findings.append("place \(place) links to place \(target) of \(count)")
                } else if store.level(of: target) < layer {
                    findings.append("place \(place) links on layer \(layer) to \(target), which is not there")
                } else if !store.state(of: target).contains(.occupied) {
                    findings.append("place \(place) links to place \(target), which is free")
                }
            }
        }
    }

    private func checkReach(linked: Int, since table: PlaceTable, findings: inout [String]) {
        guard let reached = store.reachableCount() else { return }
        guard linked > 0, isQuiet(since: table) else { return }
        guard let entry = store.entry else {
            findings.append("\(linked) places are linked, and there is no entry")
            return
        }
        if !store.state(of: entry.place).contains(.linked) { findings.append("the entry is not linked") }
        // By dot product short vectors are near to nothing, so nothing links to them; no walk needs them.
        guard store.layout.metric != .dot else { return }
        // One-way links can leave a place without any that leads to it; more than a few mean a broken graph, unless each
        // place was allowed next to none.
        let tolerated = linked / (store.layout.maxConnections < 8 ? 20 : 200)
        if reached < linked - max(2, tolerated) {
            findings.append("\(reached) of \(linked) linked places can be reached from the entry")
        }
    }
}
