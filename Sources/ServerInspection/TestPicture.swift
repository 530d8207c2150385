// SPDX-License-Identifier: Apache-2.0

/// A picture of colors that run into each other, for trying out what works on pictures.
enum TestPicture {
    private static let width = 64
    private static let height = 48

    /// As a BMP file: 24 bits a pixel, rows from the bottom up.
    static func bmp() -> [UInt8] {
        let headSize = 54
        let size = headSize + width * height * 3
        var bytes: [UInt8] = [0x42, 0x4D]
        append(UInt32(size), to: &bytes)
        append(UInt32(0), to: &bytes)
        append(UInt32(headSize), to: &bytes)
        append(UInt32(40), to: &bytes)
        append(UInt32(width), to: &bytes)
        append(UInt32(height), to: &bytes)
        // One plane of 24 bits, not compressed; sizes and colors as they follow from that.
        append(UInt16(1), to: &bytes)
        append(UInt16(24), to: &bytes)
        for _ in 0..<6 { append(UInt32(0), to: &bytes) }
        for row in 0..<height {
            for column in 0..<width {
                bytes += [UInt8(row * 5), UInt8(column * 4), UInt8((row * column) % 256)]
            }
        }
        return bytes
    }

    private static func append(_ number: some FixedWidthInteger & UnsignedInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: number.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
