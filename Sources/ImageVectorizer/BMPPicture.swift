// SPDX-License-Identifier: Apache-2.0

/// A Windows or OS/2 bitmap: 1, 4 and 8 bits with a palette, plain or run-length coded; 16, 24 and 32 bits, with
/// channel masks.
///
/// Follows Microsoft's description of BITMAPINFOHEADER to BITMAPV5HEADER, and Pillow 9.5 where files in the wild don't.
/// No byte is read without a check that it is there: a short file throws and never traps.
struct BMPPicture {
    /// One color channel inside a pixel of 16, 24 or 32 bits.
    private struct Channel {
        let shift: UInt32
        let largest: UInt32

        init(mask: UInt32) {
            shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
            largest = mask == 0 ? 0 : mask >> shift
        }

        func level(of pixel: UInt32) -> UInt8 {
            if largest == 0 { return 0 }
            return UInt8(truncatingIfNeeded: UInt64((pixel >> shift) & largest) * 255 / UInt64(largest))
        }
    }

    private enum Coding { case plain, runs4, runs8 }

    /// At least 1; nothing says yet that the file holds that many pixels.
    let width: Int
    let height: Int
    private let bytes: [UInt8]
    private let bitsPerPixel: Int
    private let isTopDown: Bool
    private let coding: Coding
    /// Red, green, blue, and alpha where the file has it.
    private let channels: [Channel]
    /// 256 entries of red, green, blue, 255; gray where the file has none, as in Pillow.
    private let palette: [UInt8]
    private let dataOffset: Int

    /// Reads the header and the palette.
    ///
    /// - Throws: `damaged`.
    init(_ bytes: [UInt8]) throws(ImageVectorizerError) {
        let file = LittleEndianBytes(bytes)
        let headerSize = Int(try file.uint32(at: 14))
        let isOld = headerSize == 12
        guard isOld || [40, 52, 56, 64, 108, 124].contains(headerSize) else {
            throw Self.damage("its header has \(headerSize) bytes, which no version of the format has")
        }
        width = isOld ? Int(try file.uint16(at: 18)) : Int(try file.uint32(at: 18))
        let signedHeight = isOld ? Int(try file.uint16(at: 20)) : Int(Int32(bitPattern: try file.uint32(at: 22)))
        height = abs(signedHeight)
        isTopDown = signedHeight < 0
        guard width > 0, height > 0 else { throw Self.damage("it has no pixels") }
        bitsPerPixel = Int(try file.uint16(at: isOld ? 24 : 28))
        let compression = isOld ? 0 : try file.uint32(at: 30)
        (coding, channels) = try Self.layout(compression, bitsPerPixel, headerSize, file)

        let stated = isOld ? 0 : Int(try file.uint32(at: 46))
        let colorCount = bitsPerPixel > 8 ? 0 : min(stated == 0 ? 1 << bitsPerPixel : stated, 65_536)
        let entrySize = isOld ? 3 : 4
        let paletteOffset = 14 + headerSize
        palette = try Self.palette(in: file, at: paletteOffset, count: min(colorCount, 256), entrySize: entrySize)
        let offset = Int(try file.uint32(at: 10))
        let isBehindHeader = offset == 0 || offset == paletteOffset
        let maskSize = headerSize == 40 && compression == 3 && offset == 0 ? 12 : 0
        dataOffset = isBehindHeader ? paletteOffset + maskSize + colorCount * entrySize : offset
        self.bytes = bytes
    }

    private static func damage(_ detail: String) -> ImageVectorizerError {
        .damaged(format: PictureFormat.bmp.rawValue, detail: detail)
    }

    private static func layout(
        _ compression: UInt32, _ bits: Int, _ headerSize: Int, _ file: LittleEndianBytes
    ) throws(ImageVectorizerError) -> (Coding, [Channel]) {
        switch (compression, bits) {
        case (0, 1), (0, 4), (0, 8): return (.plain, [])
        case (1, 8): return (.runs8, [])
        case (2, 4): return (.runs4, [])
        case (0, 16): return (.plain, [0x7C00, 0x03E0, 0x001F].map(Channel.init(mask:)))
        case (0, 24), (0, 32): return (.plain, [0xFF_0000, 0x00_FF00, 0x00_00FF].map(Channel.init(mask:)))
        case (3, 16), (3, 24), (3, 32):
            // They follow the short header and are part of the longer ones: the same place.
            let masks = [try file.uint32(at: 54), try file.uint32(at: 58), try file.uint32(at: 62)]
            if masks == [0, 0, 0], bits == 32 { return try layout(0, bits, headerSize, file) }
            // Headers of 56 bytes and more have a fourth mask, which is zero where there is no alpha.
            let alpha = headerSize >= 56 && headerSize != 64 ? try file.uint32(at: 66) : 0
            return (.plain, (alpha == 0 ? masks : masks + [alpha]).map(Channel.init(mask:)))
        default:
            throw damage("\(bits) bits a pixel in coding \(compression) are not known")
        }
    }

