// SPDX-License-Identifier: Apache-2.0

import CSystem

/// Opens whatever a path names as a source.
package struct SourceOpening: Sendable {
    /// The column with paths or URLs; `nil`: it is found by its name.
    package var pictureColumn: String?
    /// A table with a row of properties for each vector.
    package var properties: String?
    /// The folder that everything read has to lie below, with all links resolved; `nil` for anywhere.
    package var root: String?
    package var limits = SourceLimits()

    package init(pictureColumn: String? = nil, properties: String? = nil, root: String? = nil) {
        self.pictureColumn = pictureColumn
        self.properties = properties
        self.root = root
    }

    /// What a path is, by its ending, or as the folder that it is.
    package enum Kind: Hashable, Sendable { case folder, archive, table, vectors }

    /// - Throws: `SourceError.cannotOpen`, `.unknownKind`.
    package static func kind(of path: String) throws(SourceError) -> Kind {
        switch unsafe nt_kind_of_file(path) {
        case nt_file_kind_folder: return .folder
        case nt_file_kind_file: break
        case nt_file_kind_missing: throw .cannotOpen(path: path, reason: "there is no such file or folder")
        default: throw .cannotOpen(path: path, reason: "it is neither a file nor a folder")
        }
        let name = path.lowercased()
        let endings: [(Kind, [String])] = [
            (
                .archive,
                [".zip", ".tar", ".tgz", ".txz", ".tzst", ".tbz2", ".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2"]
            ),
            (.table, [".csv", ".tsv", ".jsonl", ".ndjson"]), (.vectors, [".npy"]),
        ]
        for (kind, endings) in endings where endings.contains(where: name.hasSuffix) { return kind }
        throw .unknownKind(path: path)
    }

    /// Opens the source; where it can be found out soon, how many items it has is known then. Blocks.
    package func open(_ path: String) throws(SourceError) -> any PictureSource {
        let kind = try Self.kind(of: path)
        if let root {
            guard let resolved = SourcePath.resolved(path), SourcePath.isPath(resolved, below: root) else {
                throw .outside(path: path)
            }
        }
        let file = SourceFile(path: path, root: root)
        switch kind {
        case .folder: return try FolderSource(folder: path, root: root, limits: limits)
        case .archive: return try ArchiveSource(file, limits: limits)
        case .table: return try TableSource(file, pictureColumn: pictureColumn, limits: limits)
        case .vectors:
            return try VectorSource(
                file, properties: properties.map { SourceFile(path: $0, root: root) }, limits: limits)
        }
    }
}
