// SPDX-License-Identifier: Apache-2.0

import ImageVectorizer
import Testing

struct PictureTests {
    private static let gray = (0..<256).map { [UInt8($0), UInt8($0), UInt8($0)] }

    @Test func `a picture with exactly as many pixels as allowed is taken, one more is refused`() throws {
        let bytes = BMPFixture.random(width: 10, height: 3, seed: 1)
        #expect(try Picture(bytes, limits: DecodingLimits(pixels: 30)).width == 10)
        #expect(throws: ImageVectorizerError.tooManyPixels(width: 10, height: 3, limit: 29)) {
            try Picture(bytes, limits: DecodingLimits(pixels: 29))
        }
    }

    @Test func `a bitmap cut anywhere throws and never traps`() throws {
        for kind in BMPFixture.kinds {
            for count in 0..<kind.bytes.count {
                _ = try? Picture(Array(kind.bytes.prefix(count))).pixels()
            }
        }
        let whole = BMPFixture.random(width: 4, height: 4, seed: 1)
        #expect(throws: ImageVectorizerError.damaged(format: "BMP", detail: "the data ends 1 bytes too early")) {
            try Picture(whole.dropLast()).pixels()
        }
    }

    @Test func `a jump in a run-length coded bitmap leaves what it skips in color 0`() throws {
        let bytes = BMPFixture.file(
            width: 4, height: 3, bits: 8, coding: 1, colors: Self.gray, data: [1, 9, 0, 2, 2, 1, 1, 7, 0, 1])
        let pixels = try Picture(bytes).pixels()
        let firstChannel = stride(from: 0, to: pixels.count, by: 3).map { pixels[$0] }
        #expect(firstChannel == [0, 0, 0, 0, 0, 0, 0, 7, 9, 0, 0, 0])
    }

    @Test func `run-length codes without an end mark are damaged`() {
        let bytes = BMPFixture.file(width: 4, height: 3, bits: 8, coding: 1, colors: Self.gray, data: [4, 9])
        #expect(throws: ImageVectorizerError.damaged(format: "BMP", detail: "the data ends too early")) {
            try Picture(bytes).pixels()
        }
    }

    @Test func `a bitmap of two thousand million columns is refused before its rows are looked at`() {
        var bytes = BMPFixture.random(width: 1, height: 1, seed: 1)
        bytes.replaceSubrange(18..<22, with: [0xFF, 0xFF, 0xFF, 0x7F])
        #expect(throws: ImageVectorizerError.tooManyPixels(width: 0x7FFF_FFFF, height: 1, limit: 178_956_970)) {
            try Picture(bytes)
        }
    }

    @Test func `a side longer than a million pixels is refused`() {
        var bytes = BMPFixture.random(width: 1, height: 1, seed: 1)
        bytes.replaceSubrange(18..<22, with: BMPFixture.littleEndian(1_000_001 as UInt32))
        #expect(
            throws: ImageVectorizerError.tooLarge(format: "BMP", detail: "a side is longer than 1000000 pixels")
        ) {
            try Picture(bytes)
        }
    }

    @Test func `an interlaced picture that needs more memory than there is is refused by its header`() throws {
        // Signature and header: 12,000 x 12,000, 8 bits, RGB, interlaced; a checksum that nobody reads.
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
        bytes += [0, 0, 0x2E, 0xE0, 0, 0, 0x2E, 0xE0, 8, 2, 0, 0, 1, 0, 0, 0, 0]
        let error = #expect(throws: ImageVectorizerError.self) { try Picture(bytes) }
        guard case .tooLarge("PNG", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        ("", nil), ("hello", nil), ("%PDF-1.7", "a PDF document"), ("PK\u{3}\u{4}", "a ZIP archive"),
        ("\0\0\0\u{0C}jP  ", "a JPEG 2000 file"), ("\0\0\0\u{1C}ftypisom", "a video"), ("<svg", "an SVG drawing"),
        ("data:image/png;base64,", "a data URI"),
    ])
    func `data that is no known picture is named where it can be`(_ text: String, _ name: String?) {
        #expect(throws: ImageVectorizerError.unknownFormat(found: name)) { try Picture(Array(text.utf8)) }
    }

    @Test func `growing a single pixel repeats it`() throws {
        let bytes = BMPFixture.file(width: 1, height: 1, bits: 24, data: [3, 2, 1, 0])
        let pixels = try Picture(bytes).resized(toWidth: 3, height: 2)
        #expect(pixels == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3])
    }
}
