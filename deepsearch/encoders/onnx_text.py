"""Text models exported to ONNX, run by onnxruntime on CPU or CUDA."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from deepsearch.encoders.hub_text import HubTextEncoder
from deepsearch.encoders.onnx_export import (
    OnnxPrecision,
    check_precision,
    reduce_precision,
    write_graph,
)
from deepsearch.encoders.onnx_folder import CONFIG, TOKENIZER, read_export
from deepsearch.encoders.onnx_tokens import TokenRecipe
from deepsearch.encoders.prompted import PromptedTextEncoder
from deepsearch.encoders.text_config import TextModelConfig
from deepsearch.errors import EncodingError
from deepsearch.extras import require
from deepsearch.schema import FloatArray

__all__ = ["OnnxTextEncoder", "export_text_encoder"]

MODEL = "model.onnx"


class OnnxTextEncoder(PromptedTextEncoder):
    """A text model in a folder of `model.onnx`, `tokenizer.json` and `encoder.json`."""

    kind = "onnx"

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
        with read_export(
            folder,
            graphs=(MODEL,),
            threads=threads,
            cuda=cuda,
            name=name,
            written_by="export_text_encoder",
        ) as found:
            config = TextModelConfig(**found.recorded["config"])
            pad_id = int(found.recorded["pad_id"])
            recipe = TokenRecipe(max_tokens=config.max_tokens, pad_id=pad_id)
            self._tower = found.text_tower(MODEL, recipe)
        super().__init__(found.space, prompts=config)

    def _embed(self, texts: list[str]) -> FloatArray:
        return self._tower.embed(texts)


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
    write_graph(
        encoder.model,
        lambda model, **tokens: encoder.pool(
            model(**tokens).last_hidden_state.float(), tokens["attention_mask"]
        ),
        target / MODEL,
        feeds=feeds,
        batch="texts",
    )
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
