// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes

/// A sorted table of bytes in memory.
final class MemoryStore: OrderedWriting {
    private(set) var entries: [[UInt8]: [UInt8]] = [:]
    private var sortedKeys: [[UInt8]]?
    private(set) var largestValueWritten = 0
    private(set) var longestKeyWritten = 0
    private(set) var writeCount = 0

    func withValue<R>(for key: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        guard let value = entries[key] else { return try body(nil) }
        // Safety: integers have no padding.
        return try body(unsafe value.span.bytes)
    }

    func scan(
        prefix: [UInt8], from start: [UInt8], _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool
    ) throws {
        let keys = sortedKeys ?? entries.keys.sorted { $0.lexicographicallyPrecedes($1) }
        sortedKeys = keys
        let first = prefix.lexicographicallyPrecedes(start) ? start : prefix
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle].lexicographicallyPrecedes(first) { low = middle + 1 } else { high = middle }
        }
        for key in keys[low...] {
            guard key.starts(with: prefix), let value = entries[key] else { return }
            // Safety: as above.
            guard try body(unsafe key.span.bytes, unsafe value.span.bytes) else { return }
        }
    }

    func withLastKey<R>(prefix: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        let last = entries.keys.filter { $0.starts(with: prefix) }.max { $0.lexicographicallyPrecedes($1) }
        guard let last else { return try body(nil) }
        // Safety: as above.
        return try body(unsafe last.span.bytes)
    }

    func put(_ value: [UInt8], for key: [UInt8]) throws {
        if entries.updateValue(value, forKey: key) == nil { sortedKeys = nil }
        largestValueWritten = max(largestValueWritten, value.count)
        longestKeyWritten = max(longestKeyWritten, key.count)
        writeCount += 1
    }

    func removeValue(for key: [UInt8]) throws {
        if entries.removeValue(forKey: key) != nil { sortedKeys = nil }
        writeCount += 1
    }
}

/// Ids of documents in a dictionary.
struct MemoryIDs: IDLookup {
    var documents: [ObjectID: DocumentID] = [:]
    /// What fulfills a condition on another collection.
    var targets: (CollectionID, ResolvedFilter) throws -> TargetList = { _, _ in TargetList() }

    func targets(in collection: CollectionID, matching filter: ResolvedFilter) throws -> any ReferenceTargets {
        try targets(collection, filter)
    }

    func document(of id: ObjectID) -> DocumentID? { documents[id] }

    func scanIDs(from start: ObjectID, _ body: (ObjectID, DocumentID) throws -> Bool) rethrows {
        for (id, document) in documents.sorted(by: { $0.key < $1.key }) where id >= start {
            guard try body(id, document) else { return }
        }
    }

    func id(of document: DocumentID) -> ObjectID? { documents.first { $0.value == document }?.key }
}

/// Targets of references, by their ids.
struct TargetList: ReferenceTargets {
    let ids: [ObjectID]
    private let set: Set<ObjectID>

    init(ids: [ObjectID] = []) {
        self.ids = ids
        set = Set(ids)
    }

    var count: Int { ids.count }
    func contains(_ id: ObjectID) -> Bool { set.contains(id) }
    func forEach(_ body: (ObjectID) throws -> Void) rethrows { try ids.forEach(body) }
}

/// A shard with what it takes to fill and ask it.
struct Shard {
    var schema: InvertedIndexSchema
    let store = MemoryStore()
    var ids = MemoryIDs()
    private(set) var documents: [DocumentID: IndexedDocument] = [:]
    /// The other collections that filters know.
    var others: (String) -> ReferencedCollection? = { _ in nil }

    init(_ properties: [String: IndexedProperty], settings: InvertedIndexSettings = InvertedIndexSettings()) {
        schema = InvertedIndexSchema(properties: properties, settings: settings)
    }

    /// Puts in documents 0, 1, … with these values, all at once.
    init(
        _ properties: [String: IndexedProperty], settings: InvertedIndexSettings = InvertedIndexSettings(),
        values: [[String: PropertyValue]]
    ) throws {
        self.init(properties, settings: settings)
        var batch = PostingBatch()
        for (number, values) in values.enumerated() { put(UInt32(number), values, in: &batch) }
        try batch.flush(into: store)
    }

