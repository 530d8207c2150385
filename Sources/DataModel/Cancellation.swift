// SPDX-License-Identifier: Apache-2.0

/// Whether the result of a piece of work is still wanted.
///
/// What can take long has one as a parameter and asks it so often that it stops within some ten milliseconds:
///
///     try schema.documents(matching: filter, ids: ids, in: store, cancellation: .ofCurrentTask)
///
/// It may be asked on any thread.
package struct Cancellation: Sendable {
    /// Costs some ten nanoseconds; never goes back from true to false.
    package let isCancelled: @Sendable () -> Bool

    package init(_ isCancelled: @escaping @Sendable () -> Bool) { self.isCancelled = isCancelled }

    /// That of the task that asks. Work outside of any task is never cancelled.
    package static let ofCurrentTask = Cancellation { Task.isCancelled }

    package static let never = Cancellation { false }

    /// - Throws: `CancellationError` once it is cancelled.
    package func check() throws {
        if isCancelled() { throw CancellationError() }
    }
}
