// SPDX-License-Identifier: Apache-2.0

internal import DataModel

extension PostingReader {
    /// The documents of a property whose values, or one of them, lie in `range`.
    func documents(_ property: PropertyID, in range: TermRange) throws -> DocumentSet {
        var builder = DocumentSetBuilder()
        try add(property, in: range, to: &builder)
        return builder.build()
    }

    /// Adds the documents of a property whose values, or one of them, lie in `range`.
    ///
    /// - Parameter wanted: so many suffice, the lowest ones.
    /// - Complexity: a step for each different value and 65,536 documents where these are few, else one for each 512 documents; only the
    ///   former where the property has no bit-sliced index.
    func add(
        _ property: PropertyID, in range: TermRange, atLeast wanted: Int = .max, to builder: inout DocumentSetBuilder
    ) throws {
        let prefix = IndexKey.prefix(.term, property)
        guard let index = try store.bitSlicedIndex(of: property) else {
            _ = try add(prefix, range, atMost: .max, to: &builder)
            return
        }
        // Few terms are found sooner by themselves. How many there are is not known, so they are tried for a part of what the blocks cost:
        // that much is lost where they are many. Where few documents suffice, the first blocks are tried before.
        let blockCount = index.documentCount / IndexKey.documentsPerSlicedBlock + 1
        let part = blockCount / Self.blocksInTimeOfTrial
        if wanted != .max, try add(property, in: range, index, atLeast: wanted, inBlocks: part, to: &builder) { return }
        if try add(prefix, range, atMost: part * WorkMeter.lookUp, to: &builder) { return }
        try add(property, in: range, index, to: &builder)
    }

    /// Terms may cost that part of what the blocks do before they are given up.
    private static var blocksInTimeOfTrial: Int { 4 }

    /// The documents of all terms in `range`, which all have one width.
    func documents(_ prefix: [UInt8], _ range: TermRange) throws -> DocumentSet {
        var builder = DocumentSetBuilder()
        _ = try add(prefix, range, atMost: .max, to: &builder)
        return builder.build()
    }

    /// Adds the documents of all terms in `range`, as long as that costs no more than `limit`.
    ///
    /// - Returns: whether these are all of them.
    private func add(
        _ prefix: [UInt8], _ range: TermRange, atMost limit: Int, to builder: inout DocumentSetBuilder
    ) throws -> Bool {
        var left = limit
        try store.scan(prefix: prefix, from: prefix + (range.lower ?? [])) { key, value in
            let cost = WorkMeter.lookUp + value.byteCount
            try meter.count(cost)
            guard key.byteCount >= prefix.count + 2 else { throw IndexDamage.malformedEntry(key: key.bytes) }
            let term = prefix.count..<key.byteCount - 2
            if let upper = range.upper {
                let order = key.compare(term, to: upper)
                if order > 0 || order == 0 && !range.includesUpper { return false }
            }
            if let lower = range.lower, !range.includesLower, key.compare(term, to: lower) == 0 { return true }
            left -= cost
            guard left >= 0 else { return false }
            try builder.add(key, value)
            return true
        }
        return left >= 0
    }

    /// The documents of a property whose values lie in `range`, by its bit-sliced index alone.
    func documents(_ property: PropertyID, in range: TermRange, _ index: BitSlicedIndex) throws -> DocumentSet {
        var builder = DocumentSetBuilder()
        try add(property, in: range, index, to: &builder)
        return builder.build()
    }

    /// Adds the documents of a property whose values lie in `range`, by its bit-sliced index alone.
    ///
    /// - Parameters:
    ///   - wanted: so many suffice, the lowest ones.
    ///   - limit: how many blocks are looked at.
    /// - Returns: whether those that suffice were there, or all there are.
    @discardableResult
    private func add(
        _ property: PropertyID, in range: TermRange, _ index: BitSlicedIndex, atLeast wanted: Int = .max,
        inBlocks limit: Int = .max, to builder: inout DocumentSetBuilder
    ) throws -> Bool {
        guard let range = range.numbers(width: index.width) else { return true }
        var (blocks, count) = (0, 0)
        let prefix = IndexKey.prefix(.bitSlices, property)
        try store.scan(prefix: prefix, from: IndexKey.smallChunk(prefix, 0)) { key, value in
            guard blocks < limit else { return false }
            blocks += 1
            try meter.count(WorkMeter.lookUp + value.byteCount)
            guard key.byteCount == prefix.count + 3,
                let found = BitSlicedBlock.documents(value, in: range, width: index.width)
            else { throw IndexDamage.malformedEntry(key: key.bytes) }
            let block = UInt32(key.byte(at: prefix.count)) << 16 | UInt32(key.lastUInt16)
            guard builder.add(found, block: block) else { throw IndexDamage.malformedEntry(key: key.bytes) }
            if wanted == .max { return true }
            for index in 0..<BitSlicedBlock.wordCount { count += found[index].nonzeroBitCount }
            return count < wanted
        }
        return count >= wanted || blocks < limit
    }
}

extension TermRange {
    /// The numbers of the terms in the range; nil if there are none.
    func numbers(width: Int) -> ClosedRange<UInt128>? {
        let greatest = UInt128.max >> UInt128(128 - 8 * width)
        var (first, last) = (lower.map(UInt128.init(term:)) ?? 0, upper.map(UInt128.init(term:)) ?? greatest)
        if lower != nil, !includesLower {
            guard first < greatest else { return nil }
            first += 1
        }
        if upper != nil, !includesUpper {
            guard last > 0 else { return nil }
            last -= 1
        }
        return first <= last ? first...last : nil
    }

    /// What lies in both.
    func intersection(_ other: TermRange) -> TermRange {
        var result = self
        if let bound = other.lower {
            if let lower, !lower.lexicographicallyPrecedes(bound) {
                if lower == bound { result.includesLower = includesLower && other.includesLower }
            } else {
                (result.lower, result.includesLower) = (bound, other.includesLower)
            }
        }
        if let bound = other.upper {
            if let upper, !bound.lexicographicallyPrecedes(upper) {
                if upper == bound { result.includesUpper = includesUpper && other.includesUpper }
            } else {
                (result.upper, result.includesUpper) = (bound, other.includesUpper)
            }
        }
        return result
    }
}
