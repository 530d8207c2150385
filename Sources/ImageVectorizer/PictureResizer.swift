// SPDX-License-Identifier: Apache-2.0

import CPixels

/// Takes a picture's rows, in any order, and makes a picture of another size of them: the door to the pixel kernels.
///
/// Equal to Pillow 9.5's antialiased bilinear `resize`, bit for bit. Not thread-safe; one a picture.
@safe final class PictureResizer {
    let sourceWidth: Int
    let sourceHeight: Int
    let width: Int
    let height: Int
    // Safety: created in `init`, destroyed in `deinit`, never handed to anything that outlives a call.
    private let handle: OpaquePointer

    /// - Parameters: sizes in pixels, each at least 1.
    /// - Throws: `outOfMemory`.
    init(
        fromWidth sourceWidth: Int, height sourceHeight: Int, toWidth width: Int, height: Int
    ) throws(ImageVectorizerError) {
        let created = unsafe nt_resizer_create(
            UInt32(sourceWidth), UInt32(sourceHeight), UInt32(width), UInt32(height))
        guard let created = unsafe created else { throw .outOfMemory }
        unsafe handle = created
        self.sourceWidth = sourceWidth
        self.sourceHeight = sourceHeight
        self.width = width
        self.height = height
    }

    deinit {
        unsafe nt_resizer_destroy(handle)
    }

    /// Adds source row `y`. Every row must come exactly once.
    ///
    /// - Parameter rgbx: shape [sourceWidth, 4]: red, green, blue and one byte that is ignored.
    func addRow(_ y: Int, _ rgbx: [UInt8]) {
        precondition(rgbx.count == sourceWidth * 4, "a row has \(sourceWidth * 4) bytes, not \(rgbx.count)")
        // Safety: the row was just found to be as long as the kernel reads.
        unsafe rgbx.withUnsafeBufferPointer { row in
            guard let start = row.baseAddress else { return }
            unsafe nt_resizer_add_row(UnsafeMutableRawPointer(handle), UInt32(y), start)
        }
    }

    /// Lends the kernel's row function and its context to a decoder in C, which calls it with rows of `sourceWidth`.
    func withRowFunction<Result>(
        _ body: (
            @convention(c) (UnsafeMutableRawPointer?, UInt32, UnsafePointer<UInt8>?) -> Void, UnsafeMutableRawPointer
        ) -> Result
    ) -> Result {
        unsafe body(nt_resizer_add_row, UnsafeMutableRawPointer(handle))
    }

    /// The result, once every row has come. Shape [height, width, 3].
    func finish() -> [UInt8] {
        // Safety: the kernel fills exactly this many bytes.
        unsafe [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
            unsafe nt_resizer_finish(handle, buffer.baseAddress)
            count = width * height * 3
        }
    }
}
