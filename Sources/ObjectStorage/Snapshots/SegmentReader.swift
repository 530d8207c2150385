// SPDX-License-Identifier: Apache-2.0

import DataModel
import VectorIndexes

/// Which snapshot of an index is the one to read, and which number the next one gets.
struct SnapshotState: Hashable {
    static let version: UInt8 = 2

    /// 0: there is none.
    var current: UInt32 = 0
    /// Greater than that of all segments there are.
    var next: UInt32 = 1
    /// The segments of the current snapshot that an earlier one wrote, and which.
    var inherited: [SegmentName: UInt32] = [:]

    init() {}

    init(_ value: RawSpan, key: [UInt8]) throws(StorageError) {
        var reader = ByteReader(key: key)
        let version = try reader.number(UInt8.self, in: value)
        guard (1...Self.version).contains(version) else { throw reader.damaged("there is no version \(version)") }
        current = try reader.number(UInt32.self, in: value)
        next = try reader.number(UInt32.self, in: value)
        if version > 1 {
            for _ in 0..<(try reader.number(UInt32.self, in: value)) {
                let kind = try reader.number(UInt8.self, in: value)
                let number = try reader.number(UInt32.self, in: value)
                guard let kind = SegmentName.Kind(rawValue: kind) else {
                    throw reader.damaged("there is no kind \(kind) of segments")
                }
                inherited[SegmentName(kind, number)] = try reader.number(UInt32.self, in: value)
            }
        }
        try reader.requireEnd(in: value)
    }

    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: 13 + 9 * inherited.count)
        writer.append(Self.version)
        writer.append(current)
        writer.append(next)
        writer.append(UInt32(inherited.count))
        for name in inheritedInOrder {
            writer.append(name.kind.rawValue)
            writer.append(name.number)
            writer.append(generation(of: name))
        }
        return writer.bytes
    }

    /// The segments that an earlier snapshot wrote, by kind and number.
    var inheritedInOrder: [SegmentName] {
        inherited.keys.sorted { ($0.kind.rawValue, $0.number) < ($1.kind.rawValue, $1.number) }
    }

    /// Which generation holds a segment of the current snapshot, if it has it.
    func generation(of name: SegmentName) -> UInt32 { inherited[name] ?? current }
}

/// The keys of the snapshots of one index. `Docs/formats/snapshots.md` is the specification.
struct SnapshotKeys {
    let state: [UInt8]
    private let segments: [UInt8]

    init(_ address: VectorAddress) {
        state = Key.appending(address.vector.number, to: Key.inShard(.snapshot, address.shard))
        segments = Key.appending(address.vector.number, to: Key.inShard(.segment, address.shard))
    }

    /// What all segments of all generations begin with.
    var everything: [UInt8] { segments }

    func segment(_ name: SegmentName, of generation: UInt32) -> [UInt8] {
        Key.appending(name.number, to: Key.appending(generation, to: segments) + [name.kind.rawValue])
    }

    /// The key of a segment of the current snapshot, if it has it.
    func segment(_ name: SegmentName, in state: SnapshotState) -> [UInt8] {
        segment(name, of: state.generation(of: name))
    }

    /// Whether the current snapshot of `state` has the segment with this key.
    func isInUse(_ key: RawSpan, _ state: SnapshotState) -> Bool {
        guard key.byteCount == segments.count + 9,
            let generation = Key.number(UInt32.self, in: key, at: segments.count),
            let kind = Key.number(UInt8.self, in: key, at: segments.count + 4).flatMap(SegmentName.Kind.init),
            let number = Key.number(UInt32.self, in: key, at: segments.count + 5)
        else { return false }
        return state.current != 0 && state.generation(of: SegmentName(kind, number)) == generation
    }
}

/// Reads the segments of the last whole snapshot of an index, through the transaction it came from.
package struct SegmentReader: SegmentReading {
    private let transaction: ReadTransaction
    private let keys: SnapshotKeys
    /// Read once: there may be thousands of segments.
    private let state: Result<SnapshotState, any Error>

    init(_ transaction: ReadTransaction, _ address: VectorAddress) {
        self.transaction = transaction
        let keys = SnapshotKeys(address)
        self.keys = keys
        state = Result { try transaction.snapshotState(keys) }
    }

    package func withSegment(_ name: SegmentName, _ body: (RawSpan) throws -> Void) throws -> Bool {
        let state = try state.get()
        guard state.current != 0 else { return false }
        return try transaction.withValue(for: keys.segment(name, in: state)) { value in
            guard let value else { return false }
            try body(value)
            return true
        }
    }

    package func withSegments(_ names: [SegmentName], _ body: @Sendable (Int, RawSpan?) throws -> Void) throws {
        let state = try state.get()
        var values = unsafe [UnsafeRawBufferPointer?](repeating: nil, count: names.count)
        if state.current != 0 {
            for (position, name) in names.enumerated() {
                try transaction.withValue(for: keys.segment(name, in: state)) { value in
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
        SegmentReader(self, VectorAddress(shard: shard, vector: vector))
    }

    final func snapshotState(_ keys: SnapshotKeys) throws -> SnapshotState {
        try withValue(for: keys.state) { value in
            guard let value else { return SnapshotState() }
            return try SnapshotState(value, key: keys.state)
        }
    }
}
