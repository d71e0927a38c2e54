"""Customisation and samples: logo, packaging, design, OEM."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["customs"]

_CUSTOMS = word_set("mention", "customs")

_NO_SAMPLE = word_set("mention", "no_sample")

_NO_CUSTOM_DESIGN = word_set("mention", "no_custom_design")

_NO_OEM = word_set("mention", "no_oem")
_PART_WORDS = word_set("key", "part_words")

_PACKAGING_NOUNS = word_set("mention", "packaging_nouns")
_LOGO_ON = word_set("mention", "logo_on")
_LOGO_FILLERS = word_set("mention", "logo_fillers")
_WITH_WORDS = word_set("mention", "with_words")
_PACKING_GOODS = frozenset({"tape", "tapes", "machine", "machines", "film", "paper"})
_ENDS = frozenset({"", ".", ",", "\n", ";"})
_LOGO_REACH = 6  # tokens

_CUSTOM_FIELDS = (
    "custom_logo",
    "custom_packaging",
    "custom_design",
    "oem",
    "odm",
    "private_label",
    "sample",
)


def customs(reading: Reading) -> None:
    """Read customisation and samples."""
    for match, value in reading.scan.of_kind("custom"):
        if not reading.scan.free(match.first, match.last) or value not in _CUSTOM_FIELDS:
            continue
        if not _wanted_custom(reading, match, value):
            continue
        negated = reading.negated(match.first, match.last)
        if value in ("sample", "custom_design") and negated:
            continue
        field, flag = value, not negated
        if value == "custom_design" and _of_packaging(reading, match):
            field = "custom_packaging"
        reading.add(
            Draft(
                field,
                "eq",
                flag,
                None,
                reading.neg_start(match.first) if negated else match.first,
                match.last,
                0.85,
            ),
            claim=value != "custom_design",
        )
        if value == "custom_logo" and not negated:
            _packed_in_logo(reading, match)


def _packed_in_logo(reading: Reading, logo: Match) -> None:
    """As in "our logo on frame and box", "kraft box with our logo": the packaging bears it."""
    inside = reading.clause(logo.first)
    behind = reading.word(logo.last) in _LOGO_ON
    ahead = range(logo.last, min(inside.stop, logo.last + _LOGO_REACH)) if behind else range(0)
    at = logo.first
    while at > inside.start and (
        reading.scan.has(at - 1, "with") or reading.word(at - 1) in _LOGO_FILLERS
    ):
        at -= 1
    before = range(at - 1, at) if at < logo.first or _opens_with(reading, logo) else range(0)
    for index in (*ahead, *before):
        goods = reading.product[0] <= index < reading.product[1]
        goods = goods or reading.titled(index)  # "Gift Box Printed Custom Logo"
        if index >= inside.start and reading.word(index) in _PACKAGING_NOUNS and not goods:
            span = min(index, logo.first), max(index + 1, logo.last)
            reading.add(Draft("custom_packaging", "eq", True, None, *span, 0.8), claim=False)
            return


def _of_packaging(reading: Reading, match: Match) -> bool:
    """As in "customize the packaging": articles and owners between."""
    at = match.last
    while reading.scan.has(at, "stop") or reading.scan.has(at, "own"):
        at += 1
    verb = at > match.last  # "custom boxes" are boxes
    return verb and reading.word(at) in _PACKAGING_NOUNS and at < len(reading.tokens)


def _opens_with(reading: Reading, logo: Match) -> bool:
    """Whether the phrase itself holds the "with": "mit unserem Logo"."""
    return reading.word(logo.first) in _WITH_WORDS


def _timed(reading: Reading, at: int) -> bool:
    if reading.word(at) not in (":", "-", "=") and not reading.scan.has(at, "field"):
        return False  # "sample within a week" asks for one
    for index in range(at, min(at + 3, len(reading.tokens))):
        if reading.tokens.kinds[index] == "n":
            units = reading.scan.units_at(index + 1)
            return bool(units) and units[0].dimension == "time"
    return False


def _of_a_part(reading: Reading, at: int) -> bool:
    """As in "custom leather cover" of a tumbler: what comes with the goods is."""
    first, last = reading.product
    beyond = reading.scan.match_of(at)
    if beyond is None or not reading.scan.has(at, "material") or first < 0:
        return False
    word = reading.word(beyond.last)
    return word in _PART_WORDS and word not in reading.tokens.words[first:last]


def _wanted_custom(reading: Reading, match: Match, value: str) -> bool:
    following, before = reading.word(match.last), reading.word(match.first - 1)
    if following in _CUSTOMS or following.startswith("charge"):
        return False  # "custom charges" are the customs'
    if value == "sample":  # "sample: 7 days" is how long one takes
        return following not in _NO_SAMPLE and not _timed(reading, match.last)
    if value == "custom_packaging" and following in _PACKING_GOODS:
        return False
    if value in ("oem", "odm"):
        return following not in _NO_OEM and before not in ("/", "from", "an")
    if value == "custom_design":  # "red, blue or customized" is a seller's offer
        offered = before == "or" and following in _ENDS
        parted = _of_a_part(reading, match.last)
        return following not in _NO_CUSTOM_DESIGN and not (offered or parted)
    given = value == "custom_logo" and before == "free" and reading.titled(match.first)
    drawn = value == "custom_logo" and following in ("design", "creation")
    return not given and (not drawn or before in ("our", "with"))  # given: by the seller
