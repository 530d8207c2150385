// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import ImageVectorizer

/// Measures decoding, the inference engine alone, and both together, on a folder of pictures.
///
/// `[--pictures FOLDER] [--openvino FOLDER] [--model FILE] [--precision auto|fp32|bf16] [--streams auto|single|percore]
/// [--seconds N] [--smoke]`
@main
struct ImageBenchmark {
    private let vectorizer: NeuralVectorizer
    private let pool: ComputePool
    private let pictures: [[UInt8]]
    private let seconds: Double

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
        let options = try BenchmarkOptions(CommandLine.arguments.dropFirst())
        let pictures = try options.readPictures()
        let pool = ComputePool(threadCount: ProcessInfo.processInfo.activeProcessorCount)
        let clock = ContinuousClock()
        let start = clock.now
        let vectorizer = try NeuralVectorizer(
            configuration: NeuralVectorizer.Configuration(
                modelPath: options.model, openVINOFolder: options.openVINO, precision: options.precision,
                streams: options.streams), pool: pool)
        let loading = clock.now - start
        print("\(pool.threadCount) threads, \(pictures.count) pictures, \(vectorizer.precisionInUse.rawValue)")
        print(
            "load: \(milliseconds(loading)) ms, memory \(residentMemoryInMiB()) MiB, peak \(residentMemoryInMiB("VmHWM")) MiB"
        )
        let benchmark = ImageBenchmark(
            vectorizer: vectorizer, pool: pool, pictures: pictures, seconds: options.seconds)
        await benchmark.measureDecoding()
        benchmark.measureThumbnails()
        try await benchmark.measureEngine()
        await benchmark.measureBatches()
        await benchmark.measureSinglePictures()
        print("memory \(residentMemoryInMiB()) MiB, peak \(residentMemoryInMiB("VmHWM")) MiB")
    }

    private func measureDecoding() async {
        let clock = ContinuousClock()
        let start = clock.now
        var count = 0
        for bytes in pictures where clock.now - start < .seconds(seconds) {
            count += (try? Picture(bytes, limits: DecodingLimits()).resized(toWidth: 224, height: 224)) == nil ? 0 : 1
        }
        let each = (clock.now - start) / max(count, 1)
        print("decode and resize, one thread: \(milliseconds(each)) ms a picture")
    }

    private func measureThumbnails() {
        let clock = ContinuousClock()
        for side in [128, 256] {
            let start = clock.now
            var (count, size) = (0, 0)
            for bytes in pictures where clock.now - start < .seconds(seconds) {
                let jpeg = try? PictureThumbnail.jpeg(of: bytes, longestSide: side, limits: DecodingLimits())
                guard let jpeg else { continue }
                count += 1
                size += jpeg.count
            }
            let each = (clock.now - start) / max(count, 1)
            print(
                "thumbnails of \(side), one thread: \(milliseconds(each)) ms a picture, \(size / max(count, 1)) bytes")
        }
    }

    private func measureEngine() async throws {
        // Until it is decided how many streams there are, or as long as there is time.
        let start = ContinuousClock.now
        repeat {
            try await vectorizer.rehearse(64)
        } while vectorizer.streamsInUse == nil && start.duration(to: .now) < .seconds(seconds * 3)
        let rate = try await rate {
            try await vectorizer.rehearse(64); return 64
        }
        print("engine alone, streams \(vectorizer.streamsInUse?.rawValue ?? "not decided"): \(rate) pictures/s")
    }

    private func measureBatches() async {
        var next = 0
        let rate = await rate {
            let batch = (0..<64).map { pictures[(next + $0) % pictures.count] }
            next += 64
            return await vectorizer.vectors(of: batch).filter { (try? $0.get()) != nil }.count
        }
        print("decode and infer, batches of 64: \(rate) pictures/s")
    }

    private func measureSinglePictures() async {
        let clock = ContinuousClock()
        let start = clock.now
        var times: [Duration] = []
        while clock.now - start < .seconds(seconds) || times.isEmpty {
            let before = clock.now
            _ = await vectorizer.vectors(of: [pictures[times.count % pictures.count]])
            times.append(clock.now - before)
        }
        times.sort()
        let p99 = times[min(times.count - 1, times.count * 99 / 100)]
        print("one picture at a time: p50 \(milliseconds(times[times.count / 2])) ms, p99 \(milliseconds(p99)) ms")
    }

    /// Pictures per second of `body`, which returns how many it made.
    private func rate<Failure: Error>(_ body: () async throws(Failure) -> Int) async throws(Failure) -> String {
        let clock = ContinuousClock()
        let start = clock.now
        var count = 0
        repeat { count += try await body() } while clock.now - start < .seconds(seconds)
        return String(format: "%.1f", Double(count) / ((clock.now - start) / .seconds(1)))
    }
}

private func milliseconds(_ duration: Duration) -> String {
    String(format: "%.2f", duration / .milliseconds(1))
}

/// What `/proc/self/status` says, 0 where there is none.
private func residentMemoryInMiB(_ key: String = "VmRSS") -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(key + ":") }
    return (line?.split(whereSeparator: { !$0.isNumber }).first).flatMap { Int($0) }.map { $0 / 1024 } ?? 0
}
