// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What is known of the requests to one endpoint.
final class EndpointRecord: Sendable {
    private struct State {
        var recent = HourlySlices<DurationCounts>()
        var failedCount = 0
        var refusedCount = 0
        /// By the first digit of the status.
        var answers: [Counter?] = [Counter?](repeating: nil, count: 6)
    }

    private let durations: Histogram
    private let answers: @Sendable (_ statusClass: String) -> Counter
    private let state = Mutex(State())

    /// - Parameters:
    ///   - durations: takes all of them, in seconds.
    ///   - answers: the counter for a class of statuses, e.g. `2xx`; asked when the first of it comes.
    init(durations: Histogram, answers: @escaping @Sendable (_ statusClass: String) -> Counter) {
        self.durations = durations
        self.answers = answers
    }

    func add(_ duration: Duration, status: Int, at time: Duration) {
        durations.observe(duration)
        let digit = min(max(status / 100, 1), 5)
        let counter = state.withLock { state in
            state.recent.update(at: time, make: DurationCounts.init) { $0.add(duration) }
            if digit == 5 { state.failedCount += 1 }
            if digit == 4 { state.refusedCount += 1 }
            if let counter = state.answers[digit] { return counter }
            let counter = answers("\(digit)xx")
            state.answers[digit] = counter
            return counter
        }
        counter.add()
    }

    func figures(of endpoint: RequestLog.Endpoint, at time: Duration) -> RequestLog.EndpointFigures {
        let (slices, failed, refused) = state.withLock { state in
            (state.recent.recent(at: time), state.failedCount, state.refusedCount)
        }
        var counts = DurationCounts()
        for slice in slices { counts.add(slice) }
        return RequestLog.EndpointFigures(
            endpoint: endpoint, count: durations.count, failedCount: failed, refusedCount: refused,
            median: counts.quantile(0.5), percentile95: counts.quantile(0.95), percentile99: counts.quantile(0.99))
    }
}
