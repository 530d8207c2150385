// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ImageVectorizer

struct BorrowingTests {
    @Test func `memory that is free is handed out at once, to the last byte`() async {
        let memory = DecodingMemory(bytes: 10)
        await memory.take(4)
        await memory.take(6)
        memory.giveBack(10)
        await memory.take(10)
    }

    @Test func `who asks for more than is free goes on when enough has come back`() async {
        let memory = DecodingMemory(bytes: 10)
        await memory.take(8)
        async let waiting: Void = memory.take(9)
        memory.giveBack(8)
        await waiting
        memory.giveBack(9)
        await memory.take(10)
    }

    @Test func `many takers never hold more than there is`() async {
        let memory = DecodingMemory(bytes: 100)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    await memory.take(number % 101)
                    memory.giveBack(number % 101)
                }
            }
        }
        await memory.take(100)
    }

    @Test func `the digest of a file is its SHA-256`() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "digest-\(UUID().uuidString)")
        try Data("abc".utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        #expect(
            FileDigest.sha256(ofFile: url.path())
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(FileDigest.sha256(ofFile: "/nowhere/at/all") == nil)
        #expect(FileDigest.sha256(ofFile: "/") == nil)
    }

    @Test func `the starter network is the file in the repository`() {
        #expect(FileDigest.sha256(ofFile: TestData.starterNetwork) == NeuralVectorizer.starterNetworkSHA256)
    }

    @Test func `auto is fp32 for the starter network, and what is asked for is not changed`() {
        #expect(NeuralVectorizer.precision(asked: .auto, sha256: NeuralVectorizer.starterNetworkSHA256) == .fp32)
        #expect(NeuralVectorizer.precision(asked: .bf16, sha256: NeuralVectorizer.starterNetworkSHA256) == .bf16)
        let usual: InferencePrecision = InferenceEngine.processorHasBF16 ? .bf16 : .fp32
        #expect(NeuralVectorizer.precision(asked: .auto, sha256: "") == usual)
    }
}
