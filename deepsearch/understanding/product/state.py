"""What every step of finding the product shares."""

from __future__ import annotations

from dataclasses import dataclass

from deepsearch.understanding.numerals import NumberReader
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import Tokens

__all__ = ["Finder"]


@dataclass(frozen=True, slots=True)
class Finder:
    """A text whose product is sought.

    Attributes:
        scan: The text with its known phrases.
        tokens: Its tokens.
        hidden: Tokens that tell of the buyer, which are asked last or never.
        reader: Reads a number at a token.
        cjk: Whether the text is Chinese or Japanese.
    """

    scan: Scan
    tokens: Tokens
    hidden: list[bool]
    reader: NumberReader
    cjk: bool

    def word(self, index: int) -> str:
        """The folded word at a token, "" beyond the text."""
        return self.tokens.word(index)

    def kinds(self, index: int) -> set[str]:
        """Kinds of the phrase covering a token."""
        return {kind for kind, _ in self.scan.kinds_at(index)}
