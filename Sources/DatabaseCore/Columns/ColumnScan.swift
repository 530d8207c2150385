// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage

extension DocumentSet {
    /// Visits the blocks of columns that documents of the set lie in, ascending.
    ///
    /// - Parameter body: gets the number of a block, and which of its documents are in the set, a bit each.
    /// - Complexity: a step for each block up to the last document, or for each document where they are fewer.
    func forEachBlock(_ body: (_ number: UInt32, _ documents: UInt128) throws -> Void) rethrows {
        guard let last = self.max else { return }
        let end = Int(last.number) + 1
        // A step over a document takes about as long as one over a word.
        if count < end / 64 { return try forEachBlockOfFew(body) }
        let words = words(coveringDocuments: end)
        for index in stride(from: 0, to: words.count, by: 2) {
            let documents = UInt128(words[index]) | (index + 1 < words.count ? UInt128(words[index + 1]) << 64 : 0)
            if documents != 0 { try body(UInt32(index / 2), documents) }
        }
    }

    private func forEachBlockOfFew(_ body: (_ number: UInt32, _ documents: UInt128) throws -> Void) rethrows {
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
}

extension ColumnBuffer {
    /// Visits where the values of some of the documents stand in the arrays, ascending.
    @inline(__always)
    func forEachRank(of documents: UInt128, _ body: (_ rank: Int) -> Void) {
        forEachHeld(of: documents) { _, rank in body(rank) }
    }

    /// Visits some of the documents whose values are here.
    ///
    /// - Parameter body: gets a document of the block, 0 to 127, and its rank: where its value stands in the arrays.
    @inline(__always)
    func forEachHeld(of documents: UInt128, _ body: (_ document: Int, _ rank: Int) -> Void) {
        let held = held
        if held & documents == .max {
            for place in 0..<ColumnBlock.documentCount { body(place, place) }
            return
        }
        // By halves: 128 bits at once take more than twice as long as 64.
        var rank = 0
        for half in 0..<2 {
            let heldHere = UInt64(truncatingIfNeeded: held >> UInt128(64 * half))
            var bits = heldHere & UInt64(truncatingIfNeeded: documents >> UInt128(64 * half))
            while bits != 0 {
                let place = bits.trailingZeroBitCount
                // Of a full half, as most are, rank and place go together.
                let before = heldHere == .max ? place : (heldHere & ((1 << UInt64(place)) - 1)).nonzeroBitCount
                body(64 * half + place, rank + before)
                bits &= bits - 1
            }
            rank += heldHere.nonzeroBitCount
        }
    }

    /// Of texts and lists of texts: writes how often each code occurs among some documents.
    func count(_ documents: UInt128, into counts: inout [Int]) {
        counts.removeAll(keepingCapacity: true)
        counts.append(contentsOf: repeatElement(0, count: textCount))
        let codes = codes
        if kind == .text { return forEachRank(of: documents) { counts[Int(codes[$0])] += 1 } }
        if held & ~documents == 0 {
            for code in codes { counts[Int(code)] += 1 }
            return
        }
        let starts = listStarts
        forEachRank(of: documents) { rank in
            for index in starts[rank]..<starts[rank + 1] { counts[Int(codes[index])] += 1 }
        }
    }

    /// Of texts and lists of texts: writes which of some documents have each code.
    func find(_ documents: UInt128, into found: inout [UInt128]) {
        found.removeAll(keepingCapacity: true)
        found.append(contentsOf: repeatElement(0, count: textCount))
        let (codes, starts) = (codes, listStarts)
        if kind == .text {
            return forEachHeld(of: documents) { found[Int(codes[$1])] |= UInt128(1) << UInt128($0) }
        }
        forEachHeld(of: documents) { document, rank in
            let bit = UInt128(1) << UInt128(document)
            for index in starts[rank]..<starts[rank + 1] { found[Int(codes[index])] |= bit }
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
