// SPDX-License-Identifier: Apache-2.0

import CGIF
import CHEIF
import CPNG
import CTIFF
import CTurboJPEG
import CWebP

/// An encoded picture whose header has been read: its size is known, none of its pixels is decoded.
///
/// Decoding gives what Pillow 9.5's `Image.open(file).convert("RGB")` gives: first frame, alpha dropped, no EXIF turn, unless
/// a `PicturePreprocessing` says otherwise.
/// Sixteen-bit gray alone differs: Pillow clips it, here the upper eight bits stay. HEIC and AVIF, which Pillow does not read, come as
/// libheif shows them.
package struct Picture: Sendable {
    /// The longest side; a row and its weights are held whole.
    package static let longestSide = 1_000_000

    package let format: PictureFormat
    package let width: Int
    package let height: Int
    /// What decoding holds at once besides the encoded bytes.
    package let decodingMemoryInBytes: Int
    let keepsAlpha: Bool
    let bytes: [UInt8]

    /// Reads the header; allocates nothing that depends on it.
    ///
    /// - Parameters:
    ///   - bytes: a whole file in one of `PictureFormat`.
    ///   - keepsAlpha: whether decoding is to hand out the alpha; else the colors are taken as they are.
    /// - Throws: `unknownFormat`, `damaged`, `tooManyPixels`, `tooLarge`.
    package init(
        _ bytes: [UInt8], limits: DecodingLimits, keepsAlpha: Bool = false
    ) throws(ImageVectorizerError) {
        let format = try PictureFormat(of: bytes)
        let header = try Self.header(of: bytes, format: format, keepsAlpha: keepsAlpha)
        guard header.width > 0, header.height > 0 else {
            throw .damaged(format: format.rawValue, detail: "it has no pixels")
        }
        let (pixels, overflows) = header.width.multipliedReportingOverflow(by: header.height)
        guard !overflows, pixels <= limits.pixels else {
            throw .tooManyPixels(width: header.width, height: header.height, limit: limits.pixels)
        }
        guard max(header.width, header.height) <= Self.longestSide else {
            throw .tooLarge(format: format.rawValue, detail: "a side is longer than \(Self.longestSide) pixels")
        }
        guard header.memory <= limits.memoryInBytes else {
            throw .tooLarge(
                format: format.rawValue,
                detail: """
                    \(header.width) x \(header.height) pixels in this coding need \(header.memory >> 20) MiB at once, \
                    over the \(limits.memoryInBytes >> 20) MiB of NEEDLETAIL_IMAGE_MEMORY
                    """)
        }
        self.format = format
        self.width = header.width
        self.height = header.height
        self.decodingMemoryInBytes = header.memory
        self.keepsAlpha = keepsAlpha
        self.bytes = bytes
    }

    /// Decodes the picture, squashed to `width` x `height` as Pillow 9.5's antialiased bilinear filter does it.
    ///
    /// Blocks for as long as decoding takes.
    ///
    /// - Returns: shape [height, width, 3], red, green, blue.
    /// - Throws: `damaged`, `outOfMemory`.
    /// - Complexity: O(pixels); holds `decodingMemoryInBytes` and 16 bytes per resulting pixel.
    package func resized(toWidth width: Int, height: Int) throws(ImageVectorizerError) -> [UInt8] {
        try prepared(.compatible, width: width, height: height)
    }

    /// Decodes the picture and makes it ready for a network, as `preprocessing` and `crop` say.
    ///
    /// Blocks for as long as decoding takes. Alpha is looked at only if the picture was read with `keepsAlpha`.
    ///
    /// - Parameters: the size of the network's input.
    /// - Returns: shape [height, width, 3], red, green, blue.
    /// - Throws: `damaged`, `outOfMemory`.
    package func prepared(
        _ preprocessing: PicturePreprocessing, crop: PictureCrop? = nil, width: Int, height: Int
    ) throws(ImageVectorizerError) -> [UInt8] {
        let layout = PictureLayout(
            pictureWidth: self.width, pictureHeight: self.height,
            orientation: preprocessing.turnsByEXIF || isAlwaysTurned ? orientation : .upright, crop: crop,
            preprocessing: preprocessing,
            width: width, height: height)
        return layout.finished(try resized(layout.resizing))
    }

    /// What the file says of how it is to be turned.
    var orientation: PictureOrientation {
        PictureOrientation(exif: EXIFOrientation.stated(in: bytes, format: format))
    }

    /// Pillow turns TIFF files, and no others, when it reads them.
    private var isAlwaysTurned: Bool { format == .tiff }

    /// Decodes the picture and resizes a part of it. Shape of the result: [resizing.height, resizing.width, 3].
    ///
    /// - Parameter divisor: 1, 2, 4 or 8 for JPEG, else 1: the picture is decoded that many times smaller, sides rounded up, and
    ///   `resizing` is about that smaller one.
    func resized(_ resizing: PictureResizing, divisor: Int = 1) throws(ImageVectorizerError) -> [UInt8] {
        let resizer = try PictureResizer(resizing, pictureWidth: (width + divisor - 1) / divisor)
        if format == .bmp {
            try BMPPicture(bytes).decode(into: resizer)
        } else {
            try decode(into: resizer, divisor: divisor)
        }
        return resizer.finish()
    }

    /// Runs the C library's decoder, whose rows go straight into the resizer.
    private func decode(into resizer: PictureResizer, divisor: Int) throws(ImageVectorizerError) {
        var reason = MessageBuffer()
        let code = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe reason.withPointer { message in
                unsafe resizer.withRowFunction { row, context in
                    // Safety: the decoders read only these bytes and call `row` with rows of the width that the header
                    // gave them and this picture.
                    switch format {
                    case .jpeg:
                        unsafe nt_jpeg_decode(
                            source.baseAddress, source.count, UInt64(decodingMemoryInBytes) * 2, UInt32(divisor), row,
                            context, message)
                    case .png:
                        unsafe nt_png_decode(
                            source.baseAddress, source.count, keepsAlpha ? 1 : 0, row, context, message)
                    case .gif: unsafe nt_gif_decode(source.baseAddress, source.count, row, context, message)
                    case .webp: unsafe nt_webp_decode(source.baseAddress, source.count, row, context, message)
                    case .tiff:
                        unsafe nt_tiff_decode(
                            source.baseAddress, source.count, UInt64(decodingMemoryInBytes) * 2, row, context, message)
                    case .heic, .avif:
                        unsafe nt_heif_decode(source.baseAddress, source.count, row, context, message)
                    case .bmp: preconditionFailure("bitmaps are decoded by BMPPicture")
                    }
                }
            }
        }
        switch code {
        case 0: return
        case Self.outOfMemoryCode: throw .outOfMemory
        case Self.unreadKindCode: throw .unreadKind(format: format.rawValue, detail: reason.text)
        default: throw .damaged(format: format.rawValue, detail: reason.text)
        }
    }

    /// What the decoders in C return where they find no memory.
    private static let outOfMemoryCode: Int32 = 2
    /// What they return for a sound file that they can't decode.
    private static let unreadKindCode: Int32 = 3

    private static func header(
        of bytes: [UInt8], format: PictureFormat, keepsAlpha: Bool
    ) throws(ImageVectorizerError) -> (width: Int, height: Int, memory: Int) {
        if format == .bmp {
            let picture = try BMPPicture(bytes)
            let (rowSize, overflows) = picture.width.multipliedReportingOverflow(by: 8)
            return (picture.width, picture.height, overflows ? .max : rowSize + 1 << 20)
        }
        var reason = MessageBuffer()
        var header = LibraryHeader()
        let code: Int32 = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe reason.withPointer { message in
                // Safety: the readers read only these bytes and write only the header and the message.
                unsafe header.read(source, format: format, keepsAlpha: keepsAlpha, message: message)
            }
        }
        switch code {
        case 0: return (Int(header.width), Int(header.height), Int(clamping: header.memory))
        case outOfMemoryCode: throw .outOfMemory
        case unreadKindCode: throw .unreadKind(format: format.rawValue, detail: reason.text)
        default: throw .damaged(format: format.rawValue, detail: reason.text)
        }
    }
}

