// SPDX-License-Identifier: Apache-2.0

/// One change of the database as a value: everything it needs is inside.
///
/// The writer thread calls `apply(to:)`, in the order of submission, many changes in one transaction. Every call is
/// followed by exactly one call of `committed(_:)` or `rolledBack()`, on the same thread:
///
///     submitted ──> apply ──┬──> committed          (durable, before the submitter is resumed)
///                     ^     └──> rolledBack ──┬──> the submitter gets the error
///                     └──────── applied again ┘     (another change of the group failed)
///
/// So a change must be *re-runnable*: what `apply` stages in memory, `rolledBack` takes back, and a second `apply`
/// starts from what it finds in the transaction then.
package protocol Change: Sendable {
    associatedtype Result: Sendable

    /// About how many bytes it writes; groups and the queue are bounded by the sum.
    var sizeInBytes: Int { get }

    /// Whether it frees more than it takes in the end. Where the disk or the map is full, such changes may use a reserve
    /// that all others have to leave alone.
    var isRemoval: Bool { get }

    /// Reads and writes through `transaction`, which also sees what earlier changes of the group wrote.
    ///
    /// If it throws before it wrote anything, it alone fails. If it throws later, the group is rolled back and run again
    /// without it.
    func apply(to transaction: WriteTransaction) throws -> Result

    /// Publishes to memory what is now durable. Runs before the next group starts and before anyone is resumed.
    func committed(_ result: Result)

    /// Takes back what `apply` staged in memory. Called in the reverse order of `apply`, also if `apply` threw.
    func rolledBack()
}

extension Change {
    package var isRemoval: Bool { false }
    package func committed(_ result: Result) {}
    package func rolledBack() {}
}
