// SPDX-License-Identifier: Apache-2.0

import JSON

/// The pictures that a CSV or JSON-lines file names by path or URL, with what it says of them.
final class TableSource: PictureSource {
    let total: Int?
    let columns: [SourceColumn]
    private let file: SourceFile
    private let folder: String
    private let pictureColumn: String
    private var rows: TableRows

    /// Goes through the whole table once, to count its rows and see what its columns hold.
    ///
    /// - Parameter pictureColumn: `nil`: the first that is named like one.
    init(_ file: SourceFile, pictureColumn: String?, limits: SourceLimits) throws(SourceError) {
        self.file = file
        folder = file.path.lastIndex(of: "/").map { String(file.path[..<$0]) } ?? "."
        let survey = try TableSurvey(file, limits: limits)
        let names = survey.columns.map(\.name)
        guard let column = pictureColumn.map({ names.contains($0) ? $0 : nil }) ?? Self.guess(names) else {
            throw .noPictureColumn(path: file.path, wanted: pictureColumn, columns: names)
        }
        self.pictureColumn = column
        columns = survey.columns.filter { $0.name != column }
        total = survey.rowCount
        do throws(SourceFault) { rows = try TableRows(file, limits: limits) } catch {
            throw .invalidTable(path: file.path, reason: error.reason)
        }
    }

    var share: Double { rows.share }

    func next() throws(SourceError) -> SourceItem? {
        let row: TableRows.Row?
        do throws(SourceFault) { row = try rows.next() } catch {
            throw .invalidTable(path: file.path, reason: error.reason)
        }
        guard let row else { return nil }
        let place = "line \(row.line)"
        switch row.content {
        case .failure(let fault): return SourceItem(place: place, path: nil, content: .unreadable(fault.reason))
        case .success(var properties):
            guard let index = properties.firstIndex(where: { $0.name == pictureColumn }),
                case .string(let address) = properties.remove(at: index).value, !address.isEmpty
            else {
                return SourceItem(
                    place: place, path: nil, content: .unreadable("its column '\(pictureColumn)' names no picture"))
            }
            return SourceItem(
                place: "\(place): \(address)", path: address, content: content(at: address), properties: properties)
        }
    }

    private func content(at address: String) -> SourceItem.Content {
        let start = address.prefix(8).lowercased()
        if start.hasPrefix("http://") || start.hasPrefix("https://") { return .url(address) }
        guard !address.utf8.contains(0) else { return .unreadable("its path holds a zero byte") }
        return .file(SourceFile(path: address.hasPrefix("/") ? address : "\(folder)/\(address)", root: file.root))
    }

    /// Names of columns with pictures, best first; letters alone count.
    private static let names = [
        "image", "picture", "imagepath", "picturepath", "imagefile", "path", "file", "filepath", "filename", "img",
        "imgpath", "photo", "imageurl", "pictureurl", "imgurl", "url",
    ]

    private static func guess(_ columns: [String]) -> String? {
        let plain = columns.map { $0.lowercased().filter { $0.isLetter } }
        for name in names { if let index = plain.firstIndex(of: name) { return columns[index] } }
        return nil
    }
}

/// What a table holds, found out by going through it.
struct TableSurvey {
    let columns: [SourceColumn]
    let rowCount: Int

    init(_ file: SourceFile, limits: SourceLimits) throws(SourceError) {
        do throws(SourceFault) {
            var rows = try TableRows(file, limits: limits)
            var tally = ColumnTally(isUntyped: rows.isUntyped, limit: limits.columns)
            var count = 0
            while let row = try rows.next() {
                count += 1
                if case .success(let properties) = row.content { try tally.add(properties) }
                if count.isMultiple(of: 1_000), Task.isCancelled { break }
            }
            columns = tally.columns
            rowCount = count
        } catch {
            throw .invalidTable(path: file.path, reason: error.reason)
        }
    }
}
