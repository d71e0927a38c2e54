"""Second phase: a ranker learned from judgements or clicks, on the explained features.

LightGBM's LambdaRank over what the first phase already explains: relevance, requirements
met, unknown and violated, every dimension's gain. It starts from the first phase's score and
learns what to add to it, so that few judgements change little. Where more must never rank
lower, the model is held monotone. What it adds is again a sum of explained parts (tree SHAP).
Saved as text, never as a pickle. Needs the extra `learn`.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.extras import require
from deepsearch.ranking.dimensions import DIMENSIONS, trusted
from deepsearch.ranking.judging import ListingView
from deepsearch.ranking.ranking import scene_of
from deepsearch.schema import Contribution, Explanation, Hit, ListingId, ParsedQuery, Status

__all__ = [
    "FEATURES",
    "LearnConfig",
    "LearnedRanker",
    "TrainingQuery",
    "features_of",
    "train_ranker",
]

_REQUIREMENTS = (
    "hard_met", "hard_unknown", "hard_violated", "wish_met", "wish_violated", "implied_met",
)  # fmt: skip
FEATURES: tuple[str, ...] = ("relevance", *_REQUIREMENTS, *DIMENSIONS)
"""Names of the columns of `features_of`."""
_FALLING = frozenset({"hard_unknown", "hard_violated", "wish_violated"})
_FORMAT, _VERSION = "deepsearch-ranker", 2
_NOT_RELEVANCE = ("requirement:", "supplier:", "folded", "cross_encoder", "learned:")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingQuery:
    """One query's hits with what is known of them.

    Attributes:
        parsed: The query.
        hits: As `rank` returned them.
        grades: Listing → grade 0..3, or 1 clicked / 0 shown and passed over; hits without
            one are left out.
        clicks: Whether the grades are clicks: then the rank shown is a bias that training
            takes out (unbiased LambdaRank), since what stands higher is clicked more.
    """

    parsed: ParsedQuery
    hits: Sequence[Hit]
    grades: Mapping[ListingId, int]
    clicks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnConfig:
    """Size and pace of the model.

    Attributes:
        trees: Boosting rounds, >= 1.
        leaves: Leaves a tree, >= 2.
        learning_rate: > 0.
        least_in_leaf: Hits a leaf holds at least, >= 1.
        l2: Pull of each leaf's value towards no change, >= 0.
        trust: How far the first phase's score is believed, > 0: the lead of one hit over
            another, times this, is what learning has to overcome (in log-odds).
        seed: Same data, same seed: same model.
    """

    trees: int = 100
    leaves: int = 4
    learning_rate: float = 0.1
    least_in_leaf: int = 20
    l2: float = 10.0
    trust: float = 10.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the values once.

        Raises:
            InvalidInputError: If one is out of range.
        """
        fits = self.trees >= 1 and self.leaves >= 2 and self.least_in_leaf >= 1
        above = all(math.isfinite(x) and x > 0 for x in (self.learning_rate, self.trust))
        if not (fits and above and math.isfinite(self.l2) and self.l2 >= 0):
            raise InvalidInputError(
                f"{self}; expected trees, least_in_leaf >= 1, leaves >= 2, learning_rate and "
                "trust > 0, l2 >= 0."
            )


