// SPDX-License-Identifier: Apache-2.0

internal import CRoaring
package import DataModel

/// A set of documents of one shard, as a roaring bitmap.
///
/// Copies share their storage until one of them is changed.
package struct DocumentSet: Sendable {
    /// Owns one bitmap.
    ///
    /// Unchecked: a bitmap is changed only through `DocumentSet`'s mutating functions, which copy it first unless it has a single owner.
    @safe private final class Storage: @unchecked Sendable {
        let bitmap: UnsafeMutablePointer<roaring_bitmap_t>

        /// Takes over a bitmap that the library has just made; the library answers nil only when memory has run out.
        init(_ bitmap: UnsafeMutablePointer<roaring_bitmap_t>?) {
            guard let bitmap = unsafe bitmap else { preconditionFailure(DocumentSet.noMemory) }
            unsafe self.bitmap = unsafe bitmap
        }

        deinit { unsafe roaring_bitmap_free(bitmap) }
    }

    private var storage: Storage

    private init(_ storage: Storage) { self.storage = storage }

    /// The empty set.
    package init() { storage = unsafe Storage(roaring_bitmap_create()) }

    package init(_ documents: some Sequence<DocumentID>) {
        self.init()
        insert(contentsOf: documents.map(\.number))
    }

    /// The documents of pages of 1,024 words, bit b of word w of a page being document 65,536 · container + 64 · w + b.
    ///
    /// - Parameter pages: which upper 16 bits each has, ascending without repeats, and where in `words` it begins.
    /// - Complexity: O(words of the pages).
    init(pages: [(container: UInt16, start: Int)], of words: [UInt64]) {
        for page in pages {
            let end = page.start + IndexKey.wordsPerChunk
            precondition(
                page.start >= 0 && end <= words.count, "a page ends at word \(end), of \(words.count)")
        }
        let pages = pages.map { needletail_roaring_page(container: $0.container, start: $0.start) }
        // Safety: all pages lie within the words, and the library keeps no pointer.
        storage = unsafe pages.withUnsafeBufferPointer { pages in
            unsafe words.withUnsafeBufferPointer { words in
                unsafe Storage(needletail_roaring_from_pages(pages.baseAddress, pages.count, words.baseAddress))
            }
        }
    }

    // Safety, for all calls below: the bitmap lives as long as its storage, which `self` or a parameter holds on to.

    /// How many documents there are. O(number of containers), not O(1).
    package var count: Int { unsafe Int(roaring_bitmap_get_cardinality(storage.bitmap)) }
    package var isEmpty: Bool { unsafe roaring_bitmap_is_empty(storage.bitmap) }
    package var min: DocumentID? { isEmpty ? nil : DocumentID(unsafe roaring_bitmap_minimum(storage.bitmap)) }
    package var max: DocumentID? { isEmpty ? nil : DocumentID(unsafe roaring_bitmap_maximum(storage.bitmap)) }

    package func contains(_ document: DocumentID) -> Bool {
        unsafe roaring_bitmap_contains(storage.bitmap, document.number)
    }

    package mutating func insert(_ document: DocumentID) {
        makeUnique()
        unsafe roaring_bitmap_add(storage.bitmap, document.number)
    }

    package mutating func remove(_ document: DocumentID) {
        makeUnique()
        unsafe roaring_bitmap_remove(storage.bitmap, document.number)
    }

    mutating func insert(contentsOf numbers: [UInt32]) {
        makeUnique()
        unsafe numbers.withUnsafeBufferPointer {
            unsafe roaring_bitmap_add_many(storage.bitmap, $0.count, $0.baseAddress)
        }
    }

    package mutating func formUnion(_ other: DocumentSet) {
        makeUnique()
        unsafe roaring_bitmap_or_inplace(storage.bitmap, other.storage.bitmap)
    }

    package mutating func subtract(_ other: DocumentSet) {
        makeUnique()
        unsafe roaring_bitmap_andnot_inplace(storage.bitmap, other.storage.bitmap)
    }

    package func union(_ other: DocumentSet) -> DocumentSet {
        DocumentSet(unsafe Storage(roaring_bitmap_or(storage.bitmap, other.storage.bitmap)))
    }

    package func intersection(_ other: DocumentSet) -> DocumentSet {
        DocumentSet(unsafe Storage(roaring_bitmap_and(storage.bitmap, other.storage.bitmap)))
    }

    package func subtracting(_ other: DocumentSet) -> DocumentSet {
        DocumentSet(unsafe Storage(roaring_bitmap_andnot(storage.bitmap, other.storage.bitmap)))
    }

    /// The documents of `universe` that are not in this set.
    package func complement(within universe: DocumentSet) -> DocumentSet { universe.subtracting(self) }

    /// How many documents are in both.
    package func intersectionCount(_ other: DocumentSet) -> Int {
        unsafe Int(roaring_bitmap_and_cardinality(storage.bitmap, other.storage.bitmap))
    }

    /// The set as dense bits: document d is bit d % 64 of word d / 64.
    ///
    /// - Parameter count: how many documents the words shall cover; documents from there on are left out.
    /// - Returns: ⌈count / 64⌉ words.
    package func words(coveringDocuments count: Int) -> [UInt64] {
        let wordCount = (count + 63) / 64
        return unsafe [UInt64](unsafeUninitializedCapacity: wordCount) { words, initialized in
            unsafe words.initialize(repeating: 0)
            let isFilled = unsafe needletail_roaring_fill_words(storage.bitmap, words.baseAddress, wordCount)
            precondition(isFilled, Self.noMemory)
            initialized = wordCount
            // Documents in the last word beyond `count`.
            if count % 64 != 0 { unsafe words[wordCount - 1] &= (1 << UInt64(count % 64)) - 1 }
        }
    }

    /// The 1,024 words of the documents with these upper 16 bits.
    func words(ofChunk chunk: UInt16) -> [UInt64] {
        unsafe [UInt64](unsafeUninitializedCapacity: IndexKey.wordsPerChunk) { words, initialized in
            let isFilled = unsafe needletail_roaring_container_words(storage.bitmap, chunk, words.baseAddress)
            precondition(isFilled, Self.noMemory)
            initialized = IndexKey.wordsPerChunk
        }
    }

    private static let noMemory = "no memory for a bitmap"

    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&storage) { storage = unsafe Storage(roaring_bitmap_copy(storage.bitmap)) }
    }

    /// Up to `limit` documents from `start` on.
    fileprivate func numbers(from start: UInt32, limit: Int) -> [UInt32] {
        var iterator = unsafe roaring_uint32_iterator_t()
        unsafe roaring_init_iterator(storage.bitmap, &iterator)
        guard unsafe roaring_move_uint32_iterator_equalorlarger(&iterator, start) else { return [] }
        return unsafe [UInt32](unsafeUninitializedCapacity: limit) { buffer, initialized in
            initialized = unsafe Int(roaring_read_uint32_iterator(&iterator, buffer.baseAddress, UInt32(limit)))
        }
    }
}

extension DocumentSet: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        unsafe roaring_bitmap_equals(left.storage.bitmap, right.storage.bitmap)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        hasher.combine(min)
        hasher.combine(max)
    }
}

extension DocumentSet: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: DocumentID...) { self.init(elements) }
}

/// Ascending.
extension DocumentSet: Sequence {
    package struct Iterator: IteratorProtocol {
        fileprivate let set: DocumentSet
        fileprivate var block: [UInt32] = []
        fileprivate var position = 0
        fileprivate var start: UInt32? = 0

        package mutating func next() -> DocumentID? {
            if position == block.count {
                guard let start else { return nil }
                // Few at first: often no more are wanted.
                block = set.numbers(from: start, limit: start == 0 ? 32 : 1024)
                position = 0
                guard let last = block.last else {
                    self.start = nil
                    return nil
                }
                self.start = last == .max ? nil : last + 1
            }
            defer { position += 1 }
            return DocumentID(block[position])
        }
    }

    package func makeIterator() -> Iterator { Iterator(set: self) }
    package var underestimatedCount: Int { count }
}
