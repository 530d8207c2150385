// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation

/// The backup and the restore that are under way, one of each at most, and the threads that do them.
final class BackupJobs: @unchecked Sendable {
    private struct Job {
        var record: BackupRecord
        var isCanceled = false
    }

    // Safety (@unchecked): every stored variable is only touched while `condition` is held.
    private let condition = NSCondition()
    private var jobs: [BackupFolder.Log: Job] = [:]
    private var isClosing = false

    /// Makes room for a job, unless one of its kind is under way. `run` or `release` has to follow.
    ///
    /// One that has ended, but for its thread, is waited for.
    ///
    /// - Returns: the id of the one that is under way, if there is no room; its own id while the server stops.
    func claim(_ kind: BackupFolder.Log, _ record: BackupRecord) -> String? {
        condition.lock()
        defer { condition.unlock() }
        while let running = jobs[kind] {
            guard running.record.phase.isFinal else { return running.record.id }
            condition.wait()
        }
        if isClosing { return record.id }
        jobs[kind] = Job(record: record)
        return nil
    }

    /// Does the work of a job that was claimed, on a thread of its own.
    func run(_ kind: BackupFolder.Log, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread { [self] in
            nameThisThread(kind == .backup ? "backup" : "restore")
            body()
            release(kind)
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Makes room for the next job.
    func release(_ kind: BackupFolder.Log) {
        condition.lock()
        jobs[kind] = nil
        condition.broadcast()
        condition.unlock()
    }

    /// The record of a job that is under way.
    func record(of id: String, _ kind: BackupFolder.Log) -> BackupRecord? {
        condition.lock()
        defer { condition.unlock() }
        guard let job = jobs[kind], job.record.id == id else { return nil }
        return job.record
    }

    /// Notes how far a job is.
    func update(_ kind: BackupFolder.Log, _ record: BackupRecord) {
        condition.lock()
        jobs[kind]?.record = record
        condition.unlock()
    }

    /// Whether the job should end.
    func isCanceled(_ kind: BackupFolder.Log) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        return isClosing || jobs[kind]?.isCanceled == true
    }

    /// Whether the server is about to stop.
    var isStopping: Bool {
        condition.lock()
        defer { condition.unlock() }
        return isClosing
    }

    /// Has a job end as soon as it can, and waits until it has. Does nothing if it is not under way. Blocks.
    func cancel(_ id: String, _ kind: BackupFolder.Log) {
        condition.lock()
        defer { condition.unlock() }
        guard jobs[kind]?.record.id == id else { return }
        jobs[kind]?.isCanceled = true
        while jobs[kind]?.record.id == id { condition.wait() }
    }

    /// Waits until no job of a kind is under way. Blocks.
    func waitForEnd(of kind: BackupFolder.Log) {
        condition.lock()
        defer { condition.unlock() }
        while jobs[kind] != nil { condition.wait() }
    }

    /// Ends all jobs, waits for their threads, and lets no other begin. Blocks.
    func close() {
        condition.lock()
        defer { condition.unlock() }
        isClosing = true
        while !jobs.isEmpty { condition.wait() }
    }
}
