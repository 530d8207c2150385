// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import PictureSources
import RandomNumbers
import TextMutation

/// Feeds spoiled archives, tables and vectors to what reads pictures from them.
///
/// ```
/// SourceFuzz [--smoke] [--seed N] [--executions N] [--seconds N]
/// ```
/// What must hold for every file:
/// 1. nothing crashes, and reading comes to an end;
/// 2. nothing is handed out beyond the limits;
/// 3. what is read twice is the same twice;
/// 4. a table of any texts, written as RFC 4180 has it, is read as it was.
@main struct SourceFuzz {
    static func main() async {
        let program = FuzzProgram(
            "SourceFuzz", length: .init(executions: 1_000_000), smoke: .init(executions: 2_000))
        await program.main { run in
            let folder = NSTemporaryDirectory() + "needletail-source-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            var fuzz = SourceFuzzRun(folder: folder)
            while run.goesOn() { try fuzz.execute(&run) }
            return "\(fuzz.itemCount) items were read, \(fuzz.refused) sources refused"
        }
    }
}

private struct SourceFuzzRun {
    private static let archives = ArchiveSeeds.all.map {
        ($0.ending, [UInt8](Data(base64Encoded: $0.base64) ?? Data()))
    }
    private static let binary = TextMutation(
        seeds: [""],
        pieces: [
            "\u{0}", "\u{0}\u{0}\u{0}\u{0}", "PK\u{1}\u{2}", "PK\u{3}\u{4}", "\u{7F}\u{7F}", "ustar", "../", "\u{1}",
        ],
        mostChanges: 4)
    private static let csv = TextMutation(
        seeds: [
            "path,label,n\r\na.jpg,\"cat, \"\"big\"\"\",1\r\nb.jpg,dog,2.5\r\n",
            "file;text\n/a/b.jpg;x\n\nhttps://a.example/b.jpg;\"two\nlines\"\n", "url\tb\n1\t2\n",
        ],
        pieces: [
            "\"", "\"\"", ",", ";", "\n", "\r\n", "\r", "\t", "\u{FEFF}", "é", "\u{0}", "true", "-0", "1e999", "007",
        ])
    private static let lines = TextMutation(
        seeds: [
            "{\"image\":\"a.jpg\",\"n\":[1,2.5],\"t\":\"x\"}\n{\"image\":\"https://b.example/c\",\"o\":{\"a\":null}}\n",
            "{\"path\":\"\\u00e4\"}\n\n{\"path\":null}",
        ],
        pieces: ["{", "}", "[", "]", "\"", "\n", ",", ":", "null", "\\u0000", "\\ud800", "1e400", "\u{FEFF}", "{}\n"])
    private static let header = TextMutation(
        seeds: [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n",
            "{'descr': '<f2', 'fortran_order': False, 'shape': (4, 3), }\n",
            "{\"descr\": \"<f8\", \"shape\": (1, 3), \"fortran_order\": False}",
        ],
        pieces: [
            "'", "(", ")", ",", "}", "{", "True", "9223372036854775807", "-1", "0", "<f2", "<f8", ">f4", " ", "\n", "[",
            "'shape'",
        ])

    let folder: String
    var itemCount = 0
    var refused = 0
    private var limits = SourceLimits()

    init(folder: String) {
        self.folder = folder
        limits.pictureBytes = 100
        limits.rowBytes = 500
        limits.columns = 8
        limits.discardedBytes = 10_000
    }

    mutating func execute(_ run: inout FuzzRun) throws {
        switch run.executions % 8 {
        case 0, 1:
            read(Self.csv.text(using: &run.random), "x.csv", &run)
        case 2: read(Self.lines.text(using: &run.random), "x.jsonl", &run)
        case 3: read(vectors(&run.random), "x.npy", &run)
        case 4: try roundTrip(&run)
        default:
            let (ending, bytes) = Self.archives.randomElement(using: &run.random) ?? ("zip", [])
            read(Self.binary.mutated(bytes, using: &run.random), "x." + ending, &run)
        }
    }

    private func vectors(_ random: inout SplitMix64) -> [UInt8] {
        let text = Self.header.text(using: &random)
        let version = UInt8.random(in: 1...3, using: &random)
        var length = text.count
        if Int.random(in: 0..<10, using: &random) == 0 { length = Int.random(in: 0...70_000, using: &random) }
        let lengthBytes = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
        let content = (0..<24).map { _ in UInt8.random(in: 0...255, using: &random) }
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes + text + content
    }

    private mutating func read(_ bytes: [UInt8], _ name: String, _ run: inout FuzzRun) {
        do {
            try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)"))
            let first = try items(name, &run)
            itemCount += first.count
            let second = try items(name, &run)
            if first != second { run.found("\(name) is read in two ways: \(bytes)") }
        } catch is SourceError {
            refused += 1
        } catch {
            run.found("\(name): \(error)")
        }
    }

    /// Each item as a text.
    private func items(_ name: String, _ run: inout FuzzRun) throws -> [String] {
        var opening = SourceOpening(root: folder)
        opening.limits = limits
        let source = try opening.open("\(folder)/\(name)")
        var items: [String] = []
        while let item = try source.next() {
            switch item.content {
            case .bytes(let bytes) where bytes.count > limits.pictureBytes:
                run.found("\(name): a picture of \(bytes.count) bytes")
            case .vector(let values) where !values.allSatisfy(\.isFinite) || values.isEmpty:
                run.found("\(name): a vector of \(values)")
            default: break
            }
            if item.properties.count > limits.columns { run.found("\(name): \(item.properties.count) columns") }
            items.append("\(item)")
            // The smallest entry of an archive takes more than a byte.
            if items.count > 100_000 {
                run.found("\(name) has no end")
                break
            }
            if !(0...1).contains(source.share) { run.found("\(name): \(source.share) of it was read") }
        }
        return items
    }

    private func roundTrip(_ run: inout FuzzRun) throws {
        let characters: [Character] = ["a", "\"", ",", "\n", "\r", ";", " ", "ä", "1"]
        func text() -> String {
            String(
                (0..<Int.random(in: 0...6, using: &run.random)).map { _ in
                    characters.randomElement(using: &run.random) ?? "x"
                })
        }
        func quoted(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }
        let rows = (0..<Int.random(in: 1...5, using: &run.random)).map { _ in ["x" + text(), text(), text()] }
        let written = "path,a,b\r\n" + rows.map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
        try Data(written.utf8).write(to: URL(filePath: folder + "/t.csv"))
        let source = try SourceOpening().open(folder + "/t.csv")
        var read: [[String]] = []
        while let item = try source.next() {
            read.append(
                [item.path ?? ""] + item.properties.map { if case .string(let text) = $0.value { text } else { "" } })
        }
        guard read.count == rows.count,
            zip(read, rows).allSatisfy({ zip($0, $1).allSatisfy { $0.utf8.elementsEqual($1.utf8) } })
        else { return run.found("\(read) was read of \(written.debugDescription)") }
    }
}
