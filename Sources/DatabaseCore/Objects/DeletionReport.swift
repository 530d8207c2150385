// SPDX-License-Identifier: Apache-2.0

import DataModel

/// What a batch delete did.
package struct DeletionReport: Sendable {
    /// One object that matched.
    package struct Item: Sendable {
        package var id: ObjectID
        /// `nil`: deleted (or would be, in a dry run).
        package var error: DatabaseError?

        package init(id: ObjectID, error: DatabaseError? = nil) {
            self.id = id
            self.error = error
        }
    }

    /// How many objects match, also beyond `limit`.
    package var matches: Int
    /// How many objects one request deletes at most.
    package var limit: Int
    /// Those that were looked at, at most `limit`, in the order of their documents.
    package var items: [Item]

    package init(matches: Int, limit: Int, items: [Item]) {
        self.matches = matches
        self.limit = limit
        self.items = items
    }
}
