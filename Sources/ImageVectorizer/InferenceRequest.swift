// SPDX-License-Identifier: Apache-2.0

import COpenVINO
import CPixels

/// Room for one picture on its way through the network.
///
/// It belongs to whoever took it from `InferenceSlots`, alone, until it is given back: that is what makes it `Sendable`.
@safe final class InferenceRequest: @unchecked Sendable {
    private let network: InferenceNetwork
    // Safety: used only by the one task that holds the request; freed in `deinit`, when nobody does.
    private let handle: OpaquePointer

    /// - Throws: `unavailable`.
    init(_ network: InferenceNetwork) throws(ImageVectorizerError) {
        var reason = MessageBuffer()
        let created = unsafe reason.withPointer { unsafe nt_request_create(network.handle, $0) }
        guard let created = unsafe created else { throw .unavailable(reason: reason.text) }
        unsafe handle = created
        self.network = network
    }

    deinit {
        unsafe nt_request_free(handle)
    }

    /// Normalizes a picture into the network's input.
    ///
    /// - Parameters:
    ///   - pixels: shape [network.height, network.width, 3].
    ///   - levels: shape [3, 256]: what each level of each channel becomes.
    func fill(with pixels: [UInt8], levels: [Float]) {
        let count = network.width * network.height
        precondition(pixels.count == count * 3, "\(pixels.count) bytes are no picture of \(count) pixels")
        precondition(levels.count == 768, "there are 768 levels, not \(levels.count)")
        // Safety: both sizes were just checked, and the input has room for three planes of `count` floats.
        unsafe pixels.withUnsafeBufferPointer { pixels in
            unsafe levels.withUnsafeBufferPointer { levels in
                unsafe nt_planes_from_rgb(pixels.baseAddress, count, levels.baseAddress, nt_request_input(handle))
            }
        }
    }

    /// Runs the network on what `fill` put in. Suspends meanwhile; the engine has threads of its own.
    ///
    /// - Returns: shape [network.dimensions].
    /// - Throws: `inference`.
    func infer() async throws(ImageVectorizerError) -> [Float] {
        if let failure = await run() { throw .inference(reason: failure) }
        var reason = MessageBuffer()
        var code: Int32 = 0
        // Safety: the engine writes exactly as many floats as it says, or none.
        let vector = unsafe [Float](unsafeUninitializedCapacity: network.dimensions) { buffer, count in
            code = unsafe reason.withPointer {
                unsafe nt_request_finish(handle, buffer.baseAddress, network.dimensions, $0)
            }
            count = code == 0 ? network.dimensions : 0
        }
        if code != 0 { throw .inference(reason: reason.text) }
        return vector
    }

    /// What `infer` returns or throws.
    func result() async -> Result<[Float], ImageVectorizerError> {
        do throws(ImageVectorizerError) { return .success(try await infer()) } catch { return .failure(error) }
    }

    /// Starts the engine and waits until it calls back. Returns why it did not start.
    private func run() async -> String? {
        await withCheckedContinuation { continuation in
            let box = unsafe Unmanaged.passRetained(Waiting(continuation))
            var reason = MessageBuffer()
            let code = unsafe reason.withPointer { message in
                // Safety: the callback runs exactly once and takes the box's only reference.
                unsafe nt_request_start(
                    handle,
                    { context in
                        guard let context = unsafe context else { return }
                        unsafe Unmanaged<Waiting>.fromOpaque(context).takeRetainedValue().continuation.resume(
                            returning: nil)
                    }, box.toOpaque(), message)
            }
            if code != 0 {
                unsafe box.release()
                continuation.resume(returning: reason.text)
            }
        }
    }

    private final class Waiting {
        let continuation: CheckedContinuation<String?, Never>

        init(_ continuation: CheckedContinuation<String?, Never>) {
            self.continuation = continuation
        }
    }
}
