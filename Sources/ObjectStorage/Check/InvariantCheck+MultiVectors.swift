// SPDX-License-Identifier: Apache-2.0

import DataModel

extension InvariantCheck {
    /// Every multi-vector belongs to a document that has it, there are as many as the records say, and all of one vector have
    /// the same dimensions.
    ///
    /// - Parameter counts: how many records have each.
    mutating func checkMultiVectors(_ shard: ShardAddress, counts: [VectorID: Int]) throws {
        let purpose = Key.inShard(.multiVector, shard)
        var found: [VectorID: (count: Int, dimensions: Int)] = [:]
        try transaction.scan(prefix: purpose, from: purpose) { key, value in
            let described = Key.describe(key)
            guard key.byteCount == purpose.count + 6, let number = Key.number(UInt16.self, in: key, at: purpose.count),
                let document = Key.number(UInt32.self, in: key, at: purpose.count + 2).map({ DocumentID($0) })
            else {
                report(described, "the key is not a multi-vector's")
                return true
            }
            let vector = VectorID(number)
            attempt(described) { check in
                let header = try MultiVectorFormat.header(
                    of: value, key: Key.multiVector(vector, of: document, in: shard))
                let before = found[vector] ?? (0, header.dimensions)
                if before.dimensions != header.dimensions {
                    check.report(
                        described, "it has \(header.dimensions) dimensions, those before it \(before.dimensions)")
                }
                found[vector] = (before.count + 1, before.dimensions)
                if try check.transaction.head(of: document, in: shard)?.multiVectors.contains(vector) != true {
                    check.report(described, "document \(document.number) has no such multi-vector")
                }
            }
            return true
        }
        for vector in Set(found.keys).union(counts.keys).sorted() {
            let (values, objects) = (found[vector]?.count ?? 0, counts[vector] ?? 0)
            report.vectorCount += values
            if values != objects {
                report(
                    Key.multiVectors(vector, in: shard),
                    "there are \(values) multi-vectors, and \(objects) objects that have one")
            }
        }
    }
}
