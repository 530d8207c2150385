// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing

@testable import Observability

struct RequestLogTests {
    /// A clock that goes on when it is told to.
    private final class Clock: Sendable {
        private let start = ContinuousClock.now
        private let time = Mutex(Duration.zero)

        func advance(_ duration: Duration) { time.withLock { $0 += duration } }

        var log: RequestLog {
            RequestLog(
                now: { self.start + self.time.withLock { $0 } },
                date: { Date(timeIntervalSince1970: self.time.withLock { $0 }.inSeconds) })
        }
    }

    private let clock = Clock()

    private func request(
        _ log: RequestLog, _ path: String, _ duration: Duration, status: Int = 200, method: String = "GET"
    ) {
        let pending = log.begin()
        clock.advance(duration)
        log.end(pending, of: .init(method: method, path: path), status: status) { "\(path)!" }
    }

    @Test(arguments: [0.5, 0.95, 0.99, 1])
    func `quantiles are right to six per cent`(rank: Double) throws {
        var counts = DurationCounts()
        #expect(counts.quantile(rank) == nil)
        var generator = SystemRandomNumberGenerator()
        var durations: [Double] = []
        for _ in 0..<5_000 {
            // From a microsecond to a minute and a half.
            let microseconds = exp(Double.random(in: 0...18.3, using: &generator)).rounded(.down)
            durations.append(microseconds)
            counts.add(.microseconds(Int64(microseconds)))
        }
        durations.sort()
        let expected = durations[max(0, Int((rank * 5_000).rounded(.up)) - 1)]
        let measured = try #require(counts.quantile(rank)) / .microseconds(1)
        #expect(abs(measured - expected) <= max(1, expected * 0.0626), "\(measured) for \(expected)")
    }

    @Test func `durations of all sizes have a bucket`() throws {
        for duration in [.zero, .nanoseconds(999), .seconds(1 << 12), .seconds(1 << 40), .nanoseconds(-5)] as [Duration]
        {
            var counts = DurationCounts()
            counts.add(duration)
            #expect(counts.total == 1 && counts.quantile(0.5) != nil)
        }
    }

    @Test func `requests are counted by endpoint and by how they ended`() throws {
        let log = clock.log
        for _ in 0..<98 { request(log, "/a", .milliseconds(2)) }
        request(log, "/a", .milliseconds(200), status: 500)
        request(log, "/a", .milliseconds(400), status: 404)
        request(log, "/a", .seconds(1), method: "POST")
        let pending = log.begin()
        let figures = log.figures
        #expect(figures.inProgress == 1 && figures.count == 101)
        #expect(figures.failedCount == 1 && figures.refusedCount == 1)
        #expect(figures.endpoints.map(\.endpoint.method) == ["GET", "POST"])
        let first = try #require(figures.endpoints.first)
        #expect(first.count == 100 && first.failedCount == 1 && first.refusedCount == 1)
        func isAbout(_ duration: Duration?, _ milliseconds: Double) -> Bool {
            duration.map { abs($0 / .milliseconds(1) - milliseconds) <= milliseconds * 0.07 } ?? false
        }
        #expect(isAbout(first.median, 2) && isAbout(first.percentile95, 2) && isAbout(first.percentile99, 200))
        log.cancel(pending)
        #expect(log.figures.inProgress == 0)
    }

    @Test func `quantiles are of the last hour, counts of all time`() {
        let log = clock.log
        request(log, "/a", .seconds(9))
        clock.advance(.seconds(3_000))
        request(log, "/a", .milliseconds(1))
        #expect(log.figures.endpoints.first?.percentile99.map { $0 > .seconds(8) } == true)
        clock.advance(.seconds(2_400))
        #expect(log.figures.endpoints.first?.percentile99.map { $0 < .milliseconds(2) } == true)
        clock.advance(.seconds(7_200))
        #expect(log.figures.endpoints.first?.median == nil && log.figures.endpoints.first?.count == 2)
        request(log, "/a", .milliseconds(3))
        #expect(log.figures.endpoints.first?.median.map { $0 > .milliseconds(2) } == true)
    }

    @Test func `the rate is that of the last minute`() {
        let log = clock.log
        for _ in 0..<30 { request(log, "/a", .zero) }
        #expect(log.figures.perSecond == 30)
        clock.advance(.seconds(29))
        #expect(log.figures.perSecond == 1)
        clock.advance(.seconds(100))
        #expect(log.figures.perSecond == 0)
        for _ in 0..<120 { request(log, "/a", .milliseconds(250)) }
        #expect(abs(log.figures.perSecond - 2) < 0.1)
    }

    @Test func `the slowest of the last hour are known, slowest first`() {
        let log = clock.log
        request(log, "/old", .seconds(100))
        clock.advance(.seconds(3_500))
        for number in 1...300 { request(log, "/\(number % 7)", .milliseconds(number)) }
        // Within the hour still.
        #expect(log.slowest.count == SlowestRequests.limit && log.slowest.first?.path == "/old!")
        clock.advance(.seconds(300))
        let slowest = log.slowest
        #expect(slowest.map(\.duration) == (201...300).reversed().map { .milliseconds($0) })
        #expect(slowest.first?.status == 200 && slowest.first?.method == "GET" && slowest.first?.path == "/6!")
        clock.advance(.seconds(3_600))
        #expect(log.slowest.isEmpty)
    }

    @Test func `Prometheus reads durations and counts`() {
        let log = clock.log
        request(log, "/v1/objects/{id}", .milliseconds(3))
        request(log, "/v1/objects/{id}", .milliseconds(3), status: 404)
        let lines = log.exposition.split(separator: "\n").map { String($0) }
        let labels = #"method="GET",path="/v1/objects/{id}""#
        #expect(lines.contains(#"needletail_request_duration_seconds_bucket{\#(labels),le="0.0025"} 0"#))
        #expect(lines.contains(#"needletail_request_duration_seconds_bucket{\#(labels),le="0.005"} 2"#))
        #expect(lines.contains(#"needletail_request_duration_seconds_count{\#(labels)} 2"#))
        #expect(lines.contains(#"needletail_requests_total{\#(labels),status="2xx"} 1"#))
        #expect(lines.contains(#"needletail_requests_total{\#(labels),status="4xx"} 1"#))
        #expect(lines.contains("needletail_requests_in_progress 0"))
    }

    @Test func `threads may note requests at once`() async {
        let log = RequestLog()
        await withTaskGroup { group in
            for number in 0..<8 {
                group.addTask {
                    for _ in 0..<2_000 {
                        let pending = log.begin()
                        log.end(pending, of: .init(method: "GET", path: "/\(number % 3)"), status: 200) { "" }
                    }
                }
            }
        }
        #expect(log.figures.count == 16_000 && log.figures.inProgress == 0 && log.figures.endpoints.count == 3)
    }
}
