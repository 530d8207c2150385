// SPDX-License-Identifier: Apache-2.0

/// Looks from time to time whether the task of a long loop has been cancelled.
struct CancellationProbe {
    private static let stepsBetweenLooks = 1024
    private var steps = 0

    /// To be asked once for each step of a loop; a step may take some microseconds.
    mutating func isCancelled() -> Bool {
        steps &+= 1
        return steps % Self.stepsBetweenLooks == 0 && Task.isCancelled
    }
}

extension GraphQLError {
    /// Nobody waits for the answer any more.
    package static let cancelled = GraphQLError("the request was cancelled")
}
