// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore

/// Reads the objects that references lead to, for one answer: from the view that the answer comes from, and not without end.
package struct ReferenceFollower {
    /// How many references are followed for one answer, before it is an error.
    private static let limit = 100_000

    private let view: any DatabaseView
    private let tenant: String?
    private var count = 0

    /// - Parameter tenant: of the objects that the references come from.
    package init(view: any DatabaseView, tenant: String?) {
        self.view = view
        self.tenant = tenant
    }

    /// The object in `collection` that `beacon` leads to; `nil` if there is none, or the beacon leads to another collection.
    ///
    /// - Throws: `DatabaseError.invalidQuery(.tooManyReferences)`, and what reading an object throws.
    package mutating func target(
        of beacon: Beacon, in collection: CollectionDefinition, selection: Query.Selection
    ) throws(DatabaseError) -> DatabaseObject? {
        guard beacon.collection == nil || beacon.collection == collection.name else { return nil }
        count += 1
        guard count <= Self.limit else { throw .invalidQuery(.tooManyReferences(limit: Self.limit)) }
        do {
            return try view.object(
                beacon.id, in: collection.name, tenant: collection.multiTenancy.isEnabled ? tenant : nil,
                selection: selection)
        } catch .tenantMissing, .tenantNotFound, .tenantNotActive {
            // What the tenant does not have in the other class is not there.
            return nil
        }
    }
}
