"""Text models exported to ONNX, run by onnxruntime on CPU or CUDA."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from deepsearch.encoders._session import Session
from deepsearch.encoders.composed import ComposedSuite
from deepsearch.encoders.hub_text import HubTextEncoder
from deepsearch.encoders.model_files import hash_files, space_name
from deepsearch.encoders.onnx_export import (
    OnnxPrecision,
    check_precision,
    reduce_precision,
    write_graph,
)
from deepsearch.encoders.onnx_tokens import TokenRecipe, TokenTower
from deepsearch.encoders.text_config import TextModelConfig
from deepsearch.encoders.vectors import checked, checked_texts
from deepsearch.errors import EncodingError, InvalidInputError, UnreadableFileError
from deepsearch.extras import require
from deepsearch.schema import EmbeddingSpace, FloatArray, Role

__all__ = ["OnnxTextEncoder", "export_text_encoder"]

MODEL, TOKENIZER, CONFIG = "model.onnx", "tokenizer.json", "encoder.json"
MAX_CHARS = 65_536


class OnnxTextEncoder:
    """A text model in a folder of `model.onnx`, `tokenizer.json` and `encoder.json`."""

    def __init__(
        self,
        folder: Path | str,
        *,
        threads: int | None = None,
        cuda: bool = False,
        name: str | None = None,
    ) -> None:
        """Load a folder that `export_text_encoder` wrote.

        Args:
            folder: The folder.
            threads: Threads of onnxruntime, >= 1; None: one a physical core.
            cuda: Run on the GPU; needs onnxruntime-gpu.
            name: Name of the space; None: made of the folder's name.

        Raises:
            UnreadableFileError: If a file is missing or damaged.
            EncodingError: If onnxruntime cannot load the model, or has no CUDA.
            InvalidInputError: If threads < 1 or the config is out of range.
        """
        root = Path(folder)
        try:
            model = (root / MODEL).read_bytes()
            tokenizer = (root / TOKENIZER).read_text(encoding="utf-8")
            recorded = json.loads((root / CONFIG).read_text(encoding="utf-8"))
            config = TextModelConfig(**recorded["config"])
            dim, precision = int(recorded["dim"]), str(recorded["precision"])
            recipe = TokenRecipe(max_tokens=config.max_tokens, pad_id=int(recorded["pad_id"]))
            session = Session(model, name=str(root / MODEL), threads=threads, cuda=cuda)
            self._tower = TokenTower(session, tokenizer=tokenizer, recipe=recipe, dim=dim)
        except (InvalidInputError, EncodingError):
            raise
        except Exception as error:  # tokenizers raises bare Exceptions
            raise UnreadableFileError(
                f"{root} is no folder that export_text_encoder wrote: {error}"
            ) from error
        self._config = config
        revision = hash_files([root / MODEL, root / TOKENIZER, root / CONFIG])[:12]
        self._space = EmbeddingSpace(
            name=name or f"onnx-{space_name(root.name)}",
            revision=f"{revision}-{precision}",
            dim=dim,
        )

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._space

    def encode(self, items: Sequence[str], *, role: Role) -> FloatArray:
        """Encode texts, each with the prompt of its role.

        Args:
            items: Texts; what is beyond the config's `max_tokens` is cut.
            role: Which prompt is put before them.

        Returns:
            (len(items), dim) float32, unit length.

        Raises:
            InvalidInputError: If an item is no string.
            EncodingError: If the model fails.
        """
        config = self._config
        prompt = config.query_prompt if role is Role.QUERY else config.passage_prompt
        safe = [prompt + text for text in checked_texts(items, max_chars=MAX_CHARS)]
        return checked(self._tower.embed(safe), count=len(items), space=self._space)

    def suite(self, name: str = "onnx") -> ComposedSuite:
        """Return the encoder as a suite that knows no pictures.

        Args:
            name: Name a catalogue records.

        Returns:
            The suite.
        """
        return ComposedSuite(name, texts=[self])


def export_text_encoder(
    encoder: HubTextEncoder, folder: Path | str, *, precision: OnnxPrecision = "fp32"
) -> Path:
    """Write a text encoder as ONNX, pooling included, for `OnnxTextEncoder`.

    fp16 halves the file, int8 quarters it and is faster on a CPU with VNNI; what int8 loses
    depends on the model, so compare vectors before trusting it.

    Args:
        encoder: An encoder loaded in fp32 on the CPU.
        folder: Where to write; made if absent.
        precision: Of the weights.

    Returns:
        The folder.

    Raises:
        InvalidInputError: If the precision is unknown.
        EncodingError: If the model cannot be exported, or its tokenizer has no JSON form.
        MissingExtraError: If torch or onnx is not installed.
    """
    check_precision(precision)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    tokenizer = encoder.tokenizer
    if not getattr(tokenizer, "is_fast", False):
        raise EncodingError("The model's tokenizer has no JSON form; only fast ones do.")
    torch = require("torch", extra="clip")
    ids = torch.ones(2, 8, dtype=torch.long)
    feeds = {"input_ids": ids, "attention_mask": ids.clone()}
    write_graph(_pooled_module(encoder), target / MODEL, feeds=feeds, batch="texts")
    reduce_precision(target / MODEL, precision)
    tokenizer.backend_tokenizer.save(str(target / TOKENIZER))
    recorded = {
        "dim": encoder.space.dim,
        "pad_id": tokenizer.pad_token_id,
        "precision": precision,
        "source_revision": encoder.space.revision,
        "config": asdict(encoder.config),
    }
    (target / CONFIG).write_text(
        json.dumps(recorded, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return target


def _pooled_module(encoder: HubTextEncoder) -> Any:
    torch = require("torch", extra="clip")

    class Pooled(torch.nn.Module):  # type: ignore[misc, name-defined, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.inner = encoder.model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            states = self.inner(input_ids=input_ids, attention_mask=attention_mask)
            return encoder.pool(states.last_hidden_state.float(), attention_mask)

    return Pooled()