    private static func palette(
        in file: LittleEndianBytes, at offset: Int, count: Int, entrySize: Int
    ) throws(ImageVectorizerError) -> [UInt8] {
        var colors = (0..<1024).map { $0 % 4 == 3 ? 255 : UInt8($0 / 4) }
        for entry in 0..<count {
            let place = offset + entry * entrySize
            colors[entry * 4] = try file.byte(at: place + 2)
            colors[entry * 4 + 1] = try file.byte(at: place + 1)
            colors[entry * 4 + 2] = try file.byte(at: place)
        }
        return colors
    }

    /// Decodes every row into `resizer`.
    ///
    /// - Throws: `damaged` if the pixels are cut off.
    /// - Complexity: O(pixels); holds one row.
    func decode(into resizer: PictureResizer) throws(ImageVectorizerError) {
        switch coding {
        case .plain: try decodePlainRows(into: resizer)
        case .runs4, .runs8: try decodeRuns(into: resizer)
        }
    }

    private func decodePlainRows(into resizer: PictureResizer) throws(ImageVectorizerError) {
        // Rows are padded to four bytes; the last one's padding may be missing.
        let stride = (width * bitsPerPixel + 31) / 32 * 4
        let end = dataOffset + stride * (height - 1) + (width * bitsPerPixel + 7) / 8
        guard end <= bytes.count else { throw Self.damage("the data ends \(end - bytes.count) bytes too early") }
        var row = [UInt8](repeating: 0, count: width * 4)
        for line in 0..<height {
            let start = dataOffset + line * stride
            if bitsPerPixel <= 8 { unpackNumbers(at: start, into: &row) } else { unpackChannels(at: start, into: &row) }
            resizer.addRow(isTopDown ? line : height - 1 - line, row)
        }
    }

    private func unpackNumbers(at start: Int, into row: inout [UInt8]) {
        let mask = UInt8((1 << bitsPerPixel) - 1)
        for x in 0..<width {
            let bit = x * bitsPerPixel
            let number = (bytes[start + bit / 8] >> UInt8(8 - bitsPerPixel - bit % 8)) & mask
            setPixel(x, to: number, in: &row)
        }
    }

    private func unpackChannels(at start: Int, into row: inout [UInt8]) {
        let size = bitsPerPixel / 8
        for x in 0..<width {
            let place = start + x * size
            var pixel = UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8
            if size > 2 { pixel |= UInt32(bytes[place + 2]) << 16 }
            if size > 3 { pixel |= UInt32(bytes[place + 3]) << 24 }
            row[x * 4] = channels[0].level(of: pixel)
            row[x * 4 + 1] = channels[1].level(of: pixel)
            row[x * 4 + 2] = channels[2].level(of: pixel)
            row[x * 4 + 3] = channels.count > 3 ? channels[3].level(of: pixel) : 255
        }
    }

    private func setPixel(_ x: Int, to number: UInt8, in row: inout [UInt8]) {
        let entry = Int(number) * 4
        row[x * 4] = palette[entry]
        row[x * 4 + 1] = palette[entry + 1]
        row[x * 4 + 2] = palette[entry + 2]
        row[x * 4 + 3] = 255
    }

    /// Run-length codes write pixels one behind the other, so a row is done when it is full.
    private func decodeRuns(into resizer: PictureResizer) throws(ImageVectorizerError) {
        var runs = BMPRuns(bytes, from: dataOffset, hasHalfBytes: coding == .runs4, width: width)
        var row = [UInt8](repeating: 0, count: width * 4)
        var position = 0
        let end = width * height
        while position < end {
            let stretch = runs.next(at: position)
            guard let stretch else { throw Self.damage("the data ends too early") }
            var left = min(stretch.count ?? (end - position), end - position)
            var index = 0
            while left > 0 {
                setPixel(position % width, to: runs.number(index, of: stretch), in: &row)
                position += 1
                index += 1
                left -= 1
                if position % width == 0 {
                    let line = position / width - 1
                    resizer.addRow(isTopDown ? line : height - 1 - line, row)
                }
            }
        }
    }
}
