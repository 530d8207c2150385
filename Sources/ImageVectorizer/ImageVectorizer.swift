// SPDX-License-Identifier: Apache-2.0

import Execution

/// Turns pictures into vectors with one ONNX network, run inside this process by OpenVINO.
package final class ImageVectorizer: ImageVectorizing {
    /// Which network, read from where, run how.
    package struct Configuration: Sendable {
        /// Path of an ONNX file with one image input N x 3 x H x W.
        package var modelPath: String
        /// What the network is called towards users; `nil`: the file's name without `.onnx`.
        package var networkName: String?
        /// The folder that holds `libopenvino_c.so` and what it loads.
        package var openVINOFolder: String
        package var precision: InferencePrecision
        package var limits: DecodingLimits

        package init(
            modelPath: String, networkName: String? = nil, openVINOFolder: String,
            precision: InferencePrecision = .auto,
            limits: DecodingLimits = DecodingLimits()
        ) {
            self.modelPath = modelPath
            self.networkName = networkName
            self.openVINOFolder = openVINOFolder
            self.precision = precision
            self.limits = limits
        }
    }

    package let network: NetworkIdentity?
    /// What the network really runs in: never `auto`.
    package let precisionInUse: InferencePrecision

    /// Loads the engine and compiles the network; takes about a second and blocks.
    ///
    /// - Parameter pool: decodes pictures; inference has threads of its own.
    /// - Throws: `unavailable`, saying what is missing or wrong with the file, and what to do.
    package init(configuration: Configuration, pool: ComputePool) throws(ImageVectorizerError) {
        throw .unavailable(reason: "no engine is built in yet")
    }

    package func vectors(of pictures: [[UInt8]]) async -> [Result<[Float], ImageVectorizerError>] {
        pictures.map { _ in .failure(.unavailable(reason: "no engine is built in yet")) }
    }
}