/// What a format's library reads from a header: the door to the readers, whose structures are alike.
private struct LibraryHeader {
    var width: UInt32 = 0
    var height: UInt32 = 0
    /// In bytes.
    var memory: UInt64 = 0

    /// - Returns: 0, 1 with a message if the file is damaged, or `outOfMemoryCode`.
    mutating func read(
        _ source: UnsafeBufferPointer<UInt8>, format: PictureFormat, keepsAlpha: Bool,
        message: UnsafeMutablePointer<CChar>
    ) -> Int32 {
        let code: Int32
        switch format {
        case .jpeg:
            var header = nt_jpeg_header()
            code = unsafe nt_jpeg_read_header(source.baseAddress, source.count, &header, message)
            (width, height, memory) = (header.width, header.height, header.memory_in_bytes)
        case .png:
            var header = nt_png_header()
            code = unsafe nt_png_read_header(source.baseAddress, source.count, keepsAlpha ? 1 : 0, &header, message)
            (width, height, memory) = (header.width, header.height, header.memory_in_bytes)
        case .gif:
            var header = nt_gif_header()
            code = unsafe nt_gif_read_header(source.baseAddress, source.count, &header, message)
            (width, height, memory) = (header.width, header.height, header.memory_in_bytes)
        case .webp:
            var header = nt_webp_header()
            code = unsafe nt_webp_read_header(source.baseAddress, source.count, &header, message)
            (width, height, memory) = (header.width, header.height, header.memory_in_bytes)
        case .tiff:
            var header = nt_tiff_header()
            code = unsafe nt_tiff_read_header(source.baseAddress, source.count, &header, message)
            (width, height, memory) = (header.width, header.height, header.memory_in_bytes)
        case .heic, .avif:
            var header = nt_heif_header()
            code = unsafe nt_heif_read_header(source.baseAddress, source.count, &header, message)
            (width, height, memory) = (header.width, header.height, header.memory_in_bytes)
        case .bmp: preconditionFailure("bitmaps are read by BMPPicture")
        }
        return code
    }
}

/// Where C code writes what went wrong.
struct MessageBuffer {
    private var bytes = [CChar](repeating: 0, count: 512)

    /// Lends 512 bytes, all zero at first.
    mutating func withPointer<Result>(_ body: (UnsafeMutablePointer<CChar>) -> Result) -> Result {
        unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            // The array has 512 elements, so it has an address.
            unsafe body(buffer.baseAddress!)
        }
    }

    /// Without a final full stop; printable ASCII only, since libraries quote bytes of the file.
    var text: String {
        let characters = bytes.prefix { $0 != 0 }.map { $0 >= 32 && $0 < 127 ? UInt8($0) : UInt8(ascii: "?") }
        let whole = String(decoding: characters, as: UTF8.self)
        return whole.hasSuffix(".") ? String(whole.dropLast()) : whole
    }
}
