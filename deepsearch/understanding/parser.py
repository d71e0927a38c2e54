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
from deepsearch.understanding.names import read_names
from deepsearch.understanding.product import find_product
from deepsearch.understanding.quantities import find_quantities
from deepsearch.understanding.repeats import said_once
from deepsearch.understanding.scan import Scan, scan
from deepsearch.understanding.text import tokenise
from deepsearch.understanding.titles import title_end, without_boasts

__all__ = ["RuleParser", "parse"]

_MAX_CHARS = 1_000_000
_CHOICES = frozenset(
    {"size", "drive", "power_source", "battery_chemistry", "refrigerant", "resolution"}
    | {"neckline", "orientation", "closure", "fit"}
)  # it has but one
_BESIDE = frozenset({"size", "model", "orientation", "resolution"})
_PREFIXES = frozenset({"m", "k", "c"})  # begin other units
_LISTING = frozenset({"/", "*"})  # between sizes side by side
_DOTS = 3
_CODE = 6  # tokens of a member and the dot behind it
_SIGNS = frozenset({"&", "+", "/", ","})
_LISTED = frozenset({"material", "colour", "finish"})
_MEASURED = frozenset(
    {"voltage", "speed", "frequency", "power", "battery_capacity", "storage", "memory"}
    | {"screen_size", "volume", "thickness", "diameter", "color_temperature", "weight"}
    | {"current", "phases"}
)  # two of them in one sentence are alternatives
_NEAR = 8  # tokens
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
    if not drafts and letter and not scanned.of_kind("buy") and not _keyed(scanned):
        product = None  # a letter that asks for nothing names no goods
    name = tokens.raw(*product).strip(" .,;:-|\n") if product is not None else ""
    return ParsedQuery(
        text=text,
        language=language,
        product=name,
        requirements=finish(scanned, drafts),
        notes=tuple(dict.fromkeys(scanned.notes)),
    )


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
    drafts = _merged(scanned, without_background(said_once(drafts), hidden))
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


def _merged(scanned: Scan, drafts: list[Draft]) -> list[Draft]:
    """Two values of one field in one clause are alternatives: "220V/50Hz 110V/60Hz"."""
    kept: list[Draft] = []
    latest: dict[str, Draft] = {}
    for draft in sorted(drafts, key=lambda d: (d.first, d.last)):
        previous = latest.get(draft.field)
        if (
            previous is not None
            and draft.op == "eq"
            and isinstance(previous.value, tuple)
            and previous.op != "between"
            and draft.value in previous.value
            and (isinstance(draft.value, str) or draft.last <= title_end(scanned))
            and not previous.first < title_end(scanned) <= draft.first  # the buyer chooses
        ):
            continue  # named again
        if previous is not None and (
            _beside(previous, draft) or _slashed(scanned, previous, draft)
        ):  # "M6 M8 M10", "1Ph/3Ph"
            values = previous.value if isinstance(previous.value, tuple) else (previous.value,)
            previous.value, previous.op, previous.last = (
                (*values, draft.value),
                "any_of",
                draft.last,
            )
            continue
        if previous is not None and _measured_again(scanned, previous, draft):
            known = _numbers(previous)
            added = tuple(value for value in _numbers(draft) if value not in known)
            if added:
                previous.value, previous.op, previous.last = (*known, *added), "any_of", draft.last
            continue
        kept.append(draft)
        latest[draft.field] = draft
    return kept


def _numbers(draft: Draft) -> tuple[float, ...]:
    values = draft.value if isinstance(draft.value, tuple) else (draft.value,)
    return tuple(value for value in values if isinstance(value, float))


def _measured_again(scanned: Scan, previous: Draft, draft: Draft) -> bool:
    """Whether a sentence gives a measure again, near: "a 64 GB drive ... 8 GB 16 GB"."""
    listed = draft.op == "any_of" and draft.last <= title_end(scanned)
    joined = previous.op in ("eq", "any_of") and (draft.op == "eq" or listed)
    if draft.field not in _MEASURED or not joined:
        return False
    near = 0 <= draft.first - previous.last <= _NEAR
    alike = previous.unit == draft.unit and bool(_numbers(draft))
    clauses, owner = scanned.clauses, scanned.clause_of
    sentence = clauses[owner[draft.first]].sentence
    return near and alike and sentence == clauses[owner[previous.first]].sentence


def _or_between(scanned: Scan, at: int, stop: int) -> bool:
    """Whether one word for "or" is all between two places; in French it is gold."""
    match = scanned.match_of(at)
    word = scanned.tokens.word(at)
    alone = match is not None and (match.first, match.last) == (at, stop)
    either = scanned.value_at(at, "join") == "or" and word != "/"
    return alone and either and (word, scanned.language) != ("or", "fr")


def _all(draft: Draft) -> tuple[object, ...]:
    return draft.value if isinstance(draft.value, tuple) else (draft.value,)


def _first(draft: Draft) -> object:
    return _all(draft)[0]


def _slashed(scanned: Scan, previous: Draft, draft: Draft) -> bool:
    """Whether nothing but a slash or "or" stands between two values of one field."""
    if draft.op != "eq" or draft.first <= previous.last or previous.field != draft.field:
        return False
    if _or_between(scanned, previous.last, draft.first) and draft.value is not True:
        chosen = previous.op in ("eq", "any_of") and not isinstance(draft.value, bool)
        same = previous.unit == draft.unit and type(_first(previous)) is type(draft.value)
        return chosen and same and draft.value not in _all(previous)
    if draft.first - previous.last != 1:
        return False
    if previous.op != "eq" and (previous.op != "any_of" or draft.field not in _CHOICES):
        return False
    sign = scanned.tokens.words[previous.last]
    numbers = isinstance(draft.value, float) and sign == "/"
    words = draft.field in _CHOICES and (sign in "/&" or scanned.has(previous.last, "join"))
    same = previous.unit == draft.unit and previous.field == draft.field
    return (numbers or words) and same and draft.value != previous.value


def _beside(previous: Draft, draft: Draft) -> bool:
    """Whether a size follows another with nothing between: each will do."""
    sizes = previous.field == draft.field and draft.field in _BESIDE
    sizes = sizes and isinstance(draft.value, str)
    joined = sizes and draft.op == "eq" and previous.op in ("eq", "any_of")
    return joined and draft.first == previous.last


def parse(text: str, *, today: dt.date | None = None) -> ParsedQuery:
    """Parse one text with the default parser; see `RuleParser.parse`.

    Args:
        text: The buyer's words.
        today: Reference day for dates without a year.

    Returns:
        What was understood.
    """
    return RuleParser().parse(text, today=today)
