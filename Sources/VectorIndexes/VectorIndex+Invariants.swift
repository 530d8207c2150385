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
