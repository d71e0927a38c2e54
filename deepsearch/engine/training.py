"""Training the learned ranker on the engine's own answers to judged queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from deepsearch.engine.core import SearchEngine
from deepsearch.engine.encoding import Progress
from deepsearch.engine.options import SearchOptions
from deepsearch.errors import InvalidInputError
from deepsearch.evaluation import BootstrapInterval, Qrels, evaluate, paired_bootstrap
from deepsearch.extras import require
from deepsearch.ranking import LearnConfig, LearnedRanker, TrainingQuery, train_ranker
from deepsearch.schema import ListingId, Query

__all__ = ["CrossValidation", "TrainedRanker", "train_on_judgements"]

_MEASURE = "nDCG@10"
_TOP = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidation:
    """What training changes for queries it has not seen.

    Attributes:
        folds: Parts the queries were divided into; each was ranked by a model of the others.
        queries: Queries measured: those with a relevant listing.
        untrained: Their mean nDCG@10 in the first phase's order.
        trained: The same, reordered.
        difference: Mean of trained - untrained over the queries, with its 95 % interval.
        judged_untrained: Share of the first ten hits that somebody judged; the others count
            as irrelevant in nDCG, whatever they are.
        judged_trained: The same, reordered.
    """

    folds: int
    queries: int
    untrained: float
    trained: float
    difference: BootstrapInterval
    judged_untrained: float
    judged_trained: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedRanker:
    """A ranker, and what it was trained on.

    Attributes:
        ranker: Trained on all queries.
        queries: Judged queries that were asked.
        teaching: Those of them whose hits have different grades; the others teach nothing.
        hits: Hits of the judged queries.
        judged: Those of them that are judged.
        validation: Measured before the last training; None where fewer than two queries
            teach.
    """

    ranker: LearnedRanker
    queries: int
    teaching: int
    hits: int
    judged: int
    validation: CrossValidation | None


def train_on_judgements(
    engine: SearchEngine,
    queries: Sequence[Query],
    qrels: Qrels,
    *,
    options: SearchOptions | None = None,
    folds: int = 5,
    clicks: bool = False,
    config: LearnConfig | None = None,
    progress: Progress | None = None,
) -> TrainedRanker:
    """Ask the judged queries, learn from the judged hits, and measure on held-out queries.

    The hits are as many as the second phase will be given (`options.rerank_depth`), so that
    the model sees in training what it will see in use.

    Args:
        engine: Answers the queries, without a second phase.
        queries: Each with an id; those without a judgement are not asked.
        qrels: Query id → listing id → grade, 0..30, or 1 clicked / 0 shown and passed over.
        options: How to search; its k is of no matter.
        folds: Parts for cross-validation, >= 2; fewer where fewer queries teach.
        clicks: Whether the grades are clicks, whose bias towards the first places is then
            taken out; the places are taken to be those the engine ranks them at now.
        config: Size and pace of the model; its seed also deals the queries into folds.
        progress: Told after each query.

    Returns:
        The ranker and the measurements.

    Raises:
        InvalidInputError: If folds < 2, no query is judged, no hit is judged, or no query has
            hits of different grades.
    """
    require("lightgbm", extra="learn")  # said before the queries are asked, not after
    if folds < 2:
        raise InvalidInputError(f"folds is {folds}; expected at least 2.")
    asked = [query for query in queries if query.id is not None and qrels.get(query.id)]
    if not asked:
        raise InvalidInputError(
            f"None of the {len(queries)} queries is judged: the judgements are of "
            f"{len(qrels)} queries with other ids. Give judgements of these queries."
        )
    chosen, learn = options or SearchOptions(), config or LearnConfig()
    chosen = replace(chosen, k=chosen.rerank_depth, reranker=None)
    results = engine.search_many(asked, options=chosen, progress=progress)
    data = {
        query.id or "": TrainingQuery(
            parsed=result.parsed,
            hits=result.hits,
            grades=qrels[query.id or ""],
            clicks=clicks,
        )
        for query, result in zip(asked, results, strict=True)
    }
    judged = sum(hit.listing.id in one.grades for one in data.values() for hit in one.hits)
    found = sum(len(one.hits) for one in data.values())
    if not judged:
        raise InvalidInputError(
            f"None of the {found} hits of {len(asked)} judged queries is judged. Give judgements "
            "of this catalogue's listings, by their ids."
        )
    teaching = [name for name, one in data.items() if _teaches(one)]
    return TrainedRanker(
        ranker=train_ranker(list(data.values()), config=learn, today=chosen.today),
        queries=len(asked),
        teaching=len(teaching),
        hits=found,
        judged=judged,
        validation=_cross_validate(data, teaching, folds=folds, config=learn, options=chosen),
    )


def _teaches(query: TrainingQuery) -> bool:
    """Whether its hits have different grades, without which there is no order to learn."""
    return len({query.grades[h.listing.id] for h in query.hits if h.listing.id in query.grades}) > 1


def _cross_validate(
    data: Mapping[str, TrainingQuery],
    teaching: Sequence[str],
    *,
    folds: int,
    config: LearnConfig,
    options: SearchOptions,
) -> CrossValidation | None:
    """Rank every query by a model that was trained on the other folds' queries."""
    count = min(folds, len(teaching))
    if count < 2:
        return None
    random = np.random.default_rng(config.seed)
    others = [name for name in data if name not in set(teaching)]
    # Dealt in turn, those that teach first: each fold leaves some to train on.
    dealt = [*random.permutation(teaching).tolist(), *random.permutation(others).tolist()]
    untrained = {name: [hit.listing.id for hit in one.hits] for name, one in data.items()}
    trained: dict[str, list[ListingId]] = {}
    for fold in range(count):
        held_out = dealt[fold::count]
        rest = [data[name] for name in dealt if name not in set(held_out)]
        ranker = train_ranker(rest, config=config, today=options.today)
        for name in held_out:
            hits = ranker.rerank(data[name].parsed, data[name].hits)
            trained[name] = [hit.listing.id for hit in hits]
    qrels = {name: one.grades for name, one in data.items()}
    report = evaluate({"untrained": untrained, "trained": trained}, qrels, measures=[_MEASURE])
    before, after = (report[name].values(_MEASURE) for name in ("untrained", "trained"))
    return CrossValidation(
        folds=count,
        queries=len(before),
        untrained=report["untrained"].mean[_MEASURE],
        trained=report["trained"].mean[_MEASURE],
        difference=paired_bootstrap(before, after, seed=config.seed),
        judged_untrained=_judged_share(untrained, qrels),
        judged_trained=_judged_share(trained, qrels),
    )


def _judged_share(run: Mapping[str, Sequence[ListingId]], qrels: Qrels) -> float:
    """Share of the first ten of each query that are judged."""
    first = [listing in qrels[name] for name, found in run.items() for listing in found[:_TOP]]
    return float(np.mean(first)) if first else 0.0
