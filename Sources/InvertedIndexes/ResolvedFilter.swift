// SPDX-License-Identifier: Apache-2.0

package import DataModel

/// A filter whose names, types and values have been checked against a collection: what remains is to look it up.
///
/// Made by `InvertedIndexSchema.resolve`; complete in itself, so that it can be evaluated on every shard of the collection.
package struct ResolvedFilter: Hashable, Sendable {
    let root: ResolvedCondition
}

/// A collection that a path goes to through a reference, as the rest of the path has to be checked against it.
package struct ReferencedCollection: Sendable {
    package var id: CollectionID
    package var schema: InvertedIndexSchema

    package init(id: CollectionID, schema: InvertedIndexSchema) {
        self.id = id
        self.schema = schema
    }
}

/// Objects that references may lead to: those of one collection that fulfil a condition.
package protocol ReferenceTargets {
    /// O(1).
    var count: Int { get }

    /// O(log n).
    func contains(_ id: ObjectID) throws -> Bool

    /// Visits their ids, in no particular order.
    func forEach(_ body: (ObjectID) throws -> Void) throws
}

/// From object ids to documents and back, and on to the objects that references lead to; kept by whoever keeps the objects of a
/// shard.
package protocol IDLookup {
    /// The objects of another collection that fulfil `filter`, which was resolved against it. None if the collection is gone.
    func targets(in collection: CollectionID, matching filter: ResolvedFilter) throws -> any ReferenceTargets

    func document(of id: ObjectID) throws -> DocumentID?

    /// Visits ids from `start` on, ascending, until `body` returns `false`.
    func scanIDs(from start: ObjectID, _ body: (ObjectID, DocumentID) throws -> Bool) throws

    /// The id of a live document.
    func id(of document: DocumentID) throws -> ObjectID?
}
