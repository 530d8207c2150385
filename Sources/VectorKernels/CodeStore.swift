// SPDX-License-Identifier: Apache-2.0

import CVectorKernels
import Foundation

/// What a `CodeStore` holds of each vector, and how it compares.
package struct CodeLayout: Hashable, Sendable {
    package enum Metric: UInt32, Hashable, Sendable {
        case cosine = 0
        case dot = 1
        case l2Squared = 2
        case manhattan = 3
        case hamming = 4
    }

    package enum Format: UInt32, Hashable, Sendable {
        /// float32 as they are.
        case floats = 0
        /// 8-bit codes.
        case bytes = 1
        /// 8-bit codes of the rotated vector, their halves in two planes: walks read the high one only. Scans of many read a
        /// third plane, of the top bits of the codes.
        case planes = 2
    }

    package var metric: Metric
    package var format: Format
    /// 1 to 65,535.
    package var dimensions: Int
    /// M; 0 without a graph.
    package var maxConnections: Int
    package var levelSeed: UInt64
    package var rotationSeed: UInt64

    package init(
        metric: Metric, format: Format, dimensions: Int, maxConnections: Int, levelSeed: UInt64, rotationSeed: UInt64
    ) {
        self.metric = metric
        self.format = format
        self.dimensions = dimensions
        self.maxConnections = maxConnections
        self.levelSeed = levelSeed
        self.rotationSeed = rotationSeed
    }
}

/// What a slot of a `CodeStore` is.
package struct SlotState: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let occupied = SlotState(rawValue: 1)
    package static let linked = SlotState(rawValue: 2)
    /// Still a route of the graph, no longer an answer.
    package static let tombstone = SlotState(rawValue: 4)

    package var isLive: Bool { contains(.occupied) && !contains(.tombstone) }
}

/// A slot that a search has found, with its distance by the codes.
package struct Candidate: Hashable, Sendable {
    package var distance: Float
    package var slot: UInt32
}

/// The arrays that a `CodeStore` consists of.
package enum CodeArray: UInt32, Sendable {
    case codes = 0
    case residuals = 1
    case links = 2
    case upperLinks = 3
    case documents = 4
    case states = 5
}

