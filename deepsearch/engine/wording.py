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
    "sample", "supplier_city", "supplier_country", "supplier_type", "supplier_verified",
    "supplier_years", "unit_price", "warranty",
})  # fmt: skip

# What is left of a clause when its demand is taken out: "seller with at least", "each".
_GLUE = (
    "a an and at be by dealer dealers each for from has have is it least manufacturer must no of "
    "only or our piece please price seller sellers supplier suppliers that the to up vendor "
    "vendors who with within"
).replace(" ", "|")
_GLUE_BEFORE = re.compile(rf"(?:(?<!\w)(?:{_GLUE})(?!\w)[\s,.;&]*)+$", re.IGNORECASE)
_GLUE_AFTER = re.compile(rf"^[\s,.;&]*(?:(?<!\w)(?:{_GLUE})(?!\w)[\s,.;&]*)+", re.IGNORECASE)


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
    spans = sorted(
        (max(0, requirement.span[0] - before), requirement.span[1] - before)
        for requirement in parsed.requirements
        if requirement.span is not None
        and requirement.span[1] > before
        and requirement.field in DEAL_FIELDS
        and not _of_the_thing(requirement.field, parsed.text[slice(*requirement.span)])
    )
    if not spans:
        return text
    pieces, end = [], 0
    for start, stop in (*spans, (len(text), len(text))):
        piece = text[end : max(start, end)]
        if start < len(text):
            piece = _GLUE_BEFORE.sub("", piece)
        if end > 0:
            piece = _GLUE_AFTER.sub("", piece)
        pieces.append(piece)
        end = max(end, stop)
    rest = re.sub(r"\s+", " ", " ".join(pieces)).strip(" ,.;:-")
    return rest if re.search(r"\w", rest) else text


def _of_the_thing(field: str, words: str) -> bool:
    """Whether words that were read as the deal's may name a property of the thing.

    "5 star" is said of sellers and of air conditioners.
    """
    return field == "rating" and "star" in words.casefold()
