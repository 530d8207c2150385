// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImageVectorizer
import Testing

struct ThumbnailTests {
    private func thumbnail(of bytes: [UInt8], _ side: Int) throws -> Picture {
        let jpeg = try PictureThumbnail.jpeg(of: bytes, longestSide: side, limits: DecodingLimits())
        let picture = try Picture(jpeg)
        #expect(picture.format == .jpeg)
        return picture
    }

    @Test(arguments: [
        (400, 100, 64, 64, 16), (100, 400, 64, 16, 64), (64, 64, 64, 64, 64), (30, 20, 64, 30, 20),
        (1000, 1, 64, 64, 1), (65, 64, 64, 64, 63),
    ])
    func `a thumbnail keeps the proportions and is never larger than the picture`(
        _ width: Int, _ height: Int, _ side: Int, _ newWidth: Int, _ newHeight: Int
    ) throws {
        let picture = try thumbnail(of: BMPFixture.random(width: width, height: height, seed: 1), side)
        #expect(picture.width == newWidth)
        #expect(picture.height == newHeight)
    }

    @Test func `a header over the limits is refused before anything is decoded`() {
        let bytes = BMPFixture.random(width: 10, height: 3, seed: 1)
        #expect(throws: ImageVectorizerError.tooManyPixels(width: 10, height: 3, limit: 29)) {
            try PictureThumbnail.jpeg(of: bytes, longestSide: 64, limits: DecodingLimits(pixels: 29))
        }
    }

    @Test func `what is no picture is refused in words`() {
        #expect(throws: ImageVectorizerError.unknownFormat(found: "a PDF document")) {
            try PictureThumbnail.jpeg(of: Array("%PDF-1.7".utf8), longestSide: 64, limits: DecodingLimits())
        }
    }

    @Test(
        .enabled(if: TestData.folder != nil, "NEEDLETAIL_TEST_DATA names no folder of pictures"),
        arguments: ["own_shapes_turned6.jpg", "own_shapes_turned8.png", "pillow_hopper_orientation_6.webp"])
    func `a picture that lies on its side stands in its thumbnail`(_ name: String) throws {
        let bytes = try TestData.bytes(ofFile: "\(TestData.folder ?? "")/images/odd/files/\(name)")
        let picture = try Picture(bytes)
        let thumbnail = try thumbnail(of: bytes, 64)
        #expect((thumbnail.width < thumbnail.height) == (picture.height < picture.width))
        // The same pixels, but for what decoding smaller and JPEG change.
        var turned = PicturePreprocessing.compatible
        turned.turnsByEXIF = true
        let (width, height) = (thumbnail.width, thumbnail.height)
        let expected = try picture.prepared(turned, width: width, height: height)
        let difference = zip(try thumbnail.pixels(), expected).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        #expect(Double(difference) / Double(expected.count) < 6)
    }

    @Test(.enabled(if: TestData.folder != nil, "NEEDLETAIL_TEST_DATA names no folder of pictures"))
    func `every odd picture that decodes has a thumbnail, and what is clear is white in it`() throws {
        for path in try TestData.pictureFiles().filter({ $0.contains("/odd/") }) {
            let bytes = try TestData.bytes(ofFile: path)
            guard let picture = try? Picture(bytes), (try? picture.resized(toWidth: 8, height: 8)) != nil else {
                #expect(throws: ImageVectorizerError.self, "\(path)") { try thumbnail(of: bytes, 32) }
                continue
            }
            let small = try thumbnail(of: bytes, 32)
            #expect(max(small.width, small.height) == min(32, max(picture.width, picture.height)), "\(path)")
            if path.hasSuffix("own_shapes_clear.png") {
                #expect(try small.pixels().allSatisfy { $0 > 250 })
            }
        }
    }
}
