// SPDX-License-Identifier: Apache-2.0

import ImageVectorizer
import RandomNumbers

/// How a file is to be prepared: anything, and the same for the same file.
struct Wish {
    let preprocessing: PicturePreprocessing
    let crop: PictureCrop?
    let hasThumbnail: Bool

    init(for file: [UInt8]) {
        var generator = SplitMix64(seed: file.reduce(UInt64(file.count)) { $0 &* 31 &+ UInt64($1) })
        let number = generator.next()
        var preprocessing = PicturePreprocessing.compatible
        preprocessing.turnsByEXIF = number & 1 != 0
        preprocessing.fit = PicturePreprocessing.Fit.allCases[Int(number >> 1 & 3) % 3]
        preprocessing.alpha = number & 8 != 0 ? .white : .drop
        self.preprocessing = preprocessing
        func share() -> Double { Double(generator.next() >> 11) / Double(1 << 53) }
        let (x, y) = (share(), share())
        crop = number & 16 != 0 ? PictureCrop(x: x, y: y, width: (1 - x) * share(), height: (1 - y) * share()) : nil
        hasThumbnail = number & 96 == 0
    }
}
