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

    /// Compiles a network.
    ///
    /// - Parameters:
    ///   - precision: not `auto`.
    ///   - streams: pictures inferred at the same time, each by `threads / streams` threads.
    /// - Throws: `unavailable`, saying what is wrong with the file.
    init(
        _ model: InferenceModel, precision: InferencePrecision, streams: Int, threads: Int
    ) throws(ImageVectorizerError) {
        var info = nt_network_info()
        var reason = MessageBuffer()
        let compiled = unsafe Self.compile(
            model, precision: precision == .bf16 ? "bf16" : "f32", streams: streams, threads: threads, info: &info,
            reason: &reason)
        guard let compiled = unsafe compiled else {
            throw .unavailable(reason: "the network can't be used: \(reason.text)")
        }
        unsafe handle = compiled
        engine = model.engine
        width = Int(info.width)
        height = Int(info.height)
        dimensions = Int(info.dimensions)
        let isBF16 = info.precision.0 == CChar(UInt8(ascii: "b"))
        self.precision = model.isQuantized && precision != .fp32 && !isBF16 ? .int8 : isBF16 ? .bf16 : .fp32
    }

    deinit {
        unsafe nt_network_free(handle)
    }

    private static func compile(
        _ model: InferenceModel, precision: String, streams: Int, threads: Int, info: inout nt_network_info,
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