def features_of(
    parsed: ParsedQuery, hits: Sequence[Hit], *, today: date | None = None
) -> npt.NDArray[np.float64]:
    """Turn hits into what the model sees.

    relevance: sum of the explanation's parts that come from retrieval, over the best one's;
    requirements: counts by kind and status; dimensions: trusted score less prior, 0 where
    unknown. Without exchange rates, prices are compared within a currency only: a model that
    learned from some day's rates would meet others, and in training and in use the same holds.

    Args:
        parsed: The query.
        hits: As `rank` returned them.
        today: Day that dates count from; None: the current day.

    Returns:
        (len(hits), len(FEATURES)) float64.
    """
    rows = np.zeros((len(hits), len(FEATURES)))
    if not hits:
        return rows
    views = [ListingView(hit.listing) for hit in hits]
    scene = scene_of(parsed, views, today=today or date.today(), rates=None)
    relevances = [_relevance(hit) for hit in hits]
    top = max(relevances)
    first = 1 + len(_REQUIREMENTS)
    for row, hit, view, relevance in zip(rows, hits, views, relevances, strict=True):
        row[0] = relevance / top if top > 0 else 1.0
        row[1:first] = _requirement_counts(hit)
        for column, dimension in enumerate(DIMENSIONS.values(), start=first):
            score = dimension.score(view, scene)
            if score is not None:
                row[column] = trusted(score, dimension.prior, scene.ask.today) - dimension.prior
    return rows


def _relevance(hit: Hit) -> float:
    return math.fsum(
        part.value
        for part in hit.explanation.contributions
        if not part.name.startswith(_NOT_RELEVANCE)
    )


def _requirement_counts(hit: Hit) -> list[float]:
    counts = dict.fromkeys(_REQUIREMENTS, 0.0)
    for judgement in hit.judgements:
        requirement = judgement.requirement
        kind = "implied" if requirement.implied_by else ("hard" if requirement.hard else "wish")
        status = {
            Status.MET: "met", Status.UNKNOWN: "unknown", Status.VIOLATED: "violated"
        }[judgement.status]  # fmt: skip
        if (name := f"{kind}_{status}") in counts:
            counts[name] += 1.0
    return list(counts.values())


