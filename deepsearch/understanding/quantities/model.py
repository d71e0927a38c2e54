"""What a quantity is."""

from __future__ import annotations

from dataclasses import dataclass

from deepsearch.understanding.units import Unit

__all__ = ["Quantity"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity: tokens `first`..`last` (exclusive).

    Attributes:
        first: First token, sign or currency included.
        last: Token after the last.
        shape: "one", "range", "list" or "dims".
        values: The numbers in canonical units.
        counts: The same if they count things.
        units: Senses of the unit, likeliest first; empty if there is none.
        labels: For dims: which side each number is, where the text says so.
        op: Operator written as a sign in the quantity ("3+", "<5"), or None.
        tolerance: ± part, in the canonical unit.
        negative: Whether a minus sign or word was read.
        worded: Whether the number was spelt out.
        glued: Whether the unit stands without a space after the number.
    """

    first: int
    last: int
    shape: str
    values: tuple[float, ...]
    counts: tuple[float, ...]
    units: tuple[Unit, ...] = ()
    labels: tuple[str | None, ...] = ()
    op: str | None = None
    tolerance: float | None = None
    negative: bool = False
    worded: bool = False
    glued: bool = False
    core: int = 0

    @property
    def unit(self) -> Unit | None:
        """The likeliest sense of the unit."""
        return self.units[0] if self.units else None

    def sense(self, dimension: str) -> Unit | None:
        """The sense of a dimension, or None."""
        for unit in self.units:
            if unit.dimension == dimension:
                return unit
        return None
