"""The headings that stand over a row: a stack, kept by numbering and by style."""

from __future__ import annotations

from dataclasses import dataclass, field

from deepsearch.inputs.tables.words import Numbering

__all__ = ["Heading", "Outline", "is_under"]

# A heading names a section; anything longer describes what its rows have in common.
_PARAGRAPH_CHARS = 100


@dataclass(slots=True)
class Heading:
    """A text row over items.

    Attributes:
        text: Its words.
        row: 0-based row of the sheet.
        number: Its position number, or None.
        column: Column in which it stands.
        wide: Whether its cell is merged over several columns.
        items: Items that stood under it.
        loose: Whether the items under it count on their own, not below its number.
        tail: Text lines under it that qualify it, with their rows.
        again: Whether it stood in the sheet before, with the same number.
        above: Path of the headings over it, set when it is opened.
    """

    text: str
    row: int
    number: Numbering | None = None
    column: int = 0
    wide: bool = False
    items: int = 0
    loose: bool = False
    tail: list[tuple[int, str]] = field(default_factory=list)
    again: bool = False
    above: tuple[str, ...] = ()

    @property
    def style(self) -> tuple[object, ...]:
        """What headings of one level share."""
        if self.number is not None:
            return ("numbered", len(self.number), _kind(self.number))
        return ("plain", self.column if not self.wide else -1, self.text.isupper())

    @property
    def paragraph(self) -> bool:
        """Whether it describes rather than names."""
        return self.number is None and len(self.text) > _PARAGRAPH_CHARS


def _kind(number: Numbering) -> str:
    """What a number is written with: digits, capitals or small letters."""
    first = number[0][0]
    return "digit" if first.isdigit() else "capital" if first.isupper() else "small"


def is_under(inner: Numbering, outer: Numbering) -> bool:
    """Tell whether one position number stands below another: 1.1 below 1."""
    return len(inner) > len(outer) and inner[: len(outer)] == outer


class Outline:
    """The headings open at the current row, outermost first."""

    def __init__(self) -> None:
        """Start without headings."""
        self._stack: list[Heading] = []
        self._after_item = False

    @property
    def path(self) -> tuple[str, ...]:
        """Texts of the open headings and of the lines qualifying them, outermost first."""
        return tuple(
            text
            for heading in self._stack
            for text in (heading.text, *(line for _, line in heading.tail))
        )

    @property
    def deepest(self) -> Heading | None:
        """The innermost open heading."""
        return self._stack[-1] if self._stack else None

    @property
    def after_item(self) -> bool:
        """Whether the last row seen was an item."""
        return self._after_item

    def add_heading(self, heading: Heading) -> list[Heading]:
        """Open a heading.

        Args:
            heading: The heading.

        Returns:
            The headings this closes, innermost first.
        """
        if not self._after_item and self._stack and self._qualifies(heading):
            self._stack[-1].tail.append((heading.row, heading.text))
            return []
        closed = self._close_for(heading)
        heading.above = self.path
        self._stack.append(heading)
        self._after_item = False
        return closed

    def _qualifies(self, heading: Heading) -> bool:
        """An unnumbered line right below a heading explains it, unless it is a heading too."""
        last = self._stack[-1]
        if heading.number is not None or heading.wide:
            return False
        return heading.paragraph or last.number is not None or bool(last.tail)

    def _close_for(self, heading: Heading) -> list[Heading]:
        keep = len(self._stack)
        if heading.number is not None:
            for level, open_heading in enumerate(self._stack):
                number = open_heading.number
                if number is None or is_under(heading.number, number):
                    continue
                if self._same_scheme(number, heading.number):
                    keep = level
                    break
        else:
            for level, open_heading in enumerate(self._stack):
                if open_heading.style == heading.style:
                    keep = level
                    break
            else:
                if self._after_item:
                    # A new kind of line after items: a level below the plain headings,
                    # above whatever was numbered.
                    keep = next(
                        (i for i, h in enumerate(self._stack) if h.number is not None), keep
                    )
        closed = self._stack[keep:][::-1]
        del self._stack[keep:]
        return closed

    @staticmethod
    def _same_scheme(open_number: Numbering, number: Numbering) -> bool:
        """Digits close digits; "A" stays open over 1, 2, 3, and that over a, b, c."""
        return _kind(open_number) == _kind(number)

    @staticmethod
    def _is_next(heading: Heading, number: Numbering) -> bool:
        """Whether a number goes on counting where a heading's stopped, beside it."""
        outer = heading.number or ()
        if heading.text.isupper() or len(number) != len(outer) or number[:-1] != outer[:-1]:
            return False
        last, following = outer[-1], number[-1]
        if last.isdigit() and following.isdigit():
            return int(following) == int(last) + 1
        return len(last) == len(following) == 1 and ord(following) == ord(last) + 1

    def add_item(self, number: Numbering | None) -> tuple[tuple[str, ...], list[Heading]]:
        """Place an item.

        Args:
            number: Its position number, or None.

        Returns:
            The path of headings over it, and the headings it closes, innermost first.
        """
        closed: list[Heading] = []
        if number is not None:
            keep = len(self._stack)
            for level, heading in enumerate(self._stack):
                outer = heading.number
                if outer is None or heading.loose or is_under(number, outer):
                    continue
                if not self._same_scheme(outer, number):
                    continue
                first_below = (
                    heading.items == 0 and level == len(self._stack) - 1 and not self._after_item
                )
                if first_below and not self._is_next(heading, number):
                    # Its rows are numbered for themselves, from 1 again.
                    heading.loose = True
                    continue
                keep = level
                break
            closed = self._stack[keep:][::-1]
            del self._stack[keep:]
        for heading in self._stack:
            heading.items += 1
        self._after_item = True
        return self.path, closed

    def close(self) -> list[Heading]:
        """Close all headings, innermost first."""
        closed = self._stack[::-1]
        self._stack = []
        return closed
