"""One name or path → the second phase it stands for."""

from __future__ import annotations

import json
from pathlib import Path

from deepsearch.errors import UnreadableFileError
from deepsearch.protocols import Reranker
from deepsearch.ranking.cross_encoder import CrossEncoderReranker, PairScorer, RerankConfig
from deepsearch.ranking.learned import LearnedRanker
from deepsearch.ranking.pair_models import OnnxPairs, TransformersPairs

__all__ = ["load_reranker"]

_ONNX = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
_MAX_TOKENS = 512


def load_reranker(model: str | Path, *, config: RerankConfig | None = None) -> Reranker:
    """Load a second phase.

    Args:
        model: A file that `train-ranker` wrote; a folder with a cross-encoder, as ONNX
            (model.onnx and tokenizer.json) or as transformers saves it; or the name of a
            cross-encoder in transformers' own cache.
        config: Budgets and weight of a cross-encoder; a learned ranker has none.

    Returns:
        The reranker.

    Raises:
        MissingExtraError: If a model needs an extra that is not installed.
        UnreadableFileError: If it is absent, damaged, or none of these.
    """
    path = Path(model)
    if path.is_file():
        try:
            return LearnedRanker.load(path)
        except UnreadableFileError as error:
            raise UnreadableFileError(
                f"{error} Give a file that train-ranker wrote, or a cross-encoder's folder."
            ) from error
    scorer = _from_folder(path) if path.is_dir() else _from_name(str(model))
    return CrossEncoderReranker(scorer, config=config)


def _from_folder(folder: Path) -> PairScorer:
    onnx = next((folder / name for name in _ONNX if (folder / name).is_file()), None)
    if onnx is not None and (folder / "tokenizer.json").is_file():
        return OnnxPairs(onnx, folder / "tokenizer.json", max_tokens=_max_tokens(folder))
    if (folder / "config.json").is_file():
        return TransformersPairs.from_pretrained(str(folder))
    held = ", ".join(sorted(item.name for item in folder.iterdir())[:8]) or "nothing"
    raise UnreadableFileError(
        f"'{folder}' holds no cross-encoder but {held}. Expected model.onnx with tokenizer.json, "
        "or config.json, model.safetensors and the tokenizer's files."
    )


def _from_name(name: str) -> PairScorer:
    # "a/b" may be a model's name; more steps, a dot or an ending can only be a path.
    if name.count("/") > 1 or name.startswith((".", "/", "~")) or "\\" in name:
        raise UnreadableFileError(
            f"There is no file or folder '{name}'. Give a ranker that train-ranker wrote, or the "
            "folder of a cross-encoder."
        )
    return TransformersPairs.from_pretrained(name)


def _max_tokens(folder: Path) -> int:
    """Positions the model has, where its configuration says so."""
    try:
        stated = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return _MAX_TOKENS
    positions = stated.get("max_position_embeddings") if isinstance(stated, dict) else None
    return min(_MAX_TOKENS, positions) if isinstance(positions, int) else _MAX_TOKENS
