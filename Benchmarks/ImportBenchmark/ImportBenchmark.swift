// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Execution
import Foundation
import ImageVectorizer
import Importing
import ObjectStorage
import Observability
import PictureSources

/// Measures an import straight into a data folder beside the inference engine alone, in turns, so that a machine with other work
/// disturbs both alike: engine, import, engine. Then the same again, of which everything is there already.
///
/// `[--pictures FOLDER] [--openvino FOLDER] [--model FILE] [--seconds N] [--smoke]`
@main
struct ImportBenchmark {
    private let vectorizer: NeuralVectorizer
    private let pool: ComputePool
    private let options: Options

    static func main() async {
        do {
            let options = try Options(CommandLine.arguments.dropFirst())
            let pool = ComputePool(threadCount: ProcessInfo.processInfo.activeProcessorCount)
            let vectorizer = try NeuralVectorizer(
                configuration: .init(modelPath: options.model, openVINOFolder: options.openVINO), pool: pool)
            try await ImportBenchmark(vectorizer: vectorizer, pool: pool, options: options).run()
        } catch ImageVectorizerError.unavailable(let reason) {
            // Nothing to measure is no failure.
            print("skipped: \(reason)")
        } catch {
            print("failed: \((error as? ImportError)?.message ?? "\(error)")")
            exit(1)
        }
    }

    private func run() async throws {
        let folder = NSTemporaryDirectory() + "needletail-import-benchmark-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let pictures = options.pictures.isEmpty ? try Self.makePictures(in: folder + "/pictures") : options.pictures
        try await vectorizer.rehearse(8)
        let before = try await engineRate()
        print("engine alone: \(before.toTenths) pictures/s")
        let database = try open(folder + "/data")
        let first = try await importAll(pictures, into: database)
        let after = try await engineRate()
        print("engine alone: \(after.toTenths) pictures/s")
        let share = first / ((before + after) / 2)
        print("import: \(first.toTenths) pictures/s, \(String(format: "%.2f", share)) of the engine alone")
        _ = try await importAll(pictures, into: database)
        await database.close()
    }

    /// Pictures a second.
    private func engineRate() async throws -> Double {
        let start = ContinuousClock.now
        var count = 0
        repeat {
            try await vectorizer.rehearse(64)
            count += 64
        } while ContinuousClock.now - start < .seconds(options.seconds)
        return Double(count) / ((ContinuousClock.now - start) / .seconds(1))
    }

    private func open(_ folder: String) throws -> Database {
        try Database(
            environment: try StorageEnvironment.open(folder: folder, options: StorageEnvironment.Options()),
            vectorizer: vectorizer, settings: DatabaseSettings(), logger: Logger(level: .warning, format: .text),
            maintenanceThreads: pool.threadCount, clock: { Int64(Date().timeIntervalSince1970 * 1_000) })
    }

    /// - Returns: pictures stored a second.
    private func importAll(_ pictures: String, into database: Database) async throws -> Double {
        let run = ImportRun(
            options: ImportOptions(collection: "Picture"), paths: [pictures], opening: SourceOpening(),
            target: DatabaseTarget(database))
        let memory = Task {
            var readings: [Int] = []
            while (try? await Task.sleep(for: .seconds(2))) != nil { readings.append(Self.ownMemoryInMiB()) }
            return readings
        }
        do throws(ImportError) {
            try await withTaskExecutorPreference(pool) { () throws(ImportError) in try await run.run() }
        } catch {
            memory.cancel()
            throw error
        }
        memory.cancel()
        let readings = await memory.value
        let reading = run.progress.reading
        let counts = reading.counts
        print(
            "\(counts.stored) stored, \(counts.skipped) skipped, \(counts.failed) failed in "
                + "\(reading.seconds.toTenths) s: \((Double(counts.done) / reading.seconds).toTenths) a second")
        let shown = stride(from: 0, to: readings.count, by: max(1, readings.count / 10)).map { "\(readings[$0])" }
        print("memory on the way, MiB: \(shown.joined(separator: " "))")
        return Double(counts.stored) / reading.seconds
    }

    /// Bitmaps of noise.
    private static func makePictures(in folder: String) throws -> String {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        func littleEndian(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
        var state: UInt64 = 1
        for number in 0..<32 {
            var bytes =
                Array("BM".utf8) + littleEndian(54 + 768) + littleEndian(0) + littleEndian(54) + littleEndian(40)
            bytes += littleEndian(16) + littleEndian(16) + [1, 0, 24, 0] + [UInt8](repeating: 0, count: 24)
            for _ in 0..<768 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(truncatingIfNeeded: state >> 56))
            }
            try Data(bytes).write(to: URL(filePath: "\(folder)/\(number).bmp"))
        }
        return folder
    }

    /// Without the pages of files that are mapped, which are the system's to take back; 0 where it is not known.
    private static func ownMemoryInMiB() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        return (line?.split(whereSeparator: { !$0.isNumber }).first).flatMap { Int($0) }.map { $0 / 1024 } ?? 0
    }
}

/// What is measured, as the command line says it.
private struct Options {
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    var pictures = ""
    var openVINO = ProcessInfo.processInfo.environment["NEEDLETAIL_OPENVINO_LIB"] ?? ".build/openvino"
    var model = "Models/efficientnet-lite0.onnx"
    var seconds = 10.0

    init(_ arguments: some Sequence<String>) throws {
        var left = arguments.makeIterator()
        while let option = left.next() {
            if option == "--smoke" {
                seconds = 0.1
                continue
            }
            guard let value = left.next() else { throw Mistake(description: "\(option) needs a value") }
            switch option {
            case "--pictures": pictures = value
            case "--openvino": openVINO = value
            case "--model": model = value
            case "--seconds": seconds = Double(value) ?? seconds
            default: throw Mistake(description: "there is no option \(option)")
            }
        }
    }
}

extension Double {
    fileprivate var toTenths: String { String(format: "%.1f", self) }
}
