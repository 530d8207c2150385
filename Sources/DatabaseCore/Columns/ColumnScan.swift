// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage

extension DocumentSet {
    /// Visits the blocks of columns that documents of the set lie in, ascending.
    ///
    /// - Parameter body: gets the number of a block, and which of its documents are in the set, a bit each.
    func forEachBlock(_ body: (_ number: UInt32, _ documents: UInt128) throws -> Void) rethrows {
        var number: UInt32 = 0
        var bits: UInt128 = 0
        for document in self {
            let (block, place) = ColumnBlock.position(of: document)
            if block != number {
                if bits != 0 { try body(number, bits) }
                (number, bits) = (block, 0)
            }
            bits |= UInt128(1) << UInt128(place)
        }
        if bits != 0 { try body(number, bits) }
    }
}

extension ColumnBlock {
    /// Visits some of the documents whose values are here.
    ///
    /// - Parameter body: gets a document of the block, 0 to 127, and its rank: where its value stands in the arrays.
    @inline(__always)
    func forEachHeld(of documents: UInt128, _ body: (_ document: Int, _ rank: Int) throws -> Void) rethrows {
        var bits = held & documents
        if bits == held {
            var rank = 0
            while bits != 0 {
                try body(bits.trailingZeroBitCount, rank)
                bits &= bits - 1
                rank += 1
            }
            return
        }
        while bits != 0 {
            let document = bits.trailingZeroBitCount
            try body(document, (held & ((UInt128(1) << UInt128(document)) - 1)).nonzeroBitCount)
            bits &= bits - 1
        }
    }

    /// Where the codes of each list begin, and after the last where they end.
    var listStarts: [Int] {
        var starts = [0]
        starts.reserveCapacity(elementCounts.count + 1)
        for count in elementCounts { starts.append(starts[starts.count - 1] + Int(count)) }
        return starts
    }

    /// Of texts and lists of texts: how often each code occurs among some documents.
    func counts(of documents: UInt128) -> [Int] {
        var counts = Array(repeating: 0, count: textCount)
        forEachCode(of: documents) { counts[$1] += 1 }
        return counts
    }

    /// Of texts and lists of texts: visits the codes that some documents have, those of a list in its order.
    @inline(__always)
    func forEachCode(of documents: UInt128, _ body: (_ document: Int, _ code: Int) throws -> Void) rethrows {
        let codes = codes
        if kind == .text { return try forEachHeld(of: documents) { try body($0, Int(codes[$1])) } }
        let starts = listStarts
        try forEachHeld(of: documents) { document, rank in
            for code in codes[starts[rank]..<starts[rank + 1]] { try body(document, Int(code)) }
        }
    }

    /// Of dates: that of the document with this rank.
    func instant(_ rank: Int) -> Instant { Instant(seconds: ints[rank], nanoseconds: nanoseconds[rank]) }

    /// The documents whose values are not told whole here: those elsewhere, and dates that are shown with an offset.
    var incomplete: UInt128 { kind == .date ? elsewhere | marked : elsewhere }
}

/// Documents that are noted block by block, ascending.
struct NotedDocuments {
    private(set) var documents: [DocumentID] = []

    mutating func insert(_ bits: UInt128, ofBlock number: UInt32) {
        var bits = bits
        while bits != 0 {
            documents.append(ColumnBlock.document(at: bits.trailingZeroBitCount, of: number))
            bits &= bits - 1
        }
    }

    var set: DocumentSet { DocumentSet(documents) }
}
