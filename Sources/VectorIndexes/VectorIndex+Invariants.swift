// SPDX-License-Identifier: Apache-2.0

import DataModel
import Synchronization
import VectorKernels

/// Whether an index is what its invariants say.
extension VectorIndex {
    /// Looks at every row of every structure. O(n·M); for tests and for an operator, beside running searches.
    ///
    /// - Returns: what is wrong, as sentences; empty if nothing is.
    package func checkInvariants() -> [String] {
        var findings: [String] = []
        let (table, count) = table.withLock { ($0, store.count) }
        table.slots.forEach { document, slot in
            if Int(slot) >= count {
                findings.append("document \(document) is at slot \(slot) of \(count)")
            } else if store.document(at: slot) != document {
                findings.append("document \(document) is at slot \(slot), which holds \(store.document(at: slot))")
            }
        }
        var linked = 0
        for slot in 0..<UInt32(count) {
            let state = store.state(of: slot)
            if state.contains(.linked) { linked += 1 }
            if state.isLive, table.slots[store.document(at: slot)] != slot, isQuiet(since: table) {
                findings.append("slot \(slot) is live, and document \(store.document(at: slot)) is not there")
            }
            guard store.hasGraph, state.contains(.linked) else { continue }
            checkLinks(of: slot, count: count, findings: &findings)
        }
        if store.hasGraph { checkReach(linked: linked, since: table, findings: &findings) }
        return findings
    }

    /// Whether no document has come or gone since: only then can two structures be compared.
    private func isQuiet(since earlier: SlotTable) -> Bool {
        table.withLock { table in
            table.slots.count == earlier.slots.count && table.unlinkedCount == earlier.unlinkedCount
                && table.linking == earlier.linking && table.retired.count == earlier.retired.count
                && table.tombstones.count == earlier.tombstones.count && table.queue.count == earlier.queue.count
        }
    }

    private func checkLinks(of slot: UInt32, count: Int, findings: inout [String]) {
        for layer in 0...store.level(of: slot) {
            let links = store.links(of: slot, layer: layer)
            let limit = store.layout.maxConnections * (layer == 0 ? 2 : 1)
            if links.count > limit {
                findings.append("slot \(slot) has \(links.count) links on layer \(layer), \(limit) are possible")
            }
            if Set(links).count != links.count { findings.append("slot \(slot) links twice on layer \(layer)") }
            for target in links {
                if target == slot {
                    findings.append("slot \(slot) links to itself on layer \(layer)")
                } else if Int(target) >= count {
                    findings.append("slot \(slot) links to slot \(target) of \(count)")
                } else if store.level(of: target) < layer {
                    findings.append("slot \(slot) links on layer \(layer) to \(target), which is not there")
                } else if !store.state(of: target).contains(.occupied) {
                    findings.append("slot \(slot) links to slot \(target), which is free")
                }
            }
        }
    }

    private func checkReach(linked: Int, since table: SlotTable, findings: inout [String]) {
        // Nobody looks for the dead, and a repair that was cancelled may have led all links past them.
        guard let unreachable = store.unreachable()?.filter({ store.state(of: $0).isLive }) else { return }
        guard linked > 0, isQuiet(since: table) else { return }
        guard let entry = store.entry else {
            findings.append("\(linked) slots are linked, and there is no entry")
            return
        }
        if !store.state(of: entry.slot).contains(.linked) { findings.append("the entry is not linked") }
        // By dot product short vectors are near to nothing, so nothing links to them; no walk needs them.
        guard store.layout.metric != .dot else { return }
        // Linkers leave out links that others clearly occlude, and now and then that is the last one to a slot. More than a
        // few mean a broken graph, unless each slot was allowed next to none.
        let tolerated = linked / (store.layout.maxConnections < 8 ? 20 : 200)
        if unreachable.count > max(2, tolerated) {
            findings.append(
                "\(unreachable.count) of \(linked) linked slots are live and cannot be reached from the entry")
        }
    }
}
