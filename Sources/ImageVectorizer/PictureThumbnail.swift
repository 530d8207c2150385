// SPDX-License-Identifier: Apache-2.0

import CTurboJPEG

/// Small JPEG pictures of large ones.
package enum PictureThumbnail {
    /// The largest side that can be asked for.
    package static let largestSide = 4096

    private static let quality: Int32 = 82

    /// The first frame of a picture as JPEG, turned as its EXIF data says and on white where it is clear, in the picture's own
    /// proportions. It is never larger than the picture.
    ///
    /// Blocks for as long as decoding takes; whoever calls bounds how many are made at once, each of which holds up to
    /// `limits.memoryInBytes`.
    ///
    ///     let small = try PictureThumbnail.jpeg(of: bytes, longestSide: 256, limits: DecodingLimits())
    ///
    /// - Parameter longestSide: from 1 to `largestSide`, in pixels.
    /// - Throws: `unknownFormat`, `damaged`, `tooManyPixels`, `tooLarge`, `outOfMemory`.
    package static func jpeg(
        of bytes: [UInt8], longestSide: Int, limits: DecodingLimits
    ) throws(ImageVectorizerError) -> [UInt8] {
        precondition((1...largestSide).contains(longestSide), "\(longestSide) is no side of a thumbnail")
        let picture = try Picture(bytes, limits: limits, keepsAlpha: true)
        let scale = min(1, Double(longestSide) / Double(max(picture.width, picture.height)))
        let width = max(1, Int((Double(picture.width) * scale).rounded()))
        let height = max(1, Int((Double(picture.height) * scale).rounded()))
        let divisor = divisor(for: picture, longestSide: max(width, height))
        let whole = PictureRegion(
            left: 0, top: 0, width: (picture.width + divisor - 1) / divisor,
            height: (picture.height + divisor - 1) / divisor)
        var resizing = PictureResizing(whole, toWidth: width, height: height)
        resizing.isOnWhite = picture.format != .jpeg
        let pixels = picture.orientation.shown(
            try picture.resized(resizing, divisor: divisor), width: width, height: height)
        let shown = picture.orientation.turned(width: width, height: height)
        return try encoded(pixels, width: shown.width, height: shown.height)
    }

    /// How many times smaller a JPEG picture is decoded: as much as leaves it at least as large as the thumbnail.
    private static func divisor(for picture: Picture, longestSide: Int) -> Int {
        guard picture.format == .jpeg else { return 1 }
        return [8, 4, 2].first { max(picture.width, picture.height) / $0 >= longestSide } ?? 1
    }

    /// - Parameter pixels: shape [height, width, 3].
    private static func encoded(_ pixels: [UInt8], width: Int, height: Int) throws(ImageVectorizerError) -> [UInt8] {
        precondition(pixels.count == width * height * 3, "\(pixels.count) bytes are no \(width) x \(height) pixels")
        var reason = MessageBuffer()
        var start: UnsafeMutablePointer<UInt8>?
        var count = 0
        // Safety: the encoder reads as many pixels as were just counted; what it returns is its caller's to free.
        let code = unsafe pixels.withUnsafeBufferPointer { pixels in
            unsafe reason.withPointer { message in
                unsafe nt_jpeg_encode(
                    pixels.baseAddress, UInt32(width), UInt32(height), quality, &start, &count, message)
            }
        }
        // Pixels can't be wrong, so whatever fails is a lack of memory.
        guard code == 0, let start = unsafe start else { throw .outOfMemory }
        defer { unsafe start.deallocate() }
        return unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    }
}
