// SPDX-License-Identifier: Apache-2.0

import Testing

/// A PNG file made for a test, sound or damaged in one place.
struct PNGFixture: Sendable, CustomTestStringConvertible {
    /// What is done to a chunk.
    enum Damage: Sendable {
        case none
        /// Its checksum is another; the content is what was meant.
        case checksum
        /// One byte of its content is another, and the checksum goes with the content.
        case content(at: Int)
        /// The same, and the checksum is that of the sound content.
        case contentUnderOldChecksum(at: Int)
    }

    let testDescription: String
    let width: Int
    let height: Int
    let bytes: [UInt8]

    /// 11 x 7 pixels with a palette of 256 entries, deflated in stored blocks and cut into chunks of pixel data.
    ///
    /// - Parameters:
    ///   - damage: to the chunk called `damaged`; of several the one with the number `index`.
    ///   - adlerIsWrong: whether zlib's own checksum is wrong, under sound checksums of the chunks.
    ///   - isCutInAdler: whether the last chunk of pixel data begins in the middle of zlib's checksum, so that the last
    ///     pixel comes before it is known.
    init(
        _ name: String, _ damaged: String = "", index: Int = 0, _ damage: Damage = .none, adlerIsWrong: Bool = false,
        isCutInAdler: Bool = false, isInterlaced: Bool = false
    ) {
        testDescription = name
        (width, height) = (11, 7)
        let header =
            Self.bigEndian(UInt32(width)) + Self.bigEndian(UInt32(height)) + [8, 3, 0, 0, isInterlaced ? 1 : 0]
        let rows =
            isInterlaced ? Self.interlacedRows(width: width, height: height) : Array(repeating: width, count: height)
        let noise = BMPFixture.noise(rows.reduce(0, +), seed: 11)
        var offset = 0
        let raw = rows.flatMap { count -> [UInt8] in
            defer { offset += count }
            return [0] + noise[offset..<offset + count]
        }
        let stream = Self.zlibStream(raw, adlerIsWrong: adlerIsWrong)
        let cuts = [0, 1, 20, stream.count - (isCutInAdler ? 2 : 30), stream.count]
        var chunks: [(name: String, content: [UInt8])] = [
            ("IHDR", header), ("tEXt", Array("Title\0x".utf8)), ("PLTE", BMPFixture.noise(768, seed: 5)),
        ]
        chunks += zip(cuts, cuts.dropFirst()).map { ("IDAT", Array(stream[$0..<$1])) }
        chunks += [("tEXt", Array("Comment\0y".utf8)), ("IEND", [])]
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        var seen = 0
        for chunk in chunks {
            let isDamaged = chunk.name == damaged && seen == index
            if chunk.name == damaged { seen += 1 }
            bytes += Self.encoded(chunk.name, chunk.content, isDamaged ? damage : .none)
        }
        self.bytes = bytes
    }

    /// Pixels in each row of each pass of Adam7.
    private static func interlacedRows(width: Int, height: Int) -> [Int] {
        let passes = [
            (0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2),
        ]
        return passes.flatMap { left, stepX, top, stepY in
            let columns = (width - left + stepX - 1) / stepX
            let rows = (height - top + stepY - 1) / stepY
            return Array(repeating: columns, count: columns > 0 ? rows : 0)
        }
    }

    private static func encoded(_ name: String, _ content: [UInt8], _ damage: Damage) -> [UInt8] {
        var (content, checksum) = (content, crc32(Array(name.utf8) + content))
        switch damage {
        case .none: break
        case .checksum: checksum ^= 1
        case .content(let offset):
            content[offset] ^= 0xFF
            checksum = crc32(Array(name.utf8) + content)
        case .contentUnderOldChecksum(let offset): content[offset] ^= 0xFF
        }
        return bigEndian(UInt32(content.count)) + Array(name.utf8) + content + bigEndian(checksum)
    }

    /// RFC 1950, with stored blocks of 32 bytes.
    private static func zlibStream(_ raw: [UInt8], adlerIsWrong: Bool) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: raw.count, by: 32) {
            let block = raw[start..<min(start + 32, raw.count)]
            let count = UInt16(block.count)
            stream += [start + 32 >= raw.count ? 1 : 0]
            stream += BMPFixture.littleEndian(count) + BMPFixture.littleEndian(~count) + block
        }
        return stream + bigEndian(adler32(raw) ^ (adlerIsWrong ? 1 : 0))
    }

    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = ~0
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
        }
        return ~crc
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] { BMPFixture.littleEndian(number).reversed() }
}

extension PNGFixture {
    /// What only the checksums of pixel data chunks tell, which zlib's own makes superfluous; and what nobody reads.
    static let readable = [
        PNGFixture("sound"), PNGFixture("sound, interlaced", isInterlaced: true),
        PNGFixture("checksum of the first pixel data", "IDAT", .checksum),
        PNGFixture("checksum of the second pixel data", "IDAT", index: 1, .checksum),
        PNGFixture("checksum of the third pixel data", "IDAT", index: 2, .checksum),
        PNGFixture("checksum of the last pixel data", "IDAT", index: 3, .checksum),
        PNGFixture("checksum of zlib's checksum's second half", "IDAT", index: 3, .checksum, isCutInAdler: true),
        PNGFixture("checksum of interlaced pixel data", "IDAT", index: 2, .checksum, isInterlaced: true),
        PNGFixture("checksum of a text behind the pixels", "tEXt", index: 1, .checksum),
        PNGFixture("checksum of the end", "IEND", .checksum),
    ]

    /// What zlib finds, and what only the checksum of header or palette can find.
    static let broken = [
        PNGFixture("checksum of the header", "IHDR", .checksum),
        PNGFixture("content of the header", "IHDR", .contentUnderOldChecksum(at: 7)),
        PNGFixture("checksum of the palette", "PLTE", .checksum),
        PNGFixture("content of the palette", "PLTE", .contentUnderOldChecksum(at: 100)),
        PNGFixture("zlib's header", "IDAT", .contentUnderOldChecksum(at: 0)),
        PNGFixture("length of a stored block", "IDAT", index: 1, .contentUnderOldChecksum(at: 2)),
        PNGFixture("a pixel", "IDAT", index: 2, .content(at: 2)),
        PNGFixture("a pixel under the old checksum", "IDAT", index: 2, .contentUnderOldChecksum(at: 2)),
        PNGFixture("zlib's checksum", adlerIsWrong: true),
        PNGFixture("zlib's checksum, and the chunk's", "IDAT", index: 3, .contentUnderOldChecksum(at: 29)),
    ]

    /// Damage that zlib finds behind the last pixel only, where Pillow does not look any more.
    static let brokenBehindPixels = [
        PNGFixture("a pixel", "IDAT", index: 2, .contentUnderOldChecksum(at: 2), isCutInAdler: true),
        PNGFixture("zlib's checksum", "IDAT", index: 3, .contentUnderOldChecksum(at: 1), isCutInAdler: true),
    ]
}
