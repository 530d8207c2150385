# SPDX-License-Identifier: Apache-2.0
"""Makes the data of PreprocessingBenchmark: pictures with labels, and distorted copies of some of them.

usage: distort_pictures.py TARGET EVERY FOLDER...

A FOLDER has `labels.csv` with the columns file and label, or just pictures, which are then looked for and not counted by label.
Every EVERYth picture is distorted. TARGET gets the copies and `list.csv`: path, label, source (number of the line that the copy was
made from), distortion. The same files come of the same pictures: nothing is random. Needs Pillow.
"""

import csv
import pathlib
import sys

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps


def border(image: Image.Image) -> Image.Image:
    """A white frame, and a black bar with a caption below."""
    w, h = image.size
    edge, bar = max(4, w // 12), max(12, h // 8)
    framed = ImageOps.expand(image, border=edge, fill="white")
    result = Image.new("RGB", (framed.width, framed.height + bar), "black")
    result.paste(framed, (0, 0))
    ImageDraw.Draw(result).text((edge, framed.height + 2), "a picture with a caption", fill="white")
    return result


def part(image: Image.Image) -> Image.Image:
    """The middle 80 per cent of either side."""
    w, h = image.size
    return image.crop((w // 10, h // 10, w - w // 10, h - h // 10))


def cut_out(image: Image.Image) -> Image.Image:
    """An ellipse, clear around it, with black beneath."""
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, image.width - 1, image.height - 1), fill=255)
    result = Image.composite(image, Image.new("RGB", image.size, "black"), mask)
    result.putalpha(mask)
    return result


DISTORTIONS = {
    "quality 20": lambda i: i,
    "half size": lambda i: i.resize((max(1, i.width // 2), max(1, i.height // 2)), Image.LANCZOS),
    "turned by 5 degrees": lambda i: i.rotate(5, Image.BICUBIC),
    "mirrored": ImageOps.mirror,
    "middle 80 %": part,
    "brighter by 40 %": lambda i: ImageEnhance.Brightness(i).enhance(1.4),
    "half contrast": lambda i: ImageEnhance.Contrast(i).enhance(0.5),
    "blurred": lambda i: i.filter(ImageFilter.GaussianBlur(i.width / 150)),
    "gray": lambda i: i.convert("L").convert("RGB"),
    "border and caption": border,
    "lying by EXIF": lambda i: i.transpose(Image.ROTATE_90),
    "cut out on clear": cut_out,
}


def save(image: Image.Image, name: str, path: pathlib.Path) -> pathlib.Path:
    if image.mode == "RGBA":
        path = path.with_suffix(".png")
        image.save(path)
        return path
    options = {"quality": 20 if name == "quality 20" else 92}
    if name == "lying by EXIF":
        exif = Image.Exif()
        exif[274] = 6
        options["exif"] = exif.tobytes()
    image.save(path, **options)
    return path


def sources(folder: pathlib.Path) -> list[tuple[pathlib.Path, str]]:
    labels = folder / "labels.csv"
    if not labels.exists():
        return [(path, "") for path in sorted(folder.iterdir()) if path.suffix.lower() in (".jpg", ".jpeg", ".png")]
    with labels.open(newline="") as file:
        return [(folder / row["file"], f"{folder.name}/{row['label']}") for row in csv.DictReader(file)]


def main() -> None:
    target, every = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    originals = [source for folder in sys.argv[3:] for source in sources(pathlib.Path(folder))]
    with (target / "list.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        for number, (path, label) in enumerate(originals):
            writer.writerow([path.resolve(), label, number, ""])
        for number in range(0, len(originals), every):
            image = Image.open(originals[number][0]).convert("RGB")
            for index, (name, distort) in enumerate(DISTORTIONS.items()):
                path = save(distort(image), name, target / f"{number}-{index}.jpg")
                writer.writerow([path.resolve(), "", number, name])


if __name__ == "__main__":
    main()
