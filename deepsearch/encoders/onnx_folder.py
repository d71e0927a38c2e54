"""The folder an export leaves: ONNX graphs, `tokenizer.json` and `encoder.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepsearch.encoders._session import Session
from deepsearch.encoders.model_files import hash_files, space_name
from deepsearch.encoders.onnx_tokens import TokenRecipe, TokenTower
from deepsearch.errors import EncodingError, InvalidInputError, UnreadableFileError
from deepsearch.schema import EmbeddingSpace

__all__ = ["CONFIG", "TOKENIZER", "OnnxFolder", "read_export"]

TOKENIZER, CONFIG = "tokenizer.json", "encoder.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxFolder:
    """What an export's folder holds, and how its graphs are run.

    Attributes:
        root: The folder.
        recorded: What `encoder.json` holds.
        space: The space of the vectors. Its revision is a hash of all files and names the
            precision, so an index of other weights, or of the same in another precision,
            refuses these vectors.
        threads: Threads of onnxruntime; None: one a physical core.
        cuda: Whether it runs on the GPU.
    """

    root: Path
    recorded: Mapping[str, Any]
    space: EmbeddingSpace
    threads: int | None
    cuda: bool

    def session(self, graph: str) -> Session:
        """Open a graph.

        Args:
            graph: Its file.

        Returns:
            The session.

        Raises:
            EncodingError: If onnxruntime cannot load it, or has no CUDA.
            InvalidInputError: If threads < 1.
        """
        model = (self.root / graph).read_bytes()
        return Session(model, name=str(self.root / graph), threads=self.threads, cuda=self.cuda)

    def text_tower(self, graph: str, recipe: TokenRecipe) -> TokenTower:
        """Open a text graph with the folder's tokenizer.

        Args:
            graph: Its file.
            recipe: What is around the tokens.

        Returns:
            The tower.

        Raises:
            EncodingError: If onnxruntime cannot load it, or has no CUDA.
            InvalidInputError: If threads < 1.
        """
        tokenizer = (self.root / TOKENIZER).read_text(encoding="utf-8")
        return TokenTower(
            self.session(graph), tokenizer=tokenizer, recipe=recipe, dim=self.space.dim
        )


@contextmanager
def read_export(
    folder: Path | str,
    *,
    graphs: Sequence[str],
    threads: int | None,
    cuda: bool,
    name: str | None,
    written_by: str,
) -> Iterator[OnnxFolder]:
    """Read an export's folder; whatever fails meanwhile is the folder's fault, and said so.

    Args:
        folder: The folder.
        graphs: Its ONNX files.
        threads: Threads of onnxruntime, >= 1; None: one a physical core.
        cuda: Run on the GPU; needs onnxruntime-gpu.
        name: Name of the space; None: made of the folder's name.
        written_by: What writes such folders.

    Yields:
        The folder.

    Raises:
        UnreadableFileError: If a file is missing or damaged.
        EncodingError: If onnxruntime cannot load a graph, or has no CUDA.
        InvalidInputError: If threads < 1 or what is recorded is out of range.
    """
    root = Path(folder)
    try:
        recorded = json.loads((root / CONFIG).read_text(encoding="utf-8"))
        revision = hash_files([root / part for part in (*graphs, TOKENIZER, CONFIG)])[:12]
        space = EmbeddingSpace(
            name=name or f"onnx-{space_name(root.name)}",
            revision=f"{revision}-{recorded['precision']}",
            dim=int(recorded["dim"]),
        )
        yield OnnxFolder(root=root, recorded=recorded, space=space, threads=threads, cuda=cuda)
    except (InvalidInputError, EncodingError):
        raise
    except Exception as error:  # tokenizers raises bare Exceptions
        raise UnreadableFileError(
            f"{root} is no folder that {written_by} wrote: {error}"
        ) from error
