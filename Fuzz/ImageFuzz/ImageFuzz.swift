// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImageVectorizer
import TextMutation

/// Throws damaged files at the decoders and the reader of networks: none may crash, hang or take much memory.
///
/// ```
/// ImageFuzz [--smoke] [--seed N] [--executions N] [--seconds N] [--headers] [--sanitized] [--keep FOLDER] [FILE or FOLDER...]
/// ```
/// The files are what is mutated. With `--headers` only headers are read, no pixels. With `--keep` the file about to be tried lies in that
/// folder, so that a crash leaves its cause behind. `--sanitized` is for a sanitizer, whose own memory is not counted.
@main
struct ImageFuzz {
    private let seeds: [[UInt8]]
    private let readsOnlyHeaders: Bool
    private let limits = DecodingLimits(pixels: 20_000_000, memoryInBytes: 32 << 20)

    static func main() async {
        let program = FuzzProgram(
            "ImageFuzz", length: .init(seconds: 60), smoke: .init(seconds: 2), flags: ["--headers", "--sanitized"],
            values: ["--keep"], takesPaths: true)
        await program.main { run in
            let seeds = try Seeds.builtIn() + Seeds.read(from: run.options.paths)
            let fuzz = ImageFuzz(seeds: seeds, readsOnlyHeaders: run.options.flags.contains("--headers"))
            return try fuzz.fill(&run)
        }
    }

    private func fill(_ run: inout FuzzRun) throws -> String {
        print("\(seeds.count) files to start from, \(seeds.count { isTaken($0) }) are pictures")
        let keepFolder = run.options.values["--keep"]
        let clock = ContinuousClock()
        var mutator = Mutator(seed: run.options.seed)
        var taken = 0
        var slowest = Duration.zero
        var slowestFile: [UInt8] = []
        while run.goesOn() {
            let file = mutator.mutated(seeds)
            if let keepFolder { try Data(file).write(to: URL(filePath: "\(keepFolder)/current")) }
            let start = clock.now
            if isTaken(file) { taken += 1 }
            let time = clock.now - start
            if time > slowest { (slowest, slowestFile) = (time, file) }
        }
        if let keepFolder { try Data(slowestFile).write(to: URL(filePath: "\(keepFolder)/slowest")) }
        let peak = Self.peakMemoryInMiB()
        // The limits above, twice, and what every process has; the sanitizers need far more.
        if !run.options.flags.contains("--sanitized") && peak > 300 { run.found("\(peak) MiB of memory were taken") }
        if slowest > .seconds(20) { run.found("a file took \(slowest)") }
        return "\(taken) were pictures, slowest \(slowest), peak memory \(peak) MiB"
    }

    /// Whether the file is a picture as far as it is read. What is wrong with others must be said in words.
    private func isTaken(_ file: [UInt8]) -> Bool {
        do throws(ImageVectorizerError) {
            let wish = Wish(for: file)
            let picture = try Picture(file, limits: limits, keepsAlpha: wish.preprocessing.alpha == .white)
            if readsOnlyHeaders { return true }
            let pixels = try picture.prepared(wish.preprocessing, crop: wish.crop, width: 224, height: 224)
            precondition(pixels.count == 224 * 224 * 3, "\(pixels.count) bytes are no picture")
            if wish.hasThumbnail { _ = try PictureThumbnail.jpeg(of: file, longestSide: 128, limits: limits) }
            return true
        } catch {
            precondition(!error.message.isEmpty, "an error without words")
            NetworkFile.tryReading(file)
            return false
        }
    }

    private static func peakMemoryInMiB() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(whereSeparator: { !$0.isNumber }).first).flatMap { Int($0) }.map { $0 / 1024 } ?? 0
    }
}
