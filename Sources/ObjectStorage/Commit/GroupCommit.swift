// SPDX-License-Identifier: Apache-2.0

/// A change in the queue, without the type of its result. Used by the submitter first, then by the writer thread only.
protocol QueuedChange: AnyObject, Sendable {
    var sizeInBytes: Int { get }
    var isRemoval: Bool { get }
    /// What `apply` threw when it was last called, if it failed.
    var failure: (any Error)? { get }
    /// Applies it and keeps the result or the error.
    ///
    /// - Returns: whether it succeeded.
    func apply(to transaction: WriteTransaction) -> Bool
    func rolledBack()
    func committed()
    /// Replaces the result by `error`.
    func fail(_ error: any Error)
    /// Hands result or error to the submitter.
    func resume()
}

final class QueuedChangeOf<C: Change>: QueuedChange, Sendable {
    let sizeInBytes: Int
    let isRemoval: Bool
    private let change: C
    private let deliver: @Sendable (Result<C.Result, any Error>) -> Void
    // Safety: touched by the writer thread only.
    nonisolated(unsafe) private var outcome: Result<C.Result, any Error>?

    init(_ change: C, _ deliver: @escaping @Sendable (Result<C.Result, any Error>) -> Void) {
        self.change = change
        self.deliver = deliver
        sizeInBytes = max(0, change.sizeInBytes)
        isRemoval = change.isRemoval
    }

    var failure: (any Error)? {
        if case .failure(let error) = unsafe outcome { error } else { nil }
    }

    func apply(to transaction: WriteTransaction) -> Bool {
        do {
            unsafe outcome = .success(try change.apply(to: transaction))
            return true
        } catch {
            unsafe outcome = .failure(error)
            return false
        }
    }

    func rolledBack() { change.rolledBack() }

    func committed() {
        if case .success(let result) = unsafe outcome { change.committed(result) }
    }

    func fail(_ error: any Error) { unsafe outcome = .failure(error) }

    func resume() { deliver(unsafe outcome ?? .failure(StorageError.closed)) }
}

/// Runs a group of changes: all in one transaction if it can be, in several if some of them fail.
struct GroupCommit {
    /// How many times a group is run again without the change that failed before its changes are committed one by one.
    /// Bounds the work that failing changes make.
    private static let attemptLimit = 3

    /// What became of one run of a transaction.
    private enum Outcome {
        case committed
        /// This one failed after it had written.
        case spoiled(by: Int)
        /// What was held back could not be written; one of them may be to blame.
        case flushFailed(any Error)
        case commitFailed(any Error)
        /// There is no room for it on the disk or in the map.
        case doesNotFit(StorageError)
    }

    let environment: StorageEnvironment

    /// Applies, commits, publishes and resumes all of `group`.
    ///
    /// - Parameter count: is told how many changes a transaction committed, before any of them is resumed.
    func run(_ group: [any QueuedChange], count: (_ changes: Int) -> Void) {
        var pending = group
        var attempts = 0
        /// How many times the first of `pending`, alone, did not fit.
        var misfits = 0
        while !pending.isEmpty {
            var part = attempts < Self.attemptLimit ? pending : [pending[0]]
            let rest = pending[part.count...]
            switch attempt(&part) {
            case .committed:
                if !part.isEmpty { count(part.count) }
                for change in part { change.committed() }
                for change in part { change.resume() }
                pending = Array(rest)
                misfits = 0
            case .spoiled(let position):
                part.remove(at: position).resume()
                pending = part + rest
            case .doesNotFit(let error) where part.count == 1:
                misfits += 1
                attempts = Self.attemptLimit
                if environment.makeRoom(for: Self.writeClass(of: part), after: error, attempt: misfits) {
                    pending = part + rest
                    continue
                }
                part[0].fail(error)
                part[0].resume()
                pending = Array(rest)
                misfits = 0
            case .flushFailed(let error) where part.count == 1:
                part[0].fail(error)
                part[0].resume()
                pending = Array(rest)
            case .flushFailed, .doesNotFit:
                // Which one it was comes out one by one.
                attempts = Self.attemptLimit
                pending = part + rest
                continue
            case .commitFailed(let error):
                for change in part + rest {
                    change.fail(error)
                    change.resume()
                }
                pending = []
            }
            attempts += 1
        }
    }

    /// Runs the changes in one transaction. Those that fail before they wrote anything are resumed and taken out of `part`.
    private func attempt(_ part: inout [any QueuedChange]) -> Outcome {
        let writeClass = Self.writeClass(of: part)
        let transaction: WriteTransaction
        do throws(StorageError) {
            try environment.requireDiskReserve(for: writeClass)
            transaction = try WriteTransaction.begin(in: environment)
        } catch {
            return error.isOutOfSpace ? .doesNotFit(error) : .commitFailed(error)
        }
        transaction.isRemoval = writeClass == .removal
        var hasWritten = false
        var position = 0
        while position < part.count {
            transaction.isDirty = false
            if part[position].apply(to: transaction) {
                position += 1
                hasWritten = hasWritten || transaction.isDirty
                continue
            }
            if transaction.isDirty {
                transaction.abort()
                for change in part[...position].reversed() { change.rolledBack() }
                if let error = part[position].failure as? StorageError, error.isOutOfSpace { return .doesNotFit(error) }
                return .spoiled(by: position)
            }
            part[position].rolledBack()
            part.remove(at: position).resume()
        }
        guard !part.isEmpty else {
            transaction.abort()
            return .committed
        }
        do {
            try transaction.flush()
            if hasWritten { try transaction.requireRoom(for: writeClass) }
        } catch {
            transaction.abort()
            for change in part.reversed() { change.rolledBack() }
            if let error = error as? StorageError, error.isOutOfSpace { return .doesNotFit(error) }
            return .flushFailed(error)
        }
        do throws(StorageError) {
            try transaction.commit()
        } catch {
            for change in part.reversed() { change.rolledBack() }
            return error.isOutOfSpace ? .doesNotFit(error) : .commitFailed(error)
        }
        if hasWritten { environment.noteCommit() }
        return .committed
    }

    /// Whoever shares a transaction with an ordinary write has no more room than that.
    private static func writeClass(of part: [any QueuedChange]) -> WriteClass {
        part.allSatisfy(\.isRemoval) ? .removal : .ordinary
    }
}
