// SPDX-License-Identifier: Apache-2.0

/// Why a source cannot be read, or not any further. What is wrong with one of its items is said by the item.
package enum SourceError: Error, Hashable, Sendable {
    case cannotOpen(path: String, reason: String)
    /// Not a folder, and no file of a kind that is read.
    case unknownKind(path: String)
    /// It leads out of the folder that it has to stay below.
    case outside(path: String)
    case archiveDamaged(path: String, reason: String)
    /// It unpacks to more than `limit` bytes that nobody wants.
    case archiveTooLarge(path: String, limit: Int)
    /// A table without rows, or whose first row makes no sense.
    case invalidTable(path: String, reason: String)
    /// No column has the pictures.
    case noPictureColumn(path: String, wanted: String?, columns: [String])
    case invalidVectors(path: String, reason: String)
    /// There is not one row of properties for each vector.
    case rowCountMismatch(vectors: Int, rows: Int, path: String)

    package var message: String {
        switch self {
        case .cannotOpen(let path, let reason): "'\(path)' can't be read: \(reason)"
        case .unknownKind(let path):
            "'\(path)' is nothing that can be imported; give a folder, a .zip, .tar, .tar.gz, .tar.xz, .tar.zst or .tar.bz2 "
                + "archive, a .csv, .tsv, .jsonl or .ndjson table, or .npy vectors"
        case .outside(let path): "'\(path)' leads out of the folder that the import has to stay below"
        case .archiveDamaged(let path, let reason): "the archive '\(path)' is damaged or no archive: \(reason)"
        case .archiveTooLarge(let path, let limit):
            "the archive '\(path)' unpacks to more than \(limit) bytes that are no pictures; it was not read any further"
        case .invalidTable(let path, let reason): "the table '\(path)' can't be read: \(reason)"
        case .noPictureColumn(let path, let wanted?, let columns):
            "'\(path)' has no column '\(wanted)'; it has \(Self.list(columns))"
        case .noPictureColumn(let path, nil, let columns):
            "no column of '\(path)' is named like one with paths or URLs of pictures; name it with --picture-column; it has "
                + Self.list(columns)
        case .invalidVectors(let path, let reason): "the vectors in '\(path)' can't be read: \(reason)"
        case .rowCountMismatch(let vectors, let rows, let path):
            "there are \(vectors) vectors and \(rows) rows of properties in '\(path)'; there must be one for each"
        }
    }

    private static func list(_ columns: [String]) -> String {
        columns.prefix(50).map { "'\($0)'" }.joined(separator: ", ") + (columns.count > 50 ? ", …" : "")
    }
}

/// What one source may cost.
package struct SourceLimits: Sendable {
    /// The largest picture file.
    package var pictureBytes = 64 << 20
    /// The largest row of a table.
    package var rowBytes = 4 << 20
    /// The most columns of a table.
    package var columns = 2_000
    /// How many bytes of entries that are not wanted an archive may unpack to.
    package var discardedBytes = 8 << 30
    /// How deep folders nest.
    package var depth = 100

    package init() {}
}
