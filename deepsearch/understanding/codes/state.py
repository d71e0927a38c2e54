"""What every reader of codes shares: the text, the day, what was read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import Tokens

__all__ = ["Codes"]


@dataclass(slots=True)
class Codes:
    """A text being read for codes.

    Attributes:
        scan: The text with its known phrases.
        tokens: Its tokens.
        today: Reference day for dates without a year; None: the current day.
        drafts: What was read so far.
    """

    scan: Scan
    tokens: Tokens
    today: dt.date | None
    drafts: list[Draft] = field(default_factory=list)

    def word(self, index: int) -> str:
        """The folded word at a token, "" beyond the text."""
        return self.tokens.word(index)

    def raw(self, index: int) -> str:
        """The buyer's own letters of a token."""
        return self.tokens.text[self.tokens.starts[index] : self.tokens.ends[index]]

    def add(self, draft: Draft, first: int | None = None) -> None:
        """Keep a draft; its tokens, or those from `first`, are spoken for."""
        self.drafts.append(draft)
        self.scan.claim(draft.first if first is None else first, draft.last)
