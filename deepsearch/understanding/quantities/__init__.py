"""Quantities in running text: numbers with units, ranges, lists, dimensions, tolerances."""

from __future__ import annotations

from deepsearch.understanding.numerals import NumberReader
from deepsearch.understanding.quantities.grow import quantity_at
from deepsearch.understanding.quantities.model import Quantity
from deepsearch.understanding.quantities.state import Numbers
from deepsearch.understanding.quantities.unwritten import of_them, unwritten
from deepsearch.understanding.scan import Scan

__all__ = ["Quantity", "find_quantities"]


def find_quantities(scan: Scan) -> list[Quantity]:
    """Find every quantity among the tokens not yet spoken for.

    Args:
        scan: The text.

    Returns:
        Quantities, left to right, never overlapping.
    """
    numbers = Numbers(scan, scan.tokens, NumberReader(scan.tokens, scan.language, scan.languages))
    found: list[Quantity] = []
    at = 0
    while at < len(scan.tokens):
        if scan.used[at] or _blocked(scan, at):
            at += 1
            continue
        read = quantity_at(numbers, at) or unwritten(scan, at)
        # a spelt-out number counts with a unit or a counted part; bare words do not
        if read is None or (read.worded and not read.units and not _counts(scan, read)):
            at += 1
            continue
        found.append(read)
        at = max(read.last, at + 1)
    return found


def _counts(scan: Scan, read: Quantity) -> bool:
    """As in "three compartments", "four of them", "quantity: one"."""
    part = read.counts[0] > 1 and scan.has(read.last, "field")
    before = read.first - 1
    while before > 0 and scan.tokens.words[before] in (":", "-"):
        before -= 1
    ordered = before >= 0 and scan.value_at(before, "field") == "order_quantity"
    return part or ordered or bool(of_them(scan, read.last))


def _blocked(scan: Scan, index: int) -> bool:
    """A phrase that begins with a number word ("one of", "一次性") is no number."""
    match = scan.match_of(index)
    return (
        match is not None
        and (match.last > match.first + 1 or scan.tokens.kinds[index] == "n")
        and match.first <= index
        and not any(kind in ("stop", "between", "neg") for kind, _ in match.payloads)
    )
