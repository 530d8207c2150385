// SPDX-License-Identifier: Apache-2.0

import Foundation
import RandomNumbers

/// A fuzzer as a program: reads the command line, runs, says how much was done, and ends the process.
///
/// ```swift
/// await FuzzProgram("JSONFuzz", length: .init(executions: 10_000_000), smoke: .init(executions: 20_000)).main { run in
///     while run.goesOn() {
///         if let finding = check(text(using: &run.random)) { run.found(finding) }
///     }
///     return "what was seen"
/// }
/// ```
/// Exit status: 0 without a finding, 1 with one, 2 for a command line that makes no sense.
package struct FuzzProgram: Sendable {
    let name: String
    let length: FuzzOptions.Length
    let smoke: FuzzOptions.Length
    let seed: UInt64
    let flags: Set<String>
    let values: Set<String>
    let takesPaths: Bool

    /// - Parameters:
    ///   - seed: where random numbers begin if the command line does not say.
    ///   - flags: further options without a value, with their dashes.
    ///   - values: further options with a value.
    package init(
        _ name: String, length: FuzzOptions.Length, smoke: FuzzOptions.Length, seed: UInt64 = 1,
        flags: Set<String> = [], values: Set<String> = [], takesPaths: Bool = false
    ) {
        self.name = name
        self.length = length
        self.smoke = smoke
        self.seed = seed
        self.flags = flags
        self.values = values
        self.takesPaths = takesPaths
    }

    private var usage: String {
        let own = flags.sorted().map { " [\($0)]" } + values.sorted().map { " [\($0) VALUE]" }
        return "usage: \(name) [--smoke] [--seed N] [--executions N] [--seconds N]\(own.joined())"
            + (takesPaths ? " [FILE or FOLDER...]" : "")
    }

    /// Runs the fuzzer and ends the process.
    ///
    /// - Parameter body: asks `goesOn()` before each execution; returns what it saw besides, in words.
    package func main(_ body: @Sendable (inout FuzzRun) async throws -> String) async -> Never {
        let options: FuzzOptions
        do {
            options = try FuzzOptions(CommandLine.arguments.dropFirst(), of: self)
        } catch {
            print("\(name): \(error)\n\(usage)")
            exit(2)
        }
        if options.isHelp {
            print(usage)
            exit(0)
        }
        print("\(name): seed \(options.seed)\(options.length.words)")
        FuzzRun.flush()
        var run = FuzzRun(options)
        var summary = ""
        do {
            summary = try await body(&run)
        } catch {
            run.found("\(error)")
        }
        print("\(name): \(run.report)\(summary.isEmpty ? "" : "; \(summary)")")
        exit(run.findings == 0 ? 0 : 1)
    }
}

extension FuzzOptions.Length {
    fileprivate var words: String {
        (executions.map { ", \($0) executions" } ?? "") + (seconds.map { ", at most \($0) s" } ?? "")
    }
}

/// Counts what a fuzzer did and found.
package struct FuzzRun {
    /// A fuzzer that finds the same over and over need not say it more often.
    private static let mostFindings = 20
    /// How many executions pass between two looks at the clock.
    private static let executionsPerLook = 64

    package let options: FuzzOptions
    /// Begins with the seed of the command line.
    package var random: SplitMix64
    package private(set) var executions = 0
    package private(set) var findings = 0
    private let start: ContinuousClock.Instant
    private let end: ContinuousClock.Instant?

    init(_ options: FuzzOptions) {
        self.options = options
        random = SplitMix64(seed: options.seed)
        let now = ContinuousClock.now
        start = now
        end = options.length.seconds.map { now + .seconds($0) }
    }

    /// Counts one more execution, unless the run is over.
    package mutating func goesOn() -> Bool {
        if let most = options.length.executions, executions >= most { return false }
        if findings >= Self.mostFindings { return false }
        if let end, executions % Self.executionsPerLook == 0, ContinuousClock.now >= end { return false }
        executions += 1
        return true
    }

    /// Prints what must not be, with the seed and the number of the execution that lead there again.
    package mutating func found(_ finding: String) {
        findings += 1
        print("seed \(options.seed), execution \(executions): \(finding)")
        Self.flush()
    }

    /// What is printed must be there if the process crashes, in a file too.
    fileprivate static func flush() {
        fflush(nil)
    }

    fileprivate var report: String {
        let seconds = max((ContinuousClock.now - start) / .seconds(1), 1e-9)
        let rate = Int(Double(executions) / seconds)
        return "\(executions) executions in \(Int(seconds)) s, \(rate) per second, "
            + (findings == 0 ? "no finding" : "\(findings) findings")
    }
}
