// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Where a block of a column lies.
struct ColumnBlockAddress: Hashable, Comparable {
    var shard: ShardAddress
    var property: PropertyID
    var block: UInt32

    var key: [UInt8] { Key.appending(block, to: Key.column(property, in: shard)) }

    static func < (left: Self, right: Self) -> Bool {
        (left.shard.collection.number, left.shard.shard.number, left.property.number, left.block)
            < (right.shard.collection.number, right.shard.shard.number, right.property.number, right.block)
    }
}

/// What becomes of one document in a block of a column.
struct ColumnChange {
    /// In the block.
    var document: UInt8
    /// `nil`: it has none any more.
    var value: ColumnValue?
}

extension WriteTransaction {
    /// How many changes are held back before they go into the tree.
    private static let heldBackLimit = 1 << 16

    /// Has the columns hold what `object`, kept as `document`, holds.
    ///
    /// - Parameter old: properties that the document had values of until now.
    func putColumns(
        of object: StoredObject, as document: DocumentID, replacing old: [PropertyID] = [], in shard: ShardAddress
    ) throws {
        for property in old where object.properties[property] == nil {
            changeColumn(property, of: document, to: nil, in: shard)
        }
        let replaced = Set(old)
        for (property, value) in object.properties {
            let value = ColumnValue(value)
            if value != nil || replaced.contains(property) {
                changeColumn(property, of: document, to: value, in: shard)
            }
        }
        if heldBackColumnChangeCount > Self.heldBackLimit { try flushColumns() }
    }

    func changeColumn(
        _ property: PropertyID, of document: DocumentID, to value: ColumnValue?, in shard: ShardAddress
    ) {
        let (block, place) = ColumnBlock.position(of: document)
        let address = ColumnBlockAddress(shard: shard, property: property, block: block)
        columnChanges[address, default: []].append(ColumnChange(document: UInt8(place), value: value))
        heldBackColumnChangeCount += 1
        isDirty = true
    }

    /// Brings the changes of columns that are held back into the tree, each block once.
    func flushColumns() throws {
        guard !columnChanges.isEmpty else { return }
        let changes = columnChanges
        columnChanges = [:]
        heldBackColumnChangeCount = 0
        for (address, changes) in changes.sorted(by: { $0.key < $1.key }) {
            let key = address.key
            let old = try columnBlock(under: key)
            guard let kind = old?.kind ?? changes.lazy.compactMap(\.value?.kind).first else { continue }
            var block = old ?? ColumnBlock(kind)
            for change in changes { block.set(Int(change.document), to: change.value) }
            if block.present == 0 {
                if old != nil { try removeValue(for: key) }
            } else if block != old {
                try put(try block.encoded(), for: key)
            }
        }
    }

    /// Makes the columns of a collection from its objects, where there are none yet.
    ///
    /// - Complexity: O(what is stored of the objects), but for blobs.
    func makeColumns(of collection: CollectionID) throws {
        for shard in try shards(of: collection) { try makeColumns(of: shard.address) }
    }

    private func makeColumns(of shard: ShardAddress) throws {
        var next: DocumentID? = DocumentID(0)
        while let start = next {
            next = nil
            var found: [(DocumentID, StoredObject)] = []
            try scanObjects(in: shard, from: start, properties: .allButBlobs) { document, object in
                if found.count == ColumnBlock.documentCount {
                    next = document
                    return false
                }
                found.append((document, object))
                return true
            }
            for (document, object) in found { try putColumns(of: object, as: document, in: shard) }
        }
        try flushColumns()
    }
}
