// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Execution
import Foundation
import GraphQLAPI
import HTTPServer
import ImageVectorizer
import JSON
import ObjectStorage
import Observability
import RESTAPI
import TextMutation
import ThumbnailCache

/// Sends whole requests, REST and GraphQL, to a real database in a folder of its own, without a socket.
///
/// ```
/// RequestFuzz [--smoke] [--seed N] [--executions N] [--seconds N]
/// ```
/// What must hold whatever is sent:
/// 1. the process lives: before each request its text is written to a file, whose name is printed at the start;
/// 2. no answer is a failure of the server (5xx) that is not meant;
/// 3. every body that is answered is JSON, unless it is a stored blob, and no GraphQL error speaks of the inside of the server;
/// 4. at the end, and after each time the database was closed and opened again, everything stored is sound.
@main struct RequestFuzz {
    static func main() async {
        let program = FuzzProgram(
            "RequestFuzz", length: .init(seconds: 60), smoke: .init(executions: 1_500),
            seed: CommandLine.arguments.contains("--smoke") ? 1 : .random(in: 1...1_000_000))
        await program.main { run in
            let folder = NSTemporaryDirectory() + "needletail-request-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
            print("the last request is in \(folder).txt")
            var requests = RequestRun(seed: run.options.seed, folder: folder)
            try await requests.fill(&run)
            try? FileManager.default.removeItem(atPath: folder)
            try? FileManager.default.removeItem(atPath: folder + ".txt")
            let statuses = requests.statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            return "statuses: \(statuses.joined(separator: ", "))"
        }
    }
}

/// What must not be, with the request that showed it.
struct Finding: Error, CustomStringConvertible {
    var description: String
}

/// One run of the fuzzer over one folder.
struct RequestRun {
    /// How many requests lie between closing and opening the database.
    private static let requestsPerLife = 700

    private let folder: String
    private let pool = ComputePool(threadCount: 2)
    private var generator: RequestGenerator
    private(set) var statuses: [Int: Int] = [:]

    init(seed: UInt64, folder: String) {
        self.folder = folder
        generator = RequestGenerator(seed: seed)
    }

    mutating func fill(_ run: inout FuzzRun) async throws {
        var isOver = false
        while !isOver {
            let environment = try openEnvironment()
            let database = try Database(
                environment: environment, vectorizer: ByteVectorizer(), settings: DatabaseSettings(),
                logger: Logger(level: .error), maintenanceThreads: 1,
                clock: { Int64(Date().timeIntervalSince1970 * 1_000) })
            var context = RESTContext(
                hostname: "http://localhost", nodeName: "node1", modules: { [:] }, isReady: { true },
                clock: { Int64(Date().timeIntervalSince1970 * 1_000) })
            context.thumbnails = ThumbnailService(files: nil, width: 1) { bytes, _ throws(ImageVectorizerError) in
                guard bytes.count >= 4 else { throw .damaged(format: "byte", detail: "too short") }
                return bytes
            }
            let handler = RESTHandler(
                database: database, graphql: GraphQLHandler(database: database, width: 2), context: context)
            if run.executions == 0 { for request in RequestGenerator.setup { try await send(request, to: handler) } }
            var remaining = Self.requestsPerLife
            while remaining > 0, !isOver {
                isOver = !run.goesOn()
                if !isOver { try await send(generator.next(), to: handler) }
                remaining -= 1
            }
            guard await database.close() else {
                throw Finding(description: "reads go on after the database was closed")
            }
            try check()
        }
    }

    private mutating func send(_ request: FuzzRequest, to handler: RESTHandler) async throws {
        try Data(request.text.utf8).write(to: URL(fileURLWithPath: folder + ".txt"))
        let http = request.http
        let start = ContinuousClock.now
        let response = await Task(executorPreference: pool) { await handler.respond(to: http) }.value
        statuses[response.status, default: 0] += 1
        if let fault = Self.fault(of: response, after: ContinuousClock.now - start) {
            throw Finding(
                description:
                    "\(fault)\n\(request.text)\n\(response.status) \(String(decoding: response.body.prefix(2_000), as: UTF8.self))"
            )
        }
    }

    private func openEnvironment() throws -> StorageEnvironment {
        var options = StorageEnvironment.Options()
        options.flushesEveryCommit = false
        options.mapSizeInBytes = 4 << 30
        return try .open(folder: folder, options: options)
    }

    /// Holds what is stored against itself, as `needletail check` does.
    private func check() throws {
        let environment = try openEnvironment()
        let report = try environment.checkInvariants()
        let findings = try DatabaseCheck(environment: environment).run { _ in }
        _ = environment.close(before: nil)
        guard report.findings.isEmpty, findings.isEmpty else {
            throw Finding(
                description: "what is stored is not sound: \(report.findings.prefix(5)) \(findings.prefix(5))")
        }
    }

    // MARK: Judging answers

    /// Failures of the server that clients of the original know and look for.
    private static let meantFailures = [
        "is not supported yet", "in the classes", "after parameter not allowed", "invalid output",
        "delete from non-existing index", "dimensions",
    ]

    /// What no client may be told.
    private static let innerWords = [
        "the query failed", "the catalog is damaged", "of a class cannot be read", "MDB_", "Error(",
    ]

    private static func fault(of response: HTTPResponse, after time: Duration) -> String? {
        let text = String(decoding: response.body, as: UTF8.self)
        if response.status >= 500, !meantFailures.contains(where: text.contains) { return "a failure of the server" }
        let isJSON = response.headers.contains { $0 == ("Content-Type", "application/json") }
        if !response.body.isEmpty, isJSON || response.status >= 300, (try? JSONValue(parsing: response.body)) == nil {
            return "an answer that is no JSON"
        }
        if let word = innerWords.first(where: text.contains) { return "an answer that says '\(word)'" }
        return time > .seconds(20) ? "an answer after \(time)" : nil
    }
}

/// Stands in for a network: a picture's vector is its first four bytes; one of fewer is damaged.
private struct ByteVectorizer: ImageVectorizing {
    var network: NetworkIdentity? {
        NetworkIdentity(name: "bytes", sha256: String(repeating: "0", count: 64), dimensions: 4)
    }

    func embeddings(of pictures: [PictureInput]) async -> [Result<PictureEmbedding, ImageVectorizerError>] {
        pictures.map { picture in
            guard picture.bytes.count >= 4 else { return .failure(.damaged(format: "byte", detail: "too short")) }
            return .success(PictureEmbedding(vector: picture.bytes.prefix(4).map { Float($0) }))
        }
    }
}
