"""Applications, power sources, forms and shapes."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.lexicon import Match, load_data, word_set
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["product_words"]

_DOUBTFUL_POWER = word_set("mention", "doubtful_power")

_ROUND_THINGS = word_set("mention", "round_things")

_UNITS_OF_PRODUCT = ("application", "power_source", "form", "shape")

_PART_WORDS = word_set("key", "part_words")  # "round neck", "square toe"

_LATIN_PARTS = word_set("key", "latin_parts")
_NOUN_FIRST = ("es", "fr", "it", "pt")
_SERVED = word_set("mention", "served_goods")
_KITS = frozenset({"kit", "kits"})
# Behind a place: that is where the thing is from, not where it is used.
_GROWN = frozenset({"grown", "created", "made", "production", "produced", "tested", "testing"})
_ENGINES = word_set("mention", "engines")

_WEAK_USES = frozenset(
    {
        "school",
        "hotel",
        "office",
        "wedding",
        "garden",
        "restaurant",
        "camping",
        "kitchen",
        "household",
        "construction",
        "warehouse",
        "children",
        "gym",
        "commercial",
        "marine",
        "automotive",
        *load_data("traits")["application"],
    }
)


def product_words(reading: Reading) -> None:
    """Applications, power sources, forms: where they describe the product itself."""
    for kind in _UNITS_OF_PRODUCT:
        for match, value in reading.scan.of_kind(kind):
            if not reading.scan.free(match.first, match.last):
                continue
            inside = reading.product[0] <= match.first < reading.product[1]
            if kind == "application":
                if reading.word(match.last) in _GROWN or (
                    value in _WEAK_USES and not _for_cue(reading, match)
                ):
                    continue
                if not (
                    inside
                    or _for_cue(reading, match)
                    or (value in ("outdoor", "food contact") and reading.scan.language != "x")
                ):
                    continue
            elif (
                (kind == "form" and (not inside or reading.machine or _of_other(reading, match)))
                or (kind == "shape" and _of_part(reading, match))
                or (kind == "form" and _holds(reading, match.last))
                or (kind == "power_source" and _of_served(reading, match))
                or (kind == "power_source" and value == "hydraulic" and reading.tube)
                or (kind == "power_source" and not inside and not _power_cue(reading, match))
                or (
                    kind == "shape"
                    and value in ("round", "square", "flat")
                    and not inside
                    and reading.word(match.last) in _ROUND_THINGS
                )
            ):
                continue
            op = "ne" if reading.negated(match.first, match.last) else "eq"
            reading.add(
                Draft(kind, op, value, None, match.first, match.last, 0.75 if inside else 0.8)
            )


def _of_part(reading: Reading, match: Match) -> bool:
    """As in "round neck", "cuello redondo"."""
    before = match.first - 1
    while reading.scan.has(before, "stop") and before > 0:
        before -= 1
    noun_first = reading.scan.language in _NOUN_FIRST
    part = noun_first and reading.word(before) in _LATIN_PARTS
    goods = reading.product[0] <= before and before == reading.product[0]
    return reading.word(match.last) in _PART_WORDS or (part and not goods)


def _of_served(reading: Reading, match: Match) -> bool:
    """As in "diesel engine parts", "solar roof mounting": the goods serve what is so driven."""
    at = match.last
    while reading.word(at) in _ENGINES:
        at += 1
    words = {reading.word(at), reading.word(at + 1)} if at > match.last else {reading.word(at)}
    served = words & _SERVED
    kit = bool(served & _KITS) and reading.scan.value_at(match.first, "power_source") == "solar"
    return bool(served) and not kit


def _holds(reading: Reading, at: int) -> bool:
    """As in "soft liquid pouch": the goods hold what has that form."""
    return at < len(reading.tokens) and "vessel" in goods_kinds(reading.tokens, at, at + 1)


def _of_other(reading: Reading, match: Match) -> bool:
    """As in "liquid nitrogen generator": of what the thing handles, not of the thing."""
    return reading.scan.language == "en" and match.last < reading.product[1] - 1


def _for_cue(reading: Reading, match: Match) -> bool:
    if reading.scan.language in ("zh", "ja"):
        said = {reading.word(match.last - 1), reading.word(match.last)}
        return bool(said & {"用", "向"}) or reading.scan.has(match.first - 1, "for")
    if reading.scan.language == "ar" and reading.word(match.first).startswith("ل"):
        return True  # "لمسجد"
    return any(
        reading.scan.has(i, "for") for i in (match.first - 1, match.first - 2) if i >= 0
    ) or reading.scan.raw(match.first, match.last).lower().startswith(
        ("for ", "für ", "para ", "pour ", "per ", "для ")
    )


def _power_cue(reading: Reading, match: Match) -> bool:
    word = reading.word(match.first)
    value = reading.scan.value_at(match.first, "power_source")
    if (
        value in ("electric", "solar", "manual", "hydraulic", "pneumatic", "USB", "battery")
        and match.last == match.first + 1
    ):
        return reading.word(match.last) in ("powered", "operated", "driven", "operation")
    return word not in _DOUBTFUL_POWER or reading.word(match.last) in (
        "powered",
        "operated",
        "driven",
        "operation",
    )
