// SPDX-License-Identifier: Apache-2.0

/// What the first bytes of a file say it is.
package enum PictureFormat: String, CaseIterable, Sendable {
    case jpeg = "JPEG"
    case png = "PNG"
    case gif = "GIF"
    case bmp = "BMP"
    case webp = "WebP"
    case tiff = "TIFF"
    case heic = "HEIC"
    case avif = "AVIF"

    /// For messages: all that are read.
    static let list = "JPEG, PNG, GIF, BMP, WebP, TIFF, HEIC or AVIF"

    /// As HTTP calls it.
    package var contentType: String {
        switch self {
        case .jpeg: "image/jpeg"
        case .png: "image/png"
        case .gif: "image/gif"
        case .bmp: "image/bmp"
        case .webp: "image/webp"
        case .tiff: "image/tiff"
        case .heic: "image/heic"
        case .avif: "image/avif"
        }
    }

    /// The format of `bytes`.
    ///
    /// - Throws: `unknownFormat`, which names common formats that are not read here.
    package init(of bytes: [UInt8]) throws(ImageVectorizerError) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: Array("GIF87a".utf8)) || bytes.starts(with: Array("GIF89a".utf8)) {
            self = .gif
        } else if bytes.starts(with: Array("BM".utf8)) {
            self = .bmp
        } else if bytes.starts(with: Array("RIFF".utf8)), bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) {
            self = .webp
        } else if Self.tiffBeginnings.contains(where: { bytes.starts(with: $0) }) {
            self = .tiff
        } else if let format = Self.formatByBrand(of: bytes) {
            self = format
        } else {
            throw .unknownFormat(found: Self.foreignFormat(of: bytes))
        }
    }

    /// Of either byte order, with places of 32 bits and of 64.
    private static let tiffBeginnings: [[UInt8]] = [
        [0x49, 0x49, 0x2A, 0x00], [0x4D, 0x4D, 0x00, 0x2A], [0x49, 0x49, 0x2B, 0x00], [0x4D, 0x4D, 0x00, 0x2B],
    ]

    /// HEIC and AVIF files begin with a box that names what they are and what else they can be read as.
    private static func formatByBrand(of bytes: [UInt8]) -> PictureFormat? {
        guard bytes.count >= 16, bytes[4..<8].elementsEqual("ftyp".utf8) else { return nil }
        let size = bytes[0..<4].reduce(0) { $0 << 8 | Int($1) }
        let end = min(size, bytes.count, 256)
        let places = [8] + stride(from: 16, to: end - 3, by: 4)
        let brands = places.map { String(decoding: bytes[$0..<($0 + 4)], as: UTF8.self) }
        if brands.contains(where: { ["avif", "avis"].contains($0) }) { return .avif }
        let isHEIC = brands.contains { ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"].contains($0) }
        return isHEIC ? .heic : nil
    }

    /// A name with its article for what people send by mistake; `nil` for anything else.
    private static func foreignFormat(of bytes: [UInt8]) -> String? {
        let beginnings: [([UInt8], String)] = [
            (Array("%PDF".utf8), "a PDF document"), ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive"),
            ([0x00, 0x00, 0x01, 0x00], "an ICO file"), (Array("<svg".utf8), "an SVG drawing"),
            (Array("<!DOCTYPE".utf8), "a web page"), (Array("<html".utf8), "a web page"),
            (Array("data:".utf8), "a data URI"), (Array("8BPS".utf8), "a Photoshop file"),
            ([0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20], "a JPEG 2000 file"),
            ([0xFF, 0x4F, 0xFF, 0x51], "a JPEG 2000 file"), (Array("<?xml".utf8), "an XML document or SVG drawing"),
            ([0xFF, 0x0A], "a JPEG XL file"), ([0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20], "a JPEG XL file"),
            (Array("qoif".utf8), "a QOI file"),
        ]
        if let (_, name) = beginnings.first(where: { bytes.starts(with: $0.0) }) { return name }
        guard bytes.count >= 12, bytes[4..<8].elementsEqual("ftyp".utf8) else { return nil }
        return "a video"
    }
}
