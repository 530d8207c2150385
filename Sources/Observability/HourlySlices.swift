// SPDX-License-Identifier: Apache-2.0

/// Something that is kept for the last hour, in slices of ten minutes: what is older goes a slice at a time.
struct HourlySlices<Content: Sendable>: Sendable {
    private static var slice: Duration { .seconds(600) }
    private static var count: Int { 7 }

    private var slices: [(number: Int, content: Content)] = []

    /// Changes the slice of the present.
    ///
    /// - Parameters:
    ///   - time: since some fixed point; never earlier than a time before, but for a moment between threads.
    ///   - make: an empty slice.
    mutating func update<Result>(
        at time: Duration, make: () -> Content, _ change: (inout Content) -> Result
    ) -> Result {
        let number = max(Self.number(of: time), slices.last?.number ?? 0)
        if slices.last?.number != number {
            slices.removeAll { $0.number <= number - Self.count }
            slices.append((number, make()))
        }
        return change(&slices[slices.count - 1].content)
    }

    /// What was kept in the last hour, and in the part of a slice before it.
    func recent(at time: Duration) -> [Content] {
        slices.filter { $0.number > Self.number(of: time) - Self.count }.map(\.content)
    }

    private static func number(of time: Duration) -> Int { Int(time / slice) }
}
