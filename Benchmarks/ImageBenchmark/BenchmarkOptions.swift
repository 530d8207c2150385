// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImageVectorizer

/// What is measured, as the command line says it.
struct BenchmarkOptions {
    /// What is wrong with the command line.
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    var pictures = ""
    var openVINO = ProcessInfo.processInfo.environment["NEEDLETAIL_OPENVINO_LIB"] ?? ".build/openvino"
    var model = "Models/efficientnet-lite0.onnx"
    var precision = InferencePrecision.auto
    var streams = InferenceStreams.auto
    var seconds = 10.0
    var pictureLimit = 500

    init(_ arguments: some Sequence<String>) throws {
        var left = arguments.makeIterator()
        while let option = left.next() {
            if option == "--smoke" {
                seconds = 0.1
                pictureLimit = 8
                continue
            }
            guard let value = left.next() else { throw Mistake(description: "\(option) needs a value") }
            switch option {
            case "--pictures": pictures = value
            case "--openvino": openVINO = value
            case "--model": model = value
            case "--precision": precision = try Self.precision(value)
            case "--streams": streams = try Self.streams(value)
            case "--seconds": seconds = Double(value) ?? seconds
            default: throw Mistake(description: "there is no option \(option)")
            }
        }
    }

    private static func precision(_ text: String) throws -> InferencePrecision {
        guard let precision = InferencePrecision(rawValue: text) else {
            throw Mistake(description: "--precision is auto, fp32, bf16 or int8, not \(text)")
        }
        return precision
    }

    private static func streams(_ text: String) throws -> InferenceStreams {
        guard let streams = InferenceStreams(rawValue: text) else {
            throw Mistake(description: "--streams is auto, single or percore, not \(text)")
        }
        return streams
    }

    /// The first files of the folder, in the order of their names; without a folder, bitmaps of noise.
    func readPictures() throws -> [[UInt8]] {
        if pictures.isEmpty { return (0..<8).map { Self.noise(width: 500, height: 375, seed: $0) } }
        let names = try FileManager.default.contentsOfDirectory(atPath: pictures).sorted().prefix(pictureLimit)
        let files = names.compactMap { try? Data(contentsOf: URL(filePath: "\(pictures)/\($0)")) }
        if files.isEmpty { throw Mistake(description: "there is no file in \(pictures)") }
        return files.map { [UInt8]($0) }
    }

    /// A bitmap of 24 bits a pixel.
    private static func noise(width: Int, height: Int, seed: UInt64) -> [UInt8] {
        func littleEndian(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
        let size = (width * 3 + 3) / 4 * 4 * height
        var bytes = Array("BM".utf8) + littleEndian(54 + size) + littleEndian(0) + littleEndian(54) + littleEndian(40)
        bytes += littleEndian(width) + littleEndian(height) + [1, 0, 24, 0] + [UInt8](repeating: 0, count: 24)
        var state = seed
        for _ in 0..<size {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes.append(UInt8(truncatingIfNeeded: state >> 56))
        }
        return bytes
    }
}
