// SPDX-License-Identifier: Apache-2.0

/// A store of which values are asked for again and again: it keeps those that were asked for last, and those that are not there.
///
/// To put an entry together from the tree and the runs beside it takes as long as there are edits of it; the check asks for the entry
/// of a frequent value once for each document that has it. Nothing may be written meanwhile.
final class RememberedEntries<Store: OrderedReading>: OrderedReading {
    /// Beyond so many bytes, all that is kept is forgotten.
    private static var limitInBytes: Int { 64 << 20 }
    /// What a key takes in the dictionary, about.
    private static var bytesPerEntry: Int { 100 }

    private let store: Store
    private var values: [[UInt8]: [UInt8]?] = [:]
    private var byteCount = 0

    init(_ store: Store) { self.store = store }

    func withValue<R>(for key: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        if let known = values[key] { return try Self.lend(known, to: body) }
        let value = try store.withValue(for: key) { $0?.bytes }
        if byteCount > Self.limitInBytes {
            values.removeAll(keepingCapacity: true)
            byteCount = 0
        }
        values[key] = .some(value)
        byteCount += key.count + (value?.count ?? 0) + Self.bytesPerEntry
        return try Self.lend(value, to: body)
    }

    private static func lend<R>(_ value: [UInt8]?, to body: (RawSpan?) throws -> R) rethrows -> R {
        guard let value else { return try body(nil) }
        // Safety: bytes of any value are bytes.
        return try body(unsafe value.span.bytes)
    }

    func scan(prefix: [UInt8], from start: [UInt8], _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool) throws {
        try store.scan(prefix: prefix, from: start, body)
    }

    func withLastKey<R>(prefix: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        try store.withLastKey(prefix: prefix, body)
    }
}
