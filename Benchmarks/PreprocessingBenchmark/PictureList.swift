// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What `distort_pictures.py` has made.
struct PictureList {
    struct Entry {
        let path: String
        /// Empty for pictures that are not counted by label.
        let label: String
        /// Number of the original.
        let source: Int
        /// Empty for originals, which come first.
        let distortion: String
    }

    /// What is wrong with the command line or the list.
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    let entries: [Entry]
    let originalCount: Int
    /// In the order in which they were made.
    let distortions: [String]

    init(folder: String) throws {
        let text = try String(contentsOfFile: "\(folder)/list.csv", encoding: .utf8)
        var entries: [Entry] = []
        var distortions: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 4, let source = Int(fields[2]) else {
                throw Mistake(description: "'\(line)' is no line of list.csv")
            }
            entries.append(Entry(path: fields[0], label: fields[1], source: source, distortion: fields[3]))
            if !fields[3].isEmpty, !distortions.contains(fields[3]) { distortions.append(fields[3]) }
        }
        self.entries = entries
        self.distortions = distortions
        originalCount = entries.prefix { $0.distortion.isEmpty }.count
        guard originalCount > 10 else { throw Mistake(description: "there are only \(originalCount) originals") }
    }
}
