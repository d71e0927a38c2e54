"""What the torch encoders share: device, precision, batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np

from deepsearch.errors import EncodingError, InvalidInputError
from deepsearch.extras import require
from deepsearch.schema import FloatArray

__all__ = ["Devices", "TorchOptions", "in_batches"]

Precision = Literal["auto", "fp32", "bf16", "fp16"]

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """What torch can run on here.

    Attributes:
        cuda: Whether there is a CUDA device.
        cuda_bf16: Whether it computes in bf16.
        mps: Whether there is Apple's.
    """

    cuda: bool = False
    cuda_bf16: bool = False
    mps: bool = False

    @classmethod
    def found(cls) -> Devices:
        """Ask torch.

        Returns:
            What this machine has.

        Raises:
            MissingExtraError: If torch is not installed.
        """
        torch = require("torch", extra="clip")
        cuda = bool(torch.cuda.is_available())
        return cls(
            cuda=cuda,
            cuda_bf16=cuda and bool(torch.cuda.is_bf16_supported()),
            mps=bool(torch.backends.mps.is_available()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchOptions:
    """Where and how a torch model runs.

    Attributes:
        device: "auto" (cuda, else mps, else cpu), or a torch device.
        precision: "auto" is fp32 on a CPU, where it is exact, bf16 on a GPU that has it,
            else fp16.
        batch_size: Items a forward pass, >= 1.
        compile: Compile the model with torch.compile: slow to start, then faster.
    """

    device: str = "auto"
    precision: Precision = "auto"
    batch_size: int = 32
    compile: bool = False

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            InvalidInputError: If one is out of range.
        """
        if self.batch_size < 1:
            raise InvalidInputError(f"batch_size is {self.batch_size}; give a number >= 1.")
        if self.precision not in ("auto", "fp32", "bf16", "fp16"):
            raise InvalidInputError(
                f"precision is {self.precision!r}; give 'auto', 'fp32', 'bf16' or 'fp16'."
            )

    def resolve_device(self, devices: Devices | None = None) -> str:
        """Return the torch device that "auto" stands for.

        Args:
            devices: What there is; None asks torch.

        Returns:
            "cuda", "mps", "cpu", or the device given.

        Raises:
            MissingExtraError: If torch is needed and not installed.
        """
        if self.device != "auto":
            return self.device
        there = devices or Devices.found()
        if there.cuda:
            return "cuda"
        return "mps" if there.mps else "cpu"

    def resolve_precision(self, devices: Devices | None = None) -> Precision:
        """Return the precision that "auto" stands for on the device.

        Args:
            devices: What there is; None asks torch.

        Returns:
            "fp32", "bf16" or "fp16".

        Raises:
            MissingExtraError: If torch is needed and not installed.
        """
        if self.precision != "auto":
            return self.precision
        device = self.resolve_device(devices)
        if device.startswith("cuda"):
            return "bf16" if (devices or Devices.found()).cuda_bf16 else "fp16"
        return "fp16" if device.startswith("mps") else "fp32"

    def resolve_dtype(self) -> Any:
        """Return the torch dtype of the precision.

        Returns:
            A torch.dtype.

        Raises:
            MissingExtraError: If torch is not installed.
        """
        torch = require("torch", extra="clip")
        names = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
        return getattr(torch, names[self.resolve_precision()])

    def place(self, model: Any) -> Any:
        """Move a model to the device and precision, ready to infer.

        Args:
            model: A torch module.

        Returns:
            The module, compiled where asked for.
        """
        torch = require("torch", extra="clip")
        placed = model.to(device=self.resolve_device(), dtype=self.resolve_dtype()).eval()
        return torch.compile(placed) if self.compile else placed


def in_batches(
    items: Sequence[_Item],
    embed: Callable[[list[_Item]], Any],
    *,
    options: TorchOptions,
    dim: int,
    lengths: Sequence[int] | None = None,
) -> FloatArray:
    """Run a model over items in batches without gradients.

    Args:
        items: What `embed` takes a list of.
        embed: Returns a (batch, dim) tensor.
        options: Gives the batch size.
        dim: Width of the result.
        lengths: If given, like lengths share a batch, which saves padding.

    Returns:
        (len(items), dim) float32, in the items' order.

    Raises:
        EncodingError: If the model fails.
    """
    torch = require("torch", extra="clip")
    order = range(len(items)) if lengths is None else np.argsort(lengths, kind="stable").tolist()
    vectors = np.zeros((len(items), dim), dtype=np.float32)
    with torch.inference_mode():
        for start in range(0, len(items), options.batch_size):
            rows = list(order[start : start + options.batch_size])
            try:
                found = embed([items[row] for row in rows])
            except (RuntimeError, ValueError, IndexError) as error:
                raise EncodingError(
                    f"The model failed on a batch of {len(rows)}: {error}"
                ) from error
            vectors[rows] = found.float().cpu().numpy()
    return vectors
