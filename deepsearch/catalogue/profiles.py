"""The values of a table's columns, looked at once each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from deepsearch.catalogue.lexicon import header_unit
from deepsearch.catalogue.money import parse_price
from deepsearch.catalogue.values import (
    NegativeValueError,
    UnreadableValueError,
    is_missing,
    parse_number,
)

__all__ = ["PICTURE", "URL", "Profile"]

URL = re.compile(r"(?:https?:)?//[^\s]+|www\.[^\s]+", re.IGNORECASE)
"""The whole of an address."""
PICTURE = re.compile(
    r"[^?#]+\.(?:jpe?g|png|webp|gif|bmp|avif)(?:_[\w.]+)?(?:[?#].*)?", re.IGNORECASE
)
"""The whole of a picture's path or address."""
_FIRST_ITEM = re.compile(r"""\s*\[\s*["']([^"']+)["']""")
_SAMPLE = 200
_LONGEST = 400
# A test none of the first values passes is not tried on the others.
_FIRST_LOOK = 25


class Profile:
    """A column's values, looked at once."""

    def __init__(self, name: str, values: Sequence[str]) -> None:
        """Take the values of a sample of rows.

        Args:
            name: The column's header.
            values: Its cells.
        """
        self.name = name
        self.bare, self.unit = header_unit(name)
        self.rows = len(values)
        self.filled = [value for value in values if not is_missing(value)]
        self.distinct = list(dict.fromkeys(self.filled))
        # what is longer tells no more, and costs every test its length
        self.sample = [value[:_LONGEST] for value in self.distinct[:_SAMPLE]]

    @property
    def fill(self) -> float:
        """Share of the rows that say something."""
        return len(self.filled) / self.rows if self.rows else 0.0

    @property
    def variety(self) -> float:
        """Distinct values per value."""
        return len(self.distinct) / len(self.filled) if self.filled else 0.0

    def share(self, test: Callable[[str], object]) -> float:
        """Tell which share of the distinct values passes a test.

        Args:
            test: A reader or predicate; refusing, None and False fail.

        Returns:
            0..1.
        """
        if not self.sample:
            return 0.0
        passed = 0
        for tried, value in enumerate(self.sample):
            if tried == _FIRST_LOOK and not passed:
                return 0.0
            try:
                passed += test(value) not in (None, False)
            except UnreadableValueError:
                continue
        return passed / len(self.sample)

    def reads(self, parse: Callable[[str], object]) -> float:
        """Tell which share of the distinct values a parser reads.

        A value that says nothing ("on request") counts neither way; a negative one is
        of the right kind, if wrong.

        Args:
            parse: A reader that gives None for what says nothing.

        Returns:
            0..1.
        """
        read = said = 0
        for tried, value in enumerate(self.sample):
            if tried == _FIRST_LOOK and not read:
                return 0.0
            try:
                known = parse(value) is not None
                read += known
                said += known
            except NegativeValueError:
                read += 1
                said += 1
            except UnreadableValueError:
                said += 1
        return read / said if said else 0.0

    @cached_property
    def urls(self) -> float:
        """Share of addresses."""
        return self.share(lambda value: URL.fullmatch(value.strip()))

    @cached_property
    def pictures(self) -> float:
        """Share of picture addresses or paths; of a bracketed list the first decides."""

        def shows(value: str) -> bool:
            first = _FIRST_ITEM.match(value)
            return bool(PICTURE.fullmatch(first[1] if first else value.strip()))

        return self.share(shows)

    @cached_property
    def numbers(self) -> float:
        """Share of bare numbers."""
        return self.share(parse_number)

    @cached_property
    def priced(self) -> float:
        """Share of prices that name a currency."""
        return self.share(lambda value: (p := parse_price(value)) is not None and p.currency)

    @cached_property
    def length(self) -> float:
        """Mean length of a distinct value."""
        return sum(map(len, self.sample)) / len(self.sample) if self.sample else 0.0

    @cached_property
    def words(self) -> float:
        """Share of values with letters that are no address."""
        return self.share(
            lambda value: any(c.isalpha() for c in value) and not URL.fullmatch(value.strip())
        )
