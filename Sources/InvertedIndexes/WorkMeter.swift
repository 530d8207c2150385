// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Adds up the work of one call, and asks every few milliseconds whether its result is still wanted.
///
/// Every loop over stored data or over what a query holds counts here, so that none can go on after a cancellation. Belongs to one call on
/// one thread.
final class WorkMeter {
    /// What a look-up or a step of a scan costs beside the bytes it reads.
    static let lookUp = 256
    /// Bytes, or steps as cheap as looking at one, between two questions: about a millisecond.
    private static let interval = 1 << 20

    private let cancellation: Cancellation
    /// Nothing at first, so that no work is begun for a caller who has gone.
    private var left = 0
    /// All that was counted.
    private(set) var total = 0

    init(_ cancellation: Cancellation) { self.cancellation = cancellation }

    /// - Parameter cost: bytes looked at, or steps as cheap as that.
    /// - Throws: `CancellationError`.
    func count(_ cost: Int = lookUp) throws {
        total &+= cost
        left -= cost
        if left > 0 { return }
        left = Self.interval
        try cancellation.check()
    }
}
