"""Filters of any shape, made of given leaves."""

from __future__ import annotations

from hypothesis import strategies as st

from deepsearch.filters import And, Filter, Not, Or


def trees(leaves: st.SearchStrategy[Filter], *, max_leaves: int) -> st.SearchStrategy[Filter]:
    """Leaves, and what `not`, `and` and `or` make of them."""
    return st.recursive(
        leaves,
        lambda parts: (
            st.builds(Not, parts)
            | st.builds(And, st.lists(parts, min_size=2, max_size=3).map(tuple))
            | st.builds(Or, st.lists(parts, min_size=2, max_size=3).map(tuple))
        ),
        max_leaves=max_leaves,
    )
