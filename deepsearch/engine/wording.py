"""Which words are searched for: the query's, less the deal's, and their names in English."""

from __future__ import annotations

import re

from deepsearch.index import translated
from deepsearch.schema import ParsedQuery

__all__ = ["retrieval_text"]

# Requirements of the deal, not of the thing. They are judged on typed fields; in a search
# their words would only find listings that talk of minimum orders and answering times.
DEAL_FIELDS = frozenset({
    "budget", "custom_design", "custom_logo", "custom_packaging", "delivery_date", "destination",
    "hs_code", "incoterm", "incoterm_place", "lead_time", "min_order_quantity",
    "monthly_capacity", "odm", "oem", "on_time_rate", "order_quantity", "origin",
    "payment_terms", "private_label", "rating", "reorder_rate", "response_time", "review_count",
    "sample", "supplier_country", "supplier_type", "supplier_verified", "supplier_years",
    "unit_price", "warranty",
})  # fmt: skip


def retrieval_text(text: str, parsed: ParsedQuery) -> str:
    """Leave out the words that state the deal, and add English names to another language's.

    The original words stay: listings may be written in the buyer's language.

    Args:
        text: The query's words.
        parsed: What was understood of them, and of files that come before them; spans
            refer to its own text.

    Returns:
        The words to search for, in a second line those in English.
    """
    rest = _without_deal(text, parsed) if parsed.text.endswith(text) else text
    english = translated(rest, parsed.language)
    return f"{rest}\n{english.text}" if english.share else rest


def _without_deal(text: str, parsed: ParsedQuery) -> str:
    """The rest of a text, or all of it where nothing would be left."""
    before = len(parsed.text) - len(text)
    keep = [True] * len(text)
    for requirement in parsed.requirements:
        if requirement.span is not None and requirement.field in DEAL_FIELDS:
            start, end = (max(0, at - before) for at in requirement.span)
            keep[start:end] = [False] * (end - start)
    rest = "".join(char if kept else " " for char, kept in zip(text, keep, strict=True))
    rest = re.sub(r"\s+", " ", rest).strip(" ,.;:-")
    return rest if re.search(r"\w", rest) else text
