// SPDX-License-Identifier: Apache-2.0

/// The orientation that a file's EXIF data states: tag 274 of the first directory.
///
/// Follows Exif 2.32 and TIFF 6.0 where JPEG, PNG, WebP and TIFF keep it. Nothing else of EXIF is read. What is broken counts
/// as not stated: no byte is read without a check that it is there, and the work is linear in the length of the file.
enum EXIFOrientation {
    /// 1 to 8; 1 where the file states nothing that makes sense, and for formats without EXIF data.
    static func stated(in bytes: [UInt8], format: PictureFormat) -> Int {
        switch format {
        case .jpeg: inJPEG(bytes)
        case .png: inPNG(bytes)
        case .webp: inWebP(bytes)
        case .tiff: inTIFF(bytes[...])
        // HEIC and AVIF files have transformations beside the EXIF data, which libheif has applied.
        case .gif, .bmp, .heic, .avif: 1
        }
    }

    /// Segments up to the first scan; the first that begins with EXIF's name counts.
    private static func inJPEG(_ bytes: [UInt8]) -> Int {
        var place = 2
        while place + 4 <= bytes.count {
            guard bytes[place] == 0xFF else { return 1 }
            let marker = bytes[place + 1]
            // A marker may be preceded by any number of fill bytes.
            if marker == 0xFF {
                place += 1
                continue
            }
            if marker == 0xDA || marker == 0xD9 { return 1 }
            // TEM and the restart markers have no length.
            if marker == 0x01 || (0xD0...0xD8).contains(marker) {
                place += 2
                continue
            }
            let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
            let end = place + 2 + length
            guard length >= 2, end <= bytes.count else { return 1 }
            if marker == 0xE1, bytes[(place + 4)..<end].starts(with: prefix) {
                return inTIFF(bytes[(place + 4 + prefix.count)..<end])
            }
            place = end
        }
        return 1
    }

    private static let prefix = Array("Exif\0\0".utf8)

    private static func inPNG(_ bytes: [UInt8]) -> Int {
        var place = 8
        while place + 12 <= bytes.count {
            let length = bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
            let end = place + 8 + length
            guard end <= bytes.count else { return 1 }
            if bytes[(place + 4)..<(place + 8)].elementsEqual("eXIf".utf8) { return inTIFF(bytes[(place + 8)..<end]) }
            place = end + 4
        }
        return 1
    }

    private static func inWebP(_ bytes: [UInt8]) -> Int {
        var place = 12
        while place + 8 <= bytes.count {
            let length = bytes[(place + 4)..<(place + 8)].reversed().reduce(0) { $0 << 8 | Int($1) }
            let end = place + 8 + length
            guard end <= bytes.count else { return 1 }
            if bytes[place..<(place + 4)].elementsEqual("EXIF".utf8) {
                let content = bytes[(place + 8)..<end]
                return inTIFF(content.starts(with: prefix) ? content.dropFirst(prefix.count) : content)
            }
            place = end + length % 2
        }
        return 1
    }

    /// The tag in the first directory of a TIFF structure, which EXIF data is.
    static func inTIFF(_ bytes: ArraySlice<UInt8>) -> Int {
        let isLittleEndian = bytes.starts(with: "II".utf8)
        guard isLittleEndian || bytes.starts(with: "MM".utf8) else { return 1 }
        func number(at place: Int, bytes count: Int) -> Int? {
            guard place >= 0, place + count <= bytes.count else { return nil }
            let slice = bytes[(bytes.startIndex + place)..<(bytes.startIndex + place + count)]
            return isLittleEndian
                ? slice.reversed().reduce(0) { $0 << 8 | Int($1) } : slice.reduce(0) { $0 << 8 | Int($1) }
        }
        guard number(at: 2, bytes: 2) == 42, let directory = number(at: 4, bytes: 4),
            let entryCount = number(at: directory, bytes: 2)
        else { return 1 }
        for entry in 0..<entryCount {
            let place = directory + 2 + entry * 12
            guard let tag = number(at: place, bytes: 2) else { return 1 }
            guard tag == 274 else { continue }
            // SHORT, or LONG as some write it; one value, which lies in the entry itself.
            guard let type = number(at: place + 2, bytes: 2), number(at: place + 4, bytes: 4) == 1,
                type == 3 || type == 4, let value = number(at: place + 8, bytes: type == 3 ? 2 : 4)
            else { return 1 }
            return (1...8).contains(value) ? value : 1
        }
        return 1
    }
}
