// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Which definitions are allowed and how they may change. Pure: the database calls it and stores what it returns.
package struct SchemaRules: Sendable {
    package let settings: DatabaseSettings

    package init(settings: DatabaseSettings) { self.settings = settings }

    /// A new collection as it is to be stored: names in their normal form, properties and vectors numbered.
    ///
    /// - Throws: `DatabaseError.invalidDefinition`, `.collectionExists`, `.similarCollectionExists`, `.unsupported`.
    package func created(
        _ definition: CollectionDefinition, among others: [CollectionDefinition]
    ) throws(DatabaseError) -> CollectionDefinition {
        definition
    }

    /// `existing` changed to `wanted`, as far as that is allowed; new named vectors are numbered.
    ///
    /// - Throws: `DatabaseError.invalidDefinition`.
    package func updated(
        _ existing: CollectionDefinition, to wanted: CollectionDefinition
    ) throws(DatabaseError) -> CollectionDefinition {
        wanted
    }

    /// `existing` with `property`, numbered, as its last property.
    ///
    /// - Throws: `DatabaseError.invalidDefinition`.
    package func adding(
        _ property: PropertyDefinition, to existing: CollectionDefinition, among others: [CollectionDefinition]
    ) throws(DatabaseError) -> CollectionDefinition {
        existing
    }
}
