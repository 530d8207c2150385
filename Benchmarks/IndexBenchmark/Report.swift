// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What was measured, printed as it comes, and written as JSON: one row a measurement, with a name and numbers.
struct Report {
    private var rows: [(name: String, numbers: [(String, Double)])] = []
    private let header: String

    init(data: DataSet, _ options: Options) {
        header = """
            "data": "\(data.name)", "count": \(data.count), "dimensions": \(data.dimensions), \
            "queries": \(data.queryCount),
              "m": \(options.connections), "efConstruction": \(options.efConstruction), "threads": \(options.threads)
            """
    }

    /// Prints a line at once, also where the output goes into a file.
    static func tell(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    mutating func add(_ name: String, _ value: Double) { add(name, [("value", value)]) }

    mutating func add(_ name: String, _ outcome: Outcome) {
        add(name, [("recall", outcome.recall), ("rate", outcome.rate), ("ms", outcome.milliseconds)])
    }

    mutating func add(_ name: String, _ numbers: [(String, Double)]) {
        Self.tell("\(name): " + numbers.map { "\($0.0) \(Self.text($0.1))" }.joined(separator: ", "))
        rows.append((name, numbers))
    }

    func json() -> String {
        let lines = rows.map { row in
            let numbers = row.numbers.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ")
            return "    {\"name\": \"\(row.name)\", \(numbers)}"
        }
        return """
            {
              \(header),
              "rows": [
            \(lines.joined(separator: ",\n"))
              ]
            }

            """
    }

    private static func text(_ value: Double) -> String { String(format: abs(value) < 100 ? "%.4f" : "%.0f", value) }
}

/// How well and how fast queries were answered.
struct Outcome {
    /// Of the true nearest, how many were found; what is as near as the last of them counts as found.
    var recall: Double
    /// Processor time of the one thread that asked.
    var milliseconds: Double
    /// Queries a second.
    var rate: Double { 1000 / milliseconds }
}
