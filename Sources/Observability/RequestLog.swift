// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// What requests have taken, by endpoint, since the process began and in the last hour.
///
/// ```swift
/// let request = log.begin()
/// // … it is answered …
/// log.end(request, of: .init(method: "GET", path: "/v1/objects/{class}/{id}"), status: 200) { "/v1/objects/Meme/{id}" }
/// ```
/// An endpoint is named by its pattern, never by what a client sent, so there are as many as the program declares. A
/// request costs two looks at the clock and three short locks.
package final class RequestLog: Sendable {
    /// What is counted together.
    package struct Endpoint: Hashable, Sendable {
        package let method: String
        /// With parameters in braces.
        package let path: String

        package init(method: String, path: String) {
            self.method = method
            self.path = path
        }
    }

    /// A request under way.
    package struct Pending: Sendable {
        let start: ContinuousClock.Instant
    }

    /// What is known of an endpoint.
    package struct EndpointFigures: Sendable {
        package var endpoint: Endpoint
        package var count: Int
        /// Of these, those that ended with a status from 500 on.
        package var failedCount: Int
        /// Of these, those that ended with a status from 400 to 499.
        package var refusedCount: Int
        /// Of the last hour; `nil` if there was no request in it.
        package var median: Duration?
        package var percentile95: Duration?
        package var percentile99: Duration?
    }

    /// What is known of all.
    package struct Figures: Sendable {
        package var inProgress: Int
        package var count: Int
        package var failedCount: Int
        package var refusedCount: Int
        /// Over the last minute, or since the start if that is less.
        package var perSecond: Double
        /// By path and method.
        package var endpoints: [EndpointFigures]
    }

    private let metrics = Metrics()
    private let durations: MetricFamily<Histogram>
    private let answers: MetricFamily<Counter>
    private let records = Mutex<[Endpoint: EndpointRecord]>([:])
    private let recent = Mutex(Recent())
    private let inProgress = Atomic(0)
    private let start: ContinuousClock.Instant
    private let now: @Sendable () -> ContinuousClock.Instant
    private let date: @Sendable () -> Date

    private struct Recent {
        var rate = RequestRate()
        var slowest = HourlySlices<SlowestRequests>()
    }

    /// - Parameters:
    ///   - now: the clock that durations are measured by.
    ///   - date: the wall clock.
    package init(
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
        date: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.now = now
        self.date = date
        start = now()
        let labels = ["method", "path"]
        durations = metrics.histogram(
            "needletail_request_duration_seconds", help: "How long requests take, until their answer is there.",
            labels: labels)
        answers = metrics.counter(
            "needletail_requests_total", help: "Requests answered, by the class of their status.",
            labels: labels + ["status"])
    }

    /// To be called when a request comes in.
    package func begin() -> Pending {
        inProgress.add(1, ordering: .relaxed)
        return Pending(start: now())
    }

    /// To be called once when it is answered.
    ///
    /// - Parameter place: the path to show for it, should it be among the slowest.
    package func end(_ request: Pending, of endpoint: Endpoint, status: Int, place: () -> String) {
        inProgress.subtract(1, ordering: .relaxed)
        let end = now()
        let duration = end - request.start
        let time = end - start
        record(of: endpoint).add(duration, status: status, at: time)
        recent.withLock { recent in
            recent.rate.add(at: time)
            recent.slowest.update(at: time, make: SlowestRequests.init) { slowest in
                guard slowest.takes(duration) else { return }
                slowest.add(
                    SlowRequest(
                        end: date(), method: endpoint.method, path: place(), duration: duration, status: status))
            }
        }
    }

    /// To be called instead of `end` for what turned out to be no request.
    package func cancel(_ request: Pending) { inProgress.subtract(1, ordering: .relaxed) }

    private func record(of endpoint: Endpoint) -> EndpointRecord {
        records.withLock { records in
            if let record = records[endpoint] { return record }
            let record = EndpointRecord(
                durations: durations[[endpoint.method, endpoint.path]],
                answers: { [answers] in answers[[endpoint.method, endpoint.path, $0]] })
            records[endpoint] = record
            return record
        }
    }

    // MARK: Reading

    /// - Complexity: O(endpoints).
    package var figures: Figures {
        let time = now() - start
        let endpoints = records.withLock { $0 }.map { $1.figures(of: $0, at: time) }
        return Figures(
            inProgress: inProgress.load(ordering: .relaxed), count: endpoints.reduce(0) { $0 + $1.count },
            failedCount: endpoints.reduce(0) { $0 + $1.failedCount },
            refusedCount: endpoints.reduce(0) { $0 + $1.refusedCount },
            perSecond: recent.withLock { $0.rate.perSecond(at: time) },
            endpoints: endpoints.sorted {
                ($0.endpoint.path, $0.endpoint.method) < ($1.endpoint.path, $1.endpoint.method)
            })
    }

    /// The slowest of the last hour, slowest first, at most `SlowestRequests.limit`.
    package var slowest: [SlowRequest] {
        let oldest = date().addingTimeInterval(-3600)
        let slices = recent.withLock { $0.slowest.recent(at: now() - start) }
        return Array(
            slices.flatMap(\.requests).filter { $0.end >= oldest }.sorted { $0.duration > $1.duration }
                .prefix(SlowestRequests.limit))
    }

    /// Durations and counts, as Prometheus reads them.
    package var exposition: String {
        // Read when it is asked for, like every figure of the process.
        metrics.gauge("needletail_requests_in_progress", help: "Requests that are being answered.").single
            .set(Double(inProgress.load(ordering: .relaxed)))
        return metrics.exposition
    }
}
