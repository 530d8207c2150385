// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Edits of entries, sorted by key, as one value: what a `PostingBatch` has collected, written down.
///
/// Writing each edited entry into the tree costs a page an entry. So edits are kept as runs first (the idea of the log-structured
/// merge-tree: O'Neil, Cheng, Gawlick, O'Neil, 1996), which `RunOverlay` shows as if they had been written, and brought into the tree many
/// at a time. Docs/formats/inverted-index.md has the bytes.
package enum PostingRun {
    static let version: UInt8 = 1
    static let headByteCount = 12

    /// How many entries the run edits.
    ///
    /// - Throws: `IndexDamage` if the bytes are no run.
    static func count(_ run: RawSpan) throws -> Int {
        guard run.byteCount >= headByteCount, run.byte(at: 0) == version, Int(run.uint32(at: 8)) == run.byteCount else {
            throw IndexDamage.malformedRun
        }
        let count = Int(run.uint32(at: 4))
        guard count <= (run.byteCount - headByteCount) / 6 else { throw IndexDamage.malformedRun }
        return count
    }

    /// Where key and value of an entry lie.
    ///
    /// - Parameters:
    ///   - index: less than `count`.
    ///   - count: what `count(_:)` said.
    static func entry(_ index: Int, of count: Int, in run: RawSpan) throws -> (key: Range<Int>, value: Range<Int>) {
        let start = Int(run.uint32(at: headByteCount + 4 * index))
        let end = index + 1 < count ? Int(run.uint32(at: headByteCount + 4 * (index + 1))) : run.byteCount
        guard start >= headByteCount + 4 * count, start + 2 <= end, end <= run.byteCount else {
            throw IndexDamage.malformedRun
        }
        let keyEnd = start + 2 + Int(run.uint16(at: start))
        guard keyEnd <= end else { throw IndexDamage.malformedRun }
        return (start + 2..<keyEnd, keyEnd..<end)
    }

    /// The first entry whose key is not less than `key`; `count` if there is none.
    ///
    /// - Complexity: O(log count)
    static func firstIndex(notBefore key: [UInt8], of count: Int, in run: RawSpan) throws -> Int {
        try firstIndex(of: count, in: run) { run.compare($0, to: key) >= 0 }
    }

    /// The first entry of which `isBehind` is true, as it must be of all after it; `count` if there is none.
    ///
    /// - Parameter isBehind: gets where the key lies.
    /// - Complexity: O(log count)
    static func firstIndex(of count: Int, in run: RawSpan, where isBehind: (Range<Int>) -> Bool) throws -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(try entry(middle, of: count, in: run).key) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// Puts the entries of a run together, in any order.
struct PostingRunBuilder {
    private struct Entry {
        var beginning: UInt128
        var start: Int
        var keyCount: Int
        var end: Int
    }

    /// Keys and values.
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    init(entryCount: Int) {
        entries.reserveCapacity(entryCount)
        bytes.reserveCapacity(24 * entryCount)
    }

    /// - Parameter value: appends the edits.
    mutating func add(_ key: [UInt8], value: (inout [UInt8]) -> Void) {
        add({ $0.append(contentsOf: key) }, value: value)
    }

    /// - Parameters:
    ///   - key: appends the key.
    ///   - value: appends the edits.
    mutating func add(_ key: (inout [UInt8]) -> Void, value: (inout [UInt8]) -> Void) {
        let start = bytes.count
        key(&bytes)
        let keyCount = bytes.count - start
        value(&bytes)
        entries.append(
            Entry(
                beginning: beginning(ofKey: bytes[start..<start + keyCount]), start: start, keyCount: keyCount,
                end: bytes.count))
    }

    /// The run; nil if nothing was added.
    func build() -> [UInt8]? {
        if entries.isEmpty { return nil }
        let sorted = entries.sorted { left, right in
            if left.beginning != right.beginning { return left.beginning < right.beginning }
            return bytes[left.start..<left.start + left.keyCount].lexicographicallyPrecedes(
                bytes[right.start..<right.start + right.keyCount])
        }
        var run: [UInt8] = []
        run.reserveCapacity(PostingRun.headByteCount + 6 * sorted.count + bytes.count)
        run.append(contentsOf: [PostingRun.version, 0, 0, 0])
        run.append(littleEndian: UInt32(sorted.count))
        run.append(littleEndian: UInt32(PostingRun.headByteCount + 6 * sorted.count + bytes.count))
        var start = PostingRun.headByteCount + 4 * sorted.count
        for entry in sorted {
            run.append(littleEndian: UInt32(start))
            start += 2 + entry.end - entry.start
        }
        for entry in sorted {
            run.append(littleEndian: UInt16(entry.keyCount))
            run.append(contentsOf: bytes[entry.start..<entry.end])
        }
        return run
    }
}
