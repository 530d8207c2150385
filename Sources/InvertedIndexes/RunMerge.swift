// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Goes through several runs at once, in the order of the keys.
///
/// The runs stand in a binary heap by the key at which each is, equal keys in the order of the runs.
struct RunMerge<Runs: PostingRuns> {
    /// Where a run stands.
    private struct Place {
        let run: Int
        let count: Int
        var index: Int
        var key: Range<Int> = 0..<0
        var value: Range<Int> = 0..<0
        var beginning: UInt128 = 0
    }

    private let runs: Runs
    private let prefix: [UInt8]
    private var heap: [Place] = []

    /// - Parameter start: entries with lesser keys are passed over.
    init(_ runs: Runs, prefix: [UInt8] = [], notBefore start: [UInt8] = []) throws {
        self.runs = runs
        self.prefix = prefix
        for run in 0..<runs.count {
            var place = try runs.withRun(run) { bytes in
                let count = try PostingRun.count(bytes)
                return Place(
                    run: run, count: count,
                    index: try PostingRun.firstIndex(notBefore: start, of: count, in: bytes))
            }
            guard try read(&place) else { continue }
            heap.append(place)
            try rise(heap.count - 1)
        }
    }

    var isAtEnd: Bool { heap.isEmpty }

    /// The order of the least key to another one: below 0, 0 or above 0. Must not be at the end.
    func compareKey(to key: RawSpan) throws -> Int {
        try runs.withRun(heap[0].run) { bytes in -key.compare(0..<key.byteCount, to: bytes, heap[0].key) }
    }

    /// The edits of the entry under the least key; goes on to the next.
    mutating func takeEdits() throws -> EntryEdits? {
        guard let first = heap.first else { return nil }
        var edits = try EntryEdits(try key(of: first))
        while let place = heap.first, try isSameKey(place, first, edits.key) {
            try runs.withRun(place.run) { try edits.add($0.extracting(place.value)) }
            try advance()
        }
        return edits
    }

    private func isSameKey(_ place: Place, _ first: Place, _ key: [UInt8]) throws -> Bool {
        guard place.beginning == first.beginning, place.key.count == first.key.count else { return false }
        return try place.key.count <= 16 || self.key(of: place) == key
    }

    private func key(of place: Place) throws -> [UInt8] { try runs.withRun(place.run) { $0.bytes(in: place.key) } }

    /// Reads where a place is.
    ///
    /// - Returns: false behind the last key with the prefix.
    private func read(_ place: inout Place) throws -> Bool {
        guard place.index < place.count else { return false }
        let (prefix, index, count) = (prefix, place.index, place.count)
        let found = try runs.withRun(place.run) { bytes -> (key: Range<Int>, value: Range<Int>, beginning: UInt128)? in
            let entry = try PostingRun.entry(index, of: count, in: bytes)
            guard entry.key.count >= prefix.count, bytes.compare(entry.key.prefix(prefix.count), to: prefix) == 0 else {
                return nil
            }
            return (entry.key, entry.value, bytes.beginning(of: entry.key))
        }
        guard let found else { return false }
        (place.key, place.value, place.beginning) = found
        return true
    }

    // MARK: Heap

    private mutating func advance() throws {
        heap[0].index += 1
        if try !read(&heap[0]) {
            let last = heap.removeLast()
            if heap.isEmpty { return }
            heap[0] = last
        }
        try sink()
    }

    private func isBefore(_ left: Place, _ right: Place) throws -> Bool {
        if left.beginning != right.beginning { return left.beginning < right.beginning }
        if left.key.count <= 16, right.key.count <= 16 {
            return left.key.count != right.key.count ? left.key.count < right.key.count : left.run < right.run
        }
        let (one, other) = (try key(of: left), try key(of: right))
        return one == other ? left.run < right.run : one.lexicographicallyPrecedes(other)
    }

