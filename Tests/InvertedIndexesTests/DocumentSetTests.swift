// SPDX-License-Identifier: Apache-2.0

import CRoaring
import DataModel
import Testing

@testable import InvertedIndexes

@Suite struct DocumentSetTests {
    private static let numbers: [UInt32] = [0, 1, 63, 64, 65_535, 65_536, 1_000_000, .max]

    @Test func `a set gives its documents in ascending order`() {
        let set = DocumentSet(Self.numbers.shuffled().map { DocumentID($0) })
        #expect(set.map(\.number) == Self.numbers)
        #expect(set.count == 8)
        #expect(set.min == DocumentID(0) && set.max == DocumentID(.max))
        #expect(DocumentSet().map(\.number) == [])
        #expect(DocumentSet((0..<2000).map { DocumentID($0) }).count { _ in true } == 2000)
    }

    @Test func `copies do not change each other`() {
        let first: DocumentSet = [DocumentID(1)]
        var second = first
        second.insert(DocumentID(2))
        second.remove(DocumentID(1))
        #expect(first == [DocumentID(1)])
        #expect(second == [DocumentID(2)])
    }

    @Test func `sets are united, intersected, subtracted and complemented`() {
        let (left, right): (DocumentSet, DocumentSet) = (
            [DocumentID(1), DocumentID(2)], [DocumentID(2), DocumentID(3)]
        )
        #expect(left.union(right) == [DocumentID(1), DocumentID(2), DocumentID(3)])
        #expect(left.intersection(right) == [DocumentID(2)])
        #expect(left.intersectionCount(right) == 1)
        #expect(left.subtracting(right) == [DocumentID(1)])
        #expect(left.complement(within: right) == [DocumentID(3)])
    }

    @Test(arguments: [0, 1, 63, 64, 65, 128])
    func `dense words cover just the documents asked for`(count: Int) {
        let words = DocumentSet((0..<200).map { DocumentID($0) }).words(coveringDocuments: count)
        #expect(words.count == (count + 63) / 64)
        #expect(words.reduce(0) { $0 + $1.nonzeroBitCount } == count)
    }

    private static func every(_ step: UInt32, of count: UInt32, from start: UInt32 = 0) -> Set<UInt32> {
        Set((0..<count).map { (number: UInt32) -> UInt32 in start + number * step })
    }

    /// Containers as the library keeps them: lists, bitmaps, up to the last one; alone and together.
    private static let shapes: [Set<UInt32>] = [
        [], [0], [UInt32.max], [65_535, 65_536], Set(numbers), every(1, of: 4096), every(1, of: 4097),
        every(16, of: 4096), every(15, of: 4097, from: 65_536), every(1, of: 65_536), every(1, of: 199_900, from: 100),
        every(2, of: 30_000).union([3_000_000, UInt32.max]), every(65_536, of: 12),
        every(1, of: 65_535, from: UInt32.max - 65_535),
    ]

    /// The places of set bits, the first being `start`.
    private static func places(_ words: [UInt64], from start: UInt32 = 0) -> [UInt32] {
        var found: [UInt32] = []
        for (index, word) in words.enumerated() {
            for bit in 0..<64 as Range<UInt32> where word >> UInt64(bit) & 1 == 1 {
                found.append(start + UInt32(index) * 64 + bit)
            }
        }
        return found
    }

    private static func built(_ numbers: Set<UInt32>) -> DocumentSet {
        var builder = DocumentSetBuilder()
        for number in numbers { builder.add(DocumentID(number)) }
        return builder.build()
    }

    @Test(arguments: shapes.indices)
    func `words, a builder and single documents tell of the same set`(shape: Int) throws {
        let sorted = Self.shapes[shape].sorted()
        let set = DocumentSet(sorted.map { DocumentID($0) })
        let built = Self.built(Self.shapes[shape])
        #expect(built == set)
        #expect(built.hashValue == set.hashValue)
        #expect(built.count == sorted.count)
        #expect(built.isEmpty == sorted.isEmpty)
        #expect(built.map(\.number) == sorted)
        for chunk in Set(sorted.map { UInt16($0 >> 16) }).union([0, 1, 2, UInt16.max]) {
            let wanted = sorted.filter { $0 >> 16 == UInt32(chunk) }
            #expect(Self.places(set.words(ofChunk: chunk), from: UInt32(chunk) << 16) == wanted)
        }
        for count in [0, 1, 4096, 65_536, 65_537, 200_000] {
            let wanted = sorted.filter { Int($0) < count }
            #expect(Self.places(built.words(coveringDocuments: count)) == wanted)
        }
    }

    @Test func `sets keep their documents through operations, whatever their containers`() {
        let shapes = Self.shapes.filter { $0.count < 10_000 }
        for left in shapes {
            for right in shapes {
                let (one, other) = (Self.built(left), Self.built(right))
                #expect(one.union(other) == Self.built(left.union(right)))
                let common = left.intersection(right)
                #expect(one.intersection(other) == Self.built(common))
                #expect(one.intersectionCount(other) == common.count)
                #expect(one.subtracting(other) == Self.built(left.subtracting(right)))
                var both = one
                both.formUnion(other)
                let wanted = left.union(right).count { $0 < 200_000 }
                let words = both.words(coveringDocuments: 200_000)
                #expect(words.reduce(0) { $0 + $1.nonzeroBitCount } == wanted)
            }
        }
    }

    @Test(arguments: [1, 3, 4, 9])
    func `runs that the library makes are read as what they stand for`(containerCount: UInt32) {
        var numbers: [UInt32] = []
        for container in 0..<containerCount {
            let first = container << 16
            numbers += Array(first + 10..<first + 60_000)
        }
        numbers.append(containerCount << 16)
        let wordCount = Int(containerCount) * 1024 - 2
        var words = [UInt64](repeating: 0, count: wordCount)
        // Safety: the bitmap is freed after its last use, and the words are written within their bounds.
        unsafe numbers.withUnsafeBufferPointer { numbers in
            let bitmap = unsafe roaring_bitmap_of_ptr(numbers.count, numbers.baseAddress)
            let hasRuns = unsafe roaring_bitmap_run_optimize(bitmap)
            let isFilled = unsafe words.withUnsafeMutableBufferPointer {
                unsafe needletail_roaring_fill_words(bitmap, $0.baseAddress, $0.count)
            }
            #expect(hasRuns && isFilled)
            unsafe roaring_bitmap_free(bitmap)
        }
        #expect(Self.places(words) == numbers.filter { Int($0) < wordCount * 64 })
    }
}
