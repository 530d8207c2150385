// SPDX-License-Identifier: Apache-2.0

/// How the stored pixels of a picture lie to those that are shown: EXIF's numbers 1 to 8.
///
/// Shown (x, y) is stored (u, v), where u is x, or y if the axes are swapped, counted from the other end if it is mirrored;
/// likewise v.
struct PictureOrientation: Hashable, Sendable {
    let swapsAxes: Bool
    let mirrorsColumns: Bool
    let mirrorsRows: Bool

    /// As stored.
    static let upright = PictureOrientation(exif: 1)

    /// - Parameter exif: anything but 2 to 8 is taken for 1, as viewers do.
    init(exif: Int) {
        swapsAxes = (5...8).contains(exif)
        mirrorsColumns = [2, 3, 7, 8].contains(exif)
        mirrorsRows = [3, 4, 6, 7].contains(exif)
    }

    /// The size of the shown picture for that of the stored one, and the other way round.
    func turned(width: Int, height: Int) -> (width: Int, height: Int) {
        swapsAxes ? (height, width) : (width, height)
    }

    /// Where a region of the shown picture lies in the stored one of `width` x `height`.
    func stored(_ shown: PictureRegion, width: Int, height: Int) -> PictureRegion {
        var region = shown
        if swapsAxes {
            region = PictureRegion(
                left: shown.top, top: shown.left, width: shown.height, height: shown.width)
        }
        if mirrorsColumns { region.left = width - region.left - region.width }
        if mirrorsRows { region.top = height - region.top - region.height }
        return region
    }

    /// The shown pixels of stored ones.
    ///
    /// - Parameter pixels: shape [height, width, 3].
    /// - Returns: shape [height, width, 3], or [width, height, 3] if the axes are swapped.
    func shown(_ pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
        if self == .upright { return pixels }
        let (shownWidth, shownHeight) = turned(width: width, height: height)
        var result: [UInt8] = []
        result.reserveCapacity(pixels.count)
        for y in 0..<shownHeight {
            for x in 0..<shownWidth {
                var (column, row) = swapsAxes ? (y, x) : (x, y)
                if mirrorsColumns { column = width - 1 - column }
                if mirrorsRows { row = height - 1 - row }
                let place = (row * width + column) * 3
                result.append(pixels[place])
                result.append(pixels[place + 1])
                result.append(pixels[place + 2])
            }
        }
        return result
    }
}

/// A part of a picture in whole pixels. Its sides are at least 1.
struct PictureRegion: Hashable, Sendable {
    var left: Int
    var top: Int
    var width: Int
    var height: Int

    init(left: Int, top: Int, width: Int, height: Int) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }

    /// The pixels nearest to the edges of `crop` in a picture of `width` x `height`, at least one; `nil`: all.
    init(of crop: PictureCrop?, width: Int, height: Int) {
        guard let crop else {
            self.init(left: 0, top: 0, width: width, height: height)
            return
        }
        let (left, right) = Self.pixels(from: crop.x, to: crop.x + crop.width, of: width)
        let (top, bottom) = Self.pixels(from: crop.y, to: crop.y + crop.height, of: height)
        self.init(left: left, top: top, width: right - left, height: bottom - top)
    }

    private static func pixels(from start: Double, to end: Double, of count: Int) -> (Int, Int) {
        let first = min(Int((start * Double(count)).rounded()), count - 1)
        return (first, max(first + 1, min(count, Int((end * Double(count)).rounded()))))
    }
}
