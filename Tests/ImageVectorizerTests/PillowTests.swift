// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImageVectorizer
import Testing

/// Pixels are held to Pillow 9.5.0 itself, run by the Python of `NEEDLETAIL_TEST_PYTHON`.
@Suite(.enabled(if: TestData.python != nil, "NEEDLETAIL_TEST_PYTHON names no Python with Pillow 9.5.0"))
struct PillowTests {
    /// What Pillow makes of a file.
    enum Answer: Equatable {
        case rejected
        /// Sixteen-bit gray, which Pillow clips and we scale.
        case clippedGray
        /// Shape [224, 224, 3].
        case pixels([UInt8])
    }

    /// Reads paths and answers each with a byte and, if it is a picture, with its pixels.
    static let script = """
        import sys, warnings
        import PIL
        from PIL import Image
        warnings.simplefilter("ignore")
        assert PIL.__version__ == "9.5.0", "Pillow is " + PIL.__version__
        out = sys.stdout.buffer
        width, height = int(sys.argv[2]), int(sys.argv[3])
        for path in open(sys.argv[1]).read().splitlines():
            try:
                image = Image.open(path)
                mode = image.mode
                image = image.convert("RGB")
                if width:
                    image = image.resize((width, height), Image.BILINEAR)
                out.write((b"I" if mode.startswith("I") else b"P") + image.tobytes())
            except Exception:
                out.write(b"R")
        """

    /// Asks Pillow about `paths` and hands each answer to `body` as it comes.
    static func askPillow(
        about paths: [String], width: Int, height: Int, _ body: (String, Answer) throws -> Void
    ) throws {
        try ask(script, [String(width), String(height)], about: paths, byteCount: width * height * 3, body)
    }

    /// Runs `script` with a list of paths and `arguments`, and hands each answer to `body` as it comes.
    static func ask(
        _ script: String, _ arguments: [String], about paths: [String], byteCount: Int,
        _ body: (String, Answer) throws -> Void
    ) throws {
        let list = FileManager.default.temporaryDirectory.appending(path: "pillow-\(UUID().uuidString).txt")
        try Data(paths.joined(separator: "\n").utf8).write(to: list)
        defer { try? FileManager.default.removeItem(at: list) }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: try #require(TestData.python))
        process.arguments = ["-c", script, list.path()] + arguments
        process.standardOutput = pipe
        try process.run()
        for path in paths {
            let mark = try read(1, from: pipe)
            if mark == Data("R".utf8) {
                try body(path, .rejected)
            } else {
                let pixels = try read(byteCount, from: pipe)
                try body(path, mark == Data("I".utf8) ? .clippedGray : .pixels([UInt8](pixels)))
            }
        }
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    private static func read(_ count: Int, from pipe: Pipe) throws -> Data {
        var data = Data()
        while data.count < count {
            let piece = try #require(
                try pipe.fileHandleForReading.read(upToCount: count - data.count), "Pillow ended early")
            data.append(piece)
        }
        return data
    }

    @Test(.enabled(if: TestData.folder != nil, "NEEDLETAIL_TEST_DATA names no folder of pictures"))
    func `resized pictures equal Pillow's byte for byte wherever both decode them`() throws {
        var equal = 0
        let paths = try TestData.pictureFiles()
        try Self.askPillow(about: paths, width: 224, height: 224) { path, answer in
            guard case .pixels(let expected) = answer,
                let ours = try? Picture(TestData.bytes(ofFile: path)).resized(toWidth: 224, height: 224)
            else { return }
            // TIFF files are turned in either, here when they are small: rounding tells.
            let tolerance = path.hasSuffix(".tif") ? 1 : 0
            let isEqual = zip(ours, expected).allSatisfy { abs(Int($0) - Int($1)) <= tolerance }
            #expect(isEqual, "\(path)")
            equal += 1
        }
        #expect(equal > paths.count * 9 / 10)
    }

    @Test func `every size is resized as Pillow does it`() throws {
        let sides = [1, 2, 3, 7, 111, 223, 224, 225, 447, 448, 449, 1000]
        let sizes = sides.flatMap { width in sides.map { (width, $0) } }
        try expectEqualToPillow(
            sizes.map { width, height in
                BMPFixture.random(width: width, height: height, seed: UInt64(width * 4096 + height))
            },
            resultWidth: 224, resultHeight: 224)
    }

    @Test func `results other than squares are resized as Pillow does it`() throws {
        let pictures = [(97, 61), (640, 480), (1, 300)].map { width, height in
            BMPFixture.random(width: width, height: height, seed: 7)
        }
        for (width, height) in [(1, 1), (31, 97), (640, 3), (300, 300)] {
            try expectEqualToPillow(pictures, resultWidth: width, resultHeight: height)
        }
    }

