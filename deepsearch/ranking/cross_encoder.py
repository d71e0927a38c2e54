"""Second phase: a cross-encoder reads the request and each of the best listings together.

Two ways to run one: `TransformersPairs` (extra `clip`) and `OnnxPairs` (nothing beyond the
core install). `CrossEncoderReranker` puts its verdict beside the first phase's as one more
explained part, within a budget of hits and of time.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from deepsearch.errors import EncodingError, InvalidInputError, UnreadableFileError
from deepsearch.extras import require
from deepsearch.schema import (
    Contribution,
    Explanation,
    FloatArray,
    Hit,
    Listing,
    Note,
    ParsedQuery,
)

if TYPE_CHECKING:
    from tokenizers import Encoding

__all__ = [
    "CrossEncoderReranker",
    "OnnxPairs",
    "PairScorer",
    "RerankConfig",
    "TransformersPairs",
    "listing_passage",
]

_log = logging.getLogger(__name__)
MAX_CHARS = 4_000
"""Of a listing's text; a cross-encoder reads some 512 tokens."""


@runtime_checkable
class PairScorer(Protocol):
    """Says how well each text answers a request."""

    def score(self, query: str, texts: Sequence[str]) -> FloatArray:
        """Score texts against a request.

        Args:
            query: The request.
            texts: Any number.

        Returns:
            (len(texts),) float32 logits, larger is better.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankConfig:
    """How far a second phase may go.

    Attributes:
        depth: Hits read, from the best, >= 1.
        budget_ms: Wall time after which no further batch is begun, > 0; hits not reached
            keep the first phase's score.
        batch_size: Hits read at once, >= 1.
        weight: Share of the best hit's score that a full change of verdict moves, >= 0.
    """

    depth: int = 24
    budget_ms: float = 300.0
    batch_size: int = 8
    weight: float = 0.5

    def __post_init__(self) -> None:
        """Check the values once.

        Raises:
            InvalidInputError: If one is out of range.
        """
        sizes_fit = self.depth >= 1 and self.batch_size >= 1 and self.budget_ms > 0
        if not (sizes_fit and math.isfinite(self.weight) and self.weight >= 0):
            raise InvalidInputError(
                f"{self}; expected depth and batch_size >= 1, budget_ms > 0, weight >= 0."
            )


def listing_passage(listing: Listing) -> str:
    """Write a listing as the text a cross-encoder reads.

    Args:
        listing: Any listing.

    Returns:
        Title, description, brand, model and attributes, a line each, at most 4,000
        characters.
    """
    lines = [listing.title]
    lines += [text for text in (listing.description, listing.brand, listing.model) if text]
    lines += [f"{name}: {value}" for name, value in listing.attributes.items()]
    return "\n".join(lines)[:MAX_CHARS]


class CrossEncoderReranker:
    """Reorders the best hits by what a cross-encoder reads in them.

        score' = score + weight · top score · (p - mean p),   p = 1 / (1 + exp(-logit))

    p is centred on the hits read, so that those beyond the budget neither gain nor lose.
    """

    def __init__(
        self,
        scorer: PairScorer,
        *,
        config: RerankConfig | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Wrap a scorer.

        Args:
            scorer: Reads pairs.
            config: Budgets and weight.
            clock: Seconds; for tests of the budget.
        """
        self._scorer = scorer
        self._config = config or RerankConfig()
        self._clock = clock

    def rerank(self, query: ParsedQuery, hits: Sequence[Hit]) -> list[Hit]:
        """Return the same hits, ranks renewed, best first.

        Args:
            query: The request; its text is read.
            hits: Best first.

        Returns:
            The hits with one part more each; unchanged if the scorer fails, which is logged.
        """
        return self.rerank_noted(query, hits)[0]

    def rerank_noted(
        self, query: ParsedQuery, hits: Sequence[Hit]
    ) -> tuple[list[Hit], tuple[Note, ...]]:
        """Rerank, and say what was not done: the budget reached, the scorer failed.

        Args:
            query: The request.
            hits: Best first.

        Returns:
            (hits, notes).
        """
        wanted = list(hits[: self._config.depth])
        if not query.text.strip() or not wanted:
            return list(hits), ()
        try:
            logits = self._read(query.text, wanted)
        except EncodingError as error:
            _log.warning("The cross-encoder failed, its verdict is left out: %s", error)
            return list(hits), (
                Note(stage="cross_encoder", text=f"Left out, since it failed: {error}"),
            )
        notes: tuple[Note, ...] = ()
        if len(logits) < len(wanted):
            text = (
                f"Read {len(logits)} of {len(wanted)} hits within "
                f"{self._config.budget_ms:g} ms; the others keep their first score."
            )
            notes = (Note(stage="cross_encoder", text=text),)
        return self._merge(hits, logits), notes

    def _read(self, text: str, hits: Sequence[Hit]) -> list[float]:
        start, logits = self._clock(), list[float]()
        for first in range(0, len(hits), self._config.batch_size):
            if first and (self._clock() - start) * 1000 >= self._config.budget_ms:
                break
            batch = hits[first : first + self._config.batch_size]
            scores = self._scorer.score(text, [listing_passage(hit.listing) for hit in batch])
            if scores.shape != (len(batch),) or not np.isfinite(scores).all():
                raise EncodingError(
                    f"The cross-encoder gave {scores.shape} scores, some not finite perhaps, for "
                    f"{len(batch)} listings; expected one finite logit each."
                )
            logits += [float(score) for score in scores]
        return logits

    def _merge(self, hits: Sequence[Hit], logits: Sequence[float]) -> list[Hit]:
        verdicts = [_sigmoid(logit) for logit in logits]
        middle = math.fsum(verdicts) / len(verdicts)
        unit = self._config.weight * max(hits[0].score, 0.0)
        merged = []
        for hit, verdict in zip(hits, verdicts, strict=False):
            part = Contribution(
                name="cross_encoder",
                value=unit * (verdict - middle),
                sentence=f"Read together with the request: {100 * verdict:.0f} % likely to fit.",
            )
            explanation = Explanation(contributions=(*hit.explanation.contributions, part))
            merged.append(replace(hit, explanation=explanation, score=hit.score + part.value))
        merged += hits[len(verdicts) :]
        merged.sort(key=lambda hit: (-hit.score, hit.listing.id))
        return [replace(hit, rank=rank) for rank, hit in enumerate(merged, start=1)]


def _sigmoid(logit: float) -> float:
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    grown = math.exp(logit)
    return grown / (1.0 + grown)


# ---------------------------------------------------------------- scorers


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
