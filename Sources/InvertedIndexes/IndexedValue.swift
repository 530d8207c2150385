// SPDX-License-Identifier: Apache-2.0

package import DataModel

/// A value as the term index holds it: exactly, but for what its text looked like (a date's offset).
package enum IndexedValue: Hashable, Sendable {
    case int(Int64)
    case number(Double)
    case boolean(Bool)
    case date(Instant)
    case uuid(ObjectID)

    /// Reads the term in the bytes `range` of a key, which is as wide as terms of `type` are.
    init?(_ key: RawSpan, _ range: Range<Int>, type: ScalarType) {
        let start = range.lowerBound
        switch type {
        case .int: self = .int(Int64(bitPattern: key.bigEndianUInt64(at: start) ^ 1 << 63))
        case .number:
            let bits = key.bigEndianUInt64(at: start)
            self = .number(Double(bitPattern: bits >> 63 == 1 ? bits ^ 1 << 63 : ~bits))
        case .boolean: self = .boolean(key.byte(at: start) != 0)
        case .date:
            let seconds = Int64(bitPattern: key.bigEndianUInt64(at: start) ^ 1 << 63)
            self = .date(Instant(seconds: seconds, nanoseconds: Int32(bitPattern: key.bigEndianUInt32(at: start + 8))))
        case .uuid:
            self = .uuid(
                ObjectID(high: key.bigEndianUInt64(at: start), low: key.bigEndianUInt64(at: start + 8)))
        case .text, .blob, .blobHash, .geoCoordinates, .phoneNumber, .object: return nil
        }
    }

    var term: [UInt8] {
        switch self {
        case .int(let value): IndexTerm.int(value)
        case .number(let value): IndexTerm.number(value)
        case .boolean(let value): IndexTerm.boolean(value)
        case .date(let value): IndexTerm.instant(value)
        case .uuid(let value): IndexTerm.uuid(value)
        }
    }
}

// The values themselves, for who counts them instead of looking for them. Inside a read transaction.
extension InvertedIndexSchema {
    /// Whether the index holds the values of a property as they are: those of a filterable int, number, boolean, date or uuid, or of a
    /// list of them. Texts are held as tokens.
    package func holdsValues(of property: PropertyID) -> Bool { valueType(of: property) != nil }

    /// Visits the different values of a property, ascending, each with how many documents have it, until `body` returns `false`.
    ///
    /// - Parameters:
    ///   - property: one that `holdsValues`; nothing is visited of others.
    ///   - documents: count only these, and leave out values that none of them has; `nil` counts all.
    /// - Throws: `IndexDamage`, `CancellationError`, what `store` and `body` throw.
    /// - Complexity: a step for each different value and 65,536 documents; with `documents`, one for each document with a value.
    package func visitValues(
        of property: PropertyID, among documents: DocumentSet?, in store: some OrderedReading,
        cancellation: Cancellation = .ofCurrentTask, _ body: (IndexedValue, _ documentCount: Int) throws -> Bool
    ) throws {
        guard let (type, width) = valueType(of: property) else { return }
        let meter = WorkMeter(cancellation)
        let prefix = IndexKey.prefix(.term, property)
        let term = prefix.count..<prefix.count + width
        var bytes: [UInt8] = []
        var current: (value: IndexedValue, count: Int)?
        var isWanted = true
        try store.scan(prefix: prefix, from: prefix) { key, value in
            try meter.count(WorkMeter.lookUp + (documents == nil ? 0 : value.byteCount))
            guard key.byteCount == term.upperBound + 2, let count = PostingChunk.count(value) else {
                throw IndexDamage.malformedEntry(key: key.bytes)
            }
            if current == nil || key.compare(term, to: bytes) != 0 {
                if let current, current.count > 0 { isWanted = try body(current.value, current.count) }
                guard isWanted, let next = IndexedValue(key, term, type: type) else {
                    current = nil
                    return false
                }
                bytes = key.bytes(in: term)
                current = (next, 0)
            }
            current?.count += try documents.map { try Self.count(value, in: $0, key: key) } ?? count
            return true
        }
        if let current, current.count > 0 { _ = try body(current.value, current.count) }
    }

    /// The least and the greatest value of a property that `holdsValues`, over all documents; `nil` if there is none.
    ///
    /// - Complexity: two look-ups.
    package func extremes(
        of property: PropertyID, in store: some OrderedReading
    ) throws -> (least: IndexedValue, greatest: IndexedValue)? {
        guard let (type, width) = valueType(of: property) else { return nil }
        let prefix = IndexKey.prefix(.term, property)
        let term = prefix.count..<prefix.count + width
        func read(_ key: RawSpan) throws -> IndexedValue? {
            guard key.byteCount == term.upperBound + 2 else { throw IndexDamage.malformedEntry(key: key.bytes) }
            return IndexedValue(key, term, type: type)
        }
        var least: IndexedValue?
        try store.scan(prefix: prefix, from: prefix) { key, _ in
            least = try read(key)
            return false
        }
        let greatest = try store.withLastKey(prefix: prefix) { key -> IndexedValue? in
            guard let key else { return nil }
            return try read(key)
        }
        guard let least, let greatest else { return nil }
        return (least, greatest)
    }

    /// The documents that have a value, or it among others.
    package func documents(
        with value: IndexedValue, of property: PropertyID, in store: some OrderedReading,
        cancellation: Cancellation = .ofCurrentTask
    ) throws -> DocumentSet {
        try PostingReader(store: store, meter: WorkMeter(cancellation))
            .documents(IndexKey.prefix(.term, property, value.term))
    }

    private func valueType(of property: PropertyID) -> (type: ScalarType, width: Int)? {
        guard let indexed = propertiesByID[property], indexed.isFilterable else { return nil }
        switch indexed.type {
        case .scalar(let type), .array(let type): return IndexTerm.width(of: type).map { (type, $0) }
        case .reference: return nil
        }
    }

    /// How many documents of a stored chunk are in `documents`.
    private static func count(_ chunk: RawSpan, in documents: DocumentSet, key: RawSpan) throws -> Int {
        let first = UInt32(key.lastUInt16) << 16
        var count = 0
        let isWhole = PostingChunk.visit(chunk) { number in
            if documents.contains(DocumentID(first | UInt32(number))) { count += 1 }
        }
        guard isWhole else { throw IndexDamage.malformedEntry(key: key.bytes) }
        return count
    }
}
