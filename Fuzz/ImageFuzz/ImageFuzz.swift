// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImageVectorizer

/// Throws damaged files at the decoders and the reader of networks: none may crash, hang or take much memory.
///
/// `[--smoke] [--seconds N] [--seed N] [--keep FOLDER] [FILE or FOLDER...]`; the files are what is mutated. With `--keep`
/// the file about to be tried lies in that folder, so that a crash leaves its cause behind.
@main
struct ImageFuzz {
    private let options: FuzzOptions
    private let seeds: [[UInt8]]
    private var mutator: Mutator
    private let limits = DecodingLimits(pixels: 20_000_000, memoryInBytes: 32 << 20)

    static func main() {
        do {
            let options = try FuzzOptions(CommandLine.arguments.dropFirst())
            var fuzz = ImageFuzz(
                options: options, seeds: try Seeds.builtIn() + options.readSeeds(),
                mutator: Mutator(seed: options.seed))
            try fuzz.run()
        } catch {
            print("failed: \(error)")
            exit(1)
        }
    }

    private mutating func run() throws {
        print("seed \(options.seed), \(seeds.count) files to start from")
        let clock = ContinuousClock()
        let end = clock.now + .seconds(options.seconds)
        var rounds = 0
        var decoded = 0
        var slowest = Duration.zero
        var slowestFile: [UInt8] = []
        for seed in seeds where tryDecoding(seed) { decoded += 1 }
        print("\(decoded) of them are pictures that decode")
        decoded = 0
        while clock.now < end {
            let file = mutator.mutated(seeds)
            if let folder = options.keepFolder { try Data(file).write(to: URL(filePath: "\(folder)/current")) }
            let start = clock.now
            if tryDecoding(file) { decoded += 1 }
            let time = clock.now - start
            if time > slowest { (slowest, slowestFile) = (time, file) }
            rounds += 1
        }
        if let folder = options.keepFolder { try Data(slowestFile).write(to: URL(filePath: "\(folder)/slowest")) }
        let peak = Self.peakMemoryInMiB()
        print("\(rounds) files, \(decoded) decoded, slowest \(slowest), peak memory \(peak) MiB")
        // The limits above, twice, and what every process has; the sanitizers need far more.
        if !options.isSanitized && peak > 300 { throw FuzzOptions.Mistake(description: "too much memory was taken") }
        if slowest > .seconds(20) { throw FuzzOptions.Mistake(description: "a file took too long") }
    }

    /// Whether the file is a picture that decodes. What is wrong with others must be said in words.
    private func tryDecoding(_ file: [UInt8]) -> Bool {
        do throws(ImageVectorizerError) {
            _ = try Picture(file, limits: limits).resized(toWidth: 224, height: 224)
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
