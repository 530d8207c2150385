// SPDX-License-Identifier: Apache-2.0

/// What the first bytes of a file say it is.
package enum PictureFormat: String, CaseIterable, Sendable {
    case jpeg = "JPEG"
    case png = "PNG"
    case gif = "GIF"
    case bmp = "BMP"
    case webp = "WebP"

    /// As HTTP calls it.
    package var contentType: String {
        switch self {
        case .jpeg: "image/jpeg"
        case .png: "image/png"
        case .gif: "image/gif"
        case .bmp: "image/bmp"
        case .webp: "image/webp"
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
        } else {
            throw .unknownFormat(found: Self.foreignFormat(of: bytes))
        }
    }

    /// A name with its article for what people send by mistake; `nil` for anything else.
    private static func foreignFormat(of bytes: [UInt8]) -> String? {
        let beginnings: [([UInt8], String)] = [
            (Array("II*\0".utf8), "a TIFF file"), ([0x4D, 0x4D, 0x00, 0x2A], "a TIFF file"),
            (Array("%PDF".utf8), "a PDF document"), ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive"),
            ([0x00, 0x00, 0x01, 0x00], "an ICO file"), (Array("<svg".utf8), "an SVG drawing"),
            (Array("<!DOCTYPE".utf8), "a web page"), (Array("<html".utf8), "a web page"),
            (Array("data:".utf8), "a data URI"), (Array("8BPS".utf8), "a Photoshop file"),
            ([0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20], "a JPEG 2000 file"),
            ([0xFF, 0x0A], "a JPEG XL file"), (Array("qoif".utf8), "a QOI file"),
        ]
        if let (_, name) = beginnings.first(where: { bytes.starts(with: $0.0) }) { return name }
        guard bytes.count >= 12, bytes[4..<8].elementsEqual("ftyp".utf8) else { return nil }
        let brand = bytes[8..<12]
        if brand.elementsEqual("avif".utf8) || brand.elementsEqual("avis".utf8) { return "an AVIF file" }
        if brand.starts(with: "hei".utf8) || brand.elementsEqual("mif1".utf8) { return "a HEIC file" }
        return "a video"
    }
}
