// SPDX-License-Identifier: Apache-2.0

import DataModel

extension InvariantCheck {
    /// Holds the columns of a shard against its objects, block by block.
    mutating func checkColumns(_ shard: ShardAddress) throws {
        // Data of an older format, opened for reading only, have none.
        guard try transaction.formatVersion() ?? 0 >= 2 else { return }
        var expected: [PropertyID: ColumnBlock] = [:]
        var number: UInt32?
        var blockCount = 0
        try transaction.scanObjects(in: shard, properties: .allButBlobs) { document, object in
            let (block, place) = ColumnBlock.position(of: document)
            if let number, number != block {
                blockCount += try compare(expected, with: number, in: shard)
                expected = [:]
            }
            number = block
            for (property, value) in object.properties {
                guard let value = ColumnValue(value) else { continue }
                expected[property, default: ColumnBlock(value.kind)].set(place, to: value)
            }
            return true
        }
        if let number { blockCount += try compare(expected, with: number, in: shard) }
        try countBlocks(of: shard, expected: blockCount)
    }

    /// - Returns: how many blocks were expected.
    private mutating func compare(
        _ expected: [PropertyID: ColumnBlock], with number: UInt32, in shard: ShardAddress
    ) throws -> Int {
        for (property, block) in expected {
            let key = Key.appending(number, to: Key.column(property, in: shard))
            let stored = try transaction.columnBlock(under: key)
            if stored?.holdsTheSame(as: block) != true { report(key, "the column does not hold what the objects do") }
        }
        return expected.count
    }

    private mutating func countBlocks(of shard: ShardAddress, expected: Int) throws {
        let prefix = Key.inShard(.column, shard)
        var count = 0
        try transaction.scan(prefix: prefix, from: prefix) { key, _ in
            count += 1
            if key.byteCount != prefix.count + 6 { report(Key.describe(key), "the key is not a column's") }
            return true
        }
        if count != expected {
            report("columns of \(shard)", "there are \(count) blocks, and values for \(expected)")
        }
    }
}

extension ColumnBlock {
    /// Whether the documents have the same values in both, in whatever order the dictionaries are.
    fileprivate func holdsTheSame(as other: ColumnBlock) -> Bool {
        let texts = codes.map { dictionary[Int($0)] }
        return kind == other.kind && present == other.present && elsewhere == other.elsewhere && marked == other.marked
            && ints == other.ints && numbers.map(\.bitPattern) == other.numbers.map(\.bitPattern)
            && nanoseconds == other.nanoseconds && elementCounts == other.elementCounts
            && texts == other.codes.map { other.dictionary[Int($0)] }
    }
}
