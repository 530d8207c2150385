// SPDX-License-Identifier: Apache-2.0

import Execution

/// How a call ended when it did not end well; with `.ok`, how every other one ends.
package struct GRPCStatus: Error, Equatable, Sendable {
    /// gRPC's codes, as they go over the wire.
    package enum Code: Int, Sendable, CaseIterable {
        case ok = 0
        case cancelled, unknown, invalidArgument, deadlineExceeded, notFound, alreadyExists, permissionDenied
        case resourceExhausted, failedPrecondition, aborted, outOfRange, unimplemented, `internal`, unavailable
        case dataLoss, unauthenticated
    }

    package var code: Code
    /// For whoever called; UTF-8, percent-encoded on the wire.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// What a call without enough memory is answered: RESOURCE_EXHAUSTED, with the budget's own words.
    package init(_ error: MemoryBudgetError) { self.init(.resourceExhausted, error.message) }

    /// The call's client has gone, or the server waits no longer.
    package static let cancelled = Self(.cancelled, "the call was cancelled")
}
