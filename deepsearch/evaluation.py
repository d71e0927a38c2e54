"""Runs and judgements to measures; found neighbours to ann_recall.

```python
qrels = read_qrels("qrels.tsv")
report = evaluate({"bm25": read_run("bm25.tsv"), "fused": fused}, qrels)
report["fused"].mean["nDCG@10"]
paired_bootstrap(report["bm25"].values("nDCG@10"), report["fused"].values("nDCG@10"))
```

Files are tab-separated: judgements `qid docid grade`, runs `qid docid rank score`, of which
the rank counts. A query without an answer counts 0, a document without a judgement grade 0.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.schema import IntArray, ListingId

__all__ = [
    "MEASURES",
    "RELEVANT",
    "BootstrapInterval",
    "Evaluation",
    "Qrels",
    "Run",
    "ann_recall",
    "bootstrap",
    "evaluate",
    "paired_bootstrap",
    "read_qrels",
    "read_run",
    "write_qrels",
    "write_run",
]

QueryId: TypeAlias = str
Qrels: TypeAlias = Mapping[QueryId, Mapping[ListingId, int]]
Run: TypeAlias = Mapping[QueryId, Sequence[ListingId]]
"""Query → ids, best first."""
Path_: TypeAlias = str | os.PathLike[str]

RELEVANT = 2
"""Grade from which a document counts as relevant for measures that know yes and no."""

MEASURES: tuple[str, ...] = ("nDCG@10", "R@50", "RR", "P@10")
"""nDCG has linear gain (trec_eval's), and takes all grades; the others count `RELEVANT`."""


# ---------------------------------------------------------------- measures


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A run's measures.

    Attributes:
        per_query: Measure → query → value, of every query with a relevant document.
        mean: Measure → mean over the queries.
    """

    per_query: Mapping[str, Mapping[QueryId, float]]
    mean: Mapping[str, float]

    def values(self, measure: str) -> npt.NDArray[np.float64]:
        """Give the values of a measure, to be paired with another run's.

        Args:
            measure: One of those measured, e.g. "nDCG@10".

        Returns:
            (queries,) float64, in the order of the queries' ids.

        Raises:
            KeyError: If it was not measured.
        """
        own = self.per_query[measure]
        return np.array([own[query] for query in sorted(own)])


def evaluate(
    runs: Mapping[str, Run], qrels: Qrels, *, measures: Sequence[str] = MEASURES
) -> dict[str, Evaluation]:
    """Measure runs against judgements.

    Args:
        runs: Name → run.
        qrels: Query → document → grade.
        measures: Names as in `MEASURES`; any cut-off after "@".

    Returns:
        Name → evaluation. A judged query that a run lacks counts 0; a query without any
        relevant document is left out, and so are queries of a run that nobody judged.

    Raises:
        InvalidInputError: If a run repeats a document, no query has a relevant document, or
            a measure is unknown.
    """
    import ir_measures

    judged = [
        ir_measures.Qrel(query, document, grade)
        for query, grades in qrels.items()
        for document, grade in grades.items()
    ]
    queries = {name: _answerable(qrels, name) for name in measures}
    parsed = {name: _parse_measure(name) for name in measures}
    found = {}
    for name, run in runs.items():
        scored = list(_scored(name, run, qrels))
        per_query: dict[str, dict[QueryId, float]] = {}
        for label, measure in parsed.items():
            # One measure a call: asked for two variants of one measure, ir-measures may mix them.
            values = {
                metric.query_id: float(metric.value)
                for metric in ir_measures.iter_calc([measure], judged, scored)
            }
            per_query[label] = {query: values.get(query, 0.0) for query in queries[label]}
        mean = {label: float(np.mean(list(own.values()))) for label, own in per_query.items()}
        found[name] = Evaluation(per_query=per_query, mean=mean)
    return found


def _parse_measure(name: str) -> Any:
    import ir_measures

    try:
        measure = ir_measures.parse_measure(name)
    except (NameError, ValueError, SyntaxError) as error:
        raise InvalidInputError(
            f"'{name}' is no measure; known are {', '.join(MEASURES)} with any cut-off."
        ) from error
    if "rel" in measure.SUPPORTED_PARAMS and "rel" not in measure.params:
        measure = measure(rel=RELEVANT)
    return measure


def _scored(name: str, run: Run, qrels: Qrels) -> Iterator[Any]:
    import ir_measures

    for query, documents in run.items():
        if len(set(documents)) < len(documents):
            raise InvalidInputError(f"Run '{name}' returns a document twice for query '{query}'.")
        if query in qrels:
            # The order is what counts; equal or missing scores must not change it.
            for rank, document in enumerate(documents, start=1):
                yield ir_measures.ScoredDoc(query, document, -float(rank))


def _answerable(qrels: Qrels, measure: str) -> list[QueryId]:
    """Queries a measure can tell something about, in the order of their ids."""
    least = 1 if measure.startswith("nDCG") else RELEVANT
    queries = sorted(
        query for query, grades in qrels.items() if max(grades.values(), default=0) >= least
    )
    if not queries:
        raise InvalidInputError(
            f"No query has a document of grade {least} or more, which {measure} needs."
        )
    return queries


def ann_recall(found: IntArray, exact: IntArray) -> float:
    """Share of the exact nearest neighbours that an index found.

    Args:
        found: (n, k) positions, -1 where there is none.
        exact: (n, k) positions of an exact index, -1 where there is none.

    Returns:
        Mean over the queries, each as overlap / exact neighbours it has; 1.0 where no query
        has any.

    Raises:
        InvalidInputError: If the shapes differ in the number of queries, or a row repeats a
            position.
    """
    if found.ndim != 2 or exact.ndim != 2 or len(found) != len(exact):
        raise InvalidInputError(
            f"Expected two arrays with a row a query, got {found.shape} and {exact.shape}."
        )
    shares = []
    for found_row, exact_row in zip(found, exact, strict=True):
        own, truth = found_row[found_row >= 0], exact_row[exact_row >= 0]
        if len(np.unique(own)) < len(own) or len(np.unique(truth)) < len(truth):
            raise InvalidInputError("A row holds a position twice.")
        if len(truth):
            shares.append(np.isin(truth, own).mean())
    return float(np.mean(shares)) if shares else 1.0


# ---------------------------------------------------------------- bootstrap


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapInterval:
    """A mean over queries, and how far it might lie elsewhere with other queries.

    Attributes:
        mean: Of the sample.
        low: Lower end of the percentile interval.
        high: Upper end.
        p: Two-sided share of resamples on the other side of 0; small: the sign is sure.
    """

    mean: float
    low: float
    high: float
    p: float


def bootstrap(
    values: Sequence[float] | npt.NDArray[np.float64],
    *,
    resamples: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> BootstrapInterval:
    """Percentile interval of a mean, by drawing the queries anew.

    Args:
        values: (n,) one value a query, finite, n >= 1.
        resamples: Draws.
        confidence: Share of the draws within the interval.
        seed: Of the draws.

    Returns:
        The interval.

    Raises:
        InvalidInputError: If there is no value, or one is not finite.

    Source: Efron, Tibshirani, "An introduction to the bootstrap", 1993.
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or not len(sample) or not np.isfinite(sample).all():
        raise InvalidInputError("A bootstrap needs a finite value of at least one query.")
    draws = np.random.default_rng(seed).integers(0, len(sample), (resamples, len(sample)))
    means = sample[draws].mean(axis=1)
    tail = 100 * (1 - confidence) / 2
    low, high = np.percentile(means, [tail, 100 - tail])
    p = 2 * min(float((means <= 0).mean()), float((means >= 0).mean()))
    return BootstrapInterval(
        mean=float(sample.mean()), low=float(low), high=float(high), p=min(p, 1.0)
    )


def paired_bootstrap(
    base: Sequence[float] | npt.NDArray[np.float64],
    other: Sequence[float] | npt.NDArray[np.float64],
    *,
    resamples: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> BootstrapInterval:
    """Interval of the mean difference other - base over the same queries.

    Args:
        base: (n,) values of one run.
        other: (n,) values of the other, query by query.
        resamples: Draws.
        confidence: Share of the draws within the interval.
        seed: Of the draws.

    Returns:
        The interval of the difference.

    Raises:
        InvalidInputError: If the lengths differ, or as in `bootstrap`.
    """
    if len(base) != len(other):
        raise InvalidInputError(
            f"Paired runs need the same queries, got {len(base)} and {len(other)} values."
        )
    difference = np.asarray(other, dtype=np.float64) - np.asarray(base, dtype=np.float64)
    return bootstrap(difference, resamples=resamples, confidence=confidence, seed=seed)


# ---------------------------------------------------------------- files


def read_qrels(path: Path_) -> dict[QueryId, dict[ListingId, int]]:
    """Read judgements: lines of query, document, grade, tab-separated.

    Args:
        path: UTF-8 file.

    Returns:
        Query → document → grade.

    Raises:
        UnreadableFileError: If a line is not of that form, or judges a document twice.
    """
    qrels: dict[QueryId, dict[ListingId, int]] = {}
    for number, (query, document, grade) in _lines(path, columns=3):
        grades = qrels.setdefault(query, {})
        if document in grades:
            raise UnreadableFileError(
                f"{path}, line {number}: '{document}' is judged twice for query '{query}'."
            )
        grades[document] = int(_number(path, number, "grade", grade))
    return qrels


def write_qrels(path: Path_, qrels: Qrels) -> None:
    """Write judgements as `read_qrels` reads them.

    Args:
        path: File to write.
        qrels: Query → document → grade.

    Raises:
        InvalidInputError: If an id holds a tab or a line break.
    """
    lines = (
        (query, document, str(grade))
        for query, grades in qrels.items()
        for document, grade in grades.items()
    )
    _write(path, lines)


def read_run(path: Path_) -> dict[QueryId, list[ListingId]]:
    """Read a run: lines of query, document, rank, score, tab-separated; the rank orders.

    Args:
        path: UTF-8 file; further columns are ignored.

    Returns:
        Query → documents, best first.

    Raises:
        UnreadableFileError: If a line is not of that form, or a query repeats a document or
            a rank.
    """
    ranked: dict[QueryId, list[tuple[float, ListingId]]] = {}
    for number, (query, document, rank) in _lines(path, columns=3):
        ranked.setdefault(query, []).append((_number(path, number, "rank", rank), document))
    run = {}
    for query, pairs in ranked.items():
        for what, column in (("rank", 0), ("document", 1)):
            if len({pair[column] for pair in pairs}) < len(pairs):
                raise UnreadableFileError(f"{path}: query '{query}' holds a {what} twice.")
        run[query] = [document for _, document in sorted(pairs)]
    return run


def write_run(
    path: Path_, run: Mapping[QueryId, Sequence[ListingId | tuple[ListingId, float]]]
) -> None:
    """Write a run as `read_run` reads it.

    Args:
        path: File to write.
        run: Query → documents, or (document, score) pairs, best first. Without scores
            1 / rank stands there.

    Raises:
        InvalidInputError: If an id holds a tab or a line break.
    """

    def lines() -> Iterator[tuple[str, ...]]:
        for query, documents in run.items():
            for rank, entry in enumerate(documents, start=1):
                if isinstance(entry, str):
                    yield query, entry, str(rank), f"{1 / rank:.9g}"
                else:
                    yield query, entry[0], str(rank), f"{entry[1]:.9g}"

    _write(path, lines())


def _lines(path: Path_, *, columns: int) -> Iterator[tuple[int, list[str]]]:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"{path} cannot be read: {error}.") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        cells = line.rstrip("\r").split("\t")
        if len(cells) < columns:
            raise UnreadableFileError(
                f"{path}, line {number}: expected {columns} or more columns separated by tabs, "
                f"got {len(cells)}."
            )
        yield number, cells[:columns]


def _number(path: Path_, line: int, what: str, text: str) -> float:
    try:
        return int(text)
    except ValueError as error:
        raise UnreadableFileError(
            f"{path}, line {line}: the {what} must be a whole number, got '{text}'."
        ) from error


def _write(path: Path_, lines: Iterable[tuple[str, ...]]) -> None:
    rows = []
    for cells in lines:
        if any(set("\t\r\n") & set(cell) for cell in cells):
            raise InvalidInputError(f"An id holds a tab or a line break: {cells}.")
        rows.append("\t".join(cells) + "\n")
    Path(path).write_text("".join(rows), encoding="utf-8")
