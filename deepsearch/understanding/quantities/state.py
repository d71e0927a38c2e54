"""What every reader of quantities shares: the text and its numbers."""

from __future__ import annotations

from dataclasses import dataclass

from deepsearch.understanding.numerals import Atom, NumberReader
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import Tokens
from deepsearch.understanding.units import Unit, convert

__all__ = ["Head", "Numbers", "in_unit"]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A text being read for quantities.

    Attributes:
        scan: The text with its known phrases.
        tokens: Its tokens.
        reader: Reads a number at a token.
    """

    scan: Scan
    tokens: Tokens
    reader: NumberReader

    def word(self, index: int) -> str:
        """The folded word at a token, "" beyond the text."""
        return self.tokens.word(index)

    def atom(self, index: int) -> Atom | None:
        """The number at a token, if nothing else took the token."""
        if index >= len(self.tokens) or self.scan.used[index]:
            return None
        return self.reader.at(index)

    def number_follows(self, index: int) -> bool:
        """Whether a number, signed or not, begins at a token."""
        return index < len(self.tokens) and (
            self.tokens.kinds[index] == "n" or self.word(index) in "+-"
        )


@dataclass(frozen=True, slots=True)
class Head:
    """The first number of a quantity, with what belongs to it alone.

    Attributes:
        atom: The number.
        sign: -1 if a minus stands before it, else 1.
        first: First token, sign and currency included.
        after: Token after the number and its unit.
        units: Senses of its unit, likeliest first; empty if it has none of its own.
    """

    atom: Atom
    sign: float
    first: int
    after: int
    units: tuple[Unit, ...]


def in_unit(value: float, unit: Unit | None) -> float:
    """A value in the canonical unit of its unit; as it is without one."""
    return convert(value, unit) if unit is not None else value
