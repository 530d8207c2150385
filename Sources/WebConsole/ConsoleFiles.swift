// SPDX-License-Identifier: Apache-2.0

import CConsoleSite
import Foundation
import Synchronization

/// Where the files of the console come from: the program itself, or a folder in place of the site in it.
///
/// Documents and the JavaScript packages of Debian always come from the program. What is in the program is packed when it is
/// first asked for, and kept; what lies in a folder is read each time.
final class ConsoleFiles: Sendable {
    private let folder: String?
    private let kept = Mutex<[String: ConsoleFile]>([:])

    /// - Parameter folder: holds the site in place of the program; `nil` for none.
    init(folder: String?) { self.folder = folder }

    /// The first segments of what always comes from the program.
    private static let embeddedOnly: Set<String> = ["docs", "vendor"]

    /// The paths of all that is in the program, below `/console`.
    static var embeddedPaths: [String] { Array(places.keys) }

    /// The file at these segments below `/console`; `nil` if there is none. Blocks for reading in a folder.
    func file(at segments: [String]) -> ConsoleFile? {
        let path = segments.joined(separator: "/")
        if let folder, let first = segments.first, !Self.embeddedOnly.contains(first) {
            return Self.isPlain(segments) ? read("\(folder)/\(path)", as: path) : nil
        }
        if let file = kept.withLock({ $0[path] }) { return file }
        guard let index = Self.places[path] else { return nil }
        let file = ConsoleFile(path: path, bytes: Self.embedded(index))
        kept.withLock { $0[path] = file }
        return file
    }

    /// Whether the segments lead nowhere but down.
    private static func isPlain(_ segments: [String]) -> Bool {
        segments.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") && !$0.contains("/") && !$0.contains("\0") }
    }

    private func read(_ place: String, as path: String) -> ConsoleFile? {
        (try? Data(contentsOf: URL(filePath: place))).map { ConsoleFile(path: path, bytes: Array($0)) }
    }

    /// The number of each file in the program, by its path.
    private static let places: [String: Int] = {
        var places: [String: Int] = [:]
        for index in 0..<nt_console_file_count() {
            // Safety: the function is given a number below the count, and what it returns lives as long as the program.
            places[unsafe String(cString: nt_console_file(index).pointee.path)] = index
        }
        return places
    }()

    private static func embedded(_ index: Int) -> [UInt8] {
        // Safety: as above; `count` bytes lie there.
        unsafe Array(
            UnsafeBufferPointer(
                start: nt_console_file(index).pointee.bytes, count: nt_console_file(index).pointee.count))
    }
}
