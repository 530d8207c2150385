// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImageVectorizer
import Testing

/// Odd, damaged and hostile files, and what was seen to come of them.
@Suite(.enabled(if: TestData.folder != nil, "NEEDLETAIL_TEST_DATA names no folder of pictures"))
struct OddPictureTests {
    /// A line of `expected.csv`.
    struct Expectation: Sendable, CustomTestStringConvertible {
        let file: String
        let format: String
        let decodes: Bool
        let isStrict: Bool
        let width: Int?
        let height: Int?
        /// Mean red, green and blue; `nil` where it was left out.
        let mean: [Double]?

        var testDescription: String { file }

        init?(_ line: Substring) {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count >= 12 else { return nil }
            file = String(fields[0])
            format = String(fields[1])
            decodes = fields[2] == "decodes"
            isStrict = fields[3] == "yes"
            width = Int(fields[5])
            height = Int(fields[6])
            let levels = fields[9...11].compactMap { Double($0) }
            mean = levels.count == 3 ? levels : nil
        }

        static let all: [Expectation] = {
            let text = try? String(contentsOfFile: "\(TestData.folder ?? "")/images/odd/expected.csv", encoding: .utf8)
            return (text ?? "").split(whereSeparator: \.isNewline).dropFirst().compactMap { Expectation($0) }
        }()

        func bytes() throws -> [UInt8] {
            try TestData.bytes(ofFile: "\(TestData.folder ?? "")/images/odd/\(file)")
        }
    }

    @Test func `the list of odd files is read`() {
        #expect(Expectation.all.count == 155)
    }

    @Test(arguments: Expectation.all)
    func `an odd file gives the stated outcome, or an ordinary one where it may`(_ expected: Expectation) throws {
        let bytes = try expected.bytes()
        let result = Result { () throws(ImageVectorizerError) in
            try Picture(bytes).resized(toWidth: 224, height: 224)
        }
        if expected.isStrict { #expect(((try? result.get()) != nil) == expected.decodes, "\(result)") }
        if case .failure(let error) = result { #expect(!error.message.isEmpty) }
    }

    /// Files of formats that need not be read, and are.
    private static let others = ["AVIF", "TIFF"]

    @Test(
        arguments: Expectation.all.filter { expected in
            expected.mean != nil && (expected.isStrict || others.contains(expected.format))
        })
    func `an odd file has the stated size and mean color`(_ expected: Expectation) throws {
        let picture = try Picture(expected.bytes())
        // What the list says of TIFF files is their size when they have been turned.
        #expect([picture.width, picture.height].sorted() == [expected.width ?? 0, expected.height ?? 0].sorted())
        if picture.format != .tiff { #expect(picture.width == expected.width) }
        let pixels = try picture.pixels()
        for (channel, mean) in (expected.mean ?? []).enumerated() {
            let sum = stride(from: channel, to: pixels.count, by: 3).reduce(0) { $0 + Int(pixels[$1]) }
            #expect(abs(Double(sum) / Double(pixels.count / 3) - mean) <= 2)
        }
    }

    @Test func `sixteen-bit gray is scaled, not clipped`() throws {
        let pixels = try Picture(
            TestData.bytes(ofFile: "\(TestData.folder ?? "")/images/odd/files/pngsuite_basn0g16.png")
        ).pixels()
        #expect(Set(pixels).count > 200)
    }

    @Test(
        arguments: Expectation.all.filter { $0.file.contains("own_bombs") && $0.isStrict })
    func `a header that promises too many pixels is refused by its size`(_ expected: Expectation) throws {
        let bytes = try expected.bytes()
        let error = #expect(throws: ImageVectorizerError.self) { try Picture(bytes) }
        guard case .tooManyPixels = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a picture of 144 million pixels decodes in a few megabytes`() throws {
        let picture = try Picture(
            TestData.bytes(ofFile: "\(TestData.folder ?? "")/images/odd/files/own_bombs_png8_12000x12000.png"))
        #expect(picture.decodingMemoryInBytes < 4 << 20)
        #expect(try picture.resized(toWidth: 224, height: 224).allSatisfy { $0 == 0 })
    }
}
