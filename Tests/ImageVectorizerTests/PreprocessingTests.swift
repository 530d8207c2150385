// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ImageVectorizer

struct PreprocessingTests {
    /// 3 x 2 pixels, numbered from 0 by their red.
    private static let numbers: [UInt8] = (0..<6).flatMap { [$0, 0, 0] }

    @Test(arguments: [
        (0, [0, 1, 2, 3, 4, 5]), (1, [0, 1, 2, 3, 4, 5]), (2, [2, 1, 0, 5, 4, 3]), (3, [5, 4, 3, 2, 1, 0]),
        (4, [3, 4, 5, 0, 1, 2]), (5, [0, 3, 1, 4, 2, 5]), (6, [3, 0, 4, 1, 5, 2]), (7, [5, 2, 4, 1, 3, 0]),
        (8, [2, 5, 1, 4, 0, 3]), (9, [0, 1, 2, 3, 4, 5]),
    ])
    func `a picture is turned as its orientation says`(_ orientation: Int, _ expected: [UInt8]) {
        let shown = PictureOrientation(exif: orientation).shown(Self.numbers, width: 3, height: 2)
        #expect(stride(from: 0, to: 18, by: 3).map { shown[$0] } == expected)
    }

    @Test(arguments: 1...8)
    func `a region of the turned picture is found in the stored one`(_ number: Int) {
        let orientation = PictureOrientation(exif: number)
        let whole = orientation.shown(Self.numbers, width: 3, height: 2)
        let size = orientation.turned(width: 3, height: 2)
        for y in 0..<size.height {
            for x in 0..<size.width {
                let stored = orientation.stored(
                    PictureRegion(left: x, top: y, width: 1, height: 1), width: 3, height: 2)
                #expect(whole[(y * size.width + x) * 3] == UInt8(stored.top * 3 + stored.left))
            }
        }
    }

    @Test(arguments: [
        (0.0, 1.0, 0, 10), (0.5, 0.5, 5, 5), (0.24, 0.02, 2, 1), (0.999, 0.001, 9, 1), (0.1, 0.2, 1, 2),
    ])
    func `a crop is at least a pixel and never leaves the picture`(
        _ start: Double, _ share: Double, _ left: Int, _ width: Int
    ) throws {
        let crop = try #require(PictureCrop(x: start, y: 0, width: share, height: 1))
        #expect(
            PictureRegion(of: crop, width: 10, height: 4)
                == PictureRegion(left: left, top: 0, width: width, height: 4))
    }

    @Test func `without a wish a picture is prepared as it is resized`() throws {
        let picture = try Picture(BMPFixture.random(width: 61, height: 33, seed: 3))
        #expect(try picture.prepared(.compatible, width: 24, height: 24) == picture.resized(toWidth: 24, height: 24))
    }

    @Test func `padding is the mean color and lies around the picture`() throws {
        var preprocessing = PicturePreprocessing.compatible
        preprocessing.fit = .pad
        let red = BMPFixture.file(width: 2, height: 1, bits: 24, data: [0, 0, 255, 0, 0, 255, 0, 0])
        let pixels = try Picture(red).prepared(preprocessing, width: 4, height: 4)
        let rows = (0..<4).map { Array(pixels[($0 * 12)..<($0 * 12 + 3)]) }
        #expect(rows == [[124, 116, 104], [255, 0, 0], [255, 0, 0], [124, 116, 104]])
    }

    @Test func `a very long strip is cropped and padded without a picture of its length`() throws {
        let strip = BMPFixture.random(width: 30_000, height: 1, seed: 1)
        for fit in PicturePreprocessing.Fit.allCases {
            var preprocessing = PicturePreprocessing.compatible
            preprocessing.fit = fit
            #expect(try Picture(strip).prepared(preprocessing, width: 16, height: 16).count == 768)
        }
    }

    @Test func `a bitmap with a mask for alpha is put on white`() throws {
        var header = BMPFixture.littleEndian(UInt32(56)) + BMPFixture.littleEndian(UInt32(1))
        header += BMPFixture.littleEndian(UInt32(1)) + [1, 0, 32, 0] + BMPFixture.littleEndian(UInt32(3))
        header += [UInt8](repeating: 0, count: 20)
        for mask in [0xFF_0000, 0xFF00, 0xFF, 0xFF00_0000] as [UInt32] { header += BMPFixture.littleEndian(mask) }
        let bytes =
            Array("BM".utf8) + BMPFixture.littleEndian(UInt32(74)) + [0, 0, 0, 0] + BMPFixture.littleEndian(UInt32(70))
            + header + [0, 0, 255, 51]
        var onWhite = PicturePreprocessing.compatible
        onWhite.alpha = .white
        let picture = try Picture(bytes, limits: DecodingLimits(), keepsAlpha: true)
        #expect(try picture.prepared(onWhite, width: 1, height: 1) == [255, 204, 204])
        #expect(try picture.prepared(.compatible, width: 1, height: 1) == [255, 0, 0])
    }
}

/// EXIF data as files have it, and as they should not.
struct EXIFOrientationTests {
    private static func tiff(_ entries: [[UInt8]], isLittleEndian: Bool = true) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return isLittleEndian ? bytes : bytes.reversed()
        }
        return Array((isLittleEndian ? "II" : "MM").utf8) + number(42, 2) + number(8, 4) + number(entries.count, 2)
            + entries.flatMap { $0 } + number(0, 4)
    }

    private static let turned: [UInt8] = [0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]

    @Test func `the orientation is found among other tags, in either byte order`() {
        let other: [UInt8] = [0x0F, 1, 2, 0, 4, 0, 0, 0, 65, 66, 67, 0]
        #expect(EXIFOrientation.inTIFF(Self.tiff([other, Self.turned])[...]) == 6)
        let big: [UInt8] = [1, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0]
        #expect(EXIFOrientation.inTIFF(Self.tiff([big], isLittleEndian: false)[...]) == 8)
    }

    @Test(
        arguments: [
            [0x12, 1, 3, 0, 1, 0, 0, 0, 9, 0, 0, 0], [0x12, 1, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0],
            [0x12, 1, 3, 0, 2, 0, 0, 0, 6, 0, 0, 0], [0x12, 1, 2, 0, 1, 0, 0, 0, 6, 0, 0, 0],
        ] as [[UInt8]])
    func `an orientation that makes no sense counts as none`(_ entry: [UInt8]) {
        #expect(EXIFOrientation.inTIFF(Self.tiff([entry])[...]) == 1)
    }

    @Test func `data cut anywhere counts as none`() {
        let whole = Self.tiff([Self.turned])
        let jpeg: [UInt8] =
            [0xFF, 0xD8, 0xFF, 0xFF, 0xE1, 0, UInt8(whole.count + 8)] + Array("Exif\0\0".utf8) + whole + [0xFF, 0xDA]
        #expect(EXIFOrientation.stated(in: jpeg, format: .jpeg) == 6)
        for count in 0..<(jpeg.count - 2) {
            #expect(EXIFOrientation.stated(in: Array(jpeg.prefix(count)), format: .jpeg) == 1)
        }
        for count in 0..<(whole.count - 8) { #expect(EXIFOrientation.inTIFF(whole.prefix(count)) == 1) }
    }

    @Test func `a directory that claims to lie elsewhere is not looked for`() {
        var bytes = Self.tiff([Self.turned])
        bytes.replaceSubrange(4..<8, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(EXIFOrientation.inTIFF(bytes[...]) == 1)
    }
}
