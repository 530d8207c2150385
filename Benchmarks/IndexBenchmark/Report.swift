// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What was asked for on the command line.
struct Options {
    var folder: String?
    var clustered: (count: Int, dimensions: Int)?
    var count = Int.max
    var connections = 32
    var efConstruction = 128
    var threads = 1
    var json: String?
    var writeFolder: String?
    /// What to measure beside the build; `nil` for all.
    var parts: Set<Substring>?

    init(_ arguments: [String]) {
        var rest = arguments.dropFirst().makeIterator()
        while let option = rest.next() {
            switch option {
            case "--smoke": clustered = Self.smoke
            case "--vectors": folder = rest.next()
            case "--clustered":
                let parts = (rest.next() ?? "").split(separator: ",").compactMap { Int($0) }
                if parts.count == 2 { clustered = (parts[0], parts[1]) }
            case "--count": count = rest.next().flatMap { Int($0) } ?? count
            case "--m": connections = rest.next().flatMap { Int($0) } ?? connections
            case "--efc": efConstruction = rest.next().flatMap { Int($0) } ?? efConstruction
            case "--threads": threads = rest.next().flatMap { Int($0) } ?? threads
            case "--json": json = rest.next()
            case "--write": writeFolder = rest.next()
            case "--parts": parts = rest.next().map { Set($0.split(separator: ",")) }
            default: print("unknown option \(option)")
            }
        }
    }

    /// So little that it takes seconds even without optimisation.
    private static let smoke = (count: 1000, dimensions: 32)

    func has(_ part: Substring) -> Bool { parts?.contains(part) ?? true }

    func dataSet() throws -> DataSet {
        if let folder { return try DataSet(folder: folder, dimensions: 2048, limit: count) }
        let (count, dimensions) = clustered ?? Self.smoke
        return DataSet(clustered: count, dimensions: dimensions, queryCount: min(max(count / 20, 1), 500), seed: 7)
    }
}

/// What was measured, printed as it comes.
struct Report {
    private var rows: [[String: String]] = []
    private let data: DataSet

    init(data: DataSet) { self.data = data }

    mutating func add(_ name: String, _ value: Double) {
        print("\(name): \(Self.text(value))")
        rows.append(["name": "\"\(name)\"", "value": "\(value)"])
    }

    mutating func add(_ name: String, recall: Double, rate: Double) {
        print("\(name): recall \(Self.text(recall)), \(Int(rate)) a second")
        rows.append(["name": "\"\(name)\"", "recall": "\(recall)", "rate": "\(rate)"])
    }

    func json() -> String {
        let lines = rows.map { row in
            "    {" + row.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
        }
        return """
            {
              "data": "\(data.name)", "count": \(data.count), "dimensions": \(data.dimensions),
              "rows": [
            \(lines.joined(separator: ",\n"))
              ]
            }

            """
    }

    private static func text(_ value: Double) -> String { String(format: "%.4f", value) }
}
