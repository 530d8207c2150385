#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes an int8 network of an ONNX image embedder, and says what that costs.

    python3 -m venv .venv-quantize
    .venv-quantize/bin/pip install -r Scripts/requirements-quantize.txt
    .venv-quantize/bin/python Scripts/quantize-network.py NETWORK.onnx PICTURES... OUT.onnx

PICTURES are folders, best of pictures like those that will be stored; they are looked through with the folders in them. Every fifth
picture is held out; of the others up to --calibration (300) say how large the numbers in the network become. Weights become int8 by channel,
activations uint8; the last fully connected layer and the pooling before the embedding stay in float32. Then the embeddings of up to
--check (200) held-out pictures are compared with those of the original. Written only if their mean cosine is at
least --least (0.98); the exit code is 1 otherwise. Run it with NEEDLETAIL_IMG2VEC_MODEL=OUT.onnx. It is another network with vectors of
its own: collections that the original has filled need `needletail revectorize`.
"""
import argparse
import pathlib
import sys
import tempfile

import numpy
import onnx
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from PIL import Image

MEAN = numpy.array([0.485, 0.456, 0.406], dtype=numpy.float32)
DEVIATION = numpy.array([0.229, 0.224, 0.225], dtype=numpy.float32)
ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


def tensor(path: pathlib.Path, width: int, height: int) -> numpy.ndarray:
    """A picture as the server's compatible mode gives it to the network."""
    image = Image.open(path).convert("RGB").resize((width, height), Image.BILINEAR)
    values = (numpy.asarray(image, dtype=numpy.float32) / 255 - MEAN) / DEVIATION
    return values.transpose(2, 0, 1)[None]


class Pictures(CalibrationDataReader):
    """Hands out pictures one by one."""

    def __init__(self, name: str, paths: list[pathlib.Path], width: int, height: int) -> None:
        self.tensors = ({name: tensor(path, width, height)} for path in paths)

    def get_next(self) -> dict | None:
        return next(self.tensors, None)


def embedding_of(model: onnx.ModelProto) -> str:
    """The tensor that the server takes: the output `embedding`, what enters the last Gemm or MatMul, or the only output."""
    outputs = [output.name for output in model.graph.output]
    if "embedding" in outputs:
        return "embedding"
    layers = [node for node in model.graph.node if node.op_type in ("Gemm", "MatMul")]
    return layers[-1].input[0] if layers else outputs[0]


def cut(model: onnx.ModelProto, name: str) -> None:
    """Leaves `name` as the only output, called `embedding`."""
    for node in model.graph.node:
        node.output[:] = ["embedding" if output == name else output for output in node.output]
        node.input[:] = ["embedding" if value == name else value for value in node.input]
    del model.graph.output[:]
    model.graph.output.append(onnx.helper.make_tensor_value_info("embedding", onnx.TensorProto.FLOAT, None))
    needed, kept = {"embedding"}, []
    for node in reversed(model.graph.node):
        if needed.intersection(node.output):
            kept.insert(0, node)
            needed.update(node.input)
    del model.graph.node[:]
    model.graph.node.extend(kept)
    left = [value for value in model.graph.initializer if value.name in needed]
    del model.graph.initializer[:]
    model.graph.initializer.extend(left)


def embeddings(model: str, name: str, tensors: list[numpy.ndarray]) -> numpy.ndarray:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    rows = numpy.stack([session.run(["embedding"], {name: value})[0].reshape(-1) for value in tensors])
    return rows / numpy.maximum(numpy.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network")
    parser.add_argument("pictures", nargs="+")
    parser.add_argument("out")
    parser.add_argument("--calibration", type=int, default=300)
    parser.add_argument("--check", type=int, default=200)
    parser.add_argument("--least", type=float, default=0.98)
    parser.add_argument("--method", choices=["MinMax", "Entropy", "Percentile"], default="MinMax")
    options = parser.parse_args()

    folders = [pathlib.Path(folder) for folder in options.pictures]
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix.lower() in ENDINGS]
    held_out, others = paths[::5], [path for number, path in enumerate(paths) if number % 5]
    if len(held_out) < 10:
        print(f"there are only {len(paths)} pictures; 50 are the least", file=sys.stderr)
        return 1
    others = others[:: max(1, len(others) // options.calibration)][: options.calibration]
    held_out = held_out[:: max(1, len(held_out) // options.check)][: options.check]

    model = onnx.load(options.network)
    cut(model, embedding_of(model))
    shape = model.graph.input[0].type.tensor_type.shape.dim
    name, height, width = model.graph.input[0].name, shape[2].dim_value, shape[3].dim_value
    with tempfile.TemporaryDirectory() as folder:
        plain, ready, result = (f"{folder}/{step}.onnx" for step in ("plain", "ready", "result"))
        onnx.save(model, plain)
        quant_pre_process(plain, ready, skip_symbolic_shape=True)
        quantize_static(
            ready, result, Pictures(name, others, width, height), quant_format=QuantFormat.QDQ, per_channel=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod[options.method], op_types_to_quantize=["Conv", "Add", "MaxPool"],
            extra_options={"ActivationSymmetric": False, "WeightSymmetric": True})
        tensors = [tensor(path, width, height) for path in held_out]
        cosines = (embeddings(plain, name, tensors) * embeddings(result, name, tensors)).sum(axis=1)
        mean, worst = float(cosines.mean()), float(cosines.min())
        print(f"{len(others)} pictures for calibration; cosine to the original over {len(held_out)} others: "
              f"mean {mean:.4f}, fifth percentile {numpy.percentile(cosines, 5):.4f}, worst {worst:.4f}")
        if mean < options.least:
            print(f"not written: the mean is below {options.least}", file=sys.stderr)
            return 1
        pathlib.Path(options.out).write_bytes(pathlib.Path(result).read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
