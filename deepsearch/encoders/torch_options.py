"""What the torch encoders share: device, precision, weights and their hash."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np

from deepsearch.errors import EncodingError, InvalidInputError
from deepsearch.extras import require
from deepsearch.schema import FloatArray

__all__ = ["TorchOptions", "find_weights", "hash_files", "in_batches", "local_folder", "space_name"]

logger = logging.getLogger(__name__)

Precision = Literal["auto", "fp32", "bf16", "fp16"]
WEIGHT_SUFFIXES = (".safetensors", ".bin", ".pt", ".pth")
CHUNK = 1 << 20

_Item = TypeVar("_Item")


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

    def resolve_device(self) -> str:
        """Return the torch device that "auto" stands for here.

        Returns:
            "cuda", "mps", "cpu", or the device given.

        Raises:
            MissingExtraError: If torch is not installed.
        """
        torch = require("torch", extra="clip")
        if self.device != "auto":
            return self.device
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"

    def resolve_dtype(self) -> Any:
        """Return the torch dtype that the precision stands for on the device.

        Returns:
            A torch.dtype.

        Raises:
            MissingExtraError: If torch is not installed.
        """
        torch = require("torch", extra="clip")
        if self.precision != "auto":
            return {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[
                self.precision
            ]
        device = self.resolve_device()
        if device.startswith("cuda"):
            return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
        return torch.float16 if device.startswith("mps") else torch.float32

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


def local_folder(model: str, *, local_files_only: bool) -> Path:
    """Find the folder of a model: one given, one in the hub's cache, or one downloaded.

    Args:
        model: A folder, or a hub id such as "org/name".
        local_files_only: True never touches the network.

    Returns:
        The folder.

    Raises:
        InvalidInputError: If it is neither a folder nor in the cache and may not be fetched.
        MissingExtraError: If huggingface_hub is not installed.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    hub = require("huggingface_hub", extra="clip")
    try:
        return Path(hub.snapshot_download(model, local_files_only=local_files_only))
    except (OSError, ValueError) as error:
        advice = (
            "pass local_files_only=False to download it"
            if local_files_only
            else "check the name and the network"
        )
        raise InvalidInputError(
            f"{model!r} is no folder and not in the hub's cache; {advice}. ({error})"
        ) from error


def find_weights(folder: Path) -> list[Path]:
    """List a model folder's weight files; safetensors where there are any.

    Args:
        folder: As `save_pretrained` leaves it.

    Returns:
        The files, by name.

    Raises:
        InvalidInputError: If there are none.
    """
    for suffix in WEIGHT_SUFFIXES:
        found = sorted(folder.glob(f"*{suffix}"))
        if found:
            return found
    raise InvalidInputError(
        f"The folder {folder} holds no weights ({', '.join(WEIGHT_SUFFIXES)}); "
        "give the folder of a saved model."
    )


def hash_files(paths: Iterable[Path]) -> str:
    """Return the SHA-256 over the contents of files, in the order given.

    Args:
        paths: Files.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def space_name(name: str) -> str:
    """Make a space's name, [a-z0-9-]+, of a model's.

    Args:
        name: E.g. "ViT-B-32" or a folder's name.

    Returns:
        E.g. "vit-b-32".
    """
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in name.lower())
    return "-".join(part for part in plain.split("-") if part) or "model"
