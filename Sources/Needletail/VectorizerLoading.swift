// SPDX-License-Identifier: Apache-2.0

import Configuration
import Execution
import Foundation
import ImageVectorizer

/// Finds and loads the network that the settings name.
struct VectorizerLoading {
    let settings: Settings
    let pool: ComputePool

    /// What was loaded, and how it is to be told to people.
    struct Loaded {
        var vectorizer: any ImageVectorizing
        /// E.g. `resnet50 (2048 dimensions, bf16)`, or why there is none.
        var summary: String
        /// Why there is none; `nil` if there is one.
        var problem: String?
    }

    /// A network that is loaded when `start` is called, or the reason why there is none, which is known at once where a
    /// file is missing.
    struct Announced {
        var vectorizer: any ImageVectorizing
        /// E.g. `resnet50 (being loaded)`, or why there is none.
        var summary: String
        /// Why there is none, where that is known already.
        var problem: String?
        fileprivate var loading: (vectorizer: LoadingVectorizer, load: @Sendable () -> Loaded)?

        /// Loads the network on a thread of its own.
        ///
        /// - Parameter report: is told on that thread what has come of it.
        func start(_ report: @escaping @Sendable (Loaded) -> Void) {
            guard let loading else { return }
            loading.vectorizer.start { [load = loading.load] in
                let loaded = load()
                report(loaded)
                return loaded.vectorizer
            }
        }

        /// The network in use; `nil` while it is loaded, and if there is none.
        var network: NeuralVectorizer? { loading?.vectorizer.loaded as? NeuralVectorizer }

        /// Whether there will be a network, as far as is known, and is none yet.
        var isLoading: Bool { loading.map { $0.vectorizer.loaded == nil } ?? false }

        /// Suspends until the loading, which cannot be broken off, has come to its end. Only after `start`.
        func waitUntilLoaded() async { await loading?.vectorizer.waitUntilLoaded().waitUntilCompiled() }
    }

    /// Looks where the network is, and leaves loading it to `Announced.start`.
    func announce() -> Announced {
        do throws(ImageVectorizerError) {
            let configuration = try configuration()
            let vectorizer = LoadingVectorizer()
            return Announced(
                vectorizer: vectorizer, summary: "\(configuration.effectiveName) (being loaded)",
                loading: (vectorizer, { load(configuration) }))
        } catch {
            let missing = missing(error)
            return Announced(
                vectorizer: missing.vectorizer, summary: missing.summary, problem: missing.problem, loading: nil)
        }
    }

    /// The network; without one the server works all the same, and says so to whoever sends a picture. Blocks.
    func load() -> Loaded {
        do throws(ImageVectorizerError) { return load(try configuration()) } catch { return missing(error) }
    }

    private func load(_ configuration: NeuralVectorizer.Configuration) -> Loaded {
        do throws(ImageVectorizerError) {
            let vectorizer = try NeuralVectorizer(configuration: configuration, pool: pool)
            let name = vectorizer.network.map { "\($0.name), \($0.dimensions) dimensions" } ?? "network without a name"
            return Loaded(
                vectorizer: vectorizer, summary: "\(name), \(vectorizer.precisionInUse.rawValue)")
        } catch {
            return missing(error)
        }
    }

    private func missing(_ error: ImageVectorizerError) -> Loaded {
        let reason = if case .unavailable(let text) = error { text } else { error.message }
        // The reason names files of this machine: it is for the operator, not for clients.
        return Loaded(
            vectorizer: EmptyVectorizer(reason: "the server's log says why, and how to mend it"),
            summary: "none: \(reason)", problem: reason)
    }

    private func configuration() throws(ImageVectorizerError) -> NeuralVectorizer.Configuration {
        let places = Places(settings: settings, program: Self.programPath)
        guard let model = places.weightPaths.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw .unavailable(
                reason:
                    "the weights of \(settings.imageModel.text) are not at \(places.weightPaths.joined(separator: ", ")); "
                    + "fetch them with Scripts/fetch-weights.sh, or set NEEDLETAIL_IMG2VEC_MODEL to efficientnet-lite0 or to "
                    + "the path of an ONNX file")
        }
        let folder = places.openVINOFolders.first { FileManager.default.fileExists(atPath: $0) }
        guard let folder = folder ?? places.openVINOFolders.first else {
            throw .unavailable(reason: "no folder for OpenVINO is known; set NEEDLETAIL_OPENVINO_LIB")
        }
        return NeuralVectorizer.Configuration(
            modelPath: model, networkName: networkName, openVINOFolder: folder,
            precision: InferencePrecision(rawValue: settings.imagePrecision.rawValue) ?? .auto,
            streams: InferenceStreams(rawValue: settings.inferenceStreams.rawValue) ?? .auto,
            limits: DecodingLimits(pixels: settings.maximumImagePixels, memoryInBytes: settings.imageMemoryInBytes))
    }

    private var networkName: String? {
        switch settings.imageModel {
        case .resNet50, .efficientNetLite0: settings.imageModel.text
        case .file: nil
        }
    }

    /// The path of the running program, symbolic links resolved.
    private static var programPath: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments.first
            ?? ""
    }
}
