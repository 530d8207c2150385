// SPDX-License-Identifier: Apache-2.0

import DataModel

extension InvariantCheck {
    /// Holds the columns of a shard against its objects, block by block.
    mutating func checkColumns(_ shard: ShardAddress) throws {
        // Data of an older format, opened for reading only, have none.
        guard try transaction.formatVersion() ?? 0 >= 2 else { return }
        let remains = try columnRemains(of: shard)
        var expected: [PropertyID: ColumnBlock] = [:]
        var number: UInt32?
        var blockCount = 0
        try transaction.scanObjects(in: shard, properties: .allButBlobs) { document, object in
            let (block, place) = ColumnBlock.position(of: document)
            if let number, number != block {
                blockCount += try compare(expected, with: number, remains, in: shard)
                expected = [:]
            }
            number = block
            for (property, value) in object.properties {
                guard let value = ColumnValue(value) else { continue }
                expected[property, default: ColumnBlock(value.kind)].set(place, to: value)
            }
            return true
        }
        if let number { blockCount += try compare(expected, with: number, remains, in: shard) }
        try countBlocks(of: shard, remains, expected: blockCount)
    }

    /// What was left in blocks of columns, a bit for each document that is gone.
    private typealias Remains = [PropertyID: [UInt32: UInt128]]

    private mutating func columnRemains(of shard: ShardAddress) throws -> Remains {
        var remains: Remains = [:]
        for (property, documents) in try transaction.columnRemains(of: shard) {
            for document in documents.map({ DocumentID($0) }) {
                if try transaction.containsDocument(document, in: shard) {
                    report(
                        Key.columnRemains(property, in: shard),
                        "it names document \(document.number), which is not gone")
                }
                let (block, place) = ColumnBlock.position(of: document)
                remains[property, default: [:]][block, default: 0] |= UInt128(1) << UInt128(place)
            }
        }
        return remains
    }

    /// - Returns: how many blocks were expected.
    private mutating func compare(
        _ expected: [PropertyID: ColumnBlock], with number: UInt32, _ remains: Remains, in shard: ShardAddress
    ) throws -> Int {
        for (property, block) in expected {
            let key = Key.appending(number, to: Key.column(property, in: shard))
            var stored = try transaction.columnBlock(under: key)
            stored?.remove(remains[property]?[number] ?? 0)
            if stored?.holdsTheSame(as: block) != true { report(key, "the column does not hold what the objects do") }
        }
        return expected.count
    }

    private mutating func countBlocks(of shard: ShardAddress, _ remains: Remains, expected: Int) throws {
        let prefix = Key.inShard(.column, shard)
        var count = 0
        try transaction.scan(prefix: prefix, from: prefix) { key, value in
            guard key.byteCount == prefix.count + 6,
                let property = Key.number(UInt16.self, in: key, at: prefix.count).map({ PropertyID($0) }),
                let number = Key.number(UInt32.self, in: key, at: prefix.count + 2)
            else {
                report(Key.describe(key), "the key is not a column's")
                return true
            }
            count += 1
            if let gone = remains[property]?[number] {
                let block = try ColumnBlock(value, key: Key.appending(number, to: Key.column(property, in: shard)))
                if block.present & ~gone == 0 { count -= 1 }
            }
            return true
        }
        if count != expected {
            report("columns of \(shard)", "there are \(count) blocks, and values for \(expected)")
        }
    }
}

extension ColumnBlock {
    /// Takes the values of some documents out, a bit each.
    fileprivate mutating func remove(_ documents: UInt128) {
        var bits = documents & present
        while bits != 0 {
            set(bits.trailingZeroBitCount, to: nil)
            bits &= bits - 1
        }
    }

    /// Whether the documents have the same values in both, in whatever order the dictionaries are.
    fileprivate func holdsTheSame(as other: ColumnBlock) -> Bool {
        let texts = codes.map { dictionary[Int($0)] }
        return kind == other.kind && present == other.present && elsewhere == other.elsewhere && marked == other.marked
            && ints == other.ints && numbers.map(\.bitPattern) == other.numbers.map(\.bitPattern)
            && nanoseconds == other.nanoseconds && elementCounts == other.elementCounts
            && texts == other.codes.map { other.dictionary[Int($0)] }
    }
}
