// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImageVectorizer
import Testing

struct LoadingVectorizerTests {
    /// Gives each picture its length as a vector.
    private struct LengthVectorizer: ImageVectorizing {
        var network: NetworkIdentity? { NetworkIdentity(name: "length", sha256: "00", dimensions: 1) }

        func embeddings(of pictures: [PictureInput]) async -> [Result<PictureEmbedding, ImageVectorizerError>] {
            pictures.map { .success(PictureEmbedding(vector: [Float($0.bytes.count)])) }
        }
    }

    @Test func `pictures and questions that come while the network is loaded wait for it`() async {
        let vectorizer = LoadingVectorizer()
        let gate = DispatchSemaphore(value: 0)
        async let early = vectorizer.vectors(of: [[1, 2], [1]])
        vectorizer.start {
            gate.wait()
            return LengthVectorizer()
        }
        async let network = vectorizer.network
        async let late = vectorizer.vectors(of: [[1, 2, 3]])
        #expect(vectorizer.loaded == nil)
        gate.signal()
        #expect(await early == [.success([2]), .success([1])])
        #expect(await late == [.success([3])])
        #expect(await network?.name == "length")
        #expect(vectorizer.loaded is LengthVectorizer)
        #expect(await vectorizer.vectors(of: [[1]]) == [.success([1])])
    }

    @Test func `the network is loaded by a thread that has its name`() async {
        for _ in 0..<500 {
            let vectorizer = LoadingVectorizer()
            vectorizer.start {
                let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
                return EmptyVectorizer(reason: name ?? "none")
            }
            #expect(await vectorizer.vectors(of: [[1]]) == [.failure(.unavailable(reason: "network\n"))])
        }
    }

    @Test func `where no network can be loaded those who waited learn why`() async {
        let vectorizer = LoadingVectorizer()
        async let results = vectorizer.vectors(of: [[1]])
        vectorizer.start { EmptyVectorizer(reason: "it is damaged") }
        #expect(await results == [.failure(.unavailable(reason: "it is damaged"))])
        #expect(await vectorizer.network == nil)
    }
}
