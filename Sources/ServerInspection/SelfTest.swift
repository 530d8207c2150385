// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Foundation
import ImageVectorizer
import Synchronization

/// Tries what the server is made of, in a second or so: each part does once what requests want of it.
package final class SelfTest: Sendable {
    package struct Check: Sendable {
        package var name: String
        /// Why it failed, or what was seen.
        package var detail: String
        package var passed: Bool
        package var time: Duration
    }

    package struct Report: Sendable {
        package var checks: [Check]
        package var passed: Bool { checks.allSatisfy(\.passed) }
    }

    /// Whether a part does what it should, and what was seen.
    private typealias Outcome = (passed: Bool, detail: String)

    /// Less is too little for a day's writes.
    private static let leastFreeBytes = 1 << 30
    /// What the clock may be behind: steps of this size come from time servers.
    private static let mostDelay = Duration.seconds(1)

    private let database: any InspectionOperations
    private let vectorizer: any ImageVectorizing
    private let dataFolder: DataFolder
    private let date: @Sendable () -> Date
    private let isRunning = Atomic(false)

    package init(
        database: any InspectionOperations, vectorizer: any ImageVectorizing, dataFolder: DataFolder,
        date: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.database = database
        self.vectorizer = vectorizer
        self.dataFolder = dataFolder
        self.date = date
    }

    /// On a thread that may block; suspends while the network is being loaded.
    ///
    /// - Returns: `nil` if another self-test is running.
    package func run() async -> Report? {
        guard isRunning.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return nil }
        defer { isRunning.store(false, ordering: .releasing) }
        var checks = [
            await check("storage", storage), await check("disk space", diskSpace), await check("network", network),
        ]
        checks += indexes()
        checks += [await check("thumbnails", thumbnails), await check("clock", clock)]
        return Report(checks: checks)
    }

    private func check(_ name: String, _ body: () async -> Outcome) async -> Check {
        let clock = ContinuousClock()
        let start = clock.now
        let outcome = await body()
        return Check(name: name, detail: outcome.detail, passed: outcome.passed, time: clock.now - start)
    }

    private func storage() async -> Outcome {
        do throws(DatabaseError) {
            try await database.tryStorage()
            return (true, "a change was written, read, removed, and is durable")
        } catch {
            return (false, error.message)
        }
    }

    private func diskSpace() -> Outcome {
        guard let room = dataFolder.room else { return (false, "the file system of the data folder tells nothing") }
        let text = "\(room.freeBytes >> 20) MiB are free on the disk of the data folder"
        return room.freeBytes >= Self.leastFreeBytes
            ? (true, text) : (false, "\(text); make room, or writes will be refused")
    }

    /// Without a network all is well as long as no collection wants one.
    private func network() async -> Outcome {
        guard let identity = await vectorizer.network else {
            let names = database.collectionFigures().filter(\.needsNetwork).map(\.name)
            return names.isEmpty
                ? (true, "there is none, and no class needs one")
                : (false, "there is none, and \(names.count) classes need one, such as \(names[0])")
        }
        let picture = TestPicture.bmp()
        var vectors: [[Float]] = []
        for _ in 0..<2 {
            switch await vectorizer.vectors(of: [picture])[0] {
            case .success(let vector): vectors.append(vector)
            case .failure(let error): return (false, error.message)
            }
        }
        guard vectors[0].count == identity.dimensions else {
            return (false, "\(identity.name) gave \(vectors[0].count) numbers, not \(identity.dimensions)")
        }
        let similarity = Self.cosine(vectors[0], vectors[1])
        guard similarity > 0.9999 else {
            return (false, "\(identity.name) gave two vectors for one picture: their cosine is \(similarity)")
        }
        return (true, "\(identity.name) gave \(identity.dimensions) numbers for a picture, the same ones twice")
    }

    private func indexes() -> [Check] {
        let clock = ContinuousClock()
        let start = clock.now
        let trials: [IndexTrial]
        do throws(DatabaseError) { trials = try database.tryIndexes() } catch {
            return [Check(name: "vector indexes", detail: error.message, passed: false, time: clock.now - start)]
        }
        guard !trials.isEmpty else {
            return [Check(name: "vector indexes", detail: "there are none", passed: true, time: clock.now - start)]
        }
        let time = (clock.now - start) / trials.count
        return trials.map { trial in
            let name = "vector index of \(trial.collection)" + (trial.vector.map { ", \($0)" } ?? "")
            let detail =
                if let shard = trial.failedShards.first {
                    "in \(trial.failedShards.count) of \(trial.triedCount) shards a stored vector is not found, such as \(shard)"
                } else if trial.triedCount == 0 { "there is no vector in memory to look for" } else {
                    "a stored vector finds itself" + (trial.triedCount > 1 ? " in \(trial.triedCount) shards" : "")
                }
            return Check(name: name, detail: detail, passed: trial.failedShards.isEmpty, time: time)
        }
    }

    private func thumbnails() -> Outcome {
        do throws(ImageVectorizerError) {
            let jpeg = try PictureThumbnail.jpeg(of: TestPicture.bmp(), longestSide: 16, limits: DecodingLimits())
            // JPEG begins with the marker of its start.
            return jpeg.starts(with: [0xFF, 0xD8])
                ? (true, "a picture became one of \(jpeg.count) bytes") : (false, "what came out is no JPEG picture")
        } catch {
            return (false, error.message)
        }
    }

    private func clock() -> Outcome {
        let delay = database.clockDelay
        if delay > Self.mostDelay {
            return (false, "the clock is \(delay / .seconds(1)) s behind the last write; check the machine's time")
        }
        let time = date()
        // The program is newer than that.
        guard time.timeIntervalSince1970 > 1_767_225_600 else {
            return (false, "the clock says \(time.formatted(.iso8601)); set the machine's time")
        }
        return (true, time.formatted(.iso8601))
    }

    private static func cosine(_ left: [Float], _ right: [Float]) -> Double {
        var (product, first, second) = (0.0, 0.0, 0.0)
        for (left, right) in zip(left, right) {
            product += Double(left) * Double(right)
            first += Double(left) * Double(left)
            second += Double(right) * Double(right)
        }
        return first > 0 && second > 0 ? product / (first * second).squareRoot() : 0
    }
}
