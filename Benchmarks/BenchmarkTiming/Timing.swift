// SPDX-License-Identifier: Apache-2.0

/// What programs that measure have in common.
package enum Timing {
    /// The number behind `flag` on a command line; `nil` if there is none.
    package static func value(of flag: String, in arguments: [String]) -> Int? {
        guard let index = arguments.firstIndex(of: flag), index + 1 < arguments.count else { return nil }
        return Int(arguments[index + 1])
    }

    /// How long `body` takes by the clock, and what it returns.
    package static func timed<Result>(_ body: () throws -> Result) rethrows -> (Duration, Result) {
        let start = ContinuousClock.now
        let result = try body()
        return (ContinuousClock.now - start, result)
    }

    /// Milliseconds.
    ///
    /// - Parameter times: at least one.
    package static func median(_ times: [Duration]) -> Double { times.sorted()[times.count / 2] / .milliseconds(1) }
}