    @Test(arguments: BMPFixture.kinds)
    func `bitmaps of every kind decode as in Pillow`(_ kind: BMPFixture) throws {
        try expectEqualToPillow([kind.bytes], resultWidth: kind.width, resultHeight: kind.height)
    }

    @Test(arguments: PNGFixture.readable)
    func `a wrong checksum of pixel data or of what is not read is no damage, as in Pillow`(_ file: PNGFixture) throws {
        try expectEqualToPillow([file.bytes], resultWidth: file.width, resultHeight: file.height)
    }

    @Test(arguments: PNGFixture.broken)
    func `what zlib finds broken is refused, and a wrong header or palette, as in Pillow`(_ file: PNGFixture) throws {
        #expect(throws: ImageVectorizerError.self) { try Picture(file.bytes).pixels() }
        try ask([file.bytes], resultWidth: file.width, resultHeight: file.height) { #expect($1 == .rejected) }
    }

    @Test(arguments: PNGFixture.brokenBehindPixels)
    func `what zlib finds behind the pixels is damage if a chunk's checksum says so too`(_ file: PNGFixture) throws {
        #expect(throws: ImageVectorizerError.self) { try Picture(file.bytes).pixels() }
    }

    @Test func `zlib's wrong checksum behind the pixels under sound ones is no damage, as in Pillow`() throws {
        let file = PNGFixture("a pixel", "IDAT", index: 2, .content(at: 2), isCutInAdler: true)
        try expectEqualToPillow([file.bytes], resultWidth: file.width, resultHeight: file.height)
    }

    @Test func `a wrong checksum of what is skipped before the pixels is no damage, unlike in Pillow`() throws {
        let file = PNGFixture("text", "tEXt", .checksum)
        #expect(try Picture(file.bytes).pixels() == Picture(PNGFixture("sound").bytes).pixels())
        try ask([file.bytes], resultWidth: file.width, resultHeight: file.height) { #expect($1 == .rejected) }
    }

    /// Writes a noisy picture in many kinds of TIFF into a folder and prints their names.
    private static let tiffKinds = """
        import random, sys
        from PIL import Image
        random.seed(1)
        width, height = 37, 29
        noise = random.randbytes(width * height * 4)
        for mode in ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"]:
            size = {"1": 0, "L": 1, "LA": 2, "P": 1, "RGB": 3, "RGBA": 4, "CMYK": 4}[mode]
            image = Image.frombytes(mode, (width, height), noise[:width * height * size or (width + 7) // 8 * height])
            if mode == "P":
                image.putpalette(noise[:768])
            codings = ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"]
            codings += {"1": ["group3", "group4"], "L": ["jpeg"], "RGB": ["jpeg"], "CMYK": ["jpeg"]}.get(mode, [])
            for coding in codings:
                for rows in [1, 7, 64]:
                    if coding == "jpeg" and rows != 64:
                        continue
                    path = f"{sys.argv[1]}/{mode}-{coding}-{rows}.tif"
                    image.save(path, compression=coding, tiffinfo={278: rows})
                    print(path)
        """

    @Test func `TIFF files of every kind decode as in Pillow`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tiff-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: try #require(TestData.python))
        process.arguments = ["-c", Self.tiffKinds, folder.path()]
        process.standardOutput = pipe
        try process.run()
        let list = try #require(try pipe.fileHandleForReading.readToEnd())
        process.waitUntilExit()
        let paths = String(decoding: list, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(paths.count == 93)
        try Self.askPillow(about: paths, width: 37, height: 29) { path, answer in
            let bytes = try TestData.bytes(ofFile: path)
            #expect(try answer == .pixels(Picture(bytes).pixels()), "\(path)")
            for count in stride(from: 0, to: bytes.count, by: 97) {
                _ = try? Picture(Array(bytes.prefix(count))).pixels()
            }
        }
    }

    /// Asks Pillow and compares.
    private func expectEqualToPillow(_ files: [[UInt8]], resultWidth: Int, resultHeight: Int) throws {
        try ask(files, resultWidth: resultWidth, resultHeight: resultHeight) { number, answer in
            let ours = try Picture(files[number]).resized(toWidth: resultWidth, height: resultHeight)
            #expect(answer == .pixels(ours), "file \(number)")
        }
    }

    /// Writes the files out, asks Pillow, and hands each file's number and answer to `body`.
    private func ask(
        _ files: [[UInt8]], resultWidth: Int, resultHeight: Int, _ body: (Int, Answer) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "pillow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var paths: [String] = []
        for (number, file) in files.enumerated() {
            let url = folder.appending(path: "\(number).picture")
            try Data(file).write(to: url)
            paths.append(url.path())
        }
        var number = 0
        try Self.askPillow(about: paths, width: resultWidth, height: resultHeight) { _, answer in
            try body(number, answer)
            number += 1
        }
        #expect(number == files.count)
    }
}
