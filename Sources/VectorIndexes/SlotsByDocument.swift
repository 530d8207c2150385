// SPDX-License-Identifier: Apache-2.0

/// Which slot each document is at: a table in pages, since the numbers of documents that are there lie close together,
/// and those of documents long gone leave whole pages empty.
struct SlotsByDocument {
    private static let pageBits: UInt32 = 6
    private static let none = UInt32.max

    private struct Page {
        var slots: [UInt32]
        var count: Int
    }

    private var pages: [Page?] = []
    /// How many documents have a slot.
    private(set) var count = 0

    /// O(1).
    subscript(document: UInt32) -> UInt32? {
        let page = Int(document >> Self.pageBits)
        guard page < pages.count, let slot = pages[page]?.slots[Int(document & Self.mask)] else { return nil }
        return slot == Self.none ? nil : slot
    }

    /// - Returns: `false`, without a change, if the document has a slot.
    mutating func insert(_ slot: UInt32, for document: UInt32) -> Bool {
        let number = Int(document >> Self.pageBits)
        let entry = Int(document & Self.mask)
        if number >= pages.count { pages.append(contentsOf: repeatElement(nil, count: number + 1 - pages.count)) }
        if pages[number] == nil {
            pages[number] = Page(slots: Array(repeating: Self.none, count: 1 << Self.pageBits), count: 0)
        }
        guard pages[number]?.slots[entry] == Self.none else { return false }
        pages[number]?.slots[entry] = slot
        pages[number]?.count += 1
        count += 1
        return true
    }

    /// - Returns: the slot that the document had.
    mutating func remove(_ document: UInt32) -> UInt32? {
        guard let slot = self[document] else { return nil }
        let number = Int(document >> Self.pageBits)
        pages[number]?.slots[Int(document & Self.mask)] = Self.none
        pages[number]?.count -= 1
        if pages[number]?.count == 0 { pages[number] = nil }
        count -= 1
        return slot
    }

    /// Calls `body` with every document and its slot, in ascending order of documents.
    func forEach(_ body: (_ document: UInt32, _ slot: UInt32) throws -> Void) rethrows {
        for (number, page) in pages.enumerated() {
            guard let page else { continue }
            for (entry, slot) in page.slots.enumerated() where slot != Self.none {
                try body(UInt32(number) << Self.pageBits | UInt32(entry), slot)
            }
        }
    }

    var memoryInBytes: Int {
        pages.capacity * MemoryLayout<Page?>.stride + pages.reduce(0) { $0 + ($1 == nil ? 0 : 4 << Int(Self.pageBits)) }
    }

    private static var mask: UInt32 { 1 << pageBits - 1 }
}