/// Codes, links and states of vectors in rows that never move, at slots numbered from 0.
///
/// A new store has codes and states alone, in some kilobytes; `addGraph` makes room for links.
///
/// Searches and linkers, each with a `SearchContext` of its own, run beside one thread that adds and changes slots.
/// Link rows have a lock each, taken by those who write them; whoever reads sees an old row, a new one, or a mixture of
/// both: always ids of slots.
// Safety: `pointer` is a structure whose functions are made for that; see above and internal.h.
@safe package final class CodeStore: @unchecked Sendable {
    let pointer: OpaquePointer
    package let layout: CodeLayout

    /// - Returns: `nil` if there is no memory.
    package init?(layout: CodeLayout, tier: KernelTier = .best) {
        var raw = nk_layout()
        raw.metric = nk_metric(layout.metric.rawValue)
        raw.format = nk_format(layout.format.rawValue)
        raw.dimensions = UInt32(layout.dimensions)
        raw.max_connections = UInt32(layout.maxConnections)
        raw.seed = layout.levelSeed
        raw.rotation_seed = layout.rotationSeed
        guard let pointer = unsafe nk_store_create(&raw, tier.pointer) else { return nil }
        unsafe self.pointer = pointer
        self.layout = layout
    }

    deinit { unsafe nk_store_destroy(pointer) }

    /// Slots, used or not.
    package var count: Int { unsafe Int(nk_store_count(pointer)) }
    package var upperRowCount: Int { unsafe Int(nk_store_upper_count(pointer)) }

    /// How many rows of upper layers the slots below `end` have, while others may be added.
    ///
    /// - Parameter end: at most `count`.
    package func upperRowCount(below end: Int) -> Int {
        precondition(end <= count, "there are \(count) slots, not \(end)")
        return unsafe Int(nk_store_upper_count_below(pointer, UInt32(end)))
    }

    /// Pieces of its memory that are mappings of their own, of which a process has a limited number; 0 for a small store.
    package var mappedSegmentCount: Int { unsafe Int(nk_store_mapping_count(pointer)) }
    package var memoryInBytes: Int { unsafe nk_store_memory(pointer) }

    /// Adds unused slots at the end.
    ///
    /// - Returns: `false` if there is no memory or no number left.
    package func grow(by added: Int) -> Bool {
        guard let added = UInt32(exactly: added) else { return false }
        return unsafe nk_store_grow(pointer, added)
    }

    /// Whether there is room for links. Without it nothing can be linked, be in the tail, or be walked through.
    package var hasGraph: Bool { unsafe nk_store_has_graph(pointer) }

    /// Makes room for links, and puts all occupied slots into the tail. Searches may go on meanwhile.
    ///
    /// - Returns: `false` if there is no memory, or if the layout has no connections.
    package func addGraph() -> Bool { unsafe nk_store_add_graph(pointer) }

    package func state(of slot: UInt32) -> SlotState {
        unsafe SlotState(rawValue: nk_store_state(pointer, checked(slot)))
    }

    package func setState(_ state: SlotState, of slot: UInt32) {
        unsafe nk_store_set_state(pointer, checked(slot), state.rawValue)
    }

    /// Whose vector it is.
    package func document(at slot: UInt32) -> UInt32 { unsafe nk_store_document(pointer, checked(slot)) }

    /// The highest layer of a slot.
    package func level(of slot: UInt32) -> Int { unsafe Int(nk_store_level(pointer, checked(slot))) }

    /// Writes the code of a vector and whose it is, to a slot that no search can come upon.
    ///
    /// - Parameter vector: shape [dimensions].
    package func encode(_ vector: Span<Float>, document: UInt32, at slot: UInt32, with context: SearchContext) {
        precondition(vector.count == layout.dimensions, "\(vector.count) of \(layout.dimensions) dimensions")
        // Safety: the function reads [dimensions] numbers.
        unsafe vector.withUnsafeBufferPointer {
            unsafe nk_store_encode(pointer, context.pointer, checked(slot), document, $0.baseAddress)
        }
    }

    /// Puts a slot among those that `SearchContext.scanTail` looks at, or takes it out.
    package func setInTail(_ isInTail: Bool, _ slot: UInt32) {
        unsafe nk_store_set_tail(pointer, linkable(slot), isInTail)
    }

    /// Empties the link rows of a slot that nothing links to.
    package func clearLinks(of slot: UInt32) { unsafe nk_store_clear_links(pointer, linkable(slot)) }

    /// A copy of a link row; empty above the level of the slot.
    package func links(of slot: UInt32, layer: Int) -> [UInt32] {
        // Safety: a row holds at most 2 M ids.
        unsafe [UInt32](unsafeUninitializedCapacity: 2 * layout.maxConnections + 1) { buffer, count in
            count = unsafe Int(nk_store_links(pointer, linkable(slot), UInt32(layer), buffer.baseAddress))
        }
    }

    /// How many links a slot has on the lowest layer.
    package func linkCount(of slot: UInt32) -> Int { unsafe Int(nk_store_link_count(pointer, linkable(slot))) }

    /// Where walks begin; `nil` if nothing is linked.
    package var entry: (slot: UInt32, level: Int)? {
        var slot: UInt32 = 0
        var level: UInt32 = 0
        return unsafe nk_store_entry(pointer, &slot, &level) ? (slot, Int(level)) : nil
    }

    package func setEntry(_ slot: UInt32) { unsafe nk_store_set_entry(pointer, linkable(slot)) }

    /// Lets walks begin at a linked slot of the highest layer that has no tombstone. Not beside linkers. O(n).
    package func chooseEntry() { unsafe nk_store_choose_entry(pointer) }

    /// The linked slots that no walk over the links of the lowest layer comes to from the entry; `nil` if there is no memory.
    ///
    /// - Complexity: O(n·M).
    package func unreachable() -> [UInt32]? {
        let count = count
        var words = [UInt64](repeating: 0, count: count / 64 + 1)
        // Safety: there is a bit for each slot.
        guard unsafe nk_unreachable(pointer, UInt32(count), &words) else { return nil }
        var slots: [UInt32] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                slots.append(UInt32(index << 6 + rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
        return slots
    }

    /// A slot whose upper links lead to slots that are not in that layer; `nil` if all is right. O(n).
    package func slotWithWrongLayers() -> UInt32? {
        var bad: UInt32 = 0
        return unsafe nk_store_has_right_layers(pointer, &bad) ? nil : bad
    }

    // MARK: Snapshots

    /// Size of a row in bytes; 0 if this store has no such array.
    package func stride(of array: CodeArray) -> Int { unsafe nk_store_stride(pointer, nk_array(array.rawValue)) }

    /// Appends rows to `bytes`. Of links only those whose bit in `kept` is set.
    ///
    /// - Parameter kept: a bit for each slot that there is.
    package func export(_ array: CodeArray, rows: Range<Int>, kept: [UInt64], to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: rows.count * stride(of: array)))
        // Safety: room for all rows has just been made.
        unsafe bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            unsafe nk_store_export(
                pointer, nk_array(array.rawValue), UInt32(rows.lowerBound), UInt32(rows.count), kept, kept.count,
                base + start)
        }
    }

    /// Takes the memory of all slots from the system, on all cores: for a store that is about to be filled as a whole.
    package func takeMemory() {
        DispatchQueue.concurrentPerform(iterations: unsafe Int(nk_store_slice_count(pointer))) { slice in
            unsafe nk_store_touch(pointer, UInt32(slice))
        }
    }

    /// Copies rows in.
    ///
    /// - Returns: the number of a row of links that cannot be right, after which the store is not to be used; else `nil`.
    package func `import`(_ array: CodeArray, rows: Range<Int>, from bytes: RawSpan) -> Int? {
        precondition(bytes.byteCount == rows.count * stride(of: array), "\(bytes.byteCount) bytes for \(rows)")
        var bad: UInt32 = 0
        // Safety: the bytes of all rows are there.
        let isRight = unsafe bytes.withUnsafeBytes {
            unsafe nk_store_import(
                pointer, nk_array(array.rawValue), UInt32(rows.lowerBound), UInt32(rows.count), $0.baseAddress, &bad)
        }
        return isRight ? nil : Int(bad)
    }

    @inline(__always) func checked(_ slot: UInt32) -> UInt32 {
        precondition(unsafe slot < nk_store_count(pointer), "slot \(slot) does not exist")
        return slot
    }

    @inline(__always) func linkable(_ slot: UInt32) -> UInt32 {
        precondition(hasGraph, "a store without a graph has no links and no tail")
        return checked(slot)
    }
}
