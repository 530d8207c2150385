// SPDX-License-Identifier: Apache-2.0

/// What the inverted indexes of one shard are read from: byte keys in ascending byte order, as one snapshot sees them.
///
/// Keys are relative to the shard; at most 400 bytes each.
package protocol OrderedReading {
    /// Calls `body` with the value under `key`, or with `nil`. The bytes are valid only until `body` returns.
    func withValue<R>(for key: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R

    /// Visits the entries whose keys begin with `prefix` and are at least `start`, ascending, until `body` returns `false`.
    /// The bytes are valid only until `body` returns.
    func scan(prefix: [UInt8], from start: [UInt8], _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool) throws

    /// Calls `body` with the last key that begins with `prefix`, or with `nil`. The bytes are valid only until `body` returns.
    func withLastKey<R>(prefix: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R
}

extension OrderedReading {
    /// Whether any key begins with `prefix`.
    func hasEntries(prefix: [UInt8]) throws -> Bool {
        var isFound = false
        try scan(prefix: prefix, from: prefix) { _, _ in
            isFound = true
            return false
        }
        return isFound
    }

    /// Whether the term has documents whose whole text lies under `key`.
    func isInUse(longTermUnder key: [UInt8]) throws -> Bool {
        try hasEntries(prefix: [EntryKind.term.rawValue] + key.dropFirst())
    }
}

/// What they are written to, inside the writer's transaction.
package protocol OrderedWriting: OrderedReading {
    func put(_ value: [UInt8], for key: [UInt8]) throws
    /// Does nothing if there is no such key.
    func removeValue(for key: [UInt8]) throws
}
