// SPDX-License-Identifier: Apache-2.0

import COpenVINO
import Foundation

/// A network that was read and is to be compiled, once or several times. It keeps the weights in memory.
@safe final class InferenceModel: Sendable {
    /// Name of the tensor that is the embedding.
    let output: String
    let isQuantized: Bool
    /// What the file says of its license.
    let statedLicense: NetworkLicense?
    let engine: InferenceEngine
    // Safety: compiled by one thread at a time; freed in `deinit`. Networks keep what they need of it.
    nonisolated(unsafe) let handle: OpaquePointer

    /// Reads an ONNX file, cut where its embedding is. What reading needs is freed when this returns.
    ///
    /// - Parameter precision: what is asked for.
    /// - Throws: `unavailable`, saying what is wrong with the file.
    init(path: String, engine: InferenceEngine, precision: InferencePrecision) throws(ImageVectorizerError) {
        let file: Data
        do {
            file = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
        } catch {
            throw .unavailable(reason: "the network file can't be read; NEEDLETAIL_IMG2VEC_MODEL says which one it is")
        }
        let graph = try ONNXGraph(file)
        if precision == .int8, !graph.isQuantized {
            throw .unavailable(reason: "int8 was asked for, but the network is not quantized; use auto, fp32 or bf16")
        }
        let output = try graph.embedding()
        var reason = MessageBuffer()
        // Nothing may be to be changed; then no copy is needed.
        let copy = graph.outputs == [output] && !graph.hasCasts ? nil : try MemoryFile()
        if let copy { try graph.cut(at: output) { (piece) throws(ImageVectorizerError) in try copy.append(piece) } }
        // Safety: the pointers live until the call returns, and the engine keeps none of them.
        let model = unsafe reason.withPointer { unsafe nt_model_read(engine.handle, copy?.path ?? path, nil, 0, $0) }
        withExtendedLifetime(copy) {}
        guard let model = unsafe model else {
            throw .unavailable(reason: "the network can't be used: \(reason.text)")
        }
        unsafe handle = model
        self.engine = engine
        self.output = output
        isQuantized = graph.isQuantized
        statedLicense = NetworkLicense(metadata: graph.metadata, description: graph.description)
    }

    deinit {
        unsafe nt_model_free(handle)
    }
}
