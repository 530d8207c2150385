// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation

/// Turns pictures into vectors with one ONNX network, run inside this process by OpenVINO.
///
/// A picture's way: header checked -> memory for decoding taken -> decoded and resized row by row on the pool ->
/// normalized into a free inference request -> inferred by the engine's threads while the pool decodes the next ones.
/// Invariant: at most as many pictures as the lanes have requests are past their header at any time; the rest wait, suspended.
package final class NeuralVectorizer: ImageVectorizing {
    /// Which network, read from where, run how.
    package struct Configuration: Sendable {
        /// Path of an ONNX file with one image input N x 3 x H x W.
        package var modelPath: String
        /// What the network is called toward users; `nil`: the file's name without `.onnx`.
        package var networkName: String?
        /// The folder that holds `libopenvino_c.so` and what it loads.
        package var openVINOFolder: String
        package var precision: InferencePrecision
        package var streams: InferenceStreams
        package var limits: DecodingLimits

        package init(
            modelPath: String, networkName: String? = nil, openVINOFolder: String,
            precision: InferencePrecision = .auto, streams: InferenceStreams = .auto,
            limits: DecodingLimits = DecodingLimits()
        ) {
            self.modelPath = modelPath
            self.networkName = networkName
            self.openVINOFolder = openVINOFolder
            self.precision = precision
            self.streams = streams
            self.limits = limits
        }

        /// `networkName`, or what stands for it.
        package var effectiveName: String {
            networkName ?? URL(filePath: modelPath).deletingPathExtension().lastPathComponent
        }
    }

    /// The network in the repository. It loses too much in bf16 (cosine 0.994), and is cheap anyway.
    package static let starterNetworkSHA256 = "cdf35a77c1338a6348f7347b4f57f19ae53dca75160df948e879aa24b6aefa70"

    /// The network that is fetched where nothing else is set: ResNet50 of the ONNX Model Zoo.
    static let defaultNetworkSHA256 = "3f03fdef724b22947eed826f1eef1dc5c34151bb4c37d634f1db89dfa2dd1526"

    package let network: NetworkIdentity?
    /// On which terms the network may be used.
    package let license: NetworkLicense
    /// Where the network comes from, in words; of a file that is not known, its name.
    package let source: String
    /// What the network really runs in: never `auto`.
    package let precisionInUse: InferencePrecision
    private let compiled: InferenceNetwork
    private let lanes: InferenceLanes
    private let memory: DecodingMemory
    private let limits: DecodingLimits
    private let levels: [Float]
    private let pool: ComputePool

    /// Loads the engine and compiles the network; takes about a second and blocks.
    ///
    /// - Parameter pool: decodes pictures; inference has threads of its own.
    /// - Throws: `unavailable`, saying what is missing or wrong with the file, and what to do.
    package init(configuration: Configuration, pool: ComputePool) throws(ImageVectorizerError) {
        let engine = try InferenceEngine(folder: configuration.openVINOFolder)
        guard let sha256 = FileDigest.sha256(ofFile: configuration.modelPath) else {
            throw .unavailable(reason: "the network file can't be read; NEEDLETAIL_IMG2VEC_MODEL says which one it is")
        }
        let threads = ProcessInfo.processInfo.activeProcessorCount
        let precision = Self.precision(asked: configuration.precision, sha256: sha256)
        // Kept for the second lane: what the networks share of it stays in memory anyway.
        let model = try InferenceModel(path: configuration.modelPath, engine: engine, precision: precision)
        lanes = try InferenceLanes(streams: configuration.streams, decoders: pool.threadCount, threads: threads) {
            (streams) throws(ImageVectorizerError) in
            try InferenceNetwork(model, precision: precision, streams: streams, threads: threads)
        }
        compiled = lanes.first.network
        network = NetworkIdentity(
            name: configuration.effectiveName, sha256: sha256, dimensions: compiled.dimensions)
        let known = NetworkLicense.known[sha256]
        license = known?.license ?? model.statedLicense ?? .unknown
        source = known?.source ?? "the file \(URL(filePath: configuration.modelPath).lastPathComponent)"
        precisionInUse = compiled.precision
        memory = DecodingMemory(bytes: configuration.limits.memoryInBytes)
        limits = configuration.limits
        levels = Self.imageNetLevels()
        self.pool = pool
    }

    /// How many pictures the engine works on at once where many wait; `nil` while that is not decided.
    package var streamsInUse: InferenceStreams? { lanes.decision.map { $0 == .single ? .single : .perCore } }

    package func waitUntilCompiled() async { await lanes.waitUntilCompiled() }

    /// What `auto` stands for with this processor and this network.
    static func precision(asked: InferencePrecision, sha256: String) -> InferencePrecision {
        guard asked == .auto else { return asked }
        return sha256 != starterNetworkSHA256 && InferenceEngine.processorHasBF16 ? .bf16 : .fp32
    }

    /// Levels 0 to 255 of red, green and blue, divided by 255 and normalized with ImageNet's mean and deviation.
    private static func imageNetLevels() -> [Float] {
        let channels: [(mean: Float, deviation: Float)] = [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)]
        return channels.flatMap { channel in
            (0...255).map { (Float($0) / 255 - channel.mean) / channel.deviation }
        }
    }

    package func embeddings(of pictures: [PictureInput]) async -> [Result<PictureEmbedding, ImageVectorizerError>] {
        if pictures.count == 1 { return [await result(of: pictures[0], isAlone: true)] }
        return await withTaskGroup(of: (Int, Result<PictureEmbedding, ImageVectorizerError>).self) { group in
            var results = [Result<PictureEmbedding, ImageVectorizerError>](
                repeating: .failure(.inference(reason: "it was cancelled")), count: pictures.count)
            var started = 0
            // No more children than requests: what waits costs nothing.
            while started < min(pictures.count, lanes.width) {
                add(pictures[started], number: started, to: &group)
                started += 1
            }
            for await (number, result) in group {
                results[number] = result
                guard started < pictures.count else { continue }
                add(pictures[started], number: started, to: &group)
                started += 1
            }
            return results
        }
    }

    /// Runs the network `count` times on a gray picture, as many at once as there is room for: warms it up, and measures the
    /// engine alone.
    package func rehearse(_ count: Int) async throws(ImageVectorizerError) {
        let failure = await withTaskGroup(of: ImageVectorizerError?.self) { group in
            let width = lanes.width
            for position in 0..<min(count, width) {
                let rounds = (count - position + width - 1) / width
                group.addTask(executorPreference: pool) { await self.rehearse(rounds: rounds) }
            }
            return await group.reduce(nil) { $0 ?? $1 }
        }
        if let failure { throw failure }
    }

    private func rehearse(rounds: Int) async -> ImageVectorizerError? {
        let gray = [UInt8](repeating: 128, count: compiled.width * compiled.height * 3)
        do throws(ImageVectorizerError) {
            for _ in 0..<rounds {
                let turn = await lanes.take(isAlone: false)
                defer { lanes.giveBack(turn) }
                turn.request.fill(with: gray, levels: levels)
                _ = try await turn.request.infer()
            }
            return nil
        } catch {
            return error
        }
    }

    private func add(
        _ picture: PictureInput, number: Int,
        to group: inout TaskGroup<(Int, Result<PictureEmbedding, ImageVectorizerError>)>
    ) {
        group.addTask(executorPreference: pool) { (number, await self.result(of: picture, isAlone: false)) }
    }

    private func result(
        of picture: PictureInput, isAlone: Bool
    ) async -> Result<PictureEmbedding, ImageVectorizerError> {
        await withTaskExecutorPreference(pool) {
            do throws(ImageVectorizerError) {
                return .success(try await self.embedding(of: picture, isAlone: isAlone))
            } catch {
                return .failure(error)
            }
        }
    }

    private func embedding(
        of input: PictureInput, isAlone: Bool
    ) async throws(ImageVectorizerError) -> PictureEmbedding {
        let picture = try Picture(input.bytes, limits: limits, keepsAlpha: input.preprocessing.alpha == .white)
        if Task.isCancelled { throw .inference(reason: "it was cancelled") }
        let turn = await lanes.take(isAlone: isAlone)
        defer { lanes.giveBack(turn) }
        await memory.take(picture.decodingMemoryInBytes)
        let clock = ContinuousClock()
        let start = clock.now
        let pixels: [UInt8]
        do throws(ImageVectorizerError) {
            pixels = try picture.prepared(
                input.preprocessing, crop: input.crop, width: compiled.width, height: compiled.height)
        } catch {
            memory.giveBack(picture.decodingMemoryInBytes)
            throw error
        }
        memory.giveBack(picture.decodingMemoryInBytes)
        turn.request.fill(with: pixels, levels: levels)
        let decoded = clock.now
        var vector =
            input.preprocessing.averagesMirrorImage
            ? try await meanVector(of: pixels, in: turn) : try await turn.request.infer()
        if input.preprocessing.normalizes { Self.normalize(&vector) }
        return PictureEmbedding(
            vector: vector, decodingTime: decoded - start, inferenceTime: clock.now - decoded)
    }

    /// The mean of the vectors of the picture that the request of `turn` holds and of its mirror image.
    ///
    /// Both are inferred at once if a second request is free, else one after the other: nobody waits for a second one while
    /// holding a first, which could be for ever.
    private func meanVector(
        of pixels: [UInt8], in turn: InferenceLanes.Turn
    ) async throws(ImageVectorizerError) -> [Float] {
        let orientation = PictureOrientation(exif: 2)
        let mirrored = orientation.shown(pixels, width: compiled.width, height: compiled.height)
        let request = turn.request
        let (first, second): ([Float], [Float])
        if let other = turn.lane.slots.takeIfFree() {
            defer { turn.lane.slots.giveBack(other) }
            other.fill(with: mirrored, levels: levels)
            async let mirror = other.result()
            let plain = await request.result()
            (first, second) = (try plain.get(), try await mirror.get())
        } else {
            first = try await request.infer()
            request.fill(with: mirrored, levels: levels)
            second = try await request.infer()
        }
        return zip(first, second).map { ($0 + $1) / 2 }
    }

    /// Scales the vector to length 1. One of zeros stays as it is.
    private static func normalize(_ vector: inout [Float]) {
        let length = vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        guard length > 0 else { return }
        for index in vector.indices { vector[index] = Float(Double(vector[index]) / length) }
    }
}
