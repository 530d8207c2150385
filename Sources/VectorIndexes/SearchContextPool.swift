// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VectorKernels

/// Search contexts to be used again, by all indexes of the process: as many as threads search at once, however many
/// indexes there are.
package final class SearchContextPool: Sendable {
    package static let shared = SearchContextPool()

    /// More threads than that do not search at once; what comes back beyond is let go.
    private static let idleLimit = 64

    private let idle = Mutex<[SearchContext]>([])

    /// Lets go of the contexts that are not in use.
    package func empty() { idle.withLock { $0 = [] } }

    /// Calls `body` with a context of its own.
    ///
    /// - Returns: `nil`, without a call, if there is no memory.
    func withContext<Result, Failure: Error>(
        for store: CodeStore, _ body: (SearchContext) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard let context = idle.withLock({ $0.popLast() }) ?? SearchContext() else { return nil }
        defer {
            idle.withLock { idle in
                if idle.count < Self.idleLimit { idle.append(context) }
            }
        }
        guard context.fit(to: store) else { return nil }
        return try body(context)
    }
}
