// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// What a shard stores of the bit-sliced index of a property as a whole: that there is one, and so that no value is missing from it.
///
/// A property of which terms were stored before there were such indexes has none, and gets none as long as it has terms.
struct BitSlicedIndex: Hashable {
    /// Bytes of a value, 8 or 12.
    var width: Int
    /// How many documents have a value.
    var documentCount: Int

    init(width: Int, documentCount: Int = 0) {
        self.width = width
        self.documentCount = documentCount
    }

    init?(_ span: RawSpan) {
        guard span.byteCount == 9, [8, 12].contains(span.byte(at: 0)) else { return nil }
        let count = span.uint64(at: 1)
        guard count > 0, count <= 1 << 32 else { return nil }
        self.init(width: Int(span.byte(at: 0)), documentCount: Int(count))
    }

    /// nil when no document has a value.
    func encoded() -> [UInt8]? {
        guard documentCount > 0 else { return nil }
        var bytes = [UInt8(width)]
        bytes.append(littleEndian: UInt64(documentCount))
        return bytes
    }
}

extension OrderedReading {
    /// - Returns: nil if no document has a value, or the shard is older than such indexes.
    /// - Throws: `IndexDamage`, and what the store throws.
    func bitSlicedIndex(of property: PropertyID) throws -> BitSlicedIndex? {
        let key = IndexKey.prefix(.bitSlices, property)
        return try withValue(for: key) { span in
            guard let span else { return nil }
            guard let index = BitSlicedIndex(span) else { throw IndexDamage.malformedEntry(key: key) }
            return index
        }
    }

    /// Whether terms of the property are stored without slices, which then get none.
    func isOlderThanSlices(_ property: PropertyID) throws -> Bool {
        try bitSlicedIndex(of: property) == nil && hasEntries(prefix: IndexKey.prefix(.term, property))
    }
}

/// Changes of the bit-sliced index of one property, collected over many documents.
struct BitSlicedChanges {
    let width: Int
    private(set) var numbers: [UInt32: UInt128?] = [:]
    /// How many documents more have a value.
    private(set) var addedCount = 0

    init(width: Int) { self.width = width }

    /// Puts the value of a document in or takes it out; of several changes of a document the last one counts.
    mutating func set(_ number: UInt128, of document: DocumentID, isIn: Bool) {
        numbers[document.number] = .some(isIn ? number : nil)
        addedCount += isIn ? 1 : -1
    }
}
