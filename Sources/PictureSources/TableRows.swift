// SPDX-License-Identifier: Apache-2.0

import JSON

/// The rows of a CSV or JSON-lines file.
struct TableRows {
    struct Row {
        /// The line it begins on.
        var line: Int
        /// The values by column, or what is wrong.
        var content: Result<[SourceProperty], SourceFault>
    }

    /// Of CSV; else `nil`.
    private var csv: CSVReader?
    private var header: [String] = []
    /// Of JSON lines; else `nil`.
    private var lines: ByteStream?
    private var line = 0
    private let limits: SourceLimits

    /// - Throws: a file that cannot be read, a header that makes no sense.
    init(_ file: SourceFile, limits: SourceLimits) throws(SourceFault) {
        self.limits = limits
        let path = file.path.lowercased()
        guard path.hasSuffix(".csv") || path.hasSuffix(".tsv") else {
            var stream = try ByteStream(file)
            try stream.skipByteOrderMark()
            lines = stream
            return
        }
        let separator = path.hasSuffix(".tsv") ? UInt8(ascii: "\t") : try Self.separator(of: file)
        var csv = try CSVReader(try ByteStream(file), separator: separator, limits: limits)
        switch try csv.next() {
        case .fields(let names): header = try Self.checked(names)
        case .faulty(let reason): throw SourceFault("its first line, which names the columns, is wrong: \(reason)")
        case nil: throw SourceFault("it is empty; its first line names the columns")
        }
        self.csv = csv
    }

    var isUntyped: Bool { csv != nil }

    var share: Double { csv?.share ?? lines?.share ?? 1 }

    /// The next row; `nil` at the end.
    mutating func next() throws(SourceFault) -> Row? {
        guard lines != nil else {
            guard let record = try csv?.next() else { return nil }
            return Row(line: csv?.line ?? 0, content: Self.row(record, header))
        }
        while let text = try lines?.line(limit: limits.rowBytes) {
            line += 1
            if text.allSatisfy({ $0 <= UInt8(ascii: " ") }) { continue }
            return Row(line: line, content: row(text))
        }
        return nil
    }

    private static func row(_ record: CSVReader.Record, _ header: [String]) -> Result<[SourceProperty], SourceFault> {
        switch record {
        case .faulty(let reason): return .failure(SourceFault(reason))
        case .fields(let fields):
            guard fields.count == header.count else {
                return .failure(SourceFault("it has \(fields.count) fields; the first line names \(header.count)"))
            }
            return .success(
                zip(header, fields).compactMap { name, field in
                    // A column without a name is a number of rows that some program has put there.
                    name.isEmpty ? nil : SourceProperty(name: name, value: .string(field), isUntyped: true)
                })
        }
    }

    private func row(_ text: [UInt8]) -> Result<[SourceProperty], SourceFault> {
        guard text.count <= limits.rowBytes else {
            return .failure(SourceFault("it has more than \(limits.rowBytes) bytes"))
        }
        do throws(JSONError) {
            guard case .object(let object) = try JSONValue(parsing: text) else {
                return .failure(SourceFault("it is no JSON object; each line has to be one"))
            }
            return .success(
                object.members.map { SourceProperty(name: $0.name, value: $0.value, isUntyped: false) })
        } catch {
            return .failure(SourceFault("it is no JSON: \(error)"))
        }
    }

    /// The separator that the first line has most of.
    private static func separator(of file: SourceFile) throws(SourceFault) -> UInt8 {
        var stream = try ByteStream(file)
        let line = try stream.line(limit: 64 << 10) ?? []
        let candidates = [",", ";", "\t"].map { UInt8(ascii: Unicode.Scalar($0)!) }
        // The first of those that are equally many.
        return candidates.reduce(candidates[0]) { best, candidate in
            line.count(where: { $0 == candidate }) > line.count(where: { $0 == best }) ? candidate : best
        }
    }

    private static func checked(_ names: [String]) throws(SourceFault) -> [String] {
        var seen: Set<String> = []
        for name in names where !name.isEmpty {
            guard seen.insert(name).inserted else { throw SourceFault("two columns are named '\(name)'") }
        }
        guard !seen.isEmpty else { throw SourceFault("its first line names no column") }
        return names
    }
}
