// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON

/// What `GET /v1/quality` answers, as tables for a terminal.
struct QualityTable {
    /// How many labels and confusions are shown.
    private static let rowLimit = 40
    private static let longestLabel = 32

    private let answer: JSONValue

    init(_ answer: JSONValue) { self.answer = answer }

    var text: String {
        let ranks = Self.ranks(answer["precision"])
        var text =
            "\(Self.text(answer["class"])) by \(Self.text(answer["label"])): \(Self.integer(answer["objects"])) objects with a vector, "
        text += "\(Self.integer(answer["labeled"])) with one of \(Self.integer(answer["labels"])) labels; "
        text += "\(Self.integer(answer["queries"])) queries, \(Self.text(answer["metric"])) distance, exact search\n\n"
        let columns = ranks.map { "P@\($0)" } + ["mAP@\(Self.integer(answer["depth"]))"]
        text += Self.row("", "queries", columns)
        text += Self.row("all", "\(Self.integer(answer["queries"]))", figures(answer, ranks))
        if let recall = answer["recall"]?["value"]?.number {
            text += "\nrecall@\(Self.integer(answer["depth"])) of the index: \(String(format: "%.4f", recall))\n"
        }
        let labels = Self.elements(answer["byLabel"])
        if !labels.isEmpty { text += "\n" + Self.row("label, worst first", "queries", columns) }
        for label in labels.prefix(Self.rowLimit) {
            text += Self.row(Self.text(label["label"]), "\(Self.integer(label["queries"]))", figures(label, ranks))
        }
        if labels.count > Self.rowLimit { text += "and \(labels.count - Self.rowLimit) more (--json has them)\n" }
        let confusions = Self.elements(answer["confusions"])
        if !confusions.isEmpty {
            text += "\nmistaken most often: label -> neighbor, how often, share of its neighbors\n"
        }
        for confusion in confusions.prefix(Self.rowLimit / 2) {
            let pair = "\(Self.text(confusion["label"])) -> \(Self.text(confusion["found"]))"
            let share = String(format: "%.3f", confusion["share"]?.number ?? 0)
            text += Self.padded(pair, 2 * Self.longestLabel + 4) + " \(Self.integer(confusion["count"]))  \(share)\n"
        }
        return text
    }

    private func figures(_ value: JSONValue, _ ranks: [Int]) -> [String] {
        (ranks.map { value["precision"]?["\($0)"]?.number } + [value["mAP"]?.number]).map {
            String(format: "%.4f", $0 ?? 0)
        }
    }

    private static func row(_ name: String, _ count: String, _ figures: [String]) -> String {
        padded(name, longestLabel) + aligned(count, 9) + figures.map { aligned($0, 9) }.joined() + "\n"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        let cut = text.count > width ? text.prefix(width - 1) + "…" : text[...]
        return cut + String(repeating: " ", count: width - cut.count)
    }

    private static func aligned(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }

    private static func ranks(_ precision: JSONValue?) -> [Int] {
        guard case .object(let members)? = precision else { return [] }
        return members.members.compactMap { Int($0.name) }.sorted()
    }

    private static func elements(_ value: JSONValue?) -> [JSONValue] {
        guard case .array(let elements)? = value else { return [] }
        return Array(elements)
    }

    /// As it may stand on a terminal: without control characters.
    private static func text(_ value: JSONValue?) -> String {
        let text = value?.text ?? ""
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? "?" : $0 }))
    }

    private static func integer(_ value: JSONValue?) -> Int { Int(value?.number ?? 0) }
}
