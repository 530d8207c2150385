// SPDX-License-Identifier: Apache-2.0

/// Which document is at which slot, and what is to be done with slots. Kept under the lock of its owner.
///
/// States of a slot:
///
///     free ──append──▶ queued ──link──▶ linking ──▶ linked ──remove──▶ tombstone ──repair──▶ retired ──▶ free
///                        └─────────────remove──────────────────────────────────────────────────▲
///
/// In a flat index `append` leads to a state like `linked` from which `remove` leads to `retired`.
struct SlotTable {
    /// Slots that may be used again once an epoch is over.
    struct Retired {
        var epoch: UInt64
        var slots: [UInt32]
    }

    var slots = SlotsByDocument()
    /// Slots to be linked, in the order they came. One that has been freed since is skipped when its turn comes.
    var queue: [UInt32] = []
    var queueHead = 0
    var linking: Set<UInt32> = []
    var tombstones: [UInt32] = []
    var retired: [Retired] = []
    var free: [UInt32] = []
    /// How many live documents are not linked.
    var unlinkedCount = 0
    /// Slots are neither freed nor used again while a snapshot is written.
    var isSnapshotting = false
    /// Nothing is linked while links are repaired.
    var isRepairing = false

    mutating func enqueue(_ slot: UInt32) { queue.append(slot) }

    mutating func dequeue() -> UInt32? {
        guard queueHead < queue.count else { return nil }
        let slot = queue[queueHead]
        queueHead += 1
        if queueHead >= 4096, queueHead * 2 >= queue.count {
            queue.removeFirst(queueHead)
            queueHead = 0
        }
        return slot
    }

    /// A slot that can be used again.
    ///
    /// - Parameter isOver: whether an epoch is over.
    mutating func takeFree(isOver: (UInt64) -> Bool) -> UInt32? {
        guard !isSnapshotting else { return nil }
        if let slot = free.popLast() { return slot }
        let over = retired.prefix { isOver($0.epoch) }.count
        for batch in retired.prefix(over) { free.append(contentsOf: batch.slots) }
        retired.removeFirst(over)
        return free.popLast()
    }

    /// Brings what several threads have read into the order in which one would have read it, so that runs can be repeated.
    mutating func sortSlots() {
        tombstones.sort()
        free.sort()
    }

    var memoryInBytes: Int {
        slots.memoryInBytes + (queue.capacity + tombstones.capacity + free.capacity) * 4
            + retired.reduce(0) { $0 + $1.slots.capacity * 4 }
    }
}