    private mutating func rise(_ start: Int) throws {
        var index = start
        while index > 0, try isBefore(heap[index], heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func sink() throws {
        var index = 0
        while true {
            var first = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count {
                if try isBefore(heap[child], heap[first]) { first = child }
            }
            if first == index { return }
            heap.swapAt(index, first)
            index = first
        }
    }
}

/// Runs that were read, or never stored.
package struct RunsInMemory: PostingRuns {
    private let runs: [[UInt8]]

    package init(runs: [[UInt8]]) { self.runs = runs }

    package var count: Int { runs.count }

    package func withRun<R>(_ index: Int, _ body: (RawSpan) throws -> R) throws -> R {
        let run = runs[index]
        // Safety: integers have no padding.
        return try body(unsafe run.span.bytes)
    }
}

extension PostingRun {
    /// Carries the edits of runs out on the stored entries, each of which is read and written at most once.
    ///
    /// - Throws: `IndexDamage` if an entry or a run cannot be read, and what `store` throws; then the transaction must be given up.
    /// - Complexity: O(n log r) for n edits of entries in r runs, and a look-up for each entry.
    package static func merge(_ runs: RunsInMemory, into store: some OrderedWriting) throws {
        let withoutSlices = try propertiesWithoutSlices(in: runs, store)
        var merge = try RunMerge(runs)
        while let edits = try merge.takeEdits() {
            let key = edits.key
            if key[0] == EntryKind.bitSlices.rawValue, withoutSlices.contains(Array(key[1..<3])) { continue }
            let (isStored, value) = try store.withValue(for: key) { stored -> (Bool, [UInt8]?) in
                let value = try edits.applied(to: stored)
                // What stays as it is need not be written.
                if let stored, let value, stored.byteCount == value.count,
                    stored.compare(0..<value.count, to: value) == 0
                {
                    return (false, nil)
                }
                return (stored != nil, value)
            }
            if key[0] == EntryKind.longTerm.rawValue, try !isInUse(key, store) {
                try store.removeValue(for: key)
            } else if let value {
                try store.put(value, for: key)
            } else if isStored {
                try store.removeValue(for: key)
            }
        }
    }

    /// Whether the term whose whole text lies under `key` has documents. Terms come before the texts, so they are as they will be.
    private static func isInUse(_ key: [UInt8], _ store: some OrderedReading) throws -> Bool {
        var term = key
        term[0] = EntryKind.term.rawValue
        var isUsed = false
        try store.scan(prefix: term, from: term) { _, _ in
            isUsed = true
            return false
        }
        return isUsed
    }

    /// The numbers of the properties whose terms are stored without slices, and get none.
    private static func propertiesWithoutSlices(
        in runs: RunsInMemory, _ store: some OrderedReading
    ) throws -> Set<[UInt8]> {
        var properties: Set<[UInt8]> = []
        let prefix = IndexKey.prefix(.bitSlices)
        for run in 0..<runs.count {
            try runs.withRun(run) { bytes in
                let count = try count(bytes)
                for index in try firstIndex(notBefore: prefix, of: count, in: bytes)..<count {
                    let key = try entry(index, of: count, in: bytes).key
                    guard key.count >= 3, bytes.byte(at: key.lowerBound) == prefix[0] else { continue }
                    properties.insert(bytes.bytes(in: key.dropFirst().prefix(2)))
                }
            }
        }
        return try properties.filter { number in
            let property = PropertyID(UInt16(number[0]) << 8 | UInt16(number[1]))
            return try store.bitSlicedIndex(of: property) == nil && store.hasTerms(property)
        }
    }

    /// Makes one run of several.
    package static func joined(_ runs: RunsInMemory) throws -> [UInt8]? {
        var merge = try RunMerge(runs)
        var builder = PostingRunBuilder(entryCount: 1_024)
        while let edits = try merge.takeEdits() {
            if let bytes = edits.encoded() { builder.add(edits.key) { $0.append(contentsOf: bytes) } }
        }
        return builder.build()
    }
}

extension RawSpan {
    /// The first 16 bytes of a key as `beginning(ofKey:)` says.
    fileprivate func beginning(of key: Range<Int>) -> UInt128 {
        if key.count >= 16 {
            return UInt128(bigEndianUInt64(at: key.lowerBound)) << 64 | UInt128(bigEndianUInt64(at: key.lowerBound + 8))
        }
        var result: UInt128 = 0
        for offset in key { result = result << 8 | UInt128(byte(at: offset)) }
        return result << UInt128(8 * (16 - key.count))
    }

    /// Compares the bytes of `range` with those of a range of another span.
    fileprivate func compare(_ range: Range<Int>, to other: RawSpan, _ otherRange: Range<Int>) -> Int {
        let common = Swift.min(range.count, otherRange.count)
        for index in 0..<common {
            let (left, right) = (byte(at: range.lowerBound + index), other.byte(at: otherRange.lowerBound + index))
            if left != right { return Int(left) - Int(right) }
        }
        return range.count - otherRange.count
    }
}
