"""A live index against a plain dictionary of vectors, under any order of writes."""

from __future__ import annotations

import tempfile

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from deepsearch.errors import InvalidInputError, UnknownIdError
from deepsearch.index import (
    ClusteredConfig,
    ExactIndex,
    LiveIndex,
    PreparedFilter,
    build_index,
    load_index,
    save_index,
)
from deepsearch.schema import EmbeddingSpace, FloatArray

DIM = 24
SPACE = EmbeddingSpace(name="live", revision="1", dim=DIM)


def rows(count: int, seed: int) -> FloatArray:
    made = np.random.default_rng(seed).standard_normal((count, DIM))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


class LiveMachine(RuleBasedStateMachine):
    """Adds, replaces, removes, filters, compacts, saves and loads; compares with exact."""

    positions = Bundle("positions")

    @initialize(count=st.integers(0, 60), seed=st.integers(0, 999), clustered=st.booleans())
    def start(self, count: int, seed: int, clustered: bool) -> None:
        vectors = rows(count, seed)
        config = ClusteredConfig(reach=1_000.0) if clustered and count else None
        self.index = LiveIndex(build_index(vectors, SPACE, config=config))
        self.expected = dict(enumerate(vectors))
        self.given = count
        self.ready: PreparedFilter | None = None

    @rule(target=positions, count=st.integers(0, 8), seed=st.integers(0, 999))
    def add(self, count: int, seed: int):  # type: ignore[no-untyped-def]
        vectors = rows(count, seed)
        got = self.index.add(vectors)
        assert got.tolist() == list(range(self.given, self.given + count))
        self.expected.update(zip(got.tolist(), vectors, strict=True))
        self.given += count
        return multiple(*got.tolist())

    @rule(position=positions, seed=st.integers(0, 999))
    def replace(self, position: int, seed: int) -> None:
        vector = rows(1, seed)
        self.index.replace(np.array([position]), vector)
        self.expected[position] = vector[0]

    @rule(position=consumes(positions))
    def remove(self, position: int) -> None:
        self.index.remove(np.array([position]))
        self.expected.pop(position, None)

    @rule(seed=st.integers(0, 999), share=st.sampled_from([0.0, 0.05, 0.4, 1.0]))
    def remove_and_restore_base(self, seed: int, share: float) -> None:
        chosen = np.flatnonzero(np.random.default_rng(seed).random(self.given) < share / 4)
        self.index.remove(chosen)
        for position in chosen.tolist():
            self.expected.pop(position, None)

    @rule()
    def compact(self) -> None:
        self.index.compact()
        assert self.index.tail_count == 0

    @rule()
    def save_and_load(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            save_index(self.index, folder)
            loaded = load_index(folder, space=SPACE)
            assert isinstance(loaded, LiveIndex)
            # The mapped files outlive the folder, which is removed at once.
            self.index = loaded

    @rule(seed=st.integers(0, 999), k=st.integers(1, 12), share=st.sampled_from([0.0, 0.2, 0.7]))
    def filtered(self, seed: int, k: int, share: float) -> None:
        mask = np.random.default_rng(seed).random(self.given) < share
        self.compare(rows(2, seed + 1), k, mask)
        self.ready = self.index.prepare(mask)
        self.compare(rows(2, seed + 2), k, mask, self.ready)

    @rule(seed=st.integers(0, 999), k=st.integers(1, 12))
    def filtered_as_before(self, seed: int, k: int) -> None:
        # What was written since shows, under a filter that was made ready before it.
        if self.ready is None:
            return
        if len(self.ready.mask) == self.given:
            self.compare(rows(2, seed), k, self.ready.mask, self.ready)
        else:
            with pytest.raises(InvalidInputError, match="shape"):
                self.index.search(rows(1, seed), k=k, allowed=self.ready)

    @rule()
    def a_bad_write_changes_nothing(self) -> None:
        before = self.index.snapshot
        bad = rows(2, 1)
        bad[1, 0] = np.nan
        with pytest.raises(InvalidInputError):
            self.index.add(bad)
        with pytest.raises(UnknownIdError):
            self.index.remove(np.array([self.given]))
        with pytest.raises(UnknownIdError):
            self.index.replace(np.array([-1]), rows(1, 1))
        assert self.index.snapshot is before

    @invariant()
    def agrees_with_exact(self) -> None:
        assert len(self.index) == self.given
        assert self.index.live_count == len(self.expected)
        assert np.flatnonzero(self.index.live).tolist() == sorted(self.expected)
        self.compare(rows(1, self.given + 7), 6, None)

    def compare(
        self,
        queries: FloatArray,
        k: int,
        mask: np.ndarray | None,
        ready: PreparedFilter | None = None,
    ) -> None:
        found = self.index.search(queries, k=k, allowed=mask if ready is None else ready)
        keys = [key for key in sorted(self.expected) if mask is None or mask[key]]
        if not keys:
            assert (found.counts == 0).all()
            return
        exact = ExactIndex(np.stack([self.expected[key] for key in keys]), SPACE)
        truth = exact.search(queries, k=k)
        assert found.counts.tolist() == truth.counts.tolist()
        for row, count in enumerate(truth.counts):
            assert [keys[i] for i in truth.ids[row, :count]] == found.ids[row, :count].tolist()
            assert truth.scores[row, :count].tolist() == found.scores[row, :count].tolist()


LiveMachine.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestLiveMachine = LiveMachine.TestCase
