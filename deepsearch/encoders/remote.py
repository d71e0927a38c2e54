"""Texts through an OpenAI-compatible `/embeddings` endpoint."""

from __future__ import annotations

import hashlib
import json
import logging
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from deepsearch.encoders.prompted import PromptedTextEncoder
from deepsearch.errors import EncodingError, InvalidInputError
from deepsearch.schema import EmbeddingSpace, FloatArray

if TYPE_CHECKING:
    from urllib.error import HTTPError

__all__ = ["RemoteConfig", "RemoteTextEncoder"]

logger = logging.getLogger(__name__)

RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
MAX_RESPONSE_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteConfig:
    """Where the endpoint is and what it can take.

    Attributes:
        url: Base address, e.g. "https://host/v1"; "/embeddings" is added.
        model: Name of the model, as the endpoint knows it.
        dim: Length of a vector, >= 1.
        revision: What tells this model's vectors from another's; None: made of address,
            model and prompts, which does not notice a model replaced behind its name.
        api_key: Sent as a bearer token; never logged or shown.
        query_prompt: Put before what is searched for.
        passage_prompt: Put before what is searched among.
        timeout_s: Seconds one request may take, > 0.
        attempts: Tries of one request, >= 1.
        backoff_s: Seconds before the second try; doubled for each further one, and
            spread at random by up to half so that many clients do not return together.
        max_backoff_s: Longest wait between two tries, also where the endpoint asks for more.
        batch_texts: Texts a request, >= 1.
        batch_chars: Characters a request; a longer single text still goes, alone.
        max_chars: Characters kept of a text.
    """

    url: str
    model: str
    dim: int
    revision: str | None = None
    api_key: str | None = field(default=None, repr=False)
    query_prompt: str = ""
    passage_prompt: str = ""
    timeout_s: float = 30.0
    attempts: int = 5
    backoff_s: float = 0.5
    max_backoff_s: float = 30.0
    batch_texts: int = 128
    batch_chars: int = 200_000
    max_chars: int = 32_000

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            InvalidInputError: If one is out of range.
        """
        if not self.url.startswith(("http://", "https://")):
            raise InvalidInputError(f"url is {self.url!r}; give an http or https address.")
        for name in ("dim", "attempts", "batch_texts", "batch_chars", "max_chars"):
            if getattr(self, name) < 1:
                raise InvalidInputError(f"{name} is {getattr(self, name)}; give a number >= 1.")
        for name in ("timeout_s", "backoff_s", "max_backoff_s"):
            if getattr(self, name) <= 0:
                raise InvalidInputError(f"{name} is {getattr(self, name)}; give a number > 0.")

    def space(self) -> EmbeddingSpace:
        """Name the space of the endpoint's vectors.

        Returns:
            The space, of cosine metric.
        """
        parts = (self.url, self.model, self.query_prompt, self.passage_prompt)
        hashed = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
        return EmbeddingSpace(name="remote-text", revision=self.revision or hashed, dim=self.dim)


class _TransientError(Exception):
    """A request failed in a way that may pass."""

    def __init__(self, reason: str, *, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


class RemoteTextEncoder(PromptedTextEncoder):
    """Encodes texts at a server; its vectors are checked before they are trusted.

    An empty text is sent as a space.
    """

    kind = "remote"

    def __init__(
        self, config: RemoteConfig, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Keep the config; nothing is sent yet.

        Args:
            config: Endpoint, model, limits.
            sleep: Waits between tries; tests pass their own.
        """
        self._config = config
        super().__init__(config.space(), prompts=config, max_chars=config.max_chars)
        self._sleep = sleep
        self._spread = random.Random(0)  # noqa: S311 (spreads waits, guards nothing)

    def _embed(self, texts: list[str]) -> FloatArray:
        # Most endpoints refuse an empty text.
        batches = self._batches([text or " " for text in texts])
        blocks = [self._request(batch) for batch in batches]
        empty = np.zeros((0, self._config.dim), np.float32)
        return np.concatenate(blocks) if blocks else empty

    def _batches(self, texts: list[str]) -> Iterator[list[str]]:
        batch: list[str] = []
        chars = 0
        for text in texts:
            full = len(batch) == self._config.batch_texts
            if batch and (full or chars + len(text) > self._config.batch_chars):
                yield batch
                batch, chars = [], 0
            batch.append(text)
            chars += len(text)
        if batch:
            yield batch

    def _request(self, batch: list[str]) -> FloatArray:
        """Send one batch, again where it may help."""
        config = self._config
        wait = config.backoff_s
        for attempt in range(1, config.attempts + 1):
            try:
                return self._send(batch)
            except _TransientError as problem:
                if attempt == config.attempts:
                    raise EncodingError(
                        f"{config.url} failed {attempt} times: {problem}. "
                        "Check that the endpoint is up, or raise attempts or timeout_s."
                    ) from problem
                pause = problem.after_s or wait * (1 + self._spread.random() / 2)
                logger.warning("%s: %s; trying again", config.url, problem)
                self._sleep(min(pause, config.max_backoff_s))
                wait *= 2
        raise AssertionError("attempts is at least 1")

    def _send(self, batch: list[str]) -> FloatArray:
        import urllib.error
        import urllib.request
        from http.client import HTTPException

        config = self._config
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if config.api_key is not None:
            headers["Authorization"] = f"Bearer {config.api_key}"
        body = json.dumps({"model": config.model, "input": batch, "encoding_format": "float"})
        request = urllib.request.Request(  # noqa: S310 (the scheme was checked)
            f"{config.url.rstrip('/')}/embeddings", data=body.encode(), headers=headers
        )
        try:
            with urllib.request.urlopen(request, timeout=config.timeout_s) as answer:  # noqa: S310
                content = answer.read(MAX_RESPONSE_BYTES + 1)
                promised = answer.headers.get("Content-Length")
        except urllib.error.HTTPError as error:
            raise self._refusal(error) from error
        except (OSError, HTTPException) as error:  # refused, reset, timed out, cut short
            raise _TransientError(str(error) or type(error).__name__) from error
        if promised is not None and len(content) < min(int(promised), MAX_RESPONSE_BYTES):
            raise _TransientError(f"the answer broke off after {len(content)} bytes")
        if len(content) > MAX_RESPONSE_BYTES:
            raise EncodingError(f"{config.url} answered more than {MAX_RESPONSE_BYTES} bytes.")
        return self._parse(content, len(batch))

    def _refusal(self, error: HTTPError) -> Exception:
        said = error.read(2000).decode("utf-8", "replace").strip()
        if error.code not in RETRIED:
            return EncodingError(f"{self._config.url} refused with {error.code}: {said}")
        after = error.headers.get("Retry-After", "")
        seconds = float(after) if after.strip().isdecimal() else None
        return _TransientError(f"status {error.code}: {said}", after_s=seconds)

    def _parse(self, content: bytes, count: int) -> FloatArray:
        config = self._config
        try:
            data = json.loads(content)["data"]
            rows: list[Any] = [None] * count
            for place, entry in enumerate(data):
                rows[entry.get("index", place)] = entry["embedding"]
            vectors = np.asarray(rows, dtype=np.float32)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise EncodingError(
                f"{config.url} answered no embeddings for {count} texts: {content[:200]!r}"
            ) from error
        if vectors.shape != (count, config.dim):
            raise EncodingError(
                f"{config.url} answered vectors of shape {vectors.shape} for {count} texts; "
                f"expected {(count, config.dim)}. Set dim to the model's."
            )
        return vectors
