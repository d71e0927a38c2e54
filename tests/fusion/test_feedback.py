"""Feedback: numbers worked by hand, and what must hold for any."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepsearch.errors import InvalidInputError
from deepsearch.feedback import from_alike, towards, trust

EAST = np.array([1.0, 0.0], dtype=np.float32)
NORTH = np.array([0.0, 1.0], dtype=np.float32)
SCORES = st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=20)


def test_a_vector_moves_towards_the_mean_of_what_it_found() -> None:
    moved = towards(EAST, np.stack([NORTH, NORTH]), share=1.0)
    assert moved == pytest.approx([math.sqrt(0.5), math.sqrt(0.5)])
    half = towards(EAST, np.stack([NORTH]), share=0.5)
    assert half == pytest.approx([1 / math.sqrt(1.25), 0.5 / math.sqrt(1.25)])
    assert half.dtype == np.float32


def test_the_mean_counts_by_its_direction_not_its_length() -> None:
    spread = np.stack([NORTH, EAST])  # mean of length 0.71
    assert towards(EAST, spread, share=1.0) == pytest.approx(
        [math.cos(math.pi / 8), math.sin(math.pi / 8)]
    )


def test_nothing_found_moves_nothing() -> None:
    assert towards(EAST, np.zeros((0, 2), dtype=np.float32), share=1.0) is EAST
    assert towards(EAST, np.stack([NORTH]), share=0.0) is EAST
    assert towards(EAST, np.stack([NORTH, -NORTH]), share=1.0) == pytest.approx(EAST)
    assert towards(EAST, np.stack([-EAST]), share=1.0) is EAST  # they cancel out


def test_unusable_vectors_and_shares_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="share"):
        towards(EAST, np.stack([NORTH]), share=-1.0)
    with pytest.raises(InvalidInputError, match="shape"):
        towards(EAST, np.zeros((3, 5), dtype=np.float32), share=1.0)


def test_trust_by_hand() -> None:
    own, usual = [0.8, 0.6], [0.1, 0.1]
    assert trust([0.8, 0.6], own, usual, floor=0.3) == pytest.approx(1.0)
    assert trust([0.1, 0.1], own, usual, floor=0.3) == pytest.approx(0.3)
    assert trust([0.4, 0.4], own, usual, floor=0.3) == pytest.approx(0.3 + 0.7 * 0.125)
    assert trust([-1.0], own, usual, floor=0.3) == pytest.approx(0.3)


def test_what_cannot_be_compared_is_trusted() -> None:
    nan = math.nan
    assert trust([nan], [0.8], [0.1], floor=0.3) == 1.0
    assert trust([], [], [], floor=0.3) == 1.0
    assert trust([0.1], [0.1], [0.1], floor=0.3) == 1.0
    assert trust([0.8, nan], [0.8, 0.8], [0.1], floor=0.3) == pytest.approx(1.0)


def test_a_floor_is_a_share() -> None:
    with pytest.raises(InvalidInputError, match="floor"):
        trust([0.1], [0.8], [0.1], floor=1.5)


@given(SCORES, SCORES, SCORES, st.floats(0, 1))
def test_trust_lies_between_its_floor_and_one_and_grows_with_the_scores(
    other: list[float], own: list[float], usual: list[float], floor: float
) -> None:
    low = trust(other, own, usual, floor=floor)
    high = trust([score + 0.1 for score in other], own, usual, floor=floor)
    assert floor - 1e-12 <= low <= high + 1e-9 <= 1.0 + 2e-9


def test_alike_by_hand() -> None:
    slant = np.array([0.6, 0.8], dtype=np.float32)
    vectors = np.stack([EAST, NORTH, slant])
    one = from_alike([1.0, 0.5, 0.0], vectors, neighbours=1)
    assert one == pytest.approx([0.0, 0.0, 0.5])  # slant is nearest to both, north to slant
    two = from_alike([1.0, 0.5, 0.0], vectors, neighbours=2)
    # East and north have nothing in common; slant is 0.6 like the one, 0.8 like the other.
    assert two == pytest.approx([0.0, 0.0, (0.6 * 1.0 + 0.8 * 0.5) / 1.4])


def test_what_has_no_like_keeps_its_own_score() -> None:
    vectors = np.stack([EAST, NORTH, -EAST])
    assert from_alike([3.0, 2.0, 1.0], vectors, neighbours=5) == pytest.approx([3.0, 2.0, 1.0])
    assert from_alike([3.0], EAST[None], neighbours=5) == pytest.approx([3.0])
    assert len(from_alike([], np.zeros((0, 2), dtype=np.float32), neighbours=5)) == 0


def test_an_unknown_vector_is_nobodys_neighbour() -> None:
    vectors = np.stack([EAST, EAST, np.full(2, np.nan, dtype=np.float32)])
    assert from_alike([1.0, 0.0, 9.0], vectors, neighbours=2) == pytest.approx([0.0, 1.0, 9.0])


def test_unusable_neighbours_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="neighbours"):
        from_alike([1.0], EAST[None], neighbours=0)
    with pytest.raises(InvalidInputError, match="shape"):
        from_alike([1.0, 2.0], EAST[None], neighbours=1)


@given(st.lists(st.tuples(st.floats(0, 6.28), st.floats(-5, 5)), min_size=1, max_size=12))
def test_likes_lie_within_the_scores(candidates: list[tuple[float, float]]) -> None:
    vectors = np.array([[math.cos(a), math.sin(a)] for a, _ in candidates], dtype=np.float32)
    scores = [score for _, score in candidates]
    means = from_alike(scores, vectors, neighbours=3)
    assert min(scores) - 1e-9 <= means.min()
    assert means.max() <= max(scores) + 1e-9
