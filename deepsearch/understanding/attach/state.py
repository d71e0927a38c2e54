"""What every reader of quantities shares: the text, its quantities, what was made of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import Tokens

__all__ = ["Attaching", "attaching", "is_year", "tidy"]

_FIRST_YEAR, _LAST_YEAR = 1980, 2040


@dataclass(slots=True)
class Attaching:
    """A text whose quantities are being given their fields.

    Attributes:
        scan: The text with its known phrases.
        tokens: Its tokens.
        quantities: Its quantities, left to right.
        kinds: Kinds of goods it is about.
        product: Tokens of the product's name; (-1, -1) for none.
        owner: Token → number of the quantity it belongs to, or -1.
        ordered: Whether an order quantity was read already.
        taken: First tokens of the field words already used.
        drafts: What was read so far.
    """

    scan: Scan
    tokens: Tokens
    quantities: list[Quantity]
    kinds: frozenset[str]
    product: tuple[int, int]
    owner: list[int]
    ordered: bool = False
    taken: set[int] = field(default_factory=set)
    drafts: list[Draft] = field(default_factory=list)

    def word(self, index: int) -> str:
        """The folded word at a token, "" beyond the text."""
        return self.tokens.word(index)

    def opens_line(self, index: int) -> bool:
        """Whether a line of a list begins at a token, whose first line opens with a number."""
        if self.tokens.kinds[:1] != ["n"]:
            return False
        if not index and "\n" in self.tokens.words and not self.scan.lines_of_list():
            return False  # a title, and a request below it
        return self.word(index - 1) == "\n" if index else "\n" in self.tokens.words

    def add(self, draft: Draft) -> None:
        """Keep a draft; its tokens are spoken for."""
        self.scan.claim(draft.first, draft.last)
        if draft.field == "lead_time":  # "доставка в Казань за 5 недель": the place is its own
            self.scan.release(draft.first, draft.last, ("place", "country"))
        self.drafts.append(draft)
        self.ordered = self.ordered or draft.field == "order_quantity"


def attaching(
    scan: Scan,
    quantities: list[Quantity],
    kinds: frozenset[str],
    product: tuple[int, int],
) -> Attaching:
    """Begin with nothing read.

    Args:
        scan: The text.
        quantities: Its quantities.
        kinds: Kinds of goods it is about.
        product: Tokens of the product's name; (-1, -1) for none.

    Returns:
        The state the readers work on.
    """
    owner = [-1] * len(scan.tokens)
    for number, quantity in enumerate(quantities):
        for index in range(quantity.first, quantity.last):
            owner[index] = number
    return Attaching(scan, scan.tokens, quantities, kinds, product, owner)


def is_year(number: float) -> bool:
    """Whether a number may be the year goods were made in."""
    return _FIRST_YEAR <= number <= _LAST_YEAR and number == int(number)


def tidy(value: float) -> float:
    """A number rounded to 9 significant digits: what arithmetic added is no precision."""
    return float(f"{value:.9g}")
