// SPDX-License-Identifier: Apache-2.0

import DataModel

// An object that goes leaves its values in the columns, and a note of that: the blocks that 200 objects lie in are often all blocks of
// the shard, and to write them anew was half of what a deletion cost. Nobody asks columns for documents that are gone. The values are
// taken out of many documents at once, when runs are merged (decision 193).

/// A column in which values have been left.
struct ColumnAddress: Hashable {
    var shard: ShardAddress
    var property: PropertyID
}

extension WriteTransaction {
    /// In how many blocks one step tidies while there is nothing else to write.
    static let blocksPerTidyingStep = 4_096

    /// Notes that `document` is gone, and has left values of `properties`.
    func leaveColumns(of document: DocumentID, _ properties: [PropertyID], in shard: ShardAddress) {
        for property in properties {
            columnRemains[ColumnAddress(shard: shard, property: property), default: []].append(document.number)
        }
        isDirty = true
    }

    /// Brings the notes that are held back into the tree.
    func flushColumnRemains() throws {
        guard !columnRemains.isEmpty else { return }
        let remains = columnRemains
        columnRemains = [:]
        for (address, documents) in remains
        where try containsAny(prefix: Key.column(address.property, in: address.shard)) {
            try putRemains(documents.sorted(), address)
            unmergedShards.insert(address.shard)
        }
    }

    /// - Parameter documents: ascending. A number is never given to two documents, so no other note begins with the same one.
    private func putRemains(_ documents: some Collection<UInt32>, _ address: ColumnAddress) throws {
        guard let first = documents.first else { return }
        var writer = ByteWriter(capacity: 1 + 4 * documents.count)
        writer.append(ColumnRemains.version)
        for document in documents { writer.append(document) }
        try put(writer.bytes, for: Key.appending(first, to: Key.columnRemains(address.property, in: address.shard)))
    }

    /// Takes what was left out of one column of a shard.
    ///
    /// - Parameter limit: how many blocks at most.
    /// - Returns: whether nothing is left to be taken out.
    /// - Complexity: a read and a write for each block.
    func tidyColumn(of shard: ShardAddress, atMost limit: Int = .max) throws -> Bool {
        try flushColumnRemains()
        guard let (property, documents) = try columnRemains(of: shard).first else { return true }
        var blocks = 0
        var last: UInt32?
        let tidied = documents.prefix { document in
            let (block, _) = ColumnBlock.position(of: DocumentID(document))
            if block != last { blocks += 1 }
            last = block
            return blocks <= limit
        }
        for document in tidied { changeColumn(property, of: DocumentID(document), to: nil, in: shard) }
        try flushColumns()
        try removeValues(prefix: Key.columnRemains(property, in: shard))
        try putRemains(documents[tidied.endIndex...], ColumnAddress(shard: shard, property: property))
        return try !containsAny(prefix: Key.inShard(.columnRemains, shard))
    }
}

extension ReadTransaction {
    /// The documents that are gone and have left values, ascending, by property.
    final func columnRemains(of shard: ShardAddress) throws -> [(property: PropertyID, documents: [UInt32])] {
        let prefix = Key.inShard(.columnRemains, shard)
        var remains: [(property: PropertyID, documents: [UInt32])] = []
        try scan(prefix: prefix, from: prefix) { key, value in
            guard let property = Key.number(UInt16.self, in: key, at: prefix.count) else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the key names no property")
            }
            if remains.last?.property.number != property { remains.append((PropertyID(property), [])) }
            remains[remains.count - 1].documents += try ColumnRemains.documents(value, key: key)
            return true
        }
        for index in remains.indices { remains[index].documents.sort() }
        return remains
    }
}

/// The stored form of a note: `Docs/formats/columns.md`.
private enum ColumnRemains {
    static let version: UInt8 = 1

    static func documents(_ value: RawSpan, key: RawSpan) throws(StorageError) -> [UInt32] {
        // Safety: the buffer lives for the closure.
        var reader = ByteReader(key: unsafe key.withUnsafeBytes { unsafe [UInt8]($0) })
        guard try reader.number(UInt8.self, in: value) == version, reader.remainingCount(in: value) % 4 == 0 else {
            throw reader.damaged("it is no list of documents")
        }
        var documents: [UInt32] = []
        while reader.remainingCount(in: value) > 0 { documents.append(try reader.number(UInt32.self, in: value)) }
        return documents
    }
}
