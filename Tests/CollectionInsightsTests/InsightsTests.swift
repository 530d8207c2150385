// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Foundation
import Jobs
import Testing

@testable import CollectionInsights

struct InsightsTests {
    private let target = InsightsTarget(collection: "Things")

    private func with(_ body: (InsightsFixture, Insights) async throws -> Void) async throws {
        let fixture = try InsightsFixture()
        let insights = Insights(database: fixture.database, pool: fixture.pool)
        do {
            try await fixture.createClass()
            for number in 0..<20 {
                try await fixture.add(number, [Float(number), 1], #"{"kind": "\#(number % 2)"}"#)
            }
            try await body(fixture, insights)
        } catch {
            await insights.close()
            await fixture.close()
            throw error
        }
        await insights.close()
        await fixture.close()
    }

    @Test func `the same request finds the same job until it is asked for anew`() async throws {
        try await with { fixture, insights in
            let request = QualityRequest(target: target, label: "kind")
            let first = try await insights.quality(request, refresh: false)
            await first.waitUntilEnded()
            #expect(first.status.state == .succeeded)
            #expect(first.status.report.report?.overall.queryCount == 20)
            #expect(first.status.report.done == first.status.report.total)
            #expect(try await insights.quality(request, refresh: false) === first)
            #expect(try await insights.quality(request, refresh: true) !== first)
            var other = request
            other.ranks = [1]
            await insights.quality(ended: request)
            #expect(try await insights.quality(other, refresh: false) !== first)
        }
    }

    @Test func `a map is kept and says how many objects there were`() async throws {
        try await with { fixture, insights in
            let job = try await insights.map(target, refresh: false)
            await job.waitUntilEnded()
            #expect(job.status.report.map?.ids.count == 20)
            #expect(job.status.report.objectsAtStart == insights.objectCount(target))
            try await fixture.add(50, [1, 1])
            #expect(try await insights.map(target, refresh: false) === job)
            #expect(job.status.report.objectsAtStart + 1 == insights.objectCount(target))
        }
    }

    @Test func `a map that was kept in a file is there at once in another process`() async throws {
        try await with { fixture, _ in
            let folder = NSTemporaryDirectory() + "needletail-test-" + UUID().uuidString
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let files = MapFiles(folder: folder)
            let first = try await Insights(database: fixture.database, pool: fixture.pool, files: files)
                .map(target, refresh: false)
            await first.waitUntilEnded()
            let next = Insights(database: fixture.database, pool: fixture.pool, files: files)
            let kept = try await next.map(target, refresh: false)
            #expect(kept.status.state == .succeeded)
            #expect(kept.status.report.map?.positions == first.status.report.map?.positions)
            #expect(try await next.map(target, refresh: false) === kept)
        }
    }

    @Test func `when all is closed nothing more is begun`() async throws {
        try await with { _, insights in
            await insights.close()
            await #expect(throws: InsightsError.self) { try await insights.map(target, refresh: false) }
        }
    }

    @Test func `what is not under way is not cancelled`() async throws {
        try await with { _, insights in
            #expect(await !insights.cancelMap(target))
            #expect(await !insights.cancelQuality(QualityRequest(target: target, label: "kind")))
        }
    }
}

extension Insights {
    /// Waits for the measurement that is under way.
    fileprivate func quality(ended request: QualityRequest) async {
        if let job = try? await quality(request, refresh: false) { await job.waitUntilEnded() }
    }
}
