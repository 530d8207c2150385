// SPDX-License-Identifier: Apache-2.0

import DataModel

/// One state of the database: what one answer reads, the targets of references included, comes from the same commit,
/// whatever is written meanwhile.
///
/// Handed out by `QueryOperations.read`; valid only inside its closure, on the thread that called it.
package protocol DatabaseView {
    /// Carries out a plan.
    ///
    /// - Returns: the hits of the plan's window, in the order of its search or its sort keys.
    func hits(of plan: QueryPlan) throws(DatabaseError) -> [Hit]

    /// How many objects the plan's filter lets through; all objects where it has none. Window and search do not count.
    ///
    /// - Complexity: O(1) without a filter.
    func count(of plan: QueryPlan) throws(DatabaseError) -> Int

    /// Carries out an aggregation.
    ///
    /// - Returns: one group of all objects, or the largest groups, largest first.
    /// - Complexity: O(1) for a count of all objects; what reads properties reads those alone, of the objects in question, or their index.
    func groups(of plan: AggregationPlan) throws(DatabaseError) -> [AggregateGroup]

    /// The object called `id`, as far as it is selected; `nil` if there is none.
    func object(
        _ id: ObjectID, in collection: String, tenant: String?, selection: Query.Selection
    ) throws(DatabaseError) -> DatabaseObject?
}
