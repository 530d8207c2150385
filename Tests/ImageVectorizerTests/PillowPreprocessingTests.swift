// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ImageVectorizer

/// Preparations of the pictures of `images/odd` are held to what Pillow 9.5.0 makes of the same words.
@Suite(
    .enabled(
        if: TestData.python != nil && TestData.folder != nil,
        "NEEDLETAIL_TEST_PYTHON names no Python with Pillow 9.5.0, or NEEDLETAIL_TEST_DATA no folder of pictures"))
struct PillowPreprocessingTests {
    /// Reads paths and answers each with a byte and, if it is a picture that 8 bits hold, with 64 x 48 pixels.
    private static let script = """
        import sys, warnings
        from PIL import Image, ImageOps
        warnings.simplefilter("ignore")
        out = sys.stdout.buffer
        wishes = sys.argv[2].split()
        width, height = 64, 48
        for path in open(sys.argv[1]).read().splitlines():
            try:
                image = Image.open(path)
                image.load()
                if image.mode.startswith("I"):
                    raise ValueError
                if "exif" in wishes and image.format != "TIFF":  # those it has turned already
                    image = ImageOps.exif_transpose(image)
                if "white" in wishes and (image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info):
                    image = image.convert("RGBA")
                    image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
                image = image.convert("RGB")
                if "part" in wishes:
                    w, h = image.size
                    at = lambda share, side: int(share * side + .5)
                    left, top = min(at(.25, w), w - 1), min(at(.125, h), h - 1)
                    image = image.crop((left, top, max(left + 1, at(.75, w)), max(top + 1, at(.625, h))))
                w, h = image.size
                if "crop" in wishes:
                    scale = min(w / width, h / height) * 7 / 8
                    x, y = (w - scale * width) / 2, (h - scale * height) / 2
                    box = (max(x, 0), max(y, 0), min(x + scale * width, w), min(y + scale * height, h))
                    image = image.resize((width, height), Image.BILINEAR, box)
                elif "pad" in wishes:
                    scale = min(width / w, height / h)
                    size = max(1, int(w * scale + .5)), max(1, int(h * scale + .5))
                    inner = image.resize(size, Image.BILINEAR)
                    image = Image.new("RGB", (width, height), (124, 116, 104))
                    image.paste(inner, ((width - size[0]) // 2, (height - size[1]) // 2))
                else:
                    image = image.resize((width, height), Image.BILINEAR)
                pixels = image.tobytes()
                out.write(b"P" + pixels)
            except Exception:
                out.write(b"R")
        """

    private static func preprocessing(_ wishes: [String]) -> PicturePreprocessing {
        var preprocessing = PicturePreprocessing.compatible
        preprocessing.turnsByEXIF = wishes.contains("exif")
        if wishes.contains("crop") { preprocessing.fit = .crop }
        if wishes.contains("pad") { preprocessing.fit = .pad }
        if wishes.contains("white") { preprocessing.alpha = .white }
        return preprocessing
    }

    @Test(arguments: ["exif", "crop", "pad", "white", "part", "exif crop white", "exif pad part", "exif crop part"])
    func `pictures are prepared as Pillow does it`(_ words: String) throws {
        let wishes = words.split(separator: " ").map(String.init)
        let preprocessing = Self.preprocessing(wishes)
        let crop = wishes.contains("part") ? PictureCrop(x: 0.25, y: 0.125, width: 0.5, height: 0.5) : nil
        let paths = try TestData.pictureFiles().filter { $0.contains("/odd/") }
        var equal = 0
        try PillowTests.ask(Self.script, [words], about: paths, byteCount: 64 * 48 * 3) { path, answer in
            guard case .pixels(let expected) = answer,
                let picture = try? Picture(
                    TestData.bytes(ofFile: path), limits: DecodingLimits(), keepsAlpha: wishes.contains("white")),
                let ours = try? picture.prepared(preprocessing, crop: crop, width: 64, height: 48)
            else { return }
            let worst = zip(ours, expected).map { abs(Int($0) - Int($1)) }.max() ?? 0
            #expect(worst <= 1, "\(path)")
            equal += 1
        }
        #expect(equal > 80)
    }
}
