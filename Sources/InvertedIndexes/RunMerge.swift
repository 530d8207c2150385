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
    private var heap = BinaryHeap<Place>()

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
            try heap.insert(place) { try Self.isBefore($0, $1, runs) }
        }
    }

    var isAtEnd: Bool { heap.count == 0 }

    /// The order of a key to the least one here: below 0, 0 or above 0; below 0 at the end.
    func compare(_ key: RawSpan) throws -> Int {
        guard let first = heap.first else { return -1 }
        return try runs.withRun(first.run) { bytes in key.compare(0..<key.byteCount, to: bytes, first.key) }
    }

    /// The edits of the entry under the least key; goes on to the next.
    mutating func takeEdits() throws -> EntryEdits? {
        guard let first = heap.first else { return nil }
        var edits = try EntryEdits(Self.key(of: first, runs))
        while let place = heap.first, try isSameKey(place, first, edits.key) {
            try runs.withRun(place.run) { try edits.add($0.extracting(place.value)) }
            try advance(place)
        }
        return edits
    }

    private func isSameKey(_ place: Place, _ first: Place, _ key: [UInt8]) throws -> Bool {
        guard place.beginning == first.beginning, place.key.count == first.key.count else { return false }
        return try place.key.count <= 16 || Self.key(of: place, runs) == key
    }

    private static func key(of place: Place, _ runs: Runs) throws -> [UInt8] {
        try runs.withRun(place.run) { $0.bytes(in: place.key) }
    }

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

    /// Goes on from the first place.
    private mutating func advance(_ first: Place) throws {
        let runs = runs
        var place = first
        place.index += 1
        if try read(&place) {
            try heap.replaceFirst(with: place) { try Self.isBefore($0, $1, runs) }
        } else {
            try heap.removeFirst { try Self.isBefore($0, $1, runs) }
        }
    }

    private static func isBefore(_ left: Place, _ right: Place, _ runs: Runs) throws -> Bool {
        if left.beginning != right.beginning { return left.beginning < right.beginning }
        if left.key.count <= 16, right.key.count <= 16 {
            return left.key.count != right.key.count ? left.key.count < right.key.count : left.run < right.run
        }
        let (one, other) = (try key(of: left, runs), try key(of: right, runs))
        return one == other ? left.run < right.run : one.lexicographicallyPrecedes(other)
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
            if key[0] == EntryKind.bitSlices.rawValue, withoutSlices.contains(IndexKey.property(in: key)) {
                continue
            }
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
            // Terms come before their texts, so they are as they will be.
            if key[0] == EntryKind.longTerm.rawValue, try !store.isInUse(longTermUnder: key) {
                try store.removeValue(for: key)
            } else if let value {
                try store.put(value, for: key)
            } else if isStored {
                try store.removeValue(for: key)
            }
        }
    }

    /// The properties with edits of slices whose terms are stored without, and get none.
    private static func propertiesWithoutSlices(
        in runs: RunsInMemory, _ store: some OrderedReading
    ) throws -> Set<PropertyID> {
        var properties: Set<PropertyID> = []
        let prefix = IndexKey.prefix(.bitSlices)
        for run in 0..<runs.count {
            try runs.withRun(run) { bytes in
                let count = try count(bytes)
                for index in try firstIndex(notBefore: prefix, of: count, in: bytes)..<count {
                    let key = try entry(index, of: count, in: bytes).key
                    guard key.count >= 3, bytes.byte(at: key.lowerBound) == prefix[0] else { continue }
                    properties.insert(IndexKey.property(in: bytes, at: key.lowerBound))
                }
            }
        }
        return try properties.filter { try store.isOlderThanSlices($0) }
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
