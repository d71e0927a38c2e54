"""Specification text: "Voltage(V): 220V Color:Black Material:ABS", on lines or run together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from deepsearch.understanding.drafts import Draft, slug
from deepsearch.understanding.fields import DIMENSIONS, FIELD_UNIT
from deepsearch.understanding.lexicon import word_list, word_set
from deepsearch.understanding.numerals import NumberReader
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import fold
from deepsearch.understanding.units import convert, unit_at

__all__ = ["Pair", "find_pairs", "leftover_values", "open_values"]

_GENERIC = word_set("key", "generic")
_NO_KEY = word_set("key", "no_key")
_LET_MENTIONS = frozenset(
    {
        "material",
        "colour",
        "finish",
        "shape",
        "certification",
        "packaging",
        "origin",
        "destination",
        "supplier_country",
        "payment_terms",
        "condition",
        "power_source",
        "grade",
        "standard",
        "size",
    }
)
_BOILERPLATE = word_list("key", "boilerplate")
_FLAGS = {
    "yes": True,
    "no": False,
    "y": True,
    "n": False,
    "si": True,
    "sim": True,
    "oui": True,
    "ja": True,
    "nein": False,
    "non": False,
    "nao": False,
    "да": True,
    "нет": False,
    "是": True,
    "否": False,
    "нет.": False,
}
_END = frozenset(".\n;。")


@dataclass(slots=True)
class Pair:
    """A key and its value: key tokens `first`..`colon`, value tokens `begin`..`end`."""

    first: int
    colon: int
    begin: int
    end: int
    fields: tuple[str, ...]
    texts: tuple[str, ...]
    name: str
    unit_hint: int = -1
    ignored: bool = False
    whole: bool = False


class _Pairs:
    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.tokens = scan.tokens

    def word(self, index: int) -> str:
        return self.tokens.words[index] if 0 <= index < len(self.tokens) else ""

    def find(self) -> list[Pair]:
        colons = [i for i, w in enumerate(self.tokens.words) if w == ":" and self._is_colon(i)]
        pairs: list[Pair] = []
        floor = 0
        for number, colon in enumerate(colons):
            pair = self._key(colon, floor, bool(pairs) and pairs[-1].colon >= floor - 1)
            if pair is None:
                continue
            if pairs and pairs[-1].end > pair.first:
                pairs[-1].end = pair.first
            following = colons[number + 1] if number + 1 < len(colons) else len(self.tokens)
            pair.end = self._value_end(pair.begin, following)
            pairs.append(pair)
            floor = colon + 1
        for pair in pairs:
            pair.end = max(pair.begin, pair.end)
        return pairs

    def _is_colon(self, index: int) -> bool:
        before, after = (
            self.tokens.kinds[index - 1 : index],
            self.tokens.kinds[index + 1 : index + 2],
        )
        if before == ["n"] and after == ["n"]:
            return False
        return (index > 0 and self.word(index + 1) != "/") or self.word(index + 2) != "/"

    def _key(self, colon: int, floor: int, inline: bool) -> Pair | None:
        end, hint = colon, -1
        if self.word(end - 1) == ")":
            opening = end - 2
            while opening > floor and self.word(opening) != "(" and end - opening < 8:
                opening -= 1
            if self.word(opening) == "(":
                end, hint = opening, opening + 1
        start = end
        while start > floor and self._in_key(start - 1, end):
            start -= 1
        if start and self.tokens.kinds[start - 1] == "n" and start < end:
            senses = unit_at(self.tokens, start, self.scan.language)
            start = min(end, senses[0].last) if senses else start
        if start == end:
            return None
        before = self.word(start - 1)
        clean = (
            start == 0
            or before in ("\n", ".", ";", "·", "(", "!", "?", "|")
            or self.tokens.kinds[start - 1] == "n"
            or (start == floor and not inline)
        )
        clean = clean or (before in (",", "-") and not (inline and self._known_tail(start, end)))
        if inline and self.scan.has(start, "material"):
            clean = False  # "304 Stainless Steel Function:": the value goes on after its number
        if clean and self._words(start, end) <= 4:
            return self._made(start, end, colon, hint)
        return self._inline(start, end, colon, hint, floor)

    def _known_tail(self, start: int, end: int) -> bool:
        """Whether the words end in a known key that is shorter than they are."""
        return any(
            (match := self.scan.starting.get(index)) is not None
            and match.last == end
            and any(k in ("field", "textfield") for k, _ in match.payloads)
            for index in range(start + 1, end)
        )

    def _in_key(self, index: int, end: int) -> bool:
        word = self.word(index)
        if self.tokens.kinds[index] in "wc":
            if (
                self.tokens.kinds[index] == "w"
                and index + 1 < end
                and self.tokens.kinds[index - 1 : index] == ["n"]
                and self.tokens.glued(index)
            ):
                return False  # a unit glued to the number of the value before
            return end - index <= 12
        return (
            word in ("-", "/", "&", "'", ".")
            and self.tokens.glued(index)
            and index + 1 < end
            and self.tokens.glued(index + 1)
            and self.tokens.kinds[index + 1] == "w"
        )

    def _words(self, first: int, last: int) -> int:
        cjk = sum(self.tokens.kinds[i] == "c" for i in range(first, last))
        return sum(self.tokens.kinds[i] == "w" for i in range(first, last)) + (
            1 if 0 < cjk <= 8 else 9 if cjk else 0
        )

    def _inline(self, start: int, end: int, colon: int, hint: int, floor: int) -> Pair | None:
        """The value before runs into this key: find where the key begins."""
        best = end - 1
        for index in range(start, end):
            match = self.scan.starting.get(index)
            if (
                match is not None
                and match.last == end
                and any(k in ("field", "textfield") for k, _ in match.payloads)
            ):
                best = index
                break
        if self.tokens.kinds[best] != "w" and self.tokens.kinds[best] != "c":
            return None
        room = best - 1 > floor or (best - 1 == floor and False)
        head = self.word(end - 1)
        before = best - 1
        if (
            head in _GENERIC
            and before >= start
            and before > floor
            and room
            and self.tokens.kinds[before] == "w"
            and self.scan.raw(before, before + 1)[:1].isupper()
            and best == end - 1
            and not any(
                self.scan.has(before, k) for k in ("material", "colour", "finish", "certification")
            )
        ):
            best = before
        return self._made(best, end, colon, hint)

    def _made(self, first: int, end: int, colon: int, hint: int) -> Pair | None:
        fields: list[str] = []
        texts: list[str] = []
        whole = False
        for index in range(first, end):
            match = self.scan.starting.get(index)
            if match is None:
                continue
            kinds = dict(match.payloads)
            if kinds.keys() & {"buy", "noise"} and not kinds.keys() & {"field", "textfield"}:
                return None
            for kind, value in match.payloads:
                if kind == "field":
                    fields.append(value)
                elif kind == "textfield":
                    texts.append(value)
            if match.first == first and match.last == end:
                whole = bool(fields or texts)
        key = self.tokens.folded[self.tokens.starts[first] : self.tokens.ends[end - 1]]
        name = slug(key)
        if key in _NO_KEY:
            return None
        ignored = "ignore" in texts and whole
        if not name and not fields and not texts:
            return None
        return Pair(
            first,
            colon,
            colon + 1,
            colon + 1,
            tuple(fields),
            tuple(texts),
            name,
            hint,
            ignored,
            whole,
        )

    def _value_end(self, begin: int, following: int) -> int:
        at = begin
        while at < len(self.tokens):
            word = self.word(at)
            if at >= following:
                return at  # the next key trims this further
            if word in _END and at > begin and (word != "." or self._sentence_end(at)):
                return at
            if word in ("\n",) and at == begin:
                return at
            at += 1
        return at

    def _sentence_end(self, at: int) -> bool:
        if self.word(at - 1) in ("approx", "max", "min", "no", "ca") or self.word(at + 1) == ".":
            return self.word(at + 1) == "."
        return (
            at + 1 >= len(self.tokens)
            or not self.tokens.glued(at + 1)
            or self.tokens.kinds[at + 1] in "wc"
        )


def find_pairs(scan: Scan) -> list[Pair]:
    """Find key: value pairs; values of keys that say nothing are marked as spoken for.

    Args:
        scan: The text.

    Returns:
        The pairs, left to right.
    """
    pairs = _Pairs(scan).find()
    kept = []
    for pair in pairs:
        value = fold(scan.raw(pair.begin, pair.end)).strip(" .") if pair.end > pair.begin else ""
        if pair.ignored or any(
            value.startswith(word)
            or (
                len(value) < 40
                and word in value
                and word in ("custom", "定制", "request", "optional")
            )
            for word in _BOILERPLATE
        ):
            if value:
                scan.claim(pair.first, pair.end)
            continue
        kept.append(pair)
    return kept


def _truncated(scan: Scan, pair: Pair) -> bool:
    """A value cut off by the page ("Silicone Ru...") is not believed."""
    at = pair.end
    text = scan.tokens.folded
    where = scan.tokens.ends[at - 1] if at > pair.begin else len(text)
    rest = text[where:]
    return (
        rest.startswith("...") and scan.tokens.kinds[at - 1] == "w" and not rest.strip(".").strip()
    )


def _boilerplate(value: str) -> bool:
    return any(word in value for word in _BOILERPLATE) and len(value) < 60


def _number_alone(scan: Scan, pair: Pair) -> tuple[float, int] | None:
    """The value is one bare number."""
    if pair.end - pair.begin < 1:
        return None
    reader = NumberReader(scan.tokens, scan.language, scan.languages)
    atom = reader.at(pair.begin) if scan.tokens.kinds[pair.begin] == "n" else None
    if atom is None or atom.values:
        return None
    last = atom.last
    rest = [scan.tokens.words[i] for i in range(last, pair.end)]
    key = {scan.tokens.words[i].rstrip("s") for i in range(pair.first, pair.colon)}
    echoed = bool(rest) and all(word.rstrip("s") in key for word in rest)
    return (atom.value, last) if last == pair.end or echoed or rest[:1] in ([","], ["\n"]) else None


def open_values(scan: Scan, pairs: list[Pair]) -> list[Draft]:
    """Read the pairs whose key or bare value the general reading would misjudge.

    Args:
        scan: The text.
        pairs: Its pairs.

    Returns:
        Drafts; their tokens are marked as spoken for.
    """
    drafts = []
    for pair in pairs:
        if pair.end <= pair.begin:
            continue
        draft = _bare_number(scan, pair) or _unknown_key(scan, pair)
        if draft is not None:
            drafts.append(draft)
            scan.claim(draft.first, draft.last)
    return drafts


def _bare_number(scan: Scan, pair: Pair) -> Draft | None:  # noqa: PLR0911
    found = _number_alone(scan, pair)
    if found is not None and not pair.fields and not _plausible(scan, pair):
        return None
    if found is None or any(text not in ("type", "ignore", "application") for text in pair.texts):
        return None
    value, last = found
    for name in pair.fields:
        if name in (
            "order_quantity",
            "min_order_quantity",
            "annual_quantity",
            "unit_price",
            "budget",
            "hs_code",
            "monthly_capacity",
        ):
            return None
        unit = FIELD_UNIT.get(name)
        if pair.unit_hint > 0:
            senses = unit_at(scan.tokens, pair.unit_hint, scan.language)
            sense = next((u for u in senses if u.dimension in DIMENSIONS.get(name, ())), None)
            if sense is not None:
                return Draft(
                    name, "eq", convert(value, sense), sense.canonical, pair.first, last, 0.85
                )
        if name in FIELD_UNIT and unit is None:
            return Draft(name, "eq", value, None, pair.first, last, 0.85)
        if unit is not None and name in (
            "voltage",
            "frequency",
            "power",
            "rotation_speed",
            "noise",
            "current",
            "humidity",
        ):
            return Draft(name, "eq", value, unit, pair.first, last, 0.75)
        if not DIMENSIONS.get(name, ("x",)):
            return Draft(name, "eq", value, None, pair.first, last, 0.85)
    if pair.name and not pair.texts:
        return Draft(pair.name, "eq", value, None, pair.first, last, 0.7)
    return None


# Keys of a letterhead, which require nothing of the goods.
_ADDRESS = word_set("key", "letterhead")
# What a form's field holds until somebody fills it in.
_BLANK = re.compile(r"\bxx+\b|\$ ?xx|dd/mm|mm/dd|yyyy", re.IGNORECASE)


def _unknown_key(scan: Scan, pair: Pair) -> Draft | None:  # noqa: C901, PLR0911, PLR0912
    """As in "Motor: Brushless", "Battery Type: LiFePO4": the key's own name, the value's own words."""  # noqa: E501
    if set(pair.texts) & _LET_MENTIONS or "product" in pair.texts:
        return None
    if pair.fields and not pair.texts and _has_number(scan, pair):
        return None
    if not pair.whole and pair.fields and _has_number(scan, pair):
        return None
    end = pair.end
    while end > pair.begin and scan.tokens.words[end - 1] in (",", "-", "(", "/"):
        end -= 1
    value = scan.raw(pair.begin, end).strip() if end > pair.begin else ""
    flag = _FLAGS.get(fold(value))
    if flag is not None:
        name = _key_name(pair)
        return (
            Draft(name, "eq", flag, None, pair.first, end, 0.6)
            if name and not pair.texts and _plausible(scan, pair)
            else None
        )
    if not any(scan.tokens.kinds[i] in "wcn" for i in range(pair.begin, end)):
        return None
    if not value or len(value) > 60 or _truncated(scan, pair) or _boilerplate(fold(value)):
        return None
    if _all_of_kind(scan, pair, "material"):
        return None
    name = _key_name(pair)
    if not name or name in _ADDRESS or _BLANK.search(value):
        return None
    if pair.fields and value[0] in "<>≤≥" and _has_number(scan, pair):
        return None  # a bound, which the reading of quantities knows better
    seller = scan.value_at(pair.begin, "supplier_type")
    if name == "type" and seller is not None and end - pair.begin == 1:
        return Draft("supplier_type", "eq", str(seller), None, pair.first, end, 0.65)
    if not pair.texts and not pair.fields and _one_quantity(scan, pair):
        return None  # open_quantities reads it
    if not _plausible(scan, pair):
        return None
    kept = value if name in ("brand", "model", "compatible_with") else _lowered(value)
    if name == "brand" and kept.islower():
        kept = kept.title()
    return Draft(name, "eq", kept, None, pair.first, end, 0.65)


def _plausible(scan: Scan, pair: Pair) -> bool:
    """A key that is half a sentence is no key."""
    words = [i for i in range(pair.first, pair.colon) if scan.tokens.kinds[i] == "w"]
    if not pair.fields and not pair.texts:
        if any(scan.has(i, "stop") or scan.has(i, "must") for i in words):
            return False
        if (
            scan.raw(pair.first, pair.first + 1)[:1].islower()
            and scan.language in ("en",)
            and len(words) > 1
        ):
            return False
    return pair.end - pair.begin <= 10


def _lowered(value: str) -> str:
    """Lower-case ordinary words; leave codes and acronyms as they are."""
    return " ".join(
        word
        if any(c.isdigit() for c in word)
        or (word.isupper() and len(word) <= 5)
        or any(c.isupper() for c in word[1:])
        else word.lower()
        for word in value.split()
    )


def _key_name(pair: Pair) -> str:
    for text in pair.texts:
        if text in ("brand", "model", "compatible_with", "application") and pair.whole:
            return text
    if pair.texts == ("type",) and pair.whole:
        return "type"
    return pair.name


def _has_number(scan: Scan, pair: Pair) -> bool:
    return any(scan.tokens.kinds[i] == "n" for i in range(pair.begin, pair.end))


def _one_quantity(scan: Scan, pair: Pair) -> bool:
    at = pair.begin
    if scan.tokens.kinds[at] != "n":
        return False
    senses = unit_at(scan.tokens, at + 1, scan.language)
    return bool(senses)


def _all_of_kind(scan: Scan, pair: Pair, kind: str) -> bool:
    words = [i for i in range(pair.begin, pair.end) if scan.tokens.kinds[i] in "wc"]
    return bool(words) and all(scan.has(i, kind) for i in words)


def leftover_values(scan: Scan, pairs: list[Pair], drafts: list[Draft]) -> list[Draft]:
    """Text values no lexicon knows: "Material: Zirconia" is the buyer's own word.

    Args:
        scan: The text.
        pairs: Its pairs.
        drafts: Everything read so far.

    Returns:
        Further drafts.
    """
    found = []
    read = {token for d in drafts for token in range(d.first, d.last)}
    for pair in pairs:
        texts = [
            t
            for t in pair.texts
            if t in _LET_MENTIONS
            and t
            not in (
                "origin",
                "destination",
                "supplier_country",
                "payment_terms",
                "condition",
                "size",
                "certification",
            )
        ]
        if not texts or pair.end <= pair.begin or _truncated(scan, pair):
            continue
        if any(token in read for token in range(pair.begin, pair.end)):
            continue
        end = pair.end
        value = scan.raw(pair.begin, end).strip(" ,.;-")
        if fold(value) in _FLAGS or not any(
            scan.tokens.kinds[i] in "wcn" for i in range(pair.begin, end)
        ):
            continue
        if not value or len(value) > 40 or _boilerplate(fold(value)) or end - pair.begin > 6:
            continue
        words = [w for w in value.split() if fold(w) != texts[-1]]
        if not words:
            continue
        found.append(Draft(texts[-1], "eq", _lowered(" ".join(words)), None, pair.first, end, 0.6))
    return found


def open_quantities(scan: Scan, pairs: list[Pair], quantities: list[Quantity]) -> list[Draft]:
    """Quantities under a key no field knows: "Gain: 9 dBi", "Shank: 6 mm".

    Args:
        scan: The text.
        pairs: Its pairs.
        quantities: Quantities of the text.

    Returns:
        Drafts; their tokens are marked as spoken for.
    """
    found = []
    starting = {quantity.first: quantity for quantity in quantities}
    for pair in pairs:
        if pair.fields or pair.texts or not pair.name:
            continue
        for quantity in [
            starting[i] for i in range(pair.begin, min(pair.end, pair.begin + 8)) if i in starting
        ]:
            led = all(scan.has(i, "cmp") for i in range(pair.begin, min(quantity.first, pair.end)))
            if (
                not pair.begin <= quantity.first < pair.end
                or not led
                or quantity.shape == "dims"
                or not quantity.units
            ):
                continue
            unit = quantity.units[0]
            if unit.dimension in ("count", "money", "time", "percent", "persons"):
                continue
            values = quantity.values
            if quantity.shape == "one":
                found.append(
                    Draft(
                        pair.name,
                        quantity.op or "eq",
                        values[0],
                        unit.canonical,
                        pair.first,
                        quantity.last,
                        0.65,
                    )
                )
            else:
                op = "between" if quantity.shape == "range" else "any_of"
                found.append(
                    Draft(
                        pair.name,
                        op,
                        tuple(values),
                        unit.canonical,
                        pair.first,
                        quantity.last,
                        0.65,
                    )
                )
            scan.claim(pair.first, quantity.last)
            break
    return found
