"""Customisation and samples: logo, packaging, design, OEM."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.reading import Reading
from deepsearch.understanding.units import unit_at

__all__ = ["customs"]

_CUSTOMS = word_set("mention", "customs")

_NO_SAMPLE = word_set("mention", "no_sample")

_NO_CUSTOM_DESIGN = word_set("mention", "no_custom_design")

_NO_OEM = word_set("mention", "no_oem")

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


def _timed(reading: Reading, at: int) -> bool:
    for index in range(at, min(at + 3, len(reading.tokens))):
        if reading.tokens.kinds[index] == "n":
            units = unit_at(reading.tokens, index + 1, reading.scan.language)
            return bool(units) and units[0].dimension == "time"
    return False


def _wanted_custom(reading: Reading, match: Match, value: str) -> bool:
    following = reading.word(match.last)
    if value == "sample" and _timed(reading, match.last):
        return False  # "sample: 7 days" is how long one takes
    if following in _CUSTOMS:
        return False  # "custom charges" are the customs'
    if value == "sample" and following in _NO_SAMPLE:
        return False
    if value in ("oem", "odm") and (following in _NO_OEM or reading.word(match.first - 1) == "/"):
        return False
    if value == "custom_design" and following in _NO_CUSTOM_DESIGN:
        return following == "size" and reading.word(match.last + 1) not in (":",) and False
    return not (
        value == "custom_logo"
        and following in ("design", "creation")
        and reading.word(match.first - 1) not in ("our", "with")
    )
