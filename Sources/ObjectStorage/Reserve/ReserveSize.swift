// SPDX-License-Identifier: Apache-2.0

/// What a transaction is for, and so how much of the reserve it may use.
enum WriteClass {
    /// Leaves the whole reserve untouched, or is refused.
    case ordinary
    /// Frees more than it takes in the end: may use the reserve but for its last part.
    case removal
    /// Changes nothing, so that pages that were freed become usable: may use everything.
    case settling
}

/// How much room is kept for removals, in the map and on the disk, so that a full database can be emptied.
///
/// Removing takes room first: LMDB copies each page it changes, and the old ones can be used again two transactions later.
struct ReserveSize: Hashable {
    /// What ordinary writes leave, in pages: 1/32 of the data, at least 2 MiB and at most 16 MiB; never more than an eighth
    /// of the map.
    let whole: Int
    /// What removals leave too, in pages: enough for the list of pages that one of them frees, and for settling after it.
    var last: Int { whole / 4 }

    /// How many pages a write of this class has to leave.
    func pageCount(leftBy writeClass: WriteClass) -> Int {
        switch writeClass {
        case .ordinary: whole
        case .removal: last
        case .settling: 0
        }
    }

    private static let smallest = 512
    private static let largest = 4_096
    /// The size grows in steps of 1 MiB, so that not every commit changes it.
    private static let step = 256

    init(usedPages: Int, mapPages: Int) {
        let share = min(max(usedPages / 32 / Self.step * Self.step, Self.smallest), Self.largest)
        whole = min(share, mapPages / 8)
    }
}
