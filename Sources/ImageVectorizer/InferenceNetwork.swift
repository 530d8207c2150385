// SPDX-License-Identifier: Apache-2.0

import COpenVINO
import Foundation

/// One ONNX network, compiled for this processor.
@safe final class InferenceNetwork: Sendable {
    /// Of the pictures that go in, in pixels.
    let width: Int
    let height: Int
    /// Elements of the embedding.
    let dimensions: Int
    /// What the engine says it multiplies in.
    let precision: InferencePrecision
    // Safety: a compiled network may be used from any thread; freed in `deinit`, after its requests, which keep it.
    nonisolated(unsafe) let handle: OpaquePointer
    private let engine: InferenceEngine

    /// Reads, cuts and compiles the network of an ONNX file.
    ///
    /// - Parameters:
    ///   - precision: not `auto`.
    ///   - streams: pictures inferred at the same time, each by `threads / streams` threads.
    /// - Throws: `unavailable`, saying what is wrong with the file.
    init(
        path: String, engine: InferenceEngine, precision: InferencePrecision, streams: Int, threads: Int
    ) throws(ImageVectorizerError) {
        let model = try Self.read(path, engine: engine, precision: precision)
        var info = nt_network_info()
        var reason = MessageBuffer()
        let compiled = unsafe Self.compile(
            model, precision: precision == .bf16 ? "bf16" : "f32", streams: streams, threads: threads, info: &info,
            reason: &reason)
        guard let compiled = unsafe compiled else {
            throw .unavailable(reason: "the network can't be used: \(reason.text)")
        }
        unsafe handle = compiled
        self.engine = engine
        width = Int(info.width)
        height = Int(info.height)
        dimensions = Int(info.dimensions)
        let isBF16 = info.precision.0 == CChar(UInt8(ascii: "b"))
        self.precision = model.isQuantized && precision != .fp32 && !isBF16 ? .int8 : isBF16 ? .bf16 : .fp32
    }

    deinit {
        unsafe nt_network_free(handle)
    }

    /// A network that was read and not yet compiled.
    @safe private struct Model {
        // Safety: made by `read`, consumed by `compile`.
        nonisolated(unsafe) let handle: OpaquePointer
        let output: String
        let isQuantized: Bool
    }

    /// Reads the file, cut where its embedding is. What reading needs is freed when this returns.
    private static func read(
        _ path: String, engine: InferenceEngine, precision: InferencePrecision
    ) throws(ImageVectorizerError) -> Model {
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
        // Safety: the pointers live until the call returns, and the engine keeps none of them.
        let model: OpaquePointer? =
            if graph.outputs == [output] {
                // Nothing is to be cut away, so no copy is needed.
                unsafe reason.withPointer { unsafe nt_model_read(engine.handle, path, nil, 0, $0) }
            } else {
                unsafe graph.cut(at: output).withUnsafeBytes { bytes in
                    unsafe reason.withPointer { message in
                        unsafe nt_model_read(
                            engine.handle, nil, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count,
                            message)
                    }
                }
            }
        guard let model = unsafe model else {
            throw .unavailable(reason: "the network can't be used: \(reason.text)")
        }
        return unsafe Model(handle: model, output: output, isQuantized: graph.isQuantized)
    }

    private static func compile(
        _ model: Model, precision: String, streams: Int, threads: Int, info: inout nt_network_info,
        reason: inout MessageBuffer
    ) -> OpaquePointer? {
        // Safety: every pointer lives until the call returns, and the engine keeps none of them.
        unsafe model.output.withCString { output in
            unsafe precision.withCString { precision in
                unsafe reason.withPointer { message in
                    var options = unsafe nt_network_options(
                        output: output, precision: precision, batch: 1, streams: Int32(streams),
                        threads: Int32(threads))
                    return unsafe nt_network_compile(model.handle, &options, &info, message)
                }
            }
        }
    }
}
