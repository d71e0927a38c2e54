"""The rule parser: a buyer's words in, requirements out; deterministic and offline."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from deepsearch.errors import InvalidInputError
from deepsearch.schema import ParsedQuery
from deepsearch.understanding.agreement import agreed
from deepsearch.understanding.alternatives import alternatives
from deepsearch.understanding.attach import attach
from deepsearch.understanding.codes import read_codes
from deepsearch.understanding.context import background, without_background
from deepsearch.understanding.drafts import Draft, finish
from deepsearch.understanding.keyvalue import (
    find_pairs,
    in_place,
    leftover_values,
    open_quantities,
    open_values,
    whole_lists,
)
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.language import detect
from deepsearch.understanding.mentions import read_mentions
from deepsearch.understanding.merging import merged
from deepsearch.understanding.names import read_names
from deepsearch.understanding.product import find_product
from deepsearch.understanding.quantities import find_quantities
from deepsearch.understanding.repeats import said_once
from deepsearch.understanding.scan import Scan, scan
from deepsearch.understanding.text import Tokens, tokenise
from deepsearch.understanding.titles import without_boasts

__all__ = ["RuleParser", "parse"]

_MAX_CHARS = 1_000_000
_PREFIXES = frozenset({"m", "k", "c"})  # begin other units
_LISTING = frozenset({"/", "*"})  # between sizes side by side
_DOTS = 3
_CODE = 6  # tokens of a member and the dot behind it
_SIGNS = frozenset({"&", "+", "/", ","})
_LISTED = frozenset({"material", "colour", "finish"})
_SHORT = 12  # tokens: what is so short may be a bare name


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleParser:
    """Reads requirements by grammar and lexicon.

    Attributes:
        implied: Whether to add what the requirements imply, each with its rule.
        questions: Whether to say what is left open.
    """

    implied: bool = True
    questions: bool = True

    def parse(self, text: str, *, today: dt.date | None = None) -> ParsedQuery:
        """Parse one text.

        Args:
            text: The buyer's words, in any of the languages known.
            today: Reference day for dates without a year; None: the current day.

        Returns:
            The product, the requirements with their spans, and what is left open.

        Raises:
            InvalidInputError: If the text is not a string or longer than 1,000,000
                characters.
        """
        if not isinstance(text, str):
            raise InvalidInputError(
                f"A text is needed to parse; {type(text).__name__} was given. Pass a str."
            )
        if len(text) > _MAX_CHARS:
            raise InvalidInputError(
                f"The text has {len(text):,} characters; at most {_MAX_CHARS:,} are read. Split it."
            )
        parsed = read(text, today)
        if self.implied:
            from deepsearch.understanding.implications import with_implied

            parsed = with_implied(parsed)
        if self.questions:
            from deepsearch.understanding.questions import with_questions

            parsed = with_questions(parsed)
        return parsed


def read(text: str, today: dt.date | None = None) -> ParsedQuery:
    """Read what a text says outright; nothing is inferred.

    Args:
        text: The buyer's words.
        today: Reference day for dates without a year.

    Returns:
        Product and explicit requirements.
    """
    tokens = tokenise(text)
    if not len(tokens):
        return ParsedQuery(text=text, language="en", product="")
    language, lexicons = detect(text, tokens)
    scanned = scan(tokens, language, lexicons)
    product, drafts = read_scan(scanned, today)
    letter = len(tokens) > _SHORT or "?" in tokens.words
    asked = scanned.of_kind("buy") or _keyed(scanned) or _headed(tokens, product)
    if not drafts and letter and not asked:
        product = None  # a letter that asks for nothing names no goods
    name = tokens.raw(*product).strip(" .,;:-|\n") if product is not None else ""
    return ParsedQuery(
        text=text,
        language=language,
        product=name,
        requirements=finish(scanned, drafts),
        notes=tuple(dict.fromkeys(scanned.notes)),
    )


def _headed(tokens: Tokens, product: tuple[int, int] | None) -> bool:
    """Whether the product stands in a line above all others."""
    if product is None:
        return False
    return "\n" in tokens.words[product[1] :] and "\n" not in tokens.words[: product[0]]


def _keyed(scanned: Scan) -> bool:
    """Whether "Product:" stands in a text."""
    return any(
        name == "product" and scanned.tokens.words[match.last : match.last + 1] == [":"]
        for match, name in scanned.of_kind("textfield")
    )


def read_scan(
    scanned: Scan, today: dt.date | None, kinds: frozenset[str] | None = None
) -> tuple[tuple[int, int] | None, list[Draft]]:
    """Read the product's tokens and every draft from a scanned text.

    Args:
        scanned: The text.
        today: Reference day for dates without a year.
        kinds: Kinds of goods the text is about, if known; None finds them.

    Returns:
        The product's tokens or None, and the drafts.
    """
    pairs = find_pairs(scanned)
    # a listing or a table speaks of the goods throughout: "we use only brass" is a claim
    requested = kinds is None
    hidden = background(scanned) if requested else [False] * len(scanned.tokens)
    for pair in pairs:
        if pair.fields or pair.texts:  # a key's value is asked for, whatever the sentence before
            hidden[pair.first : pair.end] = [False] * (pair.end - pair.first)
    product = find_product(scanned, pairs, hidden)
    drafts = read_codes(scanned, today)
    drafts += open_values(scanned, pairs)
    if kinds is not None:
        pass
    elif product is not None:
        kinds = goods_kinds(scanned.tokens, *product)
    else:
        kinds = goods_kinds(scanned.tokens, 0, min(len(scanned.tokens), 60))
    if "memory" in goods_kinds(scanned.tokens, 0, min(len(scanned.tokens), 120)):
        kinds |= {"memory"}
    drafts += read_names(scanned, product)
    quantities = find_quantities(scanned)
    drafts += open_quantities(scanned, pairs, quantities)
    drafts += attach(scanned, quantities, kinds, product)
    for pair in pairs:
        scanned.claim(pair.first, pair.colon)  # a key's words state nothing themselves
    drafts += read_mentions(scanned, product, kinds)
    drafts += leftover_values(scanned, pairs, drafts)
    drafts = whole_lists(scanned, pairs, drafts)
    drafts = [draft for draft in drafts if not _cut_off(scanned, draft)]
    drafts = in_place(scanned, pairs, drafts, product)
    if requested:
        drafts = without_boasts(scanned, drafts)
    drafts = [draft for draft in drafts if not _choices_cut_off(scanned, draft)]
    drafts = merged(scanned, without_background(said_once(drafts), hidden))
    return product, agreed(scanned, pairs, alternatives(scanned, pairs, drafts))


def _cut_off(scan: Scan, draft: Draft) -> bool:
    """What the page was cut off at ("61 - 80km/...", "Mate...") is not all there."""
    end = scan.tokens.ends[draft.last - 1]
    bare = scan.tokens.kinds[draft.last - 1] == "n"
    if _list_cut_off(scan, draft.last) or _member_cut_off(scan, draft):
        return True
    if _key_cut_off(scan, draft) or _unit_cut_off(scan, draft):
        return True
    if isinstance(draft.value, str) and _choice_cut_off(scan, draft.last):
        return True
    worded = isinstance(draft.value, (bool, str, tuple)) and draft.unit is None
    if worded and not bare:
        rest = scan.tokens.folded[end : end + _DOTS + 1]
        return rest.startswith("...") and rest[_DOTS:] in ("", "\n")
    return scan.tokens.folded.startswith(("...", "/...") if bare else "/...", end)


def _unit_cut_off(scan: Scan, draft: Draft) -> bool:
    """Of "12*12m..." the unit may be metres or millimetres."""
    end = scan.tokens.ends[draft.last - 1]
    word = scan.tokens.words[draft.last - 1]
    return word in _PREFIXES and draft.unit is not None and scan.tokens.folded[end:] == "..."


def _key_cut_off(scan: Scan, draft: Draft) -> bool:
    """Below lines of keys a last line without a colon is a key cut off: "Waterproof Grad..."."""
    words = scan.tokens.words
    if not scan.tokens.folded.endswith("...") or "\n" not in words[: draft.first]:
        return False
    start = len(words) - words[::-1].index("\n")
    if not start <= draft.first <= start + 1 or ":" in words[start:]:
        return False
    above = words[: start - 1][::-1]
    return ":" in (above[: above.index("\n")] if "\n" in above else above)


def _choice_cut_off(scan: Scan, last: int) -> bool:
    """As of "Black or ...", "Horizontal and ver...": what it is joined to is not there."""
    if not scan.has(last, "join") or not scan.tokens.folded.endswith("..."):
        return False
    dots = len(scan.tokens) - _DOTS
    return dots == last + 1 or (dots == last + 2 and scan.tokens.glued(dots))


def _choices_cut_off(scan: Scan, draft: Draft) -> bool:
    """Of "Color: red,blue,77 Ash ..." and "B-204,B-205..." the last choice may not be all there."""
    words = scan.tokens.words
    if not isinstance(draft.value, tuple) or draft.op == "between":
        return False
    if scan.tokens.word(draft.last) not in _SIGNS:
        return False
    ahead = words[draft.last + 1 : draft.last + 1 + _CODE]
    dots = draft.last + 1 + ahead.index(".") if "." in ahead else len(words)
    end = dots + _DOTS
    return words[dots:end] == ["."] * _DOTS and words[end : end + 1] in ([], ["\n"])


def _member_cut_off(scan: Scan, draft: Draft) -> bool:
    """Of "Material: aluminium & Cas..." the second member is not all there."""
    sign, last = draft.last, draft.last + 1
    listed = draft.field in _LISTED and scan.tokens.word(sign) in _SIGNS
    if not listed or scan.tokens.kinds[last : last + 1] != ["w"]:
        return False
    rest = scan.tokens.folded[scan.tokens.ends[last] :][: _DOTS + 1]
    return rest.startswith("...") and rest[_DOTS:] in ("", "\n")


def _list_cut_off(scan: Scan, last: int) -> bool:
    """Of "40*80cm/50*100cm/60..." the last size is not all there, nor are the alternatives."""
    tokens = scan.tokens
    at = last
    while (
        at < len(tokens)
        and tokens.glued(at)
        and (tokens.kinds[at] in "nw" or tokens.words[at] in _LISTING)
    ):
        at += 1
    listed = at - last > 1 and tokens.words[last] in _LISTING
    return listed and tokens.folded.startswith("...", tokens.ends[at - 1])


def parse(text: str, *, today: dt.date | None = None) -> ParsedQuery:
    """Parse one text with the default parser; see `RuleParser.parse`.

    Args:
        text: The buyer's words.
        today: Reference day for dates without a year.

    Returns:
        What was understood.
    """
    return RuleParser().parse(text, today=today)
