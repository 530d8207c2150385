// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImageVectorizer
import Testing

struct UnavailableVectorizerTests {
    @Test func `a missing engine is said at the start`() {
        let error = #expect(throws: ImageVectorizerError.self) {
            try NeuralVectorizer(
                configuration: NeuralVectorizer.Configuration(
                    modelPath: TestData.starterNetwork, openVINOFolder: "/nowhere"), pool: TestData.pool)
        }
        #expect(error?.message.contains("NEEDLETAIL_OPENVINO_LIB") == true)
        #expect(error?.message.contains("/nowhere") == false)
    }

    @Test func `a folder whose library is no library is said at the start`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "engine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("no library".utf8).write(to: folder.appending(path: "libopenvino_c.so"))
        let error = #expect(throws: ImageVectorizerError.self) {
            try NeuralVectorizer(
                configuration: NeuralVectorizer.Configuration(
                    modelPath: TestData.starterNetwork, openVINOFolder: folder.path()), pool: TestData.pool)
        }
        #expect(error?.message.contains(folder.path()) == false)
    }

    @Test func `every picture fails with the reason while there is no network`() async {
        let vectorizer = EmptyVectorizer(reason: "it was not fetched")
        #expect(vectorizer.network == nil)
        let results = await vectorizer.vectors(of: [[1], []])
        #expect(
            results == [
                .failure(.unavailable(reason: "it was not fetched")),
                .failure(.unavailable(reason: "it was not fetched")),
            ])
    }
}

@Suite(
    .enabled(if: TestData.openVINO != nil, "OpenVINO is neither in NEEDLETAIL_OPENVINO_LIB nor in .build/openvino"),
    .serialized)
struct NeuralVectorizerTests {
    /// The pictures and embeddings of a network's author.
    struct Reference: Decodable {
        struct Item: Decodable {
            let file: String
            let embedding: [Float]
        }

        let items: [Item]
    }

    private func vectorizer(
        model: String = TestData.starterNetwork, precision: InferencePrecision = .auto
    ) throws -> NeuralVectorizer {
        try NeuralVectorizer(
            configuration: NeuralVectorizer.Configuration(
                modelPath: model, openVINOFolder: try #require(TestData.openVINO), precision: precision),
            pool: TestData.pool)
    }

    private func cosine(_ a: [Float], _ b: [Float]) -> Double {
        var (product, first, second) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            product += Double(x) * Double(y)
            first += Double(x) * Double(x)
            second += Double(y) * Double(y)
        }
        return product / (first * second).squareRoot()
    }

    /// The worst cosine between our vectors and the reference's.
    private func worstCosine(precision: InferencePrecision) async throws -> Double {
        let folder = try #require(TestData.folder)
        let reference = try JSONDecoder().decode(
            Reference.self,
            from: Data(contentsOf: URL(filePath: "\(folder)/models/resnet50-imagenet-test.reference.json")))
        #expect(reference.items.count == 20)
        let vectorizer = try vectorizer(model: "\(folder)/models/resnet50-imagenet-test.onnx", precision: precision)
        #expect(vectorizer.precisionInUse == precision)
        #expect(vectorizer.network?.dimensions == 2048)
        let results = await vectorizer.vectors(
            of: try reference.items.map { try TestData.bytes(ofFile: "\(folder)/images/imagenet20/\($0.file)") })
        var worst = 1.0
        for (result, item) in zip(results, reference.items) {
            worst = min(worst, cosine(try result.get(), item.embedding))
        }
        return worst
    }

    @Test(.enabled(if: TestData.folder != nil, "NEEDLETAIL_TEST_DATA names no folder"))
    func `vectors in fp32 equal the reference's`() async throws {
        let worst = try await worstCosine(precision: .fp32)
        print("worst cosine in fp32: \(worst)")
        #expect(worst >= 0.99999)
    }

    @Test(.enabled(if: TestData.folder != nil, "NEEDLETAIL_TEST_DATA names no folder"))
    func `vectors in bf16 are close to the reference's`() async throws {
        let probe = try vectorizer(precision: .bf16)
        // A processor without bf16 runs fp32, whatever is asked.
        guard probe.precisionInUse == .bf16 else { return }
        let worst = try await worstCosine(precision: .bf16)
        print("worst cosine in bf16: \(worst)")
        #expect(worst >= 0.999)
    }

