// SPDX-License-Identifier: Apache-2.0

/// Which stored pixels go into the network's input, and where they end up there. Made from sizes alone.
struct PictureLayout: Hashable, Sendable {
    /// The share of the shorter side that is kept by `PicturePreprocessing.Fit.crop`: networks are trained with pictures whose
    /// shorter side is scaled to 256 pixels, of which the middle 224 are looked at.
    static let keptShare = 7.0 / 8

    let orientation: PictureOrientation
    /// What is resized, of the picture as stored.
    let resizing: PictureResizing
    /// Of the network's input.
    let width: Int
    let height: Int

    /// - Parameters:
    ///   - pictureWidth, pictureHeight: of the picture as stored.
    ///   - crop: of the picture as shown.
    ///   - width, height: of the network's input.
    init(
        pictureWidth: Int, pictureHeight: Int, orientation: PictureOrientation, crop: PictureCrop?,
        preprocessing: PicturePreprocessing, width: Int, height: Int
    ) {
        self.orientation = orientation
        (self.width, self.height) = (width, height)
        let shown = orientation.turned(width: pictureWidth, height: pictureHeight)
        let region = orientation.stored(
            PictureRegion(of: crop, width: shown.width, height: shown.height), width: pictureWidth,
            height: pictureHeight)
        let sides = (Double(region.width), Double(region.height))
        let target = orientation.turned(width: width, height: height)
        let results = (Double(target.width), Double(target.height))
        var resizing = PictureResizing(region, toWidth: target.width, height: target.height)
        switch preprocessing.fit {
        case .squash: break
        case .crop:
            let pixelsPerResult = min(sides.0 / results.0, sides.1 / results.1) * Self.keptShare
            resizing.boxWidth = pixelsPerResult * results.0
            resizing.boxHeight = pixelsPerResult * results.1
            resizing.boxLeft = (sides.0 - resizing.boxWidth) / 2
            resizing.boxTop = (sides.1 - resizing.boxHeight) / 2
        case .pad:
            let scale = min(results.0 / sides.0, results.1 / sides.1)
            resizing.width = min(target.width, max(1, Int((sides.0 * scale).rounded())))
            resizing.height = min(target.height, max(1, Int((sides.1 * scale).rounded())))
        }
        resizing.isOnWhite = preprocessing.alpha == .white
        self.resizing = resizing
    }

    /// The network's input: what was resized, turned and padded.
    ///
    /// - Parameter resized: shape [resizing.height, resizing.width, 3].
    /// - Returns: shape [height, width, 3] of the network.
    func finished(_ resized: [UInt8]) -> [UInt8] {
        let shown = orientation.shown(resized, width: resizing.width, height: resizing.height)
        return padded(shown, orientation.turned(width: resizing.width, height: resizing.height))
    }

    /// ImageNet's mean color, which the network sees as zeros.
    private static let padding: [UInt8] = [124, 116, 104]

    private func padded(_ inner: [UInt8], _ size: (width: Int, height: Int)) -> [UInt8] {
        let (innerWidth, innerHeight) = size
        if innerWidth == width && innerHeight == height { return inner }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 3)
        for _ in 0..<(width * height) { pixels.append(contentsOf: Self.padding) }
        let (left, top) = ((width - innerWidth) / 2, (height - innerHeight) / 2)
        for y in 0..<innerHeight {
            let start = ((y + top) * width + left) * 3
            pixels.replaceSubrange(
                start..<(start + innerWidth * 3), with: inner[(y * innerWidth * 3)..<((y + 1) * innerWidth * 3)])
        }
        return pixels
    }
}
