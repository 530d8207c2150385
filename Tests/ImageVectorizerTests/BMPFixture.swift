// SPDX-License-Identifier: Apache-2.0

import Testing

/// A bitmap file made for a test.
struct BMPFixture: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let width: Int
    let height: Int
    let bytes: [UInt8]

    /// A file with a header of 40 bytes.
    ///
    /// - Parameters:
    ///   - height: negative for rows from the top.
    ///   - colors: palette entries of red, green, blue.
    static func file(
        width: Int, height: Int, bits: Int, coding: Int = 0, colors: [[UInt8]] = [], masks: [UInt32] = [], data: [UInt8]
    ) -> [UInt8] {
        let palette = colors.flatMap { color -> [UInt8] in [color[2], color[1], color[0], 0] }
        let maskBytes = masks.flatMap { littleEndian($0) }
        let offset = 54 + maskBytes.count + palette.count
        var bytes = Array("BM".utf8) + littleEndian(UInt32(offset + data.count)) + littleEndian(0 as UInt32)
        bytes += littleEndian(UInt32(offset)) + littleEndian(40 as UInt32)
        bytes += littleEndian(UInt32(width)) + littleEndian(UInt32(bitPattern: Int32(height)))
        bytes += littleEndian(1 as UInt16) + littleEndian(UInt16(bits)) + littleEndian(UInt32(coding))
        bytes += littleEndian(UInt32(data.count)) + littleEndian(0 as UInt32) + littleEndian(0 as UInt32)
        bytes += littleEndian(UInt32(colors.count)) + littleEndian(0 as UInt32)
        return bytes + maskBytes + palette + data
    }

    static func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<(Number.bitWidth / 8)).map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
    }

    /// A file of 24 bits a pixel.
    static func random(width: Int, height: Int, seed: UInt64) -> [UInt8] {
        let stride = (width * 24 + 31) / 32 * 4
        return file(width: width, height: height, bits: 24, data: noise(stride * height, seed: seed))
    }

    /// Bytes of a linear congruential generator.
    static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    private init(
        _ name: String, width: Int = 13, height: Int = 5, bits: Int, coding: Int = 0, colors: [[UInt8]] = [],
        masks: [UInt32] = [], data: [UInt8]? = nil
    ) {
        testDescription = name
        self.width = width
        self.height = abs(height)
        let stride = (width * bits + 31) / 32 * 4
        bytes = Self.file(
            width: width, height: height, bits: bits, coding: coding, colors: colors, masks: masks,
            data: data ?? Self.noise(stride * abs(height), seed: 1))
    }

    private static func palette(_ count: Int) -> [[UInt8]] {
        let levels = noise(count * 3, seed: 3)
        return (0..<count).map { Array(levels[$0 * 3..<$0 * 3 + 3]) }
    }

    /// One of each kind that Pillow reads.
    static let kinds: [BMPFixture] = [
        BMPFixture("1 bit", bits: 1, colors: palette(2)),
        BMPFixture("1 bit, black and white", bits: 1, colors: [[0, 0, 0], [255, 255, 255]]),
        BMPFixture("4 bits", bits: 4, colors: palette(16)),
        BMPFixture("8 bits", bits: 8, colors: palette(256)),
        BMPFixture("8 bits, short palette", bits: 8, colors: palette(7)),
        BMPFixture("8 bits, gray", bits: 8, colors: (0..<256).map { [UInt8($0), UInt8($0), UInt8($0)] }),
        BMPFixture("16 bits", bits: 16),
        BMPFixture("16 bits, 565", bits: 16, coding: 3, masks: [0xF800, 0x7E0, 0x1F]),
        BMPFixture("16 bits, 555", bits: 16, coding: 3, masks: [0x7C00, 0x3E0, 0x1F]),
        BMPFixture("24 bits", bits: 24),
        BMPFixture("24 bits, from the top", height: -5, bits: 24),
        BMPFixture("32 bits", bits: 32),
        BMPFixture("32 bits, masks", bits: 32, coding: 3, masks: [0xFF00_0000, 0xFF_0000, 0xFF00]),
        BMPFixture(
            "8-bit runs", width: 8, height: 4, bits: 8, coding: 1, colors: palette(256),
            data: [8, 200, 0, 0, 3, 7, 0, 3, 1, 2, 3, 0, 0, 0, 8, 9, 0, 0, 6, 9, 0, 0, 0, 1]),
        BMPFixture(
            "8-bit runs that are too long", width: 5, height: 2, bits: 8, coding: 1, colors: palette(256),
            data: [9, 4, 0, 0, 5, 6, 0, 1]),
        BMPFixture(
            "4-bit runs", width: 7, height: 3, bits: 4, coding: 2, colors: palette(16),
            data: [7, 0x12, 0, 0, 0, 4, 0x34, 0x56, 3, 0x78, 0, 0, 7, 0x9A, 0, 1]),
    ]
}
