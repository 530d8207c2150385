// SPDX-License-Identifier: Apache-2.0

package import DataModel

// Inside a read transaction.
extension InvertedIndexSchema {
    /// The first `count` of `documents` in the order of a property, and all that are equal to the last of them.
    ///
    /// Documents without a value come before all others, and in descending order after them.
    ///
    /// - Parameter documents: live ones.
    /// - Returns: in order, those with equal values together, ascending; at least `count` in all, without the last list fewer than `count`.
    ///   `nil` where the property has no bit-sliced index, or where the documents are so few that it saves nothing.
    /// - Throws: `IndexDamage`, `CancellationError`, and what `store` throws.
    /// - Complexity: a step for each 512 documents of the shard, which for most ends at the head of their block; O(p) words for a block of
    ///   p different places in which there may be better ones, and as much for each that is among the first for a while.
    package func first(
        _ count: Int, by property: PropertyID, isDescending: Bool, of documents: DocumentSet,
        in store: some OrderedReading, cancellation: Cancellation = .ofCurrentTask
    ) throws -> [[DocumentID]]? {
        guard count > 0, propertiesByID[property]?.isBitSliced == true,
            let index = try store.bitSlicedIndex(of: property)
        else { return nil }
        let documentCount = documents.count
        let blockCount = index.documentCount / IndexKey.documentsPerSlicedBlock
        guard documentCount / 2 > count, documentCount > blockCount / SortPruning.blocksInTimeOfDocument else {
            return nil
        }
        let meter = WorkMeter(cancellation)
        var limit = count
        var lists: [[DocumentID]] = []
        if !isDescending, try index.documentCount < store.documentCount() {
            let reader = PostingReader(store: store, meter: meter)
            let missing = documents.subtracting(try reader.documents(property, in: TermRange(), index))
            if !missing.isEmpty { lists.append(Array(missing)) }
            limit -= missing.count
            if limit <= 0 { return lists }
        }
        var pruning = SortPruning(
            prefix: IndexKey.prefix(.bitSlices, property), width: index.width, isDescending: isDescending, limit: limit,
            documents: documents)
        guard let first = try pruning.first(in: store, meter) else { return nil }
        return lists + first
    }
}

/// Finds the documents with the least numbers of a bit-sliced index, or in descending order with the greatest.
///
/// The number of the last one kept so far is a bound that most blocks are held against as a whole. Of a block with better documents the least
/// are found by its slices (O'Neil & Quass, "Improved query performance with variant indexes", 1997, section 4; Rinfret, O'Neil &
/// O'Neil, "Bit-sliced index arithmetic", 2001), so that no order in which documents came makes it read them one by one.
struct SortPruning {
    /// Reading the column of a document that is alone in its block takes the time of so many heads of blocks.
    static let blocksInTimeOfDocument = 8
    /// How many blocks at the end are looked at before the others, if need be: they make a bound where numbers have grown with time.
    private static let lastBlocks: UInt32 = 8

    private let prefix: [UInt8]
    private let width: Int
    /// All bits of the width.
    private let greatest: UInt128
    private let isDescending: Bool
    private let documents: DocumentSet
    private var best: LeastNumbers
    /// The chunk of `documents` that was asked for last, and its words.
    private var chunk: UInt16?
    private var words: [UInt64] = []

    init(prefix: [UInt8], width: Int, isDescending: Bool, limit: Int, documents: DocumentSet) {
        self.prefix = prefix
        self.width = width
        greatest = .max >> UInt128(128 - 8 * width)
        self.isDescending = isDescending
        self.documents = documents
        best = LeastNumbers(limit: limit)
    }

    /// - Returns: as `InvertedIndexSchema.first`; nil if fewer have a value than are wanted.
    mutating func first(in store: some OrderedReading, _ meter: WorkMeter) throws -> [[DocumentID]]? {
        let end = try lastBlocks(in: store, meter)
        let start = prefix.count
        try store.scan(prefix: prefix, from: IndexKey.smallChunk(prefix, 0)) { key, value in
            try meter.count(WorkMeter.lookUp)
            let number = try Self.blockNumber(key, start)
            guard number < end else { return false }
            try visit(number, value, meter)
            return true
        }
        return best.documents()
    }

    /// - Parameter start: where the number begins.
    private static func blockNumber(_ key: RawSpan, _ start: Int) throws -> UInt32 {
        guard key.byteCount == start + 3 else { throw IndexDamage.malformedEntry(key: key.bytes) }
        return UInt32(key.byte(at: start)) << 16 | UInt32(key.lastUInt16)
    }

    /// Visits the last blocks, until there is a bound.
    ///
    /// - Returns: the number of the first block that was visited.
    private mutating func lastBlocks(in store: some OrderedReading, _ meter: WorkMeter) throws -> UInt32 {
        let last = try store.withLastKey(prefix: prefix) { key -> UInt32? in
            guard let key, key.byteCount > prefix.count else { return nil }
            return try Self.blockNumber(key, prefix.count)
        }
        guard let last else { return 0 }
        var number = last + 1
        while number > 0, last + 1 - number < Self.lastBlocks, best.bound == nil {
            number -= 1
            try meter.count()
            try store.withValue(for: IndexKey.smallChunk(prefix, number)) { value in
                if let value { try visit(number, value, meter) }
            }
        }
        return number
    }

