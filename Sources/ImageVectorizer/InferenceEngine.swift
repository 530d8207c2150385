// SPDX-License-Identifier: Apache-2.0

import COpenVINO
import Foundation

/// OpenVINO, loaded from a folder: the door to inference.
@safe final class InferenceEngine: Sendable {
    // Safety: the engine's functions may be called from any thread; closed in `deinit`, after its networks, which keep it.
    nonisolated(unsafe) let handle: OpaquePointer

    /// - Parameter folder: holds `libopenvino_c.so`, or `libopenvino_c.so` with a version behind it.
    /// - Throws: `unavailable`; the reason names no path.
    init(folder: String) throws(ImageVectorizerError) {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { $0 == "libopenvino_c.so" || $0.hasPrefix("libopenvino_c.so.") }
        guard let name = names.min() else {
            throw .unavailable(
                reason: """
                    the inference engine OpenVINO is not where NEEDLETAIL_OPENVINO_LIB says; \
                    Scripts/fetch-openvino.sh puts it there
                    """)
        }
        var reason = MessageBuffer()
        let opened = unsafe reason.withPointer { unsafe nt_engine_open("\(folder)/\(name)", $0) }
        guard let opened = unsafe opened else {
            let detail = reason.text.replacingOccurrences(of: folder + "/", with: "")
            throw .unavailable(reason: "the inference engine OpenVINO can't be loaded: \(detail)")
        }
        unsafe handle = opened
    }

    deinit {
        unsafe nt_engine_close(handle)
    }

    /// Whether the processor multiplies bf16 numbers itself; where it does not, bf16 is slower than fp32.
    static var processorHasBF16: Bool { nt_processor_has_bf16() }
}