class LearnedRanker:
    """A trained model behind the `Reranker` protocol."""

    def __init__(self, booster: Any, *, trust: float, today: date | None = None) -> None:
        """Wrap a LightGBM booster; `train_ranker` or `load` makes one.

        Args:
            booster: Trained on `FEATURES`.
            trust: `LearnConfig.trust` of the training.
            today: Day that dates count from; None: the current day.
        """
        self._booster = booster
        self._trust = trust
        self._today = today

    def rerank(self, query: ParsedQuery, hits: Sequence[Hit]) -> list[Hit]:
        """Return the same hits, ranks renewed, best first, ties by listing id.

        Args:
            query: The query.
            hits: As `rank` returned them.

        Returns:
            The hits, with what was learned added to their scores and parts.
        """
        if not hits:
            return []
        features = features_of(query, hits, today=self._today)
        parts = np.asarray(self._booster.predict(features, pred_contrib=True), dtype=np.float64)
        scored = [self._explained(hit, row) for hit, row in zip(hits, parts, strict=True)]
        scored.sort(key=lambda hit: (-hit.score, hit.listing.id))
        return [replace(hit, rank=rank) for rank, hit in enumerate(scored, start=1)]

    def _explained(self, hit: Hit, row: npt.NDArray[np.float64]) -> Hit:
        # The last column is the same for all hits: it orders nothing.
        learned = [
            Contribution(
                name=f"learned:{name}",
                value=float(value) / self._trust,
                sentence=f"Learned from {name.replace('_', ' ')}.",
            )
            for name, value in zip(FEATURES, row[:-1], strict=True)
            if value != 0
        ]
        explanation = Explanation(contributions=(*hit.explanation.contributions, *learned))
        return replace(hit, explanation=explanation, score=explanation.total)

    def save(self, path: Path) -> None:
        """Write the model as JSON that holds LightGBM's own text form.

        Args:
            path: File to write.
        """
        model = self._booster.model_to_string()
        record = {
            "format": _FORMAT,
            "version": _VERSION,
            "features": list(FEATURES),
            "trust": self._trust,
            "sha256": _digest(model),
            "model": model,
        }
        path.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: Path, *, today: date | None = None) -> LearnedRanker:
        """Read a model.

        Args:
            path: File that `save` wrote.
            today: Day that dates count from.

        Returns:
            The ranker.

        Raises:
            UnreadableFileError: If the file is absent, damaged, or of other features.
        """
        lightgbm = require("lightgbm", extra="learn")
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UnreadableFileError(f"Cannot read the ranker {path}: {error}") from error
        if not isinstance(record, dict) or record.get("format") != _FORMAT:
            raise UnreadableFileError(f"{path} is no ranker that deepsearch wrote.")
        if record.get("version") != _VERSION or record.get("features") != list(FEATURES):
            raise UnreadableFileError(
                f"The ranker {path} was trained on other features than this version computes. "
                "Train it again."
            )
        model = record.get("model")
        # LightGBM's reader may crash the process on damaged text: it must not see any
        if not isinstance(model, str) or record.get("sha256") != _digest(model):
            raise UnreadableFileError(f"The model in {path} is damaged. Train it again.")
        trust = record.get("trust")
        if not isinstance(trust, int | float) or not (math.isfinite(trust) and trust > 0):
            raise UnreadableFileError(f"The trust in {path} is {trust!r}. Train it again.")
        booster = lightgbm.Booster(model_str=model)
        if booster.num_feature() != len(FEATURES):
            raise UnreadableFileError(
                f"The model in {path} takes {booster.num_feature()} features."
            )
        return cls(booster, trust=float(trust), today=today)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def train_ranker(
    queries: Sequence[TrainingQuery],
    *,
    config: LearnConfig | None = None,
    today: date | None = None,
) -> LearnedRanker:
    """Train a ranker by LambdaRank, starting from the first phase's scores.

    Args:
        queries: Queries with graded hits; those whose hits are all of one grade teach nothing.
        config: Size and pace.
        today: Day that dates count from.

    Returns:
        The ranker; monotone: rising in relevance, requirements met and every dimension,
        falling in requirements unknown or violated.

    Raises:
        InvalidInputError: If no query has hits of different grades, judgements and clicks
            are mixed, or a grade is outside 0..30.
    """
    lightgbm = require("lightgbm", extra="learn")
    chosen = config or LearnConfig()
    rows, labels, groups, places = [], list[int](), list[int](), list[int]()
    scores: list[float] = []
    for query in queries:
        graded = [hit for hit in query.hits if hit.listing.id in query.grades]
        grades = [query.grades[hit.listing.id] for hit in graded]
        if len(set(grades)) < 2:
            continue
        if not all(0 <= grade <= 30 for grade in grades):
            raise InvalidInputError(f"Grades are {sorted(set(grades))}; expected 0..30.")
        features = features_of(query.parsed, query.hits, today=today)
        kept = [i for i, hit in enumerate(query.hits) if hit.listing.id in query.grades]
        rows.append(features[kept])
        labels += grades
        groups.append(len(graded))
        places += [hit.rank - 1 for hit in graded]
        scores += [hit.score * chosen.trust for hit in graded]
    if not rows:
        raise InvalidInputError(
            f"None of {len(queries)} queries has hits of different grades; there is nothing to "
            "learn from."
        )
    if len({query.clicks for query in queries}) > 1:
        raise InvalidInputError("Judgements and clicks are mixed; train on one kind.")
    data = lightgbm.Dataset(
        np.concatenate(rows),
        label=labels,
        group=groups,
        init_score=scores,
        position=places if queries[0].clicks else None,
        feature_name=list(FEATURES),
        free_raw_data=False,
    )
    parameters = {
        "objective": "lambdarank",
        "num_leaves": chosen.leaves,
        "learning_rate": chosen.learning_rate,
        "min_data_in_leaf": chosen.least_in_leaf,
        "lambda_l2": chosen.l2,
        "monotone_constraints": [-1 if name in _FALLING else 1 for name in FEATURES],
        "monotone_constraints_method": "basic",
        "seed": chosen.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
    booster = lightgbm.train(parameters, data, chosen.trees)
    return LearnedRanker(booster, trust=chosen.trust, today=today)
