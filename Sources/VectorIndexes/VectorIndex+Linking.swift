// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VectorKernels

/// Moves documents from the tail into the graph, behind the searches' back.
extension VectorIndex {
    /// Links up to `maximum` documents of the tail into the graph.
    ///
    /// Several threads may do so at once. Looks at `isCancelled` after each document (a fraction of a millisecond).
    ///
    /// - Returns: how many it linked; 0 when there is nothing (more) to do for this thread.
    @discardableResult package func linkNext(maximum: Int, isCancelled: () -> Bool = { false }) -> Int {
        let efConstruction = configuration.efConstruction
        var linked = 0
        while linked < maximum, !isCancelled(), let slot = claimQueued() {
            // Each with its own hold on a context, so that the epochs of freed slots move on.
            let isLinked = withContext { context in
                context.link(slot, in: store, efConstruction: efConstruction)
            }
            finishLinking(slot, isLinked: isLinked == true)
            guard isLinked == true else { break }
            linked += 1
        }
        return linked
    }

    private func claimQueued() -> UInt32? {
        table.withLock { table in
            guard !table.isRepairing else { return nil }
            while let slot = table.dequeue() {
                // Removed, or linked under an earlier entry of the queue, since it was queued.
                guard store.state(of: slot) == .occupied, !table.linking.contains(slot) else { continue }
                table.linking.insert(slot)
                return slot
            }
            return nil
        }
    }

    private func finishLinking(_ slot: UInt32, isLinked: Bool) {
        table.withLock { table in
            table.linking.remove(slot)
            if store.state(of: slot).contains(.tombstone) {
                // Removed meanwhile. Other slots may link to it.
                store.setState([.occupied, .linked, .tombstone], of: slot)
                table.tombstones.append(slot)
            } else if isLinked {
                store.setState([.occupied, .linked], of: slot)
                store.setInTail(false, slot)
                table.unlinkedCount -= 1
            } else {
                // No memory: it stays in the tail, and is tried again.
                table.enqueue(slot)
            }
        }
    }
}
