"""Models that read a request and a listing together, as `PairScorer`s.

`TransformersPairs` needs the extra `clip`, `OnnxPairs` nothing beyond the core install.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from deepsearch.errors import EncodingError, InvalidInputError, UnreadableFileError
from deepsearch.extras import require
from deepsearch.schema import FloatArray

if TYPE_CHECKING:
    from tokenizers import Encoding

__all__ = ["OnnxPairs", "TransformersPairs"]


class TransformersPairs:
    """A transformers sequence-classification model with one label (or the last of two)."""

    def __init__(self, model: Any, tokenizer: Any, *, device: str, max_tokens: int) -> None:
        """Wrap a loaded model; `from_pretrained` loads one.

        Args:
            model: A model with a classification head, in evaluation mode, placed.
            tokenizer: Its tokenizer.
            device: Where its inputs go.
            max_tokens: Longest pair; the listing's text is cut.
        """
        self._model = model
        self._tokenizer = tokenizer
        self._device = device
        self._max_tokens = max_tokens

    @classmethod
    def from_pretrained(
        cls,
        model: str,
        *,
        local_files_only: bool = True,
        device: str = "cpu",
        max_tokens: int = 512,
    ) -> TransformersPairs:
        """Load a model.

        Args:
            model: A folder as `save_pretrained` leaves it, or a hub id.
            local_files_only: False lets a hub id be downloaded.
            device: A torch device.
            max_tokens: Longest pair, >= 8; the model's own limit holds too.

        Returns:
            The scorer.

        Raises:
            InvalidInputError: If max_tokens < 8, or the model has more than two labels.
            UnreadableFileError: If the model cannot be loaded.
        """
        transformers = require("transformers", extra="clip")
        if max_tokens < 8:
            raise InvalidInputError(f"max_tokens is {max_tokens}; expected at least 8.")
        options = {"local_files_only": local_files_only}
        try:
            loaded = transformers.AutoModelForSequenceClassification.from_pretrained(
                model, use_safetensors=True, **options
            )
            tokenizer = transformers.AutoTokenizer.from_pretrained(model, **options)
        except (OSError, ValueError) as error:
            raise UnreadableFileError(
                f"Cannot load the cross-encoder {model!r}: {error} Give a folder with "
                "config.json, model.safetensors and the tokenizer's files."
            ) from error
        if loaded.config.num_labels > 2:
            raise InvalidInputError(
                f"{model!r} has {loaded.config.num_labels} labels; a cross-encoder has one, or two."
            )
        positions = getattr(loaded.config, "max_position_embeddings", max_tokens)
        return cls(
            loaded.eval().to(device),
            tokenizer,
            device=device,
            max_tokens=min(max_tokens, positions),
        )

    def score(self, query: str, texts: Sequence[str]) -> FloatArray:
        """Score texts against a request, as `PairScorer.score`."""
        if not texts:
            return np.zeros(0, dtype=np.float32)
        torch = require("torch", extra="clip")
        inputs = self._tokenizer(
            [query] * len(texts),
            list(texts),
            padding=True,
            truncation="longest_first",
            max_length=self._max_tokens,
            return_tensors="pt",
        ).to(self._device)
        with torch.inference_mode():
            logits = self._model(**inputs).logits.float().cpu().numpy()
        return _one_logit(logits)


class OnnxPairs:
    """A cross-encoder as an ONNX file with its tokenizer.json."""

    def __init__(
        self,
        model: Path,
        tokenizer: Path,
        *,
        max_tokens: int = 512,
        threads: int | None = None,
    ) -> None:
        """Load a model.

        Args:
            model: ONNX file; inputs input_ids, attention_mask and, if it has it,
                token_type_ids, all int64 (n, tokens); first output (n, 1) or (n, 2) logits.
            tokenizer: tokenizer.json of the tokenizers library.
            max_tokens: Longest pair, >= 8.
            threads: Threads within one operator; None: one a physical core.

        Raises:
            InvalidInputError: If max_tokens < 8.
            UnreadableFileError: If a file is absent or damaged, or the model takes other inputs.
        """
        import onnxruntime
        from tokenizers import Tokenizer

        if max_tokens < 8:
            raise InvalidInputError(f"max_tokens is {max_tokens}; expected at least 8.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        options.log_severity_level = 3
        try:
            written = tokenizer.read_text(encoding="utf-8")
            self._tokenizer = Tokenizer.from_str(written)
            self._session = onnxruntime.InferenceSession(
                model.read_bytes(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the two libraries' exceptions share no base of their own
            raise UnreadableFileError(
                f"Cannot load the cross-encoder {model} with {tokenizer}: {error}"
            ) from error
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        known = {"input_ids", "attention_mask", "token_type_ids"}
        if not {"input_ids", "attention_mask"} <= self._inputs <= known:
            raise UnreadableFileError(
                f"{model} takes {sorted(self._inputs)}; a cross-encoder takes input_ids, "
                "attention_mask and perhaps token_type_ids."
            )
        self._tokenizer.enable_truncation(max_tokens, strategy="longest_first")
        self._tokenizer.enable_padding(pad_id=_pad_id(written), pad_token=_pad_token(written))

    def score(self, query: str, texts: Sequence[str]) -> FloatArray:
        """Score texts against a request, as `PairScorer.score`.

        Args:
            query: The request.
            texts: Any number.

        Returns:
            (len(texts),) float32 logits.

        Raises:
            EncodingError: If onnxruntime fails.
        """
        if not texts:
            return np.zeros(0, dtype=np.float32)
        encoded: list[Encoding] = self._tokenizer.encode_batch([(query, text) for text in texts])
        feeds = {
            "input_ids": np.array([e.ids for e in encoded], dtype=np.int64),
            "attention_mask": np.array([e.attention_mask for e in encoded], dtype=np.int64),
            "token_type_ids": np.array([e.type_ids for e in encoded], dtype=np.int64),
        }
        try:
            logits = self._session.run(
                None, {name: array for name, array in feeds.items() if name in self._inputs}
            )[0]
        except Exception as error:  # onnxruntime's exceptions share no base of their own
            raise EncodingError(
                f"The cross-encoder failed on {len(texts)} texts: {error}"
            ) from error
        return _one_logit(np.asarray(logits, dtype=np.float32))


def _one_logit(logits: np.ndarray[Any, Any]) -> FloatArray:
    """One logit a pair: of two labels, how much more the second (relevant) one."""
    if logits.ndim == 2 and logits.shape[1] == 2:
        logits = logits[:, 1] - logits[:, 0]
    return np.ascontiguousarray(logits.reshape(len(logits), -1)[:, 0], dtype=np.float32)


def _padding(written: str) -> dict[str, Any]:
    padding = json.loads(written).get("padding")
    return padding if isinstance(padding, dict) else {}


def _pad_token(written: str) -> str:
    return str(_padding(written).get("pad_token", "[PAD]"))


def _pad_id(written: str) -> int:
    """The padding token's id: as the file says, or where its vocabulary has it."""
    stated = _padding(written).get("pad_id")
    if isinstance(stated, int):
        return stated
    added = json.loads(written).get("added_tokens") or []
    return next((int(t["id"]) for t in added if t.get("content") == _pad_token(written)), 0)
