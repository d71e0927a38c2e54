"""Runs and judgements to measures; found neighbours to ann_recall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from deepsearch.errors import InvalidInputError
from deepsearch.schema import IntArray, ListingId

__all__ = [
    "MEASURES",
    "RELEVANT",
    "Evaluation",
    "Qrels",
    "QueryId",
    "Run",
    "ann_recall",
    "evaluate",
]

QueryId: TypeAlias = str
Qrels: TypeAlias = Mapping[QueryId, Mapping[ListingId, int]]
Run: TypeAlias = Mapping[QueryId, Sequence[ListingId]]
"""Query → ids, best first."""

RELEVANT = 2
"""Grade from which a document counts as relevant for measures that know yes and no."""

MEASURES: tuple[str, ...] = ("nDCG@10", "R@50", "RR", "P@10")
"""nDCG has linear gain (trec_eval's), and takes all grades; the others count `RELEVANT`."""


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
