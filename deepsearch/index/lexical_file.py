"""The one file an index of words is kept in.

```
{"format": "deepsearch-lexical", "version": 2, ..., "sha256": "..."}     one line of JSON
starts    (terms + 1) int64
rows      postings    int32
scores    postings    float32       little-endian, one after the other
repeated  repeats     int64
times     repeats     int32
terms     UTF-8, one a line
```

The hash covers the header's other values and all that follows. Nothing is read before the
file's size has been found to be what the header says.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from deepsearch.errors import IndexFormatError
from deepsearch.index.tokenise import TOKENISER_VERSION
from deepsearch.schema import FloatArray, IntArray

__all__ = ["Postings", "read_postings", "write_postings"]

_HEADER_LIMIT = 4096
_IDENTITY = {"format": "deepsearch-lexical", "version": 2, "tokeniser": TOKENISER_VERSION}
_COUNTS = ("length", "terms", "postings", "repeats", "term_bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Postings:
    """Which texts hold which terms, and what each adds to a score.

    Attributes:
        length: Texts.
        terms: (t,) distinct terms, without line breaks.
        starts: (t + 1,) where each term's postings begin.
        rows: (p,) int32 texts, ascending within a term.
        scores: (p,) float32, > 0.
        times: (p,) how often each posting's text holds its term, what another collection's
            scores are made of; None where several fields are weighed together.
    """

    length: int
    terms: Sequence[str]
    starts: IntArray
    rows: npt.NDArray[np.int32]
    scores: FloatArray
    times: npt.NDArray[np.int32] | None = None


def write_postings(path: Path, postings: Postings, config: Mapping[str, Any]) -> None:
    """Write a file, replacing it whole or not at all.

    Args:
        path: The file; its folder exists.
        postings: What to write.
        config: JSON values kept with them: how the terms were weighed.
    """
    terms = "\n".join(postings.terms).encode()
    # Most terms stand once in a text: only the others are told of.
    times = np.empty(0, np.int32) if postings.times is None else postings.times
    repeated = np.flatnonzero(times > 1)
    arrays = [
        np.ascontiguousarray(postings.starts, dtype="<i8"),
        np.ascontiguousarray(postings.rows, dtype="<i4"),
        np.ascontiguousarray(postings.scores, dtype="<f4"),
        repeated.astype("<i8"),
        times[repeated].astype("<i4"),
        np.frombuffer(terms, dtype=np.uint8),
    ]
    header = _IDENTITY | {
        "length": postings.length,
        "terms": len(postings.terms),
        "postings": len(postings.rows),
        "counted": postings.times is not None,
        "repeats": len(repeated),
        "term_bytes": len(terms),
        "config": dict(config),
    }
    header["sha256"] = _digest(header, arrays)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        with draft.open("wb") as file:
            file.write(json.dumps(header).encode() + b"\n")
            for array in arrays:
                file.write(array.data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_postings(path: Path) -> tuple[Postings, Mapping[str, Any]]:
    """Read a file, trusting nothing in it.

    Args:
        path: As written by `write_postings`.

    Returns:
        What it holds: the postings, and how they were weighed.

    Raises:
        IndexFormatError: If it is absent, damaged, foreign, or of another version of the
            format or the tokeniser.
    """
    try:
        return _read(path)
    except (OSError, ValueError) as error:
        raise IndexFormatError(
            f"'{path}' is no index of words that can be used: {error}. "
            "Rebuild it from the listings' texts."
        ) from error


def _read(path: Path) -> tuple[Postings, Mapping[str, Any]]:
    with path.open("rb") as file:
        line = file.readline(_HEADER_LIMIT)
        header = _checked_header(line, path.stat().st_size)
        sizes = (
            ("<i8", header["terms"] + 1),
            ("<i4", header["postings"]),
            ("<f4", header["postings"]),
            ("<i8", header["repeats"]),
            ("<i4", header["repeats"]),
            ("u1", header["term_bytes"]),
        )
        arrays = [np.fromfile(file, dtype=kind, count=count) for kind, count in sizes]
    if _digest(header, arrays) != header["sha256"]:
        raise ValueError("its contents do not have the hash they were written with")
    starts, rows, scores, repeated, repeats, raw = arrays
    terms = raw.tobytes().decode().split("\n") if header["terms"] else []
    # The hash tells damage; these tell a file that was never written by this code.
    fits = (
        len(terms) == len(set(terms)) == header["terms"]
        and starts[0] == 0
        and starts[-1] == len(rows)
        and bool((np.diff(starts) > 0).all())
        and (len(rows) == 0 or (rows.min() >= 0 and rows.max() < header["length"]))
        and bool(np.isfinite(scores).all())
        and bool((np.diff(repeated) > 0).all())
        and (len(repeated) == 0 or (repeated[0] >= 0 and repeated[-1] < len(rows)))
        and bool((repeats > 1).all())
    )
    if not fits:
        raise ValueError("its parts do not fit together")
    times = None
    if header["counted"]:
        times = np.ones(len(rows), dtype=np.int32)
        times[repeated] = repeats
    postings = Postings(
        length=header["length"], terms=terms, starts=starts, rows=rows, scores=scores, times=times
    )
    return postings, header["config"]


def _checked_header(line: bytes, size: int) -> Mapping[str, Any]:
    if not line.endswith(b"\n"):
        raise ValueError("it has no header")
    header = json.loads(line)
    if not isinstance(header, dict):
        raise ValueError("its header is no JSON object")
    for key, value in _IDENTITY.items():
        if header.get(key) != value:
            raise ValueError(f"it has {key} {header.get(key)!r}, this library reads {value!r}")
    for key in _COUNTS:
        if not isinstance(header.get(key), int) or header[key] < 0:
            raise ValueError(f"its header has {key} {header.get(key)!r}")
    expected = (
        len(line)
        + 8 * (header["terms"] + 1)
        + 8 * header["postings"]
        + 12 * header["repeats"]
        + header["term_bytes"]
    )
    if size != expected:
        raise ValueError(f"it has {size} bytes where its header tells of {expected}")
    for key, kind in (("sha256", str), ("counted", bool), ("config", dict)):
        if not isinstance(header.get(key), kind):
            raise ValueError(f"its header has {key} {header.get(key)!r}")
    return header


def _digest(header: Mapping[str, Any], arrays: Sequence[npt.NDArray[Any]]) -> str:
    said = {key: value for key, value in header.items() if key != "sha256"}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
    for array in arrays:
        digest.update(array.data)
    return digest.hexdigest()
