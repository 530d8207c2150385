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
}
