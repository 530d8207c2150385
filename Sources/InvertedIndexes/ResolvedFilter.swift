// SPDX-License-Identifier: Apache-2.0

package import DataModel

/// A filter whose names, types and values have been checked against a collection: what remains is to look it up.
///
/// Made by `InvertedIndexSchema.resolve`; complete in itself, so that it can be evaluated on every shard of the collection.
package struct ResolvedFilter: Hashable, Sendable {
    let root: ResolvedCondition
}

/// What a condition that goes through a reference asks: the core answers it with the targets it finds.
package struct ReferenceCondition: Hashable, Sendable {
    /// The collection that `condition` is about.
    package var collection: String
    /// What the target has to fulfill.
    package var condition: FilterCondition

    package init(collection: String, condition: FilterCondition) {
        self.collection = collection
        self.condition = condition
    }
}

/// From object ids to documents and back, kept by whoever keeps the objects of a shard.
package protocol IDLookup {
    func document(of id: ObjectID) throws -> DocumentID?

    /// Visits ids from `start` on, ascending, until `body` returns `false`.
    func scanIDs(from start: ObjectID, _ body: (ObjectID, DocumentID) throws -> Bool) throws

    /// The id of a live document.
    func id(of document: DocumentID) throws -> ObjectID?
}
