"""An index that changes while it is searched.

An immutable base, a tail of fresh rows that is scanned exactly, and a mask over what
was replaced or removed. Every write makes a new snapshot and swaps it in; a search
takes the snapshot it finds and needs no lock. Compaction builds a new base beside the
running searches and swaps it in the same way, keeping what was written meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Protocol

import numpy as np

from deepsearch.errors import InvalidInputError, SpaceMismatchError, UnknownIdError
from deepsearch.index._checks import as_mask, as_queries, as_vectors, check_k, kept_mask
from deepsearch.index._metric import row_scores
from deepsearch.index._select import merge
from deepsearch.index.planner import Plan, PlannedIndex
from deepsearch.index.prepared import PreparedFilter
from deepsearch.index.snapshot import (
    REMOVED,
    Snapshot,
    base_mask,
    detached,
    drop,
    put,
    rebase,
    vectors_at,
)
from deepsearch.index.tail import search_tail
from deepsearch.schema import BoolArray, EmbeddingSpace, FloatArray, IntArray, Matches

__all__ = ["Builder", "LiveIndex", "vectors_at"]


class Builder(Protocol):
    """Builds a base from vectors; `build_index` is one."""

    def __call__(self, vectors: FloatArray, space: EmbeddingSpace, /) -> PlannedIndex:
        """Build a base over (n, dim) vectors."""
        ...


class LiveIndex:
    """A planned base with a fresh tail: adds, replacements and removals show at once.

    A position is given to a vector when it is added, stays with it through
    replacements and compactions, and is never used again once removed. `len` counts
    positions, removed ones included, because masks span them; `live_count` counts what
    can be found.
    """

    kind: ClassVar[str] = "live"

    def __init__(self, base: PlannedIndex, *, build: Builder | None = None) -> None:
        """Start from a base whose rows become positions 0..len(base)-1.

        Args:
            base: The compacted rows; may be empty.
            build: Builds the base of a compaction; None: `build_index` with the base's
                target_recall.
        """
        count = len(base)
        self._restore(
            Snapshot(
                base=base,
                base_positions=np.arange(count, dtype=np.int64),
                base_live=np.ones(count, dtype=np.bool_),
                tail=np.empty((0, base.space.dim), dtype=np.float32),
                tail_rows=np.empty(0, dtype=np.int64),
                tail_positions=np.empty(0, dtype=np.int64),
                where=np.arange(count, dtype=np.int64),
            ),
            build,
        )

    def _restore(self, snapshot: Snapshot, build: Builder | None) -> None:
        self._snapshot = snapshot
        self._build = build or _like(snapshot.base)
        self._writing = threading.Lock()
        self._compacting = threading.Lock()
        self._alive_of: tuple[BoolArray, PreparedFilter | None] | None = None

    @classmethod
    def from_snapshot(cls, snapshot: Snapshot, *, build: Builder | None = None) -> LiveIndex:
        """Continue from a snapshot, apart from the index it was taken from.

        Both share the base and whatever else never changes; what is written to one does
        not show in the other.

        Args:
            snapshot: A consistent snapshot.
            build: As in the constructor.

        Returns:
            The index.
        """
        index = cls.__new__(cls)
        index._restore(detached(snapshot), build)
        return index

    @property
    def space(self) -> EmbeddingSpace:
        """The space of the vectors held."""
        return self._snapshot.base.space

    @property
    def snapshot(self) -> Snapshot:
        """The state a search started now would see."""
        return self._snapshot

    def __len__(self) -> int:
        """Positions given out, removed ones included; the length of a mask."""
        return int(self._snapshot.where.shape[0])

    @property
    def live_count(self) -> int:
        """Vectors that can be found."""
        return int(np.count_nonzero(self._snapshot.where != REMOVED))

    @property
    def tail_count(self) -> int:
        """Fresh vectors, scanned exactly by every search until compacted."""
        return int(self._snapshot.tail_rows.shape[0])

    @property
    def live(self) -> BoolArray:
        """(len(self),) mask of the positions not removed."""
        live: BoolArray = self._snapshot.where != REMOVED
        return live

    def prepare(self, allowed: BoolArray) -> PreparedFilter:
        """Make a filter ready for searches that come again with it.

        After a write it is still right and no longer quick: make it anew then. What was
        added since has positions that it does not know, and is refused as a short mask is.

        Args:
            allowed: (len(self),) bool mask over positions; copied.

        Returns:
            What `search` takes as `allowed`, sooner done with than with the mask.

        Raises:
            InvalidInputError: If it is no mask of this length.
        """
        state = self._snapshot
        mask = kept_mask(allowed, state.where.shape[0])
        return PreparedFilter(
            mask=mask,
            count=int(np.count_nonzero(mask & (state.where != REMOVED))),
            made_for=state,
            base=state.base.prepare(base_mask(state, mask)),
        )

    def search(
        self, queries: FloatArray, *, k: int, allowed: BoolArray | PreparedFilter | None = None
    ) -> Matches:
        """Find the k best live vectors for each query; see `search_planned`.

        Args:
            queries: (n, dim) float32, finite; a single vector as query[None, :].
            k: Matches wanted a query, >= 1; fewer come back if fewer are allowed.
            allowed: (len(self),) bool mask over positions, or what `prepare` made of one;
                None allows all. A removed position is never returned.

        Returns:
            Positions and scores, larger is better, ties by position.
        """
        return self.search_planned(queries, k=k, allowed=allowed)[0]

    def search_planned(
        self, queries: FloatArray, *, k: int, allowed: BoolArray | PreparedFilter | None = None
    ) -> tuple[Matches, Plan]:
        """Find the k best live vectors for each query, and say how they were found.

        Args:
            queries: (n, dim) float32, finite; a single vector as query[None, :].
            k: Matches wanted a query, >= 1; fewer come back if fewer are allowed.
            allowed: (len(self),) bool mask over positions, or what `prepare` made of one;
                None allows all.

        Returns:
            The matches, and the plan of the base with the counts of base and tail.

        Raises:
            DimensionMismatchError: If the queries' width is not the space's.
            InvalidInputError: If k < 1, a value is not finite, or the mask's
                length differs from the index's.
        """
        state = self._snapshot
        batch = as_queries(queries, self.space)
        k = check_k(k)
        mask = as_mask(allowed, state.where.shape[0])
        among: BoolArray | PreparedFilter | None
        if isinstance(allowed, PreparedFilter) and allowed.made_for is state:
            among = allowed.base
        elif mask is None:
            among = self._alive(state)
        else:
            among = base_mask(state, mask)
        found, plan = state.base.search_planned(batch, k=k, allowed=among)
        base_ids = (
            np.where(found.ids >= 0, state.base_positions[np.maximum(found.ids, 0)], np.int64(-1))
            if len(state.base)
            else found.ids
        )
        base_found = replace(found, ids=base_ids)
        rows, positions = state.tail_rows, state.tail_positions
        if mask is not None and rows.shape[0]:
            keep = mask[positions]
            rows, positions = rows[keep], positions[keep]
        if rows.shape[0] == 0:
            return base_found, plan
        fresh = search_tail(
            batch, state.tail, state.segments, rows, positions, k=k, metric=self.space.metric
        )
        return merge(base_found, fresh, k), replace(
            plan,
            allowed_count=plan.allowed_count + rows.shape[0],
            reason=f"{plan.reason}; {rows.shape[0]} fresh rows all scored",
        )

    def _alive(self, state: Snapshot) -> PreparedFilter | None:
        # What stands of the base, made ready at the first search after a write; None for all.
        # Two threads may both make it, which does no harm.
        known = self._alive_of
        if known is None or known[0] is not state.base_live:
            live = state.base_live
            known = (live, None if live.all() else state.base.prepare(live))
            self._alive_of = known
        return known[1]

    def scores(self, query: FloatArray, positions: IntArray) -> FloatArray:
        """Score given live vectors, exactly: what another retriever found, say.

        Args:
            query: (dim,) float32, finite.
            positions: (m,) distinct live positions.

        Returns:
            (m,) float32, as `search` scores them.

        Raises:
            DimensionMismatchError: If the query's width is not the space's.
            InvalidInputError: If a value is not finite or a position repeats.
            UnknownIdError: If a position was never given out or was removed.
        """
        state = self._snapshot
        (checked,) = as_queries(query[None, :], self.space)
        wanted = _positions(positions, state.where.shape[0])
        removed = state.where[wanted] == REMOVED
        if removed.any():
            raise UnknownIdError(f"Position {int(wanted[removed][0])} was removed.")
        return row_scores(checked, vectors_at(state, wanted), self.space.metric)

    # ------------------------------------------------------------ writing

    def add(self, vectors: FloatArray) -> IntArray:
        """Add vectors; the next search finds them.

        Args:
            vectors: (n, dim) float32, finite, unit length in a cosine space.

        Returns:
            (n,) the positions given to them.
        """
        rows = as_vectors(vectors, self.space)
        with self._writing:
            state = self._snapshot
            first = state.where.shape[0]
            positions = np.arange(first, first + rows.shape[0], dtype=np.int64)
            grown = np.concatenate((state.where, np.full(rows.shape[0], REMOVED, np.int64)))
            self._snapshot = put(replace(state, where=grown), positions, rows)
        return positions

    def replace(self, positions: IntArray, vectors: FloatArray) -> None:
        """Put new vectors at positions that were given out; a removed one comes back.

        Args:
            positions: (n,) distinct positions.
            vectors: (n, dim) float32, finite, unit length in a cosine space.

        Raises:
            InvalidInputError: If a position repeats or the counts differ.
        """
        rows = as_vectors(vectors, self.space)
        with self._writing:
            state = self._snapshot
            wanted = _positions(positions, state.where.shape[0])
            if wanted.shape[0] != rows.shape[0]:
                raise InvalidInputError(
                    f"{wanted.shape[0]} positions and {rows.shape[0]} vectors were given; "
                    "expected one vector a position."
                )
            self._snapshot = put(drop(state, wanted), wanted, rows)

    def remove(self, positions: IntArray) -> None:
        """Remove vectors; the next search no longer finds them.

        Args:
            positions: (n,) distinct positions; one already removed stays so.
        """
        with self._writing:
            state = self._snapshot
            self._snapshot = drop(state, _positions(positions, state.where.shape[0]))

    # ------------------------------------------------------------ compaction

    def compact(self) -> None:
        """Build a new base of all live rows; searches and writes go on meanwhile.

        What is written while the base is built stays in the tail. A second caller waits
        for the first, then compacts what is left.
        """
        with self._compacting:
            before = self._snapshot
            positions = np.flatnonzero(before.where != REMOVED)
            base = self._build(vectors_at(before, positions), self.space)
            with self._writing:
                self._snapshot = rebase(self._snapshot, before, base, positions)

    def compact_in_background(
        self, *, done: Callable[[BaseException | None], None] | None = None
    ) -> threading.Thread:
        """Start `compact` in a daemon thread.

        Args:
            done: Called from that thread at the end, with the error or None.

        Returns:
            The thread, started; join it to wait.
        """

        def work() -> None:
            error: BaseException | None = None
            try:
                self.compact()
            except BaseException as caught:
                error = caught
                if done is None:
                    raise
            finally:
                if done is not None:
                    done(error)

        thread = threading.Thread(target=work, name="deepsearch-compaction", daemon=True)
        thread.start()
        return thread

    def needs_compaction(self, *, tail_share: float = 0.1, least: int = 5_000) -> bool:
        """Tell whether tail and dead rows have grown enough to slow searches.

        Args:
            tail_share: Share of the base that fresh and dead rows together may reach.
            least: Rows below which it is never worth it.

        Returns:
            True where `compact` is due.
        """
        state = self._snapshot
        stale = int(state.tail.shape[0]) + int(np.count_nonzero(~state.base_live))
        return stale > max(least, tail_share * len(state.base))


def _like(base: PlannedIndex) -> Builder:
    from deepsearch.index.build import build_index

    target = base.target_recall
    config = base.config

    def build(vectors: FloatArray, space: EmbeddingSpace, /) -> PlannedIndex:
        if space != base.space:
            raise SpaceMismatchError(f"Vectors of {space} given to a live index of {base.space}.")
        return build_index(vectors, space, config=config, target_recall=target)

    return build


def _positions(positions: IntArray, count: int) -> IntArray:
    wanted = np.atleast_1d(np.asarray(positions))
    if wanted.size == 0:
        return np.empty(0, dtype=np.int64)
    if wanted.ndim != 1 or not np.issubdtype(wanted.dtype, np.integer):
        raise InvalidInputError(
            f"Positions are {wanted.dtype} of shape {wanted.shape}; expected (n,) integers."
        )
    outside = (wanted < 0) | (wanted >= count)
    if outside.any():
        raise UnknownIdError(
            f"Position {int(wanted[outside][0])} was never given out; the index has "
            f"positions 0 to {count - 1}."
        )
    if np.unique(wanted).shape[0] != wanted.shape[0]:
        raise InvalidInputError("A position is given twice; each may be written once a call.")
    return wanted.astype(np.int64)
