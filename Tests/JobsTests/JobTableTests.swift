// SPDX-License-Identifier: Apache-2.0

import Jobs
import Testing

struct JobTableTests {
    private struct Refused: JobFailure {
        var message: String { "it was refused" }
    }

    @Test func `a job tells how far it is and in the end that it succeeded`() async throws {
        let jobs = JobTable<Int>(runningLimit: 1)
        let job = try jobs.start(0) { job in for _ in 0..<3 { job.update { $0 += 1 } } }
        await job.waitUntilEnded()
        let status = try #require(jobs.job(job.id)?.status)
        #expect(status.state == .succeeded)
        #expect(status.report == 3)
    }

    @Test func `a job that fails says why in the words of its error`() async throws {
        let job = try JobTable<Int>(runningLimit: 1).start(0) { _ in throw Refused() }
        await job.waitUntilEnded()
        #expect(job.status.state == .failed("it was refused"))
    }

    @Test func `a job that is cancelled ends as cancelled`() async throws {
        let job = try JobTable<Int>(runningLimit: 1).start(0) { _ in try await Task.sleep(for: .seconds(3600)) }
        job.cancel()
        await job.waitUntilEnded()
        #expect(job.status.state == .cancelled)
    }

    @Test func `no more jobs run than the limit allows`() async throws {
        let jobs = JobTable<Int>(runningLimit: 1)
        let first = try jobs.start(0) { _ in try await Task.sleep(for: .seconds(3600)) }
        #expect(throws: TooManyJobs(limit: 1)) { try jobs.start(0) { _ in } }
        first.cancel()
        await first.waitUntilEnded()
        await (try jobs.start(0) { _ in }).waitUntilEnded()
    }

    @Test func `only the last ended jobs are kept`() async throws {
        let jobs = JobTable<Int>(runningLimit: 1, keptLimit: 2)
        for number in 0..<5 { await (try jobs.start(number, id: "\(number)") { _ in }).waitUntilEnded() }
        // The one that was started last is not counted when it starts.
        #expect(jobs.all.map(\.id) == ["2", "3", "4"])
    }

    @Test func `a job that ended before is taken in, and is the first to go`() async throws {
        let jobs = JobTable<Int>(runningLimit: 1, keptLimit: 1)
        #expect(jobs.take(7, id: "old").status.state == .succeeded)
        #expect(jobs.job("old")?.status.report == 7)
        await (try jobs.start(8, id: "new") { _ in }).waitUntilEnded()
        await (try jobs.start(9, id: "newer") { _ in }).waitUntilEnded()
        #expect(jobs.job("old") == nil && jobs.job("new") != nil)
    }

    @Test func `a closed table has no running jobs and takes none`() async throws {
        let jobs = JobTable<Int>(runningLimit: 2)
        let job = try jobs.start(0) { _ in try await Task.sleep(for: .seconds(3600)) }
        await jobs.close()
        #expect(job.status.state == .cancelled)
        #expect(throws: TooManyJobs.self) { try jobs.start(0) { _ in } }
    }
}