    @Test func `the starter network says who it is and runs in fp32`() throws {
        let vectorizer = try vectorizer()
        #expect(vectorizer.precisionInUse == .fp32)
        #expect(
            vectorizer.network
                == NetworkIdentity(
                    name: "efficientnet-lite0", sha256: NeuralVectorizer.starterNetworkSHA256, dimensions: 1280))
    }

    @Test func `a bad picture fails alone, and results keep the order of the pictures`() async throws {
        let vectorizer = try vectorizer()
        let pictures = (0..<20).map { BMPFixture.random(width: 30 + $0, height: 20, seed: UInt64($0)) }
        var mixed = pictures
        mixed[7] = Array("no picture".utf8)
        let results = await vectorizer.vectors(of: mixed)
        #expect(results.count == 20)
        for (number, result) in results.enumerated() {
            if number == 7 {
                #expect(result == .failure(.unknownFormat(found: nil)))
            } else {
                #expect(result == (await vectorizer.vectors(of: [pictures[number]]))[0])
            }
        }
    }

    @Test func `no pictures give no vectors`() async throws {
        #expect(try await vectorizer().vectors(of: []).isEmpty)
    }

    @Test func `more callers than slots are all answered`() async throws {
        let vectorizer = try vectorizer()
        let picture = BMPFixture.random(width: 8, height: 8, seed: 1)
        let count = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<30 {
                group.addTask {
                    await vectorizer.vectors(of: [picture, picture]).filter { (try? $0.get()) != nil }.count
                }
            }
            return await group.reduce(0, +)
        }
        #expect(count == 60)
    }

    @Test(arguments: [0, 1, 1000, 100_000, 6_000_000])
    func `a network file cut off is refused with a reason`(_ count: Int) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "cut-\(UUID().uuidString).onnx")
        try Data(TestData.bytes(ofFile: TestData.starterNetwork).prefix(count)).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let error = #expect(throws: ImageVectorizerError.self) { try vectorizer(model: url.path()) }
        guard case .unavailable(let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!reason.isEmpty && !reason.contains(url.path()))
    }

    @Test func `a network file with noise in its weights or wiring is refused or loaded, never a crash`() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "noise-\(UUID().uuidString).onnx")
        defer { try? FileManager.default.removeItem(at: url) }
        var file = try TestData.bytes(ofFile: TestData.starterNetwork)
        file.replaceSubrange(200..<4200, with: BMPFixture.noise(4000, seed: 5))
        try Data(file).write(to: url)
        #expect(throws: ImageVectorizerError.self) { try vectorizer(model: url.path()) }
    }

    @Test func `int8 is refused for a network that is not quantized`() {
        #expect(throws: ImageVectorizerError.self) { try vectorizer(precision: .int8) }
    }

    @Test func `a picture and its mirror image have one vector where both are averaged, in any company`() async throws {
        let vectorizer = try vectorizer()
        var both = PicturePreprocessing.compatible
        both.averagesMirrorImage = true
        let data = BMPFixture.noise(16 * 8 * 3, seed: 9)
        var mirrored: [UInt8] = []
        for y in 0..<8 {
            for x in (0..<16).reversed() { mirrored += data[((y * 16 + x) * 3)..<((y * 16 + x) * 3 + 3)] }
        }
        let pictures = [data, mirrored].map { BMPFixture.file(width: 16, height: 8, bits: 24, data: $0) }
        let results = await vectorizer.embeddings(
            of: (0..<24).map { PictureInput(pictures[$0 % 2], preprocessing: both) })
        let vectors = try results.map { try $0.get().vector }
        for vector in vectors { #expect(cosine(vector, vectors[0]) > 0.99999) }
        let plain = try await vectorizer.vectors(of: [pictures[0]])[0].get()
        #expect(cosine(plain, vectors[0]) < 0.9999)
    }

    @Test func `a normalized vector is the plain one in length 1, and times are stated`() async throws {
        let vectorizer = try vectorizer()
        var normalized = PicturePreprocessing.compatible
        normalized.normalizes = true
        let picture = BMPFixture.random(width: 300, height: 200, seed: 2)
        let plain = try await vectorizer.vectors(of: [picture])[0].get()
        let result = try await vectorizer.embeddings(of: [PictureInput(picture, preprocessing: normalized)])[0].get()
        #expect(abs(result.vector.reduce(0) { $0 + Double($1) * Double($1) } - 1) < 1e-5)
        #expect(cosine(plain, result.vector) > 0.99999)
        #expect(result.decodingTime > .zero && result.inferenceTime > .zero)
    }

    @Test func `a part of a picture has the vector of a picture of that part`() async throws {
        let vectorizer = try vectorizer()
        let data = BMPFixture.noise(16 * 8 * 3, seed: 9)
        var quarter: [UInt8] = []
        for y in 2..<6 { quarter += data[((y * 16 + 4) * 3)..<((y * 16 + 12) * 3)] }
        let whole = BMPFixture.file(width: 16, height: 8, bits: 24, data: data)
        let part = BMPFixture.file(width: 8, height: 4, bits: 24, data: quarter)
        let crop = PictureCrop(x: 0.25, y: 0.25, width: 0.5, height: 0.5)
        let results = await vectorizer.embeddings(of: [PictureInput(whole, crop: crop), PictureInput(part)])
        #expect(try results[0].get().vector == results[1].get().vector)
    }
}
