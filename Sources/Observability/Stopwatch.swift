// SPDX-License-Identifier: Apache-2.0

/// Measures how long something takes, by a clock that never goes back.
package struct Stopwatch: Sendable {
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    /// Starts now.
    package init() {
        start = clock.now
    }

    package var elapsed: Duration { clock.now - start }
}

extension Duration {
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }

    package var inMilliseconds: Double { inSeconds * 1e3 }
}
