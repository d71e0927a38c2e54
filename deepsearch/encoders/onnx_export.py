"""Writing ONNX: a graph from a torch module, then smaller weights."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

from deepsearch.errors import EncodingError, InvalidInputError
from deepsearch.extras import require

__all__ = ["OnnxPrecision", "check_precision", "reduce_precision", "write_graph"]

OnnxPrecision = Literal["fp32", "fp16", "int8"]

OPSET = 18
OUTPUT = "embedding"
SMALLEST_HALVED = 512  # smaller weights take no space


def check_precision(precision: str) -> None:
    """Check the name of a precision.

    Args:
        precision: As given.

    Raises:
        InvalidInputError: If it is unknown.
    """
    if precision not in ("fp32", "fp16", "int8"):
        raise InvalidInputError(f"precision is {precision!r}; give 'fp32', 'fp16' or 'int8'.")


def write_graph(
    model: Any,
    forward: Callable[..., Any],
    path: Path,
    *,
    feeds: Mapping[str, Any],
    batch: str,
) -> None:
    """Trace what a torch model computes into an ONNX file.

    Args:
        model: A torch module.
        forward: Given the model, and the feeds by name, returns (n, dim).
        path: Where to write.
        feeds: Input name → example tensor; dimension 0 is the batch, and dimension 1 of
            whole numbers the length, both free.
        batch: What the batch's dimension is called in the graph.

    Raises:
        EncodingError: If torch cannot export the module, or its file outgrows ONNX.
        MissingExtraError: If torch or onnx is not installed.
    """
    torch = require("torch", extra="clip")
    onnx = require("onnx", extra="clip")

    class Traced(torch.nn.Module):  # type: ignore[misc, name-defined, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.inner = model

        def forward(self, *inputs: Any) -> Any:
            return forward(self.inner, **dict(zip(feeds, inputs, strict=True)))

    axes = {
        name: {0: batch} if tensor.is_floating_point() else {0: batch, 1: "tokens"}
        for name, tensor in feeds.items()
    }
    # The fused attention of inference has no counterpart in ONNX; its plain form has.
    fused = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with torch.inference_mode(), warnings.catch_warnings():
            # What tracing fixes is checked by comparing vectors, not by reading its warnings.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Traced().eval(),
                tuple(feeds.values()),
                str(path),
                input_names=list(feeds),
                output_names=[OUTPUT],
                dynamic_axes={**axes, OUTPUT: {0: batch}},
                opset_version=OPSET,
                dynamo=False,
            )
    except Exception as error:  # tracing fails in as many ways as there are models
        raise EncodingError(f"torch cannot export this model to ONNX: {error}") from error
    finally:
        torch.backends.mha.set_fastpath_enabled(fused)
    graph = onnx.load(str(path), load_external_data=False).graph
    if any(onnx.external_data_helper.uses_external_data(tensor) for tensor in graph.initializer):
        raise EncodingError(
            f"{path.name} would be above 2 GB, more than one ONNX file holds; run this model "
            "with torch."
        )


def reduce_precision(path: Path, precision: OnnxPrecision) -> None:
    """Make an fp32 graph's weights smaller, in place.

    fp16 halves the file: weights are stored so and widened when a session opens. int8 rounds
    the weights of the matrix products with a scale an output channel, and the activations
    as they come: a quarter of the file, faster on a CPU with VNNI, but what it loses
    depends on the model.

    Args:
        path: The graph.
        precision: "fp32" leaves it as it is.

    Raises:
        MissingExtraError: If onnx is not installed.
    """
    if precision == "fp16":
        _halve(path)
    elif precision == "int8":
        _quantise(path)


def _halve(path: Path) -> None:
    """Store weights in fp16, each followed by a Cast that onnxruntime folds when it loads."""
    onnx = require("onnx", extra="clip")
    model = onnx.load(str(path))
    kept, casts = [], []
    for tensor in model.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < SMALLEST_HALVED:
            kept.append(tensor)
            continue
        half = f"{tensor.name}.half"
        kept.append(onnx.numpy_helper.from_array(values.astype(np.float16), half))
        casts.append(
            onnx.helper.make_node("Cast", [half], [tensor.name], to=onnx.TensorProto.FLOAT)
        )
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:]
    del model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    onnx.save(model, str(path))


def _quantise(path: Path) -> None:
    require("onnx", extra="clip")
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        str(path),
        str(path),
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul"],
    )
