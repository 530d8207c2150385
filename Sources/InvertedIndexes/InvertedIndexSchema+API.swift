// SPDX-License-Identifier: Apache-2.0

package import DataModel

// The operations, their bodies still to come.

/// Index entries to be added and removed, collected over many documents so that each stored chunk is rewritten once.
package struct PostingBatch {
    package init() {}

    /// About how many bytes are held; flush before it grows past what memory allows.
    package var byteCount: Int { 0 }
    package var isEmpty: Bool { true }

    /// Writes everything collected and becomes empty. Must be called before the transaction commits.
    package mutating func flush(into store: some OrderedWriting) throws {}
}

extension InvertedIndexSchema {
    /// A document that has no entries yet.
    package func add(_ document: IndexedDocument, to batch: inout PostingBatch) {}

    /// A document with the entries that were added for exactly these values and times.
    package func remove(_ document: IndexedDocument, from batch: inout PostingBatch) {}

    /// The same as removing and adding; entries that stay are not touched. The document numbers may differ.
    package func replace(_ old: IndexedDocument, with new: IndexedDocument, in batch: inout PostingBatch) {}

    /// Removes all entries of one property, for a property that is dropped or is to be indexed anew.
    package func removeEntries(of property: PropertyID, in store: some OrderedWriting) throws {}

    /// Adds entries of one property alone to documents that are otherwise indexed.
    package func addEntries(of property: PropertyID, document: IndexedDocument, to batch: inout PostingBatch) {}

    /// Checks names, types and values.
    ///
    /// - Parameters:
    ///   - collection: its name, for messages.
    ///   - targets: for a condition through a reference: the ids of the objects that fulfil it. Called once for each such condition.
    /// - Throws: `FilterError`, and what `targets` throws.
    package func resolve(
        _ filter: Filter, collection: String, targets: (ReferenceCondition) throws -> [ObjectID]
    ) throws -> ResolvedFilter { ResolvedFilter(root: .and([])) }

    /// All live documents of the shard.
    package func allDocuments(in store: some OrderedReading) throws -> DocumentSet { DocumentSet() }

    /// How many live documents the shard has. O(1).
    package func documentCount(in store: some OrderedReading) throws -> Int { 0 }

    /// The documents that fulfil `filter`.
    package func documents(
        matching filter: ResolvedFilter, ids: some IDLookup, in store: some OrderedReading
    ) throws -> DocumentSet { DocumentSet() }

    /// The searchable fields of a keyword search: all searchable texts when `names` is empty, else these, each as `name` or `name^boost`.
    package func keywordFields(named names: [String]) throws(KeywordSearchError) -> [KeywordQuery.Field] { [] }

    /// The `limit` best documents by BM25, best first; equal scores by object id.
    ///
    /// - Parameters:
    ///   - filter: only these documents; changes no score.
    ///   - explain: fill in `KeywordMatch.explanation`.
    package func search(
        _ query: KeywordQuery, filter: DocumentSet?, limit: Int, explain: Bool = false, ids: some IDLookup,
        in store: some OrderedReading
    ) throws -> [KeywordMatch] { [] }

    /// Compares all entries of a shard with its documents.
    ///
    /// - Parameter documents: calls its argument with every live document, in any order.
    /// - Returns: what is wrong, in words, at most `limit` findings; empty when all is right.
    package func checkInvariants(
        in store: some OrderedReading, limit: Int = 100, documents: ((IndexedDocument) throws -> Void) throws -> Void
    ) throws -> [String] { [] }
}
