// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import ImageVectorizer

/// Measures what each way of preparing pictures does to precision by label and to finding the source of distorted pictures.
///
/// `--list FOLDER [--openvino FOLDER] [--model FILE] [--cache FOLDER] [--ways "exif;flip"] [--smoke]`. The folder is made by `distort_pictures.py`; vectors are kept
/// in the cache, one file a network and way.
@main
struct PreprocessingBenchmark {
    private static let ways: [(name: String, preprocessing: PicturePreprocessing)] = [
        ("compatible", .compatible), ("exif", way { $0.turnsByEXIF = true }), ("white", way { $0.alpha = .white }),
        ("crop", way { $0.fit = .crop }), ("pad", way { $0.fit = .pad }),
        ("flip", way { $0.averagesMirrorImage = true }),
        ("crop, flip", way { ($0.fit, $0.averagesMirrorImage) = (.crop, true) }), ("better", .better),
    ]

    private static func way(_ change: (inout PicturePreprocessing) -> Void) -> PicturePreprocessing {
        var preprocessing = PicturePreprocessing.compatible
        change(&preprocessing)
        return preprocessing
    }

    private let list: PictureList
    private let vectorizer: NeuralVectorizer
    private let cache: String?

    static func main() async {
        do {
            try await run()
        } catch ImageVectorizerError.unavailable(let reason) {
            // Nothing to measure is no failure.
            print("skipped: \(reason)")
        } catch {
            print("failed: \(error)")
            exit(1)
        }
    }

    private static func run() async throws {
        var values = ["--model": "Models/efficientnet-lite0.onnx"]
        values["--openvino"] = ProcessInfo.processInfo.environment["NEEDLETAIL_OPENVINO_LIB"] ?? ".build/openvino"
        var arguments = CommandLine.arguments.dropFirst().makeIterator()
        var isSmoke = false
        while let option = arguments.next() {
            if option == "--smoke" { isSmoke = true } else { values[option] = arguments.next() }
        }
        guard let folder = values["--list"] else {
            // Nothing to measure is no failure.
            print("skipped: --list names no folder that distort_pictures.py has made")
            return
        }
        let pool = ComputePool(threadCount: ProcessInfo.processInfo.activeProcessorCount)
        let vectorizer = try NeuralVectorizer(
            configuration: NeuralVectorizer.Configuration(
                modelPath: values["--model"] ?? "", openVINOFolder: values["--openvino"] ?? ""), pool: pool)
        let benchmark = PreprocessingBenchmark(
            list: try PictureList(folder: folder), vectorizer: vectorizer, cache: values["--cache"])
        let wanted = values["--ways"]?.split(separator: ";").map(String.init)
        try await benchmark.measure(
            isSmoke ? Array(ways.prefix(1)) : ways.filter { wanted?.contains($0.name) ?? true })
    }

    private func measure(_ ways: [(name: String, preprocessing: PicturePreprocessing)]) async throws {
        print("\(list.originalCount) originals, \(list.entries.count - list.originalCount) distorted")
        print("| way | P@1 | P@10 | mAP@10 | sources, mean of ten | \(list.distortions.joined(separator: " | ")) |")
        print("|" + String(repeating: " --- |", count: 5 + list.distortions.count))
        for way in ways {
            let vectors = try await vectors(of: way.preprocessing, named: way.name)
            show(way.name, Retrieval(list, vectors, centered: false))
            guard ["compatible", "better"].contains(way.name) else { continue }
            show(way.name + ", mean taken out", Retrieval(list, vectors, centered: true))
        }
    }

    private func show(_ name: String, _ retrieval: Retrieval) {
        let labels = retrieval.byLabel()
        let found = list.distortions.map { retrieval.foundSources(of: $0) }
        // The last two are about EXIF and alpha alone.
        let mean = found.prefix(10).reduce(0, +) / Double(min(10, found.count))
        let numbers = [labels.p1, labels.p10, labels.map10, mean] + found
        print("| \(name) | \(numbers.map { String(format: "%.3f", $0) }.joined(separator: " | ")) |")
    }

    /// One vector an entry; from the cache, if it is there.
    private func vectors(of preprocessing: PicturePreprocessing, named name: String) async throws -> [[Float]] {
        let dimensions = vectorizer.network?.dimensions ?? 0
        let digest = (vectorizer.network?.sha256 ?? "").prefix(8)
        let file = cache.map { URL(filePath: "\($0)/\(digest)-\(name.replacingOccurrences(of: ", ", with: "-")).f32") }
        let byteCount = list.entries.count * dimensions * 4
        if let file, let data = try? Data(contentsOf: file), data.count == byteCount {
            // Safety: the bytes were written as floats by this program.
            let floats = unsafe data.withUnsafeBytes { unsafe [Float]($0.bindMemory(to: Float.self)) }
            return (0..<list.entries.count).map { Array(floats[($0 * dimensions)..<(($0 + 1) * dimensions)]) }
        }
        var vectors: [[Float]] = []
        for start in stride(from: 0, to: list.entries.count, by: 64) {
            let inputs = try list.entries[start..<min(start + 64, list.entries.count)].map { entry in
                PictureInput([UInt8](try Data(contentsOf: URL(filePath: entry.path))), preprocessing: preprocessing)
            }
            vectors += try await vectorizer.embeddings(of: inputs).map { try $0.get().vector }
        }
        if let file {
            let floats = vectors.flatMap { $0 }
            try unsafe floats.withUnsafeBytes { unsafe Data($0) }.write(to: file)
        }
        return vectors
    }
}
