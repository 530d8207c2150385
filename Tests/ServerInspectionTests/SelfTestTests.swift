// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Foundation
import ImageVectorizer
import Synchronization
import Testing

@testable import ServerInspection

/// A network that gives what it is told to.
private struct FakeNetwork: ImageVectorizing {
    var identity: NetworkIdentity? = NetworkIdentity(name: "net", sha256: "0", dimensions: 3)
    let answers: Answers

    /// The vectors it gives, one after the other.
    final class Answers: Sendable {
        private let vectors: Mutex<[[Float]]>
        init(_ vectors: [[Float]]) { self.vectors = Mutex(vectors) }
        func next() -> [Float]? { vectors.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
    }

    var network: NetworkIdentity? { get async { identity } }

    func embeddings(of pictures: [PictureInput]) async -> [Result<PictureEmbedding, ImageVectorizerError>] {
        pictures.map { _ in
            guard let vector = answers.next() else { return .failure(.inference(reason: "it is tired")) }
            return .success(PictureEmbedding(vector: vector, decodingTime: .zero, inferenceTime: .zero))
        }
    }
}

struct SelfTestTests {
    private let database = GrowingDatabase()

    private func failures(
        _ vectors: [[Float]] = [[1, 2, 3], [1, 2, 3]],
        identity: NetworkIdentity? = FakeNetwork(answers: .init([])).identity,
        date: Date = Date()
    ) async throws -> [String: String] {
        let network = FakeNetwork(identity: identity, answers: .init(vectors))
        let test = SelfTest(
            database: database, vectorizer: network, dataFolder: DataFolder(path: NSTemporaryDirectory()),
            date: { date })
        let report = try #require(await test.run())
        #expect(report.passed == report.checks.allSatisfy(\.passed))
        return Dictionary(uniqueKeysWithValues: report.checks.filter { !$0.passed }.map { ($0.name, $0.detail) })
    }

    @Test func `all is well where all is well`() async throws {
        #expect(try await failures() == [:])
        #expect(try await failures([], identity: nil) == [:])
    }

    @Test func `a network has to give the same numbers twice, as many as it says`() async throws {
        #expect(try await failures([[1, 2], [1, 2]])["network"] == "net gave 2 numbers, not 3")
        #expect(
            try await failures([[1, 2, 3], [3, 2, 1]])["network"]?.contains("two vectors for one picture") == true)
        #expect(try await failures([[1, 2, 3]])["network"]?.contains("it is tired") == true)
        #expect(try await failures([[1, 2, 3], [1, 2, 3.001]]) == [:])
    }

    @Test func `a missing network is no fault until a class needs one`() async throws {
        let vector = VectorFigures(name: nil, vectorizer: "img2vec-neural", index: "hnsw", metric: "cosine")
        database.figures.withLock {
            $0 = [CollectionFigures(name: "Pet", objectCount: 0, tenantCount: nil, vectors: [vector])]
        }
        #expect(try await failures([], identity: nil)["network"]?.contains("Pet") == true)
    }

    @Test func `storage, indexes and the clock fail alone`() async throws {
        database.failsToStore.store(true, ordering: .relaxed)
        #expect(try await failures().keys.sorted() == ["storage"])
        database.failsToStore.store(false, ordering: .relaxed)
        database.trials.withLock { trials in
            trials = [IndexTrial(collection: "A", vector: nil), IndexTrial(collection: "B", vector: "x")]
            trials[1].triedCount = 3
            trials[1].failedShards = ["s2"]
        }
        let details = try await failures()
        #expect(details.keys.sorted() == ["vector index of B, x"] && details.values.first?.contains("1 of 3") == true)
        database.trials.withLock { $0 = [] }
        database.delay.withLock { $0 = .seconds(5) }
        #expect(try await failures()["clock"]?.contains("5.0 s behind") == true)
        database.delay.withLock { $0 = .milliseconds(900) }
        #expect(try await failures(date: Date(timeIntervalSince1970: 0))["clock"]?.contains("1970") == true)
    }

    @Test func `the picture it uses is one that is read`() throws {
        let jpeg = try PictureThumbnail.jpeg(of: TestPicture.bmp(), longestSide: 32, limits: DecodingLimits())
        #expect(jpeg.starts(with: [0xFF, 0xD8, 0xFF]) && jpeg.count > 300)
    }
}