    /// Adds or replaces a document; its id ends in its number.
    mutating func put(
        _ number: UInt32, _ values: [String: PropertyValue], creationTime: Int64 = 0, updateTime: Int64 = 0
    ) throws {
        var batch = PostingBatch()
        put(number, values, creationTime: creationTime, updateTime: updateTime, in: &batch)
        try batch.flush(into: store)
    }

    mutating func put(
        _ number: UInt32, _ values: [String: PropertyValue], creationTime: Int64 = 0, updateTime: Int64 = 0,
        in batch: inout PostingBatch
    ) {
        var byID: [PropertyID: PropertyValue] = [:]
        // A name the test has made up wrongly.
        for (name, value) in values { byID[schema.properties[name]!.id] = value }
        let document = IndexedDocument(
            id: DocumentID(number), values: byID, creationTime: creationTime, updateTime: updateTime)
        if let old = documents.updateValue(document, forKey: document.id) {
            schema.replace(old, with: document, in: &batch)
        } else {
            schema.add(document, to: &batch)
        }
        ids.documents[ObjectID(high: 0, low: UInt64(number))] = document.id
    }

    mutating func remove(_ number: UInt32) throws {
        var batch = PostingBatch()
        remove(number, in: &batch)
        try batch.flush(into: store)
    }

    mutating func remove(_ number: UInt32, in batch: inout PostingBatch) {
        guard let old = documents.removeValue(forKey: DocumentID(number)) else { return }
        schema.remove(old, from: &batch)
        ids.documents[ObjectID(high: 0, low: UInt64(number))] = nil
    }

    func find(_ filter: Filter, atLeast wanted: Int = .max) throws -> [UInt32] {
        let resolved = try schema.resolve(filter, collection: "C", others: others)
        return try schema.documents(matching: resolved, atLeast: wanted, ids: ids, in: store).map(\.number)
    }

    func count(_ filter: Filter) throws -> Int {
        try schema.count(matching: schema.resolve(filter, collection: "C", others: others), ids: ids, in: store)
    }

    func find(_ path: FilterPath, _ comparison: FilterComparison, _ value: FilterValue) throws -> [UInt32] {
        try find(.condition(FilterCondition(path: path, comparison: comparison, value: value)))
    }

    func find(_ name: String, _ comparison: FilterComparison, _ value: FilterValue) throws -> [UInt32] {
        try find(.property(name), comparison, value)
    }

    /// Documents and scores, best first.
    func search(
        _ text: String, in names: [String] = [], matching: KeywordQuery.Operator = .or(minimumMatches: 1),
        filter: DocumentSet? = nil, limit: Int = 100, mode: KeywordSearchMode = .pruned
    ) throws -> [KeywordMatch] {
        let query = KeywordQuery(text: text, fields: try schema.keywordFields(named: names), matching: matching)
        return try schema.search(
            query, filter: filter, limit: limit, explain: true, ids: ids, in: store, mode: mode)
    }

    func findings() throws -> [String] {
        try schema.checkInvariants(in: store) { body in
            for document in documents.values { try body(document) }
        }
    }

    /// The entries of a shard into which only the living documents were ever put.
    func freshEntries() throws -> [[UInt8]: [UInt8]] {
        let store = MemoryStore()
        var batch = PostingBatch()
        for document in documents.values.sorted(by: { $0.id < $1.id }) { schema.add(document, to: &batch) }
        try batch.flush(into: store)
        return store.entries
    }
}

extension IndexedProperty {
    static func text(_ number: UInt16, _ tokenization: Tokenization = .word, isArray: Bool = false) -> Self {
        Self(
            id: PropertyID(number), type: isArray ? .array(.text) : .scalar(.text), tokenization: tokenization,
            isSearchable: true)
    }

    static func scalar(_ number: UInt16, _ type: ScalarType) -> Self {
        Self(id: PropertyID(number), type: .scalar(type))
    }

    static func array(_ number: UInt16, _ type: ScalarType) -> Self { Self(id: PropertyID(number), type: .array(type)) }
}
