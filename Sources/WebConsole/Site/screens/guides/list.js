// SPDX-License-Identifier: Apache-2.0

import { texts } from "../../base/texts.js";

const t = texts({
    en: {
        "first-pictures": "From a folder of pictures to a first search, in the console, on the command line and in Python.",
        "from-weaviate": "How data and applications come over from Weaviate with an inference container.",
        "own-vectors": "Vectors that were made elsewhere, with pictures that lie elsewhere or without any.",
        operating: "Settings, memory, disk, backups, keys, metrics, proxies, and what the log says.",
        networks: "Which network makes vectors of pictures, how to make more of it and how to change it.",
        tuning: "Recall against time: what to turn when searches miss something or take too long.",
        quality: "What the figures of a class mean, and what to do about poor ones.",
        preprocessing: "What turning, squeezing and mirroring pictures is worth, measured.",
        differences: "Where answers, limits and errors are not those of Weaviate.",
        quantizers: "What becomes of Weaviate's quantizers here.",
        ARCHITECTURE: "How the program is built, module by module.",
    },
});

/** The guides in the program: name, its file below `/console/docs`, and what it is called until it has been read. */
export const guides = [
    { name: "first-pictures", file: "guides/first-pictures.md", title: "First pictures" },
    { name: "from-weaviate", file: "guides/from-weaviate.md", title: "From Weaviate and img2vec" },
    { name: "own-vectors", file: "guides/own-vectors.md", title: "Own vectors" },
    { name: "networks", file: "guides/networks.md", title: "Networks for pictures" },
    { name: "tuning", file: "guides/tuning.md", title: "Tuning recall against time" },
    { name: "operating", file: "guides/operating.md", title: "Operating" },
    { name: "quality", file: "quality.md", title: "How good is it? Reading the figures of a class" },
    { name: "preprocessing", file: "preprocessing.md", title: "What each way of preparing pictures is worth" },
    { name: "differences", file: "differences.md", title: "Where Needletail answers otherwise than Weaviate 1.39" },
    { name: "quantizers", file: "quantizers.md", title: "What becomes of Weaviate's settings of the vector index" },
    { name: "ARCHITECTURE", file: "ARCHITECTURE.md", title: "Architecture" },
].map((guide) => ({ ...guide, text: t(guide.name), isGuide: guide.file.startsWith("guides/") }));
