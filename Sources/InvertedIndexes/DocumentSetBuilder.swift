// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Collects posting chunks into a set, in bitmaps of 65,536 documents.
///
/// Setting bits there costs a fraction of what merging thousands of small roaring bitmaps does, and a range over values of their own for
/// each document is thousands of small chunks.
struct DocumentSetBuilder {
    private var words: [UInt64] = []
    /// Where in `words` the page of a chunk begins.
    private var pages: [UInt16: Int] = [:]
    private var last: (chunk: UInt16, position: Int)?

    /// Adds the documents of a stored chunk.
    ///
    /// - Returns: false if the bytes are no chunk.
    mutating func add(_ span: RawSpan, chunk: UInt16) -> Bool {
        let position = position(of: chunk)
        return PostingChunk.fill(span, into: &words, at: position)
    }

    /// Adds the documents of a posting chunk that is stored under `key`.
    ///
    /// - Throws: `IndexDamage`.
    mutating func add(_ key: RawSpan, _ value: RawSpan) throws {
        guard key.byteCount >= 3, add(value, chunk: key.lastUInt16) else {
            throw IndexDamage.malformedEntry(key: key.bytes)
        }
    }

    mutating func add(_ document: DocumentID) {
        let position = position(of: UInt16(document.number >> 16))
        let number = Int(document.number & 0xFFFF)
        words[position + number >> 6] |= 1 << UInt64(number & 63)
    }

    /// Adds the documents of a bit-sliced block.
    ///
    /// - Returns: false if there is no such block.
    mutating func add(_ documents: SIMD8<UInt64>, block: UInt32) -> Bool {
        guard block < 1 << 23 else { return false }
        if documents.isZero { return true }
        let position = position(of: UInt16(block >> 7)) + Int(block & 127) * BitSlicedBlock.wordCount
        for index in 0..<BitSlicedBlock.wordCount { words[position + index] |= documents[index] }
        return true
    }

    private mutating func position(of chunk: UInt16) -> Int {
        if let last, last.chunk == chunk { return last.position }
        let position = pages[chunk] ?? words.count
        if position == words.count {
            words.append(contentsOf: repeatElement(0, count: IndexKey.wordsPerChunk))
            pages[chunk] = position
        }
        last = (chunk, position)
        return position
    }

    /// How many documents there are. O(pages)
    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    func build() -> DocumentSet {
        let pages = pages.sorted { $0.key < $1.key }.map { (container: $0.key, start: $0.value) }
        return DocumentSet(pages: pages, of: words)
    }
}
