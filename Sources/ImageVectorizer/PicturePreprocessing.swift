// SPDX-License-Identifier: Apache-2.0

/// How a picture is made ready for the network.
///
/// As it is created it is the compatible mode: the same bytes give the same vector as from Weaviate's img2vec-neural.
package struct PicturePreprocessing: Hashable, Sendable {
    /// How a picture becomes a square.
    package enum Fit: String, CaseIterable, Hashable, Sendable {
        /// Both sides are scaled to the network's.
        case squash
        /// The shorter side is scaled to 8/7 of the network's, then the middle is cut out, as networks are trained.
        case crop
        /// The longer side is scaled to the network's, and the rest is filled.
        case pad
    }

    /// What becomes of transparency.
    package enum Alpha: String, CaseIterable, Hashable, Sendable {
        /// It is left out, and the colors are taken as they are.
        case drop
        /// The picture is put on white.
        case white
    }

    /// Whether the picture is turned as its EXIF data says.
    package var turnsByEXIF = false
    package var fit = Fit.squash
    package var alpha = Alpha.drop
    /// Whether the vector is the mean of those of the picture and its mirror image: twice the cost.
    package var averagesMirrorImage = false
    /// Whether the vector is scaled to length 1.
    package var normalizes = false

    package init() {}

    /// As Weaviate's img2vec-neural does it.
    package static let compatible = PicturePreprocessing()

    /// What finds best of all that was measured (Docs/preprocessing.md), for twice the cost.
    package static let better: PicturePreprocessing = {
        var better = PicturePreprocessing()
        better.turnsByEXIF = true
        better.fit = .crop
        better.alpha = .white
        better.averagesMirrorImage = true
        return better
    }()
}

/// A part of a picture, in shares of its width and height as it is shown, which is after it was turned by EXIF.
///
/// Invariant: 0 <= x, 0 <= y, 0 < width, 0 < height, x + width <= 1, y + height <= 1.
package struct PictureCrop: Hashable, Sendable {
    package let x: Double
    package let y: Double
    package let width: Double
    package let height: Double

    /// What a crop must be, for whoever sent another.
    package static let rule =
        "x, y, width and height are shares of the picture: x and y from 0, width and height above 0, and x + width and "
        + "y + height at most 1"

    /// Fails for what is no part of a picture. Sums may exceed 1 by a rounding error of 1e-6, which is taken away.
    package init?(x: Double, y: Double, width: Double, height: Double) {
        let all = [x, y, width, height]
        guard all.allSatisfy(\.isFinite), x >= 0, y >= 0, width > 0, height > 0, x + width <= 1 + 1e-6,
            y + height <= 1 + 1e-6, x < 1, y < 1
        else { return nil }
        self.x = x
        self.y = y
        self.width = min(width, 1 - x)
        self.height = min(height, 1 - y)
    }
}

/// A picture on its way to the network.
package struct PictureInput: Hashable, Sendable {
    /// An encoded file: JPEG, PNG, …
    package var bytes: [UInt8]
    package var preprocessing: PicturePreprocessing
    /// `nil`: the whole picture.
    package var crop: PictureCrop?

    package init(_ bytes: [UInt8], preprocessing: PicturePreprocessing = .compatible, crop: PictureCrop? = nil) {
        self.bytes = bytes
        self.preprocessing = preprocessing
        self.crop = crop
    }
}

/// What the network made of a picture.
package struct PictureEmbedding: Hashable, Sendable {
    /// Shape [network.dimensions].
    package var vector: [Float]
    /// How long decoding and resizing took.
    package var decodingTime: Duration
    /// How long the network took, waiting for its turn not counted.
    package var inferenceTime: Duration

    package init(vector: [Float], decodingTime: Duration = .zero, inferenceTime: Duration = .zero) {
        self.vector = vector
        self.decodingTime = decodingTime
        self.inferenceTime = inferenceTime
    }
}
