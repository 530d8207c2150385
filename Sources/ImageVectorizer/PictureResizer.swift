// SPDX-License-Identifier: Apache-2.0

import CPixels

/// Which part of a picture is resized, and to what.
struct PictureResizing: Hashable, Sendable {
    /// What is looked at.
    var region: PictureRegion
    /// The part of the region that becomes the result, in pixels from the region's corner.
    var boxLeft = 0.0
    var boxTop = 0.0
    var boxWidth: Double
    var boxHeight: Double
    /// Of the result.
    var width: Int
    var height: Int
    /// Whether the picture is put on white; else its alpha is ignored.
    var isOnWhite = false

    /// The whole region.
    init(_ region: PictureRegion, toWidth width: Int, height: Int) {
        self.region = region
        boxWidth = Double(region.width)
        boxHeight = Double(region.height)
        self.width = width
        self.height = height
    }
}

/// Takes a picture's rows, in any order, and makes a picture of another size of them: the door to the pixel kernels.
///
/// Equal to Pillow 9.5's antialiased bilinear `resize`, bit for bit. Not thread-safe; one a picture.
@safe final class PictureResizer {
    /// Of the rows that come.
    let pictureWidth: Int
    let resizing: PictureResizing
    // Safety: created in `init`, destroyed in `deinit`, never handed to anything that outlives a call.
    private let handle: OpaquePointer

    /// - Parameter pictureWidth: pixels of the rows that will come; the region lies within.
    /// - Throws: `outOfMemory`.
    init(_ resizing: PictureResizing, pictureWidth: Int) throws(ImageVectorizerError) {
        let region = resizing.region
        precondition(
            region.left >= 0 && region.top >= 0 && region.width > 0 && region.height > 0
                && region.left + region.width <= pictureWidth,
            "\(region) is no part of a picture of \(pictureWidth) columns")
        var plan = nt_resizing(
            left: UInt32(region.left), top: UInt32(region.top), source_width: UInt32(region.width),
            source_height: UInt32(region.height), box_left: resizing.boxLeft, box_top: resizing.boxTop,
            box_width: resizing.boxWidth, box_height: resizing.boxHeight, width: UInt32(resizing.width),
            height: UInt32(resizing.height), on_white: resizing.isOnWhite)
        // Safety: the plan is copied before the call returns.
        let created = unsafe nt_resizer_create(&plan)
        guard let created = unsafe created else { throw .outOfMemory }
        unsafe handle = created
        self.resizing = resizing
        self.pictureWidth = pictureWidth
    }

    deinit {
        unsafe nt_resizer_destroy(handle)
    }

    /// Adds row `y` of the picture. Every row of the region must come exactly once.
    ///
    /// - Parameter rgba: shape [pictureWidth, 4]: red, green, blue and alpha.
    func addRow(_ y: Int, _ rgba: [UInt8]) {
        precondition(rgba.count == pictureWidth * 4, "a row has \(pictureWidth * 4) bytes, not \(rgba.count)")
        // Safety: the row was just found to be as long as the kernel reads.
        unsafe rgba.withUnsafeBufferPointer { row in
            guard let start = row.baseAddress else { return }
            unsafe nt_resizer_add_row(UnsafeMutableRawPointer(handle), UInt32(y), start)
        }
    }

    /// Lends the kernel's row function and its context to a decoder in C, which calls it with rows of `pictureWidth`.
    func withRowFunction<Result>(
        _ body: (
            @convention(c) (UnsafeMutableRawPointer?, UInt32, UnsafePointer<UInt8>?) -> Void, UnsafeMutableRawPointer
        ) -> Result
    ) -> Result {
        unsafe body(nt_resizer_add_row, UnsafeMutableRawPointer(handle))
    }

    /// The result, once every row has come. Shape [resizing.height, resizing.width, 3].
    func finish() -> [UInt8] {
        let byteCount = resizing.width * resizing.height * 3
        // Safety: the kernel fills exactly this many bytes.
        return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            unsafe nt_resizer_finish(handle, buffer.baseAddress)
            count = byteCount
        }
    }
}
