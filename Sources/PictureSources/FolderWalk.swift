// SPDX-License-Identifier: Apache-2.0

import CSystem
import Glibc

/// Goes through the files below a folder, in the order of their names' bytes, folder by folder.
///
/// Hidden files and folders are passed over. Links are followed; a folder is entered once, whatever leads to it.
/// Invariant: holds the names of the folders that are open, and an identity for each folder that was.
struct FolderWalk {
    enum Entry {
        case file(path: String)
        /// Something that cannot be entered or named.
        case unreadable(path: String, reason: String)
        /// A folder that was entered on another way.
        case seen(path: String)
    }

    private struct Identity: Hashable {
        var device: UInt64
        var node: UInt64
    }

    private let folder: String
    private let root: String?
    private let depthLimit: Int
    private var open: [FolderListing] = []
    private var entered: Set<Identity> = []

    /// - Parameter root: what links may not lead out of; with all links resolved.
    init(folder: String, root: String?, depthLimit: Int) throws(SourceFault) {
        self.folder = folder
        self.root = root
        self.depthLimit = depthLimit
        _ = note(folder)
        open.append(try FolderListing(folder: folder, path: ""))
    }

    /// The next entry; paths are relative to the folder. Blocks.
    mutating func next() -> Entry? {
        while !open.isEmpty {
            guard let (name, kind) = open[open.count - 1].next() else {
                open.removeLast()
                continue
            }
            let prefix = open[open.count - 1].path
            guard let text = String(validating: name, as: UTF8.self) else {
                let shown = prefix + String(decoding: name, as: UTF8.self)
                return .unreadable(path: shown, reason: "its name is not UTF-8; rename it")
            }
            let path = prefix + text
            switch kind {
            case nt_file_kind_file: return .file(path: path)
            case nt_file_kind_folder: if let entry = enter(path) { return entry }
            case nt_file_kind_link:
                switch unsafe nt_kind_of_file(whole(path)) {
                case nt_file_kind_file: return .file(path: path)
                case nt_file_kind_folder: if let entry = enterLink(path) { return entry }
                default: return .unreadable(path: path, reason: "the link leads to no file")
                }
            default: continue
            }
        }
        return nil
    }

    private func whole(_ path: String) -> String { folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)" }

    private mutating func enterLink(_ path: String) -> Entry? {
        if let root, let target = SourcePath.resolved(whole(path)), !SourcePath.isPath(target, below: root) {
            return .unreadable(path: path, reason: "it leads out of the folder that the import has to stay below")
        }
        return enter(path)
    }

    /// - Returns: why it is not entered; `nil` if it is.
    private mutating func enter(_ path: String) -> Entry? {
        guard open.count < depthLimit else {
            return .unreadable(path: path, reason: "folders may nest \(depthLimit) deep")
        }
        guard note(whole(path)) else { return .seen(path: path) }
        do throws(SourceFault) {
            open.append(try FolderListing(folder: whole(path), path: path + "/"))
            return nil
        } catch {
            return .unreadable(path: path, reason: error.reason)
        }
    }

    /// - Returns: whether the folder was not entered before.
    private mutating func note(_ path: String) -> Bool {
        var identity = nt_file_identity()
        // What cannot be identified cannot be listed either, which is said then.
        guard unsafe nt_identify_file(path, &identity) == 0 else { return true }
        return entered.insert(Identity(device: identity.device, node: identity.node)).inserted
    }
}

/// The names in one folder, in order, without those that begin with a point.
private struct FolderListing {
    /// Of the folder, relative to the whole, with a slash at its end unless it is the whole.
    let path: String
    /// All names, one behind the other.
    private var names: [UInt8] = []
    private var entries: [(start: Int, length: Int, kind: nt_file_kind)] = []
    private var position = 0

    init(folder: String, path: String) throws(SourceFault) {
        self.path = path
        // Safety: the listing is ended before the closure's scope is left; names are copied before the next call.
        guard let stream = unsafe nt_folder_begin(folder) else { throw .ofSystem() }
        defer { unsafe nt_folder_end(stream) }
        var entry = unsafe nt_folder_entry()
        while true {
            let code = unsafe nt_folder_next(stream, &entry)
            guard code >= 0 else { throw .ofSystem() }
            guard code > 0 else { break }
            let name = unsafe UnsafeRawBufferPointer(start: entry.name, count: entry.name_length)
            if unsafe name.first == UInt8(ascii: ".") { continue }
            entries.append((names.count, unsafe entry.name_length, unsafe entry.kind))
            unsafe names.append(contentsOf: name)
        }
        let names = names
        entries.sort { left, right in
            names[left.start..<left.start + left.length].lexicographicallyPrecedes(
                names[right.start..<right.start + right.length])
        }
    }

    mutating func next() -> (name: ArraySlice<UInt8>, kind: nt_file_kind)? {
        guard position < entries.count else { return nil }
        let entry = entries[position]
        position += 1
        return (names[entry.start..<entry.start + entry.length], entry.kind)
    }
}
