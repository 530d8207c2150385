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
        // Read by its path where nothing is to be cut away: a copy of the weights less while it is read.
        let cut = graph.outputs == [output] ? nil : graph.cut(at: output)

        var info = nt_network_info()
        var reason = MessageBuffer()
        let loaded = unsafe Self.load(
            engine, path: path, cut: cut, output: output, precision: precision == .bf16 ? "bf16" : "f32",
            streams: streams, threads: threads, info: &info, reason: &reason)
        guard let loaded = unsafe loaded else {
            throw .unavailable(reason: "the network can't be used: \(reason.text)")
        }
        unsafe handle = loaded
        self.engine = engine
        width = Int(info.width)
        height = Int(info.height)
        dimensions = Int(info.dimensions)
        let isBF16 = info.precision.0 == CChar(UInt8(ascii: "b"))
        self.precision = graph.isQuantized && precision != .fp32 && !isBF16 ? .int8 : isBF16 ? .bf16 : .fp32
    }

    deinit {
        unsafe nt_network_free(handle)
    }

    private static func load(
        _ engine: InferenceEngine, path: String, cut: [UInt8]?, output: String, precision: String, streams: Int,
        threads: Int, info: inout nt_network_info, reason: inout MessageBuffer
    ) -> OpaquePointer? {
        // Safety: every pointer lives until the call returns, and the engine keeps none of them.
        unsafe path.withCString { path in
            unsafe output.withCString { output in
                unsafe precision.withCString { precision in
                    unsafe (cut ?? []).withUnsafeBytes { bytes in
                        unsafe reason.withPointer { message in
                            var options = unsafe nt_network_options(
                                path: cut == nil ? path : nil,
                                bytes: bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                                byte_count: bytes.count, output: output, precision: precision, batch: 1,
                                streams: Int32(streams), threads: Int32(threads))
                            return unsafe nt_network_load(engine.handle, &options, &info, message)
                        }
                    }
                }
            }
        }
    }
}
