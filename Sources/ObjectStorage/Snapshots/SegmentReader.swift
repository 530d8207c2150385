// SPDX-License-Identifier: Apache-2.0

import DataModel
import VectorIndexes

/// Which snapshot of an index is the one to read, and which number the next one gets.
struct SnapshotState: Hashable {
    static let version: UInt8 = 1

    /// 0: there is none.
    var current: UInt32 = 0
    /// Greater than that of all segments there are.
    var next: UInt32 = 1

    init() {}

    init(_ value: RawSpan, key: [UInt8]) throws(StorageError) {
        var reader = ByteReader(key: key)
        let version = try reader.number(UInt8.self, in: value)
        guard version == Self.version else { throw reader.damaged("there is no version \(version)") }
        current = try reader.number(UInt32.self, in: value)
        next = try reader.number(UInt32.self, in: value)
        try reader.requireEnd(in: value)
    }

    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: 9)
        writer.append(Self.version)
        writer.append(current)
        writer.append(next)
        return writer.bytes
    }
}

/// The keys of the snapshots of one index. `Docs/formats/snapshots.md` is the specification.
struct SnapshotKeys {
    let state: [UInt8]
    private let segments: [UInt8]

    init(_ place: VectorPlace) {
        state = Key.appending(place.vector.number, to: Key.inShard(.snapshot, place.shard))
        segments = Key.appending(place.vector.number, to: Key.inShard(.segment, place.shard))
    }

    /// What all segments of all generations begin with.
    var everything: [UInt8] { segments }

    func generation(_ number: UInt32) -> [UInt8] { Key.appending(number, to: segments) }

    func segment(_ name: SegmentName, of generation: UInt32) -> [UInt8] {
        Key.appending(name.number, to: self.generation(generation) + [name.kind.rawValue])
    }
}

/// Reads the segments of the last whole snapshot of an index, through the transaction it came from.
package struct SegmentReader: SegmentReading {
    private let transaction: ReadTransaction
    private let keys: SnapshotKeys

    init(_ transaction: ReadTransaction, _ place: VectorPlace) {
        self.transaction = transaction
        keys = SnapshotKeys(place)
    }

    package func withSegment(_ name: SegmentName, _ body: (RawSpan) throws -> Void) throws -> Bool {
        let state = try transaction.snapshotState(keys)
        guard state.current != 0 else { return false }
        return try transaction.withValue(for: keys.segment(name, of: state.current)) { value in
            guard let value else { return false }
            try body(value)
            return true
        }
    }

    package func withSegments(_ names: [SegmentName], _ body: @Sendable (Int, RawSpan?) throws -> Void) throws {
        let state = try transaction.snapshotState(keys)
        var values = unsafe [UnsafeRawBufferPointer?](repeating: nil, count: names.count)
        if state.current != 0 {
            for (position, name) in names.enumerated() {
                try transaction.withValue(for: keys.segment(name, of: state.current)) { value in
                    unsafe values[position] = value?.withUnsafeBytes { unsafe $0 }
                }
            }
        }
        let lent = unsafe LentValues(values: values)
        try transaction.lend(names.count) { position in
            guard let value = unsafe lent.values[position] else { return try body(position, nil) }
            // Safety: what is lent stays until all calls have returned.
            try body(position, unsafe RawSpan(_unsafeBytes: value))
        }
    }

    /// Values in the map, while they are lent.
    @safe
    private struct LentValues: @unchecked Sendable {
        // Safety (@unchecked): the bytes are read only, and stay where they are as long as the transaction is open.
        let values: [UnsafeRawBufferPointer?]
    }
}

extension ReadTransaction {
    /// The last whole snapshot of the index of `vector`; without segments if there is none.
    package final func segments(of vector: VectorID, in shard: ShardAddress) -> SegmentReader {
        SegmentReader(self, VectorPlace(shard: shard, vector: vector))
    }

    final func snapshotState(_ keys: SnapshotKeys) throws -> SnapshotState {
        try withValue(for: keys.state) { value in
            guard let value else { return SnapshotState() }
            return try SnapshotState(value, key: keys.state)
        }
    }
}
