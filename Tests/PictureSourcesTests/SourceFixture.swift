// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import PictureSources

/// A folder that is there while a test runs.
final class SourceFixture {
    let folder: String

    init() throws {
        let name = "needletail-sources-\(UUID().uuidString)"
        // Links on the way to the temporary folder would make every path look like one that leads elsewhere.
        folder = try #require(SourcePath.resolved(NSTemporaryDirectory())) + "/" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    @discardableResult
    func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
        let path = path(name)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: target)
    }

    /// Runs a program in the folder.
    func run(_ program: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}

extension PictureSource {
    /// All items.
    func all() throws(SourceError) -> [SourceItem] {
        var items: [SourceItem] = []
        while let item = try next() { items.append(item) }
        return items
    }
}

extension SourceItem.Content {
    /// The bytes of the file; `nil` where there are none.
    var bytes: [UInt8]? {
        switch self {
        case .file(let file): try? file.read(limit: 1 << 20)
        case .bytes(let bytes): bytes
        default: nil
        }
    }

    var problem: String? {
        switch self {
        case .unreadable(let reason): return reason
        case .file(let file):
            do throws(SourceFault) {
                _ = try file.read(limit: 1 << 20)
                return nil
            } catch {
                return error.reason
            }
        default: return nil
        }
    }
}
