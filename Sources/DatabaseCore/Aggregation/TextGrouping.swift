// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage

/// Groups objects by the texts of one property, which stand in its column.
struct TextGrouping {
    let reader: ShardReader
    let property: PropertyDefinition
    /// Those to group.
    let documents: DocumentSet
    let cancellation: Cancellation

    func largest(_ limit: Int) throws -> [(value: PropertyValue, count: Int)] {
        var dictionary = TextDictionary()
        var counts: [Int] = []
        try visit { text, documents, _ in
            let code = dictionary.code(of: text)
            if code == counts.count { counts.append(0) }
            counts[code] += documents.nonzeroBitCount
        }
        return counts.indices.first(limit) { left, right in
            counts[left] != counts[right] ? counts[left] > counts[right] : dictionary.precedes(left, right)
        }.map { (.text(dictionary.text($0)), counts[$0]) }
    }

    func parts(with values: [PropertyValue]) throws -> [GroupPart] {
        var dictionary = TextDictionary()
        // Different texts, so their codes are their places.
        for case .text(let text) in values { _ = dictionary.code(of: text) }
        var parts: [GroupPart] = []
        var isAscending = true
        try visit { text, documents, block in
            guard let group = dictionary.knownCode(of: text) else { return }
            if let last = parts.last, last.block > block { isAscending = false }
            parts.append(GroupPart(block: block, group: group, documents: documents))
        }
        if !isAscending { parts.sort { $0.block < $1.block } }
        return parts
    }

    /// Visits the texts block by block: each of a block once, with the documents that have it. Those that the column does not hold come
    /// from the objects, at the end.
    private func visit(
        _ body: (_ text: Span<UInt8>, _ documents: UInt128, _ block: UInt32) throws -> Void
    ) throws {
        guard let column = try reader.columnScanner(of: property) else { return }
        var elsewhere = NotedDocuments()
        var found: [UInt128] = []
        try documents.forEachBlock { number, documents in
            try cancellation.check()
            guard try column.move(to: number) else { return }
            let block = column.block
            block.find(documents, into: &found)
            let (bytes, starts) = (block.textBytes, block.textStarts)
            let texts = bytes.span
            for code in found.indices where found[code] != 0 {
                try body(texts.extracting(starts[code]..<starts[code + 1]), found[code], number)
            }
            elsewhere.insert(block.elsewhere & documents, ofBlock: number)
        }
        if elsewhere.documents.isEmpty { return }
        try reader.visit(elsewhere.set, properties: [property.id], cancellation) { document, object in
            let (block, place) = ColumnBlock.position(of: document)
            let texts = (object.properties[property.id]?.groupedValues ?? []).compactMap { value in
                if case .text(let text) = value { Array(text.utf8) } else { nil }
            }
            for text in Set(texts) { try body(text.span, UInt128(1) << UInt128(place), block) }
        }
    }
}
