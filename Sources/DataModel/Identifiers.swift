// SPDX-License-Identifier: Apache-2.0

/// The number of a collection in the catalog. Never given out twice, so that nothing stored names a collection by its text.
package struct CollectionID: Hashable, Comparable, Sendable {
    package let number: UInt32
    package init(_ number: UInt32) { self.number = number }
    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// The number of a shard (later: a tenant) inside its collection.
package struct ShardID: Hashable, Comparable, Sendable {
    package let number: UInt32
    package init(_ number: UInt32) { self.number = number }
    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// The number of a property inside its collection. Never given out twice.
package struct PropertyID: Hashable, Comparable, Sendable {
    package let number: UInt16
    package init(_ number: UInt16) { self.number = number }
    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// The number of one vector (named or not) inside its collection. Never given out twice.
package struct VectorID: Hashable, Comparable, Sendable {
    package let number: UInt16
    package init(_ number: UInt16) { self.number = number }
    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// The internal number of an object inside its shard, in order of insertion.
///
/// An object gets a new one when one of its vectors changes, so a document's vectors never change. Numbers are not
/// reused; a shard that has given out all 2³² refuses further inserts.
package struct DocumentID: Hashable, Comparable, Sendable {
    package let number: UInt32
    package init(_ number: UInt32) { self.number = number }
    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}