    private mutating func visit(_ number: UInt32, _ value: RawSpan, _ meter: WorkMeter) throws {
        let candidates = candidates(number)
        if candidates.isZero { return }
        if let slices = StoredSlices(value, width: width) {
            try visit(isDescending ? slices.descending(from: greatest) : slices, value, number, candidates, meter)
            return
        }
        try meter.count(value.byteCount)
        let isWhole = BitSlicedBlock.visitList(value, width: width) { offset, listed in
            guard candidates[Int(offset >> 6)] >> UInt64(offset & 63) & 1 == 1 else { return }
            best.offer(isDescending ? greatest - listed : listed, of: Self.document(offset, number))
        }
        guard isWhole else { throw IndexDamage.malformedEntry(key: IndexKey.smallChunk(prefix, number)) }
    }

    private mutating func visit(
        _ slices: StoredSlices, _ value: RawSpan, _ number: UInt32, _ candidates: SIMD8<UInt64>, _ meter: WorkMeter
    ) throws {
        var candidates = candidates & slices.present
        if let bound = best.bound {
            if slices.common > bound { return }
            let (below, equal) = slices.compare(value, candidates, to: bound)
            best.offer(bound, ofAll: equal, in: number)
            candidates = below
        }
        if candidates.isZero { return }
        try meter.count(value.byteCount)
        if candidates.bitCount > best.limit {
            let (below, equal, least) = slices.least(best.limit, value, of: candidates)
            best.offer(least, ofAll: equal, in: number)
            candidates = below
        }
        candidates.forEachBit { offset in
            best.offer(slices.number(value, at: offset), of: Self.document(offset, number))
        }
    }

    private static func document(_ offset: UInt16, _ block: UInt32) -> DocumentID {
        DocumentID(block << 9 | UInt32(offset))
    }

    /// The documents of a block that are asked for.
    private mutating func candidates(_ block: UInt32) -> SIMD8<UInt64> {
        let number = UInt16(block >> 7)
        if chunk != number {
            words = documents.words(ofChunk: number)
            chunk = number
        }
        let first = Int(block & 127) * BitSlicedBlock.wordCount
        var result = SIMD8<UInt64>()
        for index in 0..<BitSlicedBlock.wordCount { result[index] = words[first + index] }
        return result
    }
}

/// The least of the numbers that are offered, and all documents that have them.
struct LeastNumbers {
    let limit: Int
    /// The least, the greatest of them first.
    private var heap = BinaryHeap<UInt128>()
    private var single: [(number: UInt128, document: DocumentID)] = []
    private var equal: [(number: UInt128, block: UInt32, documents: SIMD8<UInt64>)] = []
    /// When they are next rid of what was driven out.
    private var (singleLimit, equalLimit) = (4096, 4096)

    /// - Parameter limit: how many numbers are wanted, at least 1, counting equal ones as often as they are offered.
    init(limit: Int) {
        precondition(limit > 0, "a limit of \(limit) keeps nothing")
        self.limit = limit
    }

    /// The greatest that is kept; nil while there is room.
    var bound: UInt128? { heap.count == limit ? heap.first : nil }

    mutating func offer(_ number: UInt128, of document: DocumentID) {
        guard keep(number) else { return }
        single.append((number, document))
        if single.count > singleLimit, let bound {
            single.removeAll { $0.number > bound }
            singleLimit = max(singleLimit, 2 * single.count)
        }
    }

    /// - Parameter documents: those of a block who all have the number.
    mutating func offer(_ number: UInt128, ofAll documents: SIMD8<UInt64>, in block: UInt32) {
        let count = documents.bitCount
        guard count > 0, keep(number) else { return }
        // Once the number is the bound it changes nothing any more.
        for _ in 1..<count where bound.map({ number < $0 }) ?? true { _ = keep(number) }
        equal.append((number, block, documents))
        if equal.count > equalLimit, let bound {
            equal.removeAll { $0.number > bound }
            equalLimit = max(equalLimit, 2 * equal.count)
        }
    }

    /// The documents with numbers up to the bound, by their numbers, those of one number together and ascending; nil if there is no bound.
    func documents() -> [[DocumentID]]? {
        guard let bound else { return nil }
        var found = single.filter { $0.number <= bound }
        for entry in equal where entry.number <= bound {
            let first = entry.block * UInt32(IndexKey.documentsPerSlicedBlock)
            entry.documents.forEachBit { found.append((entry.number, DocumentID(first + UInt32($0)))) }
        }
        found.sort { $0.number != $1.number ? $0.number < $1.number : $0.document < $1.document }
        var lists: [[DocumentID]] = []
        var last: UInt128?
        for entry in found {
            if entry.number == last {
                lists[lists.count - 1].append(entry.document)
            } else {
                lists.append([entry.document])
                last = entry.number
            }
        }
        return lists
    }

    /// - Returns: whether the number is no greater than the bound.
    private mutating func keep(_ number: UInt128) -> Bool {
        guard let bound else {
            heap.insert(number, by: >)
            return true
        }
        guard number < bound else { return number == bound }
        heap.replaceFirst(with: number, by: >)
        return true
    }
}
