// SPDX-License-Identifier: Apache-2.0

/// The files of a folder and of those below it.
final class FolderSource: PictureSource {
    let total: Int?
    private let folder: String
    private let root: String?
    private var walk: FolderWalk
    private var passed = 0

    /// Counts the files, and takes as long as that.
    init(folder: String, root: String?, limits: SourceLimits) throws(SourceError) {
        self.folder = folder
        self.root = root
        do throws(SourceFault) {
            var counting = try FolderWalk(folder: folder, root: root, depthLimit: limits.depth)
            var count = 0
            while counting.next() != nil { count += 1 }
            total = count
            walk = try FolderWalk(folder: folder, root: root, depthLimit: limits.depth)
        } catch {
            throw .cannotOpen(path: folder, reason: error.reason)
        }
    }

    var share: Double { Double(passed) / Double(max(total ?? 1, passed, 1)) }

    func next() throws(SourceError) -> SourceItem? {
        guard let entry = walk.next() else { return nil }
        passed += 1
        switch entry {
        case .file(let path):
            let file = SourceFile(path: folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)", root: root)
            return SourceItem(place: path, path: path, content: .file(file))
        case .unreadable(let path, let reason):
            return SourceItem(place: path, path: path, content: .unreadable(reason))
        case .seen(let path):
            return SourceItem(
                place: path, path: path, content: .ignored("the link leads to a folder that was read already"))
        }
    }
}
