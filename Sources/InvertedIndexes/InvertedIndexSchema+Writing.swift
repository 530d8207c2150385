// SPDX-License-Identifier: Apache-2.0

package import DataModel

/// What the values of a document put into the indexes.
package struct AnalyzedValues: Sendable {
    fileprivate let entries: [(property: PropertyID, entries: PropertyEntries)]
}

// Inside the writer's transaction: changes are collected in a `PostingBatch`, which is flushed before the commit.
extension InvertedIndexSchema {
    /// A document that has no entries yet.
    package func add(_ document: IndexedDocument, to batch: inout PostingBatch) {
        set(document, isIn: true, in: &batch)
    }

    /// What values put into the indexes, worked out ahead of knowing which document has them: on any thread, for `add(_:as:…)`.
    package func analyzed(_ values: [PropertyID: PropertyValue]) -> AnalyzedValues {
        AnalyzedValues(
            entries: values.compactMap { id, value in
                propertiesByID[id].map { (id, entries(of: value, in: $0)) }
            })
    }

    /// A document that has no entries yet, by what `analyzed` has made of its values.
    package func add(
        _ values: AnalyzedValues, as document: DocumentID, creationTime: Int64, updateTime: Int64,
        to batch: inout PostingBatch
    ) {
        batch.countDocument(document, isAdded: true)
        for (property, entries) in values.entries { batch.set(entries, of: property, document, isIn: true) }
        let times = IndexedDocument(id: document, values: [:], creationTime: creationTime, updateTime: updateTime)
        setTimes(of: times, isIn: true, in: &batch)
    }

    /// A document with the entries that were added for exactly these values and times.
    package func remove(_ document: IndexedDocument, from batch: inout PostingBatch) {
        set(document, isIn: false, in: &batch)
    }

    /// The same as removing and adding, except that entries of values that stay are not touched. The document numbers may differ.
    package func replace(_ old: IndexedDocument, with new: IndexedDocument, in batch: inout PostingBatch) {
        guard old.id == new.id else {
            remove(old, from: &batch)
            add(new, to: &batch)
            return
        }
        for property in propertiesByID.values {
            let (before, after) = (old.values[property.id], new.values[property.id])
            guard before != after else { continue }
            if let before { set(before, property, old.id, isIn: false, in: &batch) }
            if let after { set(after, property, new.id, isIn: true, in: &batch) }
        }
        if old.creationTime != new.creationTime || old.updateTime != new.updateTime {
            setTimes(of: old, isIn: false, in: &batch)
            setTimes(of: new, isIn: true, in: &batch)
        }
    }

    /// Adds the entries of one property alone to a document that is indexed otherwise: for a property that gets its index later.
    package func addEntries(of property: PropertyID, document: IndexedDocument, to batch: inout PostingBatch) {
        guard let property = propertiesByID[property], let value = document.values[property.id] else { return }
        set(value, property, document.id, isIn: true, in: &batch)
    }

    /// Removes entries of one property, `limit` of them at most: for one that loses an index, is dropped or indexed anew.
    ///
    /// - Returns: whether there is nothing left to remove.
    package func removeEntries(
        _ entries: EntrySelection, of property: PropertyID, atMost limit: Int, in store: some OrderedWriting
    ) throws -> Bool {
        // A cursor does not outlive changes, so keys are collected before they are removed.
        var keys: [[UInt8]] = []
        for kind in entries.kinds {
            let prefix = IndexKey.prefix(kind, property)
            try store.scan(prefix: prefix, from: prefix) { key, _ in
                guard keys.count < limit else { return false }
                keys.append(key.bytes)
                return true
            }
        }
        for key in keys { try store.removeValue(for: key) }
        return keys.count < limit
    }

    /// Removes all entries of one property.
    ///
    /// - Complexity: one removal for each stored chunk of the property.
    package func removeEntries(of property: PropertyID, in store: some OrderedWriting) throws {
        while try !removeEntries(.all, of: property, atMost: 1_000, in: store) {}
    }

    private func set(_ document: IndexedDocument, isIn: Bool, in batch: inout PostingBatch) {
        batch.countDocument(document.id, isAdded: isIn)
        for (id, value) in document.values {
            if let property = propertiesByID[id] { set(value, property, document.id, isIn: isIn, in: &batch) }
        }
        setTimes(of: document, isIn: isIn, in: &batch)
    }

    private func set(
        _ value: PropertyValue, _ property: IndexedProperty, _ document: DocumentID, isIn: Bool,
        in batch: inout PostingBatch
    ) {
        batch.set(entries(of: value, in: property), of: property.id, document, isIn: isIn)
    }

    private func setTimes(of document: IndexedDocument, isIn: Bool, in batch: inout PostingBatch) {
        for key in timeKeys(of: document) { batch.setPosting(key, document.id, isIn: isIn) }
    }

    /// Posting keys of the document's times, without their chunk.
    func timeKeys(of document: IndexedDocument) -> [[UInt8]] {
        guard settings.indexTimestamps else { return [] }
        return [
            IndexKey.time(.creation) + IndexTerm.int(document.creationTime),
            IndexKey.time(.update) + IndexTerm.int(document.updateTime),
        ]
    }
}
