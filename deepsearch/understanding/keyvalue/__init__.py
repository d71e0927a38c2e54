"""Specification text: "Voltage(V): 220V Color:Black Material:ABS", on lines or run together."""

from __future__ import annotations

from deepsearch.understanding.keyvalue.lists import whole_lists
from deepsearch.understanding.keyvalue.model import Pair
from deepsearch.understanding.keyvalue.numbers import open_quantities
from deepsearch.understanding.keyvalue.owners import in_place
from deepsearch.understanding.keyvalue.pairs import find_pairs
from deepsearch.understanding.keyvalue.values import leftover_values, open_values

__all__ = [
    "Pair",
    "find_pairs",
    "in_place",
    "leftover_values",
    "open_quantities",
    "open_values",
    "whole_lists",
]
