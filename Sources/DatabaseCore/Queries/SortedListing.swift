// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage

/// Lists documents in the order of sort keys.
///
/// Where the first key has bit slices, they leave little of the documents, and nothing to read if it is the only one (decision 92). Other keys are
/// read from columns, and only what has none from the objects.
struct SortedListing {
    /// What comes first of objects that are equal by every key.
    enum TieOrder {
        case document, id
    }

    /// From how many equal documents on the ids are walked in their order, instead of asking for each document's.
    private static let tiesWorthAWalk = 1_000

    let reader: ShardReader
    let sorter: ObjectSorter
    let ties: TieOrder
    /// Throws once nobody waits for the result.
    let check: () throws -> Void

    /// The first `count` of `documents`.
    ///
    /// - Complexity: O(blocks + documents), and O(log count) for each that is among the first for a while; where slices tell the first key,
    ///   of those alone that it puts there.
    func first(_ count: Int, of documents: DocumentSet) throws -> [DocumentID] {
        guard count > 0 else { return [] }
        guard let lists = try reader.first(count, byFirstKeyOf: sorter, of: documents) else {
            return try sorted(count, of: documents)
        }
        return sorter.columns.count == 1
            ? try first(count, ofEqual: lists) : try sorted(count, of: DocumentSet(lists.joined()))
    }

    /// The first `count` of documents that are in order, those equal by every key together.
    private func first(_ count: Int, ofEqual lists: [[DocumentID]]) throws -> [DocumentID] {
        var found: [DocumentID] = []
        for list in lists where found.count < count {
            try check()
            found += list.count == 1 ? list : try first(min(count - found.count, list.count), equal: list)
        }
        return found
    }

    /// The first `count` of `documents`, by keys that are read.
    private func sorted(_ count: Int, of documents: DocumentSet) throws -> [DocumentID] {
        var best = BestSorted(limit: count, order: sorter.order)
        var keys = try SortKeyBlocks(reader, sorter)
        try documents.forEachBlock { number, documents in
            try check()
            let inObjects = try keys.load(number, documents)
            var bits = documents
            while bits != 0 {
                let place = bits.trailingZeroBitCount
                let document = ColumnBlock.document(at: place, of: number)
                if inObjects & (UInt128(1) << UInt128(place)) == 0 {
                    best.offer(document) { keys.values[$0][place] }
                } else if let found = try reader.transaction.object(
                    document, in: reader.shard.address, properties: .only(sorter.properties))
                {
                    let values = sorter.keys(of: found)
                    best.offer(document) { values[$0] }
                }
                bits &= bits - 1
            }
        }
        return try settled(best)
    }

    private func settled(_ best: BestSorted) throws -> [DocumentID] {
        let (certain, equal, missing) = best.result()
        var chosen = certain
        if equal.count == missing {
            chosen += equal
        } else if let keys = equal.first?.keys {
            let documents = try first(missing, equal: equal.map(\.document))
            chosen += documents.map { BestSorted.Entry(document: $0, keys: keys) }
        }
        let ids = try ties == .id ? chosen.map { try reader.id(of: $0.document) } : []
        return chosen.indices.sorted { left, right in
            if let precedes = sorter.order.precedes(chosen[left].keys, chosen[right].keys) { return precedes }
            if ties == .id, let one = ids[left], let other = ids[right] { return one < other }
            return chosen[left].document < chosen[right].document
        }.map { chosen[$0].document }
    }

    /// The first of documents with equal keys.
    private func first(_ count: Int, equal documents: [DocumentID]) throws -> [DocumentID] {
        guard ties == .id else { return Array(documents.sorted().prefix(count)) }
        guard documents.count >= Self.tiesWorthAWalk else {
            var found: [(id: ObjectID, document: DocumentID)] = []
            for document in documents {
                if let id = try reader.id(of: document) { found.append((id, document)) }
            }
            return found.sorted { $0.id < $1.id }.prefix(count).map(\.document)
        }
        let members = DocumentSet(documents)
        var found: [DocumentID] = []
        var steps = 0
        try reader.scan(after: nil) { document in
            steps += 1
            if steps % QueryRun.stepsBetweenLooks == 0 { try check() }
            if members.contains(document) { found.append(document) }
            return found.count < count
        }
        return found
    }
}

/// The sort keys of the documents of one block.
private struct SortKeyBlocks {
    /// `nil` if a key has none: then all keys are read from the objects, which are looked at anyhow.
    private let columns: [ColumnReader]?
    /// For each key the values of 128 documents.
    private(set) var values: [[SortValue]]
    private let missing = Array(repeating: SortValue.missing, count: ColumnBlock.documentCount)

    init(_ reader: ShardReader, _ sorter: ObjectSorter) throws {
        let found = try sorter.columns.compactMap { try $0.flatMap { try reader.column(of: $0) } }
        columns = found.count == sorter.columns.count ? found : nil
        values = found.map { _ in [] }
    }

    /// - Returns: those of `documents` that have a key which is in the object only.
    mutating func load(_ number: UInt32, _ documents: UInt128) throws -> UInt128 {
        guard let columns else { return documents }
        var inObjects: UInt128 = 0
        for (index, column) in columns.enumerated() {
            values[index] = missing
            guard let block = try column.block(number) else { continue }
            inObjects |= block.elsewhere & documents
            block.fill(&values[index], documents)
        }
        return inObjects
    }
}

extension ColumnBlock {
    /// Writes what some documents are sorted by to their places.
    fileprivate func fill(_ values: inout [SortValue], _ documents: UInt128) {
        switch kind {
        case .int:
            let ints = ints
            forEachHeld(of: documents) { values[$0] = .int(ints[$1]) }
        case .number:
            let numbers = numbers
            forEachHeld(of: documents) { values[$0] = .number(numbers[$1]) }
        case .boolean:
            forEachHeld(of: documents) { document, _ in
                values[document] = .boolean(marked >> UInt128(document) & 1 != 0)
            }
        case .date:
            let (seconds, nanoseconds) = (ints, nanoseconds)
            forEachHeld(of: documents) { values[$0] = .instant(seconds[$1], nanoseconds[$1]) }
        case .text:
            let texts = texts.map { SortValue(.text($0)) }
            forEachCode(of: documents) { values[$0] = texts[$1] }
        case .texts:
            let texts = texts.map { SortValue(.text($0)) }
            let (starts, codes) = (listStarts, codes)
            forEachHeld(of: documents) { document, rank in
                values[document] = .list(codes[starts[rank]..<starts[rank + 1]].map { texts[Int($0)] })
            }
        }
    }
}
