// SPDX-License-Identifier: Apache-2.0

import JSON

/// Collection definitions as bytes for the catalogue: JSON with a version (Docs/formats/collection-definition.md).
package enum DefinitionCodec {
    /// The version that is written, and the newest that is read.
    package static let version = 1

    package static func encoded(_ definition: CollectionDefinition) -> [UInt8] { [] }

    /// - Throws: `DatabaseError.storage` for bytes that are damaged or of a newer version.
    package static func decoded(_ bytes: [UInt8]) throws(DatabaseError) -> CollectionDefinition {
        throw .storage("not written yet")
    }
}
