// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Keys one behind the other in one piece of memory: a document has dozens, and none of them an allocation of its own.
struct KeyList: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    var count: Int { ends.count }

    subscript(index: Int) -> ArraySlice<UInt8> { bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]] }

    /// - Parameter append: appends the key.
    mutating func add(_ append: (inout [UInt8]) -> Void) {
        append(&bytes)
        ends.append(bytes.count)
    }

    mutating func append(_ key: [UInt8]) { add { $0.append(contentsOf: key) } }

    mutating func append(_ kind: EntryKind, _ property: PropertyID, _ term: [UInt8]) {
        add {
            $0.append(kind.rawValue)
            $0.append(bigEndian: property.number)
            $0.append(contentsOf: term)
        }
    }
}

/// The first 16 bytes of a key as a big-endian number, zeros behind a shorter one: decides most comparisons.
func beginning(ofKey key: some Sequence<UInt8>) -> UInt128 {
    var result: UInt128 = 0
    var count = 0
    for byte in key {
        result = result << 8 | UInt128(byte)
        count += 1
        if count == 16 { return result }
    }
    return result << UInt128(8 * (16 - count))
}

/// Changes of entries in the order in which they come, to be looked at entry by entry later.
struct EditLog {
    private struct Record {
        var beginning: UInt128
        /// Ascends in the order of the changes.
        var start: Int
        var keyCount: Int
        var change: UInt64
    }

    private static let recordByteCount = MemoryLayout<Record>.stride

    private var keys: [UInt8] = []
    private var records: [Record] = []

    var isEmpty: Bool { records.isEmpty }
    var count: Int { records.count }
    var byteCount: Int { keys.count + Self.recordByteCount * records.count }

    mutating func append(_ key: some Collection<UInt8>, _ change: UInt64) {
        records.append(
            Record(beginning: beginning(ofKey: key), start: keys.count, keyCount: key.count, change: change))
        keys.append(contentsOf: key)
    }

    /// Visits the keys in ascending order, each with its changes in the order in which they came.
    ///
    /// - Complexity: O(n log n)
    func forEachKey(_ body: (_ key: ArraySlice<UInt8>, _ changes: [UInt64]) -> Void) {
        let sorted = records.sorted { left, right in
            if left.beginning != right.beginning { return left.beginning < right.beginning }
            let (one, other) = (key(of: left), key(of: right))
            if one == other { return left.start < right.start }
            return one.lexicographicallyPrecedes(other)
        }
        var start = 0
        var changes: [UInt64] = []
        while start < sorted.count {
            changes.removeAll(keepingCapacity: true)
            let first = sorted[start]
            var end = start
            while end < sorted.count, isSameKey(sorted[end], first) {
                changes.append(sorted[end].change)
                end += 1
            }
            body(key(of: first), changes)
            start = end
        }
    }

    private func isSameKey(_ left: Record, _ right: Record) -> Bool {
        guard left.beginning == right.beginning, left.keyCount == right.keyCount else { return false }
        return left.keyCount <= 16 || key(of: left) == key(of: right)
    }

    private func key(of record: Record) -> ArraySlice<UInt8> { keys[record.start..<record.start + record.keyCount] }
}
