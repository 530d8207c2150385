// SPDX-License-Identifier: Apache-2.0

import ImageVectorizer
import Synchronization

/// Makes thumbnails when they are asked for, and keeps them.
///
///     let jpeg = try await thumbnails.thumbnail(for: key) { try readPicture() }
///
/// To be called from tasks on the compute pool, which decoding blocks. At most `width` are made at a time, the others wait
/// suspended, so a page with a hundred of them leaves the pool to others between any two. What several ask for at once is
/// made once.
package final class ThumbnailService: Sendable {
    /// Decodes a picture and encodes it smaller, its longer side so many pixels.
    package typealias Maker = @Sendable ([UInt8], Int) throws(ImageVectorizerError) -> [UInt8]

    private typealias Outcome = Result<[UInt8], ThumbnailError>

    private struct State {
        /// Those that wait for what is being made.
        var waiting: [ThumbnailKey: [CheckedContinuation<Outcome, Never>]] = [:]
        var freeTurns: Int
        /// In the order they came.
        var waitingForTurn: [CheckedContinuation<Void, Never>] = []
    }

    private let files: ThumbnailFiles?
    private let queueLimit: Int
    private let make: Maker
    private let state: Mutex<State>

    /// - Parameters:
    ///   - files: `nil`: nothing is kept.
    ///   - width: how many are made at a time, at least 1.
    ///   - queueLimit: how many may wait for their turn.
    package init(files: ThumbnailFiles?, width: Int, queueLimit: Int = 4_096, make: @escaping Maker) {
        precondition(width >= 1, "\(width) thumbnails at a time")
        self.files = files
        self.queueLimit = queueLimit
        self.make = make
        state = Mutex(State(freeTurns: width))
    }

    /// The thumbnail kept under `key`, or a new one.
    ///
    /// - Parameter picture: the bytes of the picture; called only if it has to be made.
    package func thumbnail(
        for key: ThumbnailKey, of picture: () async throws -> [UInt8]
    ) async throws(ThumbnailError) -> [UInt8] {
        while true {
            if let kept = files?.jpeg(for: key) { return kept }
            let isMaker = state.withLock { state in
                if state.waiting[key] != nil { return false }
                state.waiting[key] = []
                return true
            }
            if isMaker {
                let outcome = await made(key, picture)
                for other in state.withLock({ $0.waiting.removeValue(forKey: key) ?? [] }) {
                    other.resume(returning: outcome)
                }
                return try outcome.get()
            }
            if Task.isCancelled { throw .cancelled }
            switch await outcomeOfOther(key) {
            // Whoever made it has gone: somebody else's turn.
            case .failure(.cancelled): continue
            case let outcome: return try outcome.get()
            }
        }
    }

    /// What the task that makes it comes to; `cancelled` too if it has ended already.
    private func outcomeOfOther(_ key: ThumbnailKey) async -> Outcome {
        await withCheckedContinuation { continuation in
            let isLate = state.withLock { state in
                guard state.waiting[key] != nil else { return true }
                state.waiting[key]?.append(continuation)
                return false
            }
            if isLate { continuation.resume(returning: .failure(.cancelled)) }
        }
    }

    private func made(_ key: ThumbnailKey, _ picture: () async throws -> [UInt8]) async -> Outcome {
        guard await takeTurn() else { return .failure(.busy(limit: queueLimit)) }
        defer { endTurn() }
        if Task.isCancelled, state.withLock({ $0.waiting[key]?.isEmpty != false }) { return .failure(.cancelled) }
        // It may have been made between the look and the turn.
        if let kept = files?.jpeg(for: key) { return .success(kept) }
        let bytes: [UInt8]
        do { bytes = try await picture() } catch { return .failure(.source(error)) }
        do throws(ImageVectorizerError) {
            let jpeg = try make(bytes, key.size)
            files?.keep(jpeg, for: key)
            return .success(jpeg)
        } catch {
            return .failure(.picture(error))
        }
    }

    /// How many tasks wait for what another one makes; for tests.
    func waiterCount(for key: ThumbnailKey) -> Int { state.withLock { $0.waiting[key]?.count ?? 0 } }

    /// How many wait for their turn; for tests.
    var queueLength: Int { state.withLock { $0.waitingForTurn.count } }

    // MARK: - Turns

    /// Waits until fewer than `width` are being made; `false` if too many wait.
    private func takeTurn() async -> Bool {
        let (isFree, isFull) = state.withLock { state in
            if state.freeTurns > 0 {
                state.freeTurns -= 1
                return (true, false)
            }
            return (false, state.waitingForTurn.count >= queueLimit)
        }
        if isFree { return true }
        if isFull { return false }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.freeTurns == 0 else {
                    state.freeTurns -= 1
                    return true
                }
                state.waitingForTurn.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
        return true
    }

    /// Hands the turn on to who has waited longest.
    private func endTurn() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waitingForTurn.isEmpty else {
                state.freeTurns += 1
                return nil
            }
            return state.waitingForTurn.removeFirst()
        }
        next?.resume()
    }
}
