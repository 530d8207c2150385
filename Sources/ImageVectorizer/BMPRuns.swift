// SPDX-License-Identifier: Apache-2.0

/// The run-length codes of a bitmap (BI_RLE8, BI_RLE4), one stretch of pixels at a time.
struct BMPRuns {
    /// Some pixels in a row.
    struct Stretch {
        /// `nil`: all that are left.
        var count: Int?
        fileprivate var source: Source
    }

    fileprivate enum Source {
        /// Two numbers that alternate; equal with 8 bits.
        case pair(UInt8, UInt8)
        /// Numbers that stand in the file.
        case literal(at: Int)
    }

    private let bytes: [UInt8]
    private let hasHalfBytes: Bool
    private let width: Int
    private var offset: Int
    /// Pixels of this row so far, as the codes count them.
    private var x = 0

    init(_ bytes: [UInt8], from offset: Int, hasHalfBytes: Bool, width: Int) {
        self.bytes = bytes
        self.offset = offset
        self.hasHalfBytes = hasHalfBytes
        self.width = width
    }

    /// The next stretch; it may be empty. `nil` where the file ends before its end mark.
    ///
    /// - Parameter position: how many pixels came before.
    mutating func next(at position: Int) -> Stretch? {
        guard offset + 1 < bytes.count else { return nil }
        let (count, value) = (Int(bytes[offset]), bytes[offset + 1])
        offset += 2
        if count > 0 {
            // A run never goes on in the next row.
            let fitting = min(count, max(0, width - x))
            x += fitting
            return Stretch(count: fitting, source: run(of: value))
        }
        switch value {
        case 0:
            x = 0
            return Stretch(count: (width - position % width) % width, source: .pair(0, 0))
        case 1:
            return Stretch(count: nil, source: .pair(0, 0))
        case 2:
            guard offset + 1 < bytes.count else { return nil }
            let skipped = Int(bytes[offset]) + Int(bytes[offset + 1]) * width
            offset += 2
            x = (position + skipped) % width
            return Stretch(count: skipped, source: .pair(0, 0))
        default:
            return literal(count: Int(value))
        }
    }

    private func run(of value: UInt8) -> Source {
        hasHalfBytes ? .pair(value >> 4, value & 15) : .pair(value, value)
    }

    private mutating func literal(count: Int) -> Stretch? {
        // Pillow takes whole bytes of half-byte numbers: an odd last one is left out.
        let byteCount = hasHalfBytes ? count / 2 : count
        guard offset + byteCount <= bytes.count else { return nil }
        let start = offset
        offset += byteCount
        // Literal stretches are padded to an even place in the file.
        if offset % 2 != 0 { offset += 1 }
        x += count
        return Stretch(count: hasHalfBytes ? byteCount * 2 : count, source: .literal(at: start))
    }

    /// The number of pixel `index` of a stretch that `next` gave.
    func number(_ index: Int, of stretch: Stretch) -> UInt8 {
        switch stretch.source {
        case .pair(let even, let odd): return index % 2 == 0 ? even : odd
        case .literal(let start):
            if !hasHalfBytes { return bytes[start + index] }
            let byte = bytes[start + index / 2]
            return index % 2 == 0 ? byte >> 4 : byte & 15
        }
    }
}
