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
    var openVINO = ".build/openvino"
    var model = "Models/efficientnet-lite0.onnx"
    var precision = InferencePrecision.auto
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
            case "--seconds": seconds = Double(value) ?? seconds
            default: throw Mistake(description: "there is no option \(option)")
            }
        }
        if pictures.isEmpty { throw Mistake(description: "--pictures FOLDER is missing") }
    }

    private static func precision(_ text: String) throws -> InferencePrecision {
        guard let precision = InferencePrecision(rawValue: text) else {
            throw Mistake(description: "--precision is auto, fp32, bf16 or int8, not \(text)")
        }
        return precision
    }

    /// The first files of the folder, in the order of their names.
    func readPictures() throws -> [[UInt8]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: pictures).sorted().prefix(pictureLimit)
        let files = names.compactMap { try? Data(contentsOf: URL(filePath: "\(pictures)/\($0)")) }
        if files.isEmpty { throw Mistake(description: "there is no file in \(pictures)") }
        return files.map { [UInt8]($0) }
    }
}
