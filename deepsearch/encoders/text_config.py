"""How a text model's token vectors become one, as its folder records it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from deepsearch.encoders.model_files import read_json
from deepsearch.errors import InvalidInputError

__all__ = ["TextModelConfig"]

Pooling = Literal["mean", "cls", "last"]

# Prompts that a model family was trained with, where its folder does not record them.
KNOWN_PROMPTS = {"e5": ("query: ", "passage: ")}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextModelConfig:
    """How a text model's token vectors become one, and what is put before a text.

    Attributes:
        pooling: Mean over tokens, the first token, or the last one.
        query_prompt: Put before what is searched for.
        passage_prompt: Put before what is searched among.
        max_tokens: Tokens kept, >= 1.
    """

    pooling: Pooling = "mean"
    query_prompt: str = ""
    passage_prompt: str = ""
    max_tokens: int = 512

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            InvalidInputError: If one is out of range.
        """
        if self.pooling not in ("mean", "cls", "last"):
            raise InvalidInputError(f"pooling is {self.pooling!r}; give 'mean', 'cls' or 'last'.")
        if self.max_tokens < 1:
            raise InvalidInputError(f"max_tokens is {self.max_tokens}; give a number >= 1.")

    @classmethod
    def from_folder(cls, folder: Path) -> TextModelConfig:
        """Read what sentence-transformers records beside a model.

        Args:
            folder: The model's folder; what it does not record keeps its default, except
                that E5 models get the prompts they were trained with.

        Returns:
            The config.

        Raises:
            InvalidInputError: If the recorded pooling is none of those known here.
        """
        pooling = read_json(folder / "1_Pooling" / "config.json")
        prompts = read_json(folder / "config_sentence_transformers.json").get("prompts") or {}
        limits = read_json(folder / "sentence_bert_config.json")
        family = next((name for name in KNOWN_PROMPTS if name in folder.name.split("-")), None)
        query, passage = KNOWN_PROMPTS[family] if family else ("", "")
        return cls(
            pooling=_recorded_pooling(pooling, folder),
            query_prompt=prompts.get("query", query),
            passage_prompt=prompts.get("passage", prompts.get("document", passage)),
            max_tokens=int(limits.get("max_seq_length") or 512),
        )


def _recorded_pooling(recorded: dict[str, Any], folder: Path) -> Pooling:
    modes: dict[str, Pooling] = {
        "pooling_mode_mean_tokens": "mean",
        "pooling_mode_cls_token": "cls",
        "pooling_mode_lasttoken": "last",
    }
    chosen = [key for key, value in recorded.items() if key.startswith("pooling_mode_") and value]
    if "pooling_mode" in recorded:  # newer folders name it in one word
        chosen = {
            "mean": ["pooling_mode_mean_tokens"],
            "cls": ["pooling_mode_cls_token"],
            "lasttoken": ["pooling_mode_lasttoken"],
        }.get(str(recorded["pooling_mode"]), [str(recorded["pooling_mode"])])
    if not chosen:
        return "mean"
    if len(chosen) > 1 or chosen[0] not in modes:
        raise InvalidInputError(
            f"{folder} records the pooling {chosen}; known are mean, cls and last. "
            "Pass a TextModelConfig."
        )
    return modes[chosen[0]]
