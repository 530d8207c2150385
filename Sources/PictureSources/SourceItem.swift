// SPDX-License-Identifier: Apache-2.0

import JSON

/// One picture or vector of a source, on its way in.
package struct SourceItem: Sendable {
    package enum Content: Sendable {
        /// A file, still to be read.
        case file(SourceFile)
        /// The bytes of a file.
        case bytes([UInt8])
        /// Where it can be fetched.
        case url(String)
        case vector([Float])
        /// Why there is none.
        case unreadable(String)
        /// Nothing to import, and why: it is left out, which is no failure.
        case ignored(String)
    }

    /// Where it is within its source, for people: a path, or a row.
    package var place: String
    /// The path within the source, or as the table has it; `nil` of vectors.
    package var path: String?
    package var content: Content
    /// From a table, in the order of its columns.
    package var properties: [SourceProperty] = []

    package init(place: String, path: String?, content: Content, properties: [SourceProperty] = []) {
        self.place = place
        self.path = path
        self.content = content
        self.properties = properties
    }

    /// The last part of the path.
    package var fileName: String? { path.map { String($0.split(separator: "/").last ?? "") } }

    /// The name of the folder that the picture lies in; `nil` if it lies at the top.
    package var folderName: String? {
        guard let parts = path?.split(separator: "/"), parts.count > 1 else { return nil }
        return String(parts[parts.count - 2])
    }
}

/// A value of a table.
package struct SourceProperty: Hashable, Sendable {
    /// As the table has it.
    package var name: String
    package var value: JSONValue
    /// Whether the text stands for a value of any type, as in CSV.
    package var isUntyped: Bool

    package init(name: String, value: JSONValue, isUntyped: Bool) {
        self.name = name
        self.value = value
        self.isUntyped = isUntyped
    }
}

/// Pictures or vectors, one after the other. Used by one task at a time; `next` blocks.
package protocol PictureSource: AnyObject {
    /// How many items there are; `nil` where that is only known at the end.
    var total: Int? { get }
    /// How much of it was read, 0 to 1.
    var share: Double { get }
    /// What its items have besides path and picture.
    var columns: [SourceColumn] { get }
    /// Whether it has vectors instead of pictures.
    var hasVectors: Bool { get }
    /// The next item; `nil` after the last.
    ///
    /// - Throws: what ends the whole source. Nothing may be asked afterwards.
    func next() throws(SourceError) -> SourceItem?
}

extension PictureSource {
    package var hasVectors: Bool { false }
    package var columns: [SourceColumn] { [] }
}
