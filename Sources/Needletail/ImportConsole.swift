// SPDX-License-Identifier: Apache-2.0

import Foundation
import Importing
import JSON

/// What `needletail import` says: a bar on a terminal, a line every few seconds elsewhere, JSON where that was asked for.
///
/// The definition of a new class and the result go to the standard output, everything else to the standard error; with JSON all
/// goes to the standard output, an object a line.
final class ImportConsole: Sendable {
    private let tellsInJSON: Bool
    private let isTerminal: Bool

    init(tellsInJSON: Bool) {
        self.tellsInJSON = tellsInJSON
        isTerminal = !tellsInJSON && isatty(STDERR_FILENO) != 0
    }

    func note(_ text: String) {
        if tellsInJSON {
            write([("event", .string("note")), ("message", .string(text))])
        } else {
            Console.tell((isTerminal ? Self.clearLine : "") + text)
        }
    }

    func made(_ definition: NewClass, isDryRun: Bool) {
        if tellsInJSON {
            write([("event", .string("class")), ("made", .boolean(!isDryRun)), ("definition", definition.json)])
        } else {
            note("class \(definition.name) is missing\(isDryRun ? "; it would be made so:" : ", and was made so:")")
            write(definition.json.encoded + [UInt8(ascii: "\n")])
        }
    }

    /// Shows progress until it is cancelled.
    func show(_ progress: ImportProgress) -> Task<Void, Never> {
        let interval = Duration.seconds(isTerminal ? 0.25 : tellsInJSON ? 1 : 5)
        return Task {
            while (try? await Task.sleep(for: interval)) != nil { show(progress.reading) }
            if isTerminal { Console.tell(Self.clearLine, terminator: "") }
        }
    }

    private func show(_ reading: ImportProgress.Reading) {
        if tellsInJSON {
            write([("event", .string("progress"))] + Self.members(of: reading))
        } else if isTerminal {
            let line = Self.bar(reading) + Self.text(reading)
            Console.tell(Self.clearLine + line.prefix(Self.longestLine), terminator: "")
        } else {
            Console.tell(Self.text(reading))
        }
    }

    func finish(
        _ reading: ImportProgress.Reading, status: Int32, problem: String?, report: String?, wasStopped: Bool,
        isDryRun: Bool
    ) {
        let counts = reading.counts
        if tellsInJSON {
            var members = [("event", JSONValue.string("summary")), ("status", .number(JSONNumber(Int(status))))]
            members += Self.members(of: reading)
            members.append(("dryRun", .boolean(isDryRun)))
            members.append(("interrupted", .boolean(wasStopped)))
            members.append(("error", problem.map { .string($0) } ?? .null))
            members.append(("report", report.map { .string($0) } ?? .null))
            return write(members)
        }
        var parts = ["\(counts.stored) \(isDryRun ? "would be imported" : "imported")"]
        if counts.skipped > 0 { parts.append("\(counts.skipped) there already") }
        if counts.ignored > 0 { parts.append("\(counts.ignored) files that are no pictures left out") }
        if counts.failed > 0 { parts.append("\(counts.failed) failed") }
        var text = parts.joined(separator: ", ")
        text += String(format: " | %.1f s, %.1f a second\n", reading.seconds, reading.rate)
        if let report { text += "failures: \(report)\n" }
        write(Array(text.utf8))
        if counts.done == 0, problem == nil, !wasStopped { note("there is nothing to import") }
        if let problem { Console.complain(problem) }
        if wasStopped || problem != nil { note("to go on where it was, run the same command again") }
    }

    // MARK: - Forms

    private static let clearLine = "\r\u{1B}[K"
    /// What is longer would wrap on a terminal of a usual width, and pile up.
    private static let longestLine = 100

    private static func bar(_ reading: ImportProgress.Reading) -> String {
        let width = 10
        let filled = Int((share(reading) * Double(width)).rounded(.down))
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled) + "] "
    }

    private static func share(_ reading: ImportProgress.Reading) -> Double {
        let counts = reading.counts
        let share = counts.total.map { $0 > 0 ? Double(counts.done) / Double($0) : 1 } ?? counts.share
        return min(1, max(0, share))
    }

    private static func text(_ reading: ImportProgress.Reading) -> String {
        let counts = reading.counts
        let total = counts.total.map { "/\($0)" } ?? " (\(Int(100 * share(reading))) %)"
        var text = "\(counts.done)\(total) | " + String(format: "%.1f pictures/s", reading.rate)
        if let left = reading.secondsLeft { text += " | \(duration(left)) left" }
        if counts.failed > 0 { text += " | \(counts.failed) failed" }
        if counts.skipped > 0 { text += " | \(counts.skipped) there already" }
        return text
    }

    private static func duration(_ seconds: Double) -> String {
        let whole = Int(min(seconds, 8_640_000))
        return whole >= 3600
            ? "\(whole / 3600) h \(whole % 3600 / 60) min"
            : whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
    }

    private static func members(of reading: ImportProgress.Reading) -> [(String, JSONValue)] {
        let counts = reading.counts
        let numbers: [(String, Int)] = [
            ("done", counts.done), ("stored", counts.stored), ("skipped", counts.skipped), ("failed", counts.failed),
            ("ignored", counts.ignored),
        ]
        return [("total", counts.total.map { .number(JSONNumber($0)) } ?? .null)]
            + numbers.map { ($0.0, .number(JSONNumber($0.1))) } + [
                ("rate", rounded(reading.rate)), ("secondsLeft", reading.secondsLeft.map(rounded) ?? .null),
                ("seconds", rounded(reading.seconds)),
            ]
    }

    private static func rounded(_ number: Double) -> JSONValue {
        .number(JSONNumber((min(number, 1e12) * 100).rounded() / 100))
    }

    static func line(_ members: [(String, JSONValue)]) -> [UInt8] {
        JSONValue.object(JSONObject(members)).encoded + [UInt8(ascii: "\n")]
    }

    private func write(_ members: [(String, JSONValue)]) { write(Self.line(members)) }

    private func write(_ bytes: [UInt8]) {
        // Whoever reads may have gone: the import goes on.
        try? FileHandle.standardOutput.write(contentsOf: Data(bytes))
    }
}
