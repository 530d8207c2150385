// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON

/// Finds out from objects which collections and properties are missing, and what they have to be.
package struct AutoSchema: Sendable {
    private let rules: SchemaRules

    package init(rules: SchemaRules) { self.rules = rules }

    /// The definition that `object` needs: `existing` with the properties (and members of nested objects) that are
    /// missing, or a new collection where `existing` is `nil`. `nil` when nothing is missing.
    ///
    /// - Parameters:
    ///   - existing: the collection of the object's class.
    ///   - others: all collections.
    ///   - time: for the descriptions, in seconds since 1970.
    /// - Throws: `DatabaseError.invalidObject` where no type fits a value, `.invalidDefinition` where a name is not
    ///   allowed.
    package func definition(
        for object: ObjectInput, extending existing: CollectionDefinition?, among others: [CollectionDefinition],
        time: Int64
    ) throws(DatabaseError) -> CollectionDefinition? {
        nil
    }
}
