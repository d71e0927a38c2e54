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
    if reading.word(at) not in (":", "-", "=") and not reading.scan.has(at, "field"):
        return False  # "sample within a week" asks for one
    for index in range(at, min(at + 3, len(reading.tokens))):
        if reading.tokens.kinds[index] == "n":
            units = unit_at(reading.tokens, index + 1, reading.scan.language)
            return bool(units) and units[0].dimension == "time"
    return False


def _wanted_custom(reading: Reading, match: Match, value: str) -> bool:
    following, before = reading.word(match.last), reading.word(match.first - 1)
    if following in _CUSTOMS or following.startswith("charge"):
        return False  # "custom charges" are the customs'
    if value == "sample":  # "sample: 7 days" is how long one takes
        return following not in _NO_SAMPLE and not _timed(reading, match.last)
    if value in ("oem", "odm"):
        return following not in _NO_OEM and before != "/"
    if value == "custom_design":
        return following not in _NO_CUSTOM_DESIGN
    drawn = value == "custom_logo" and following in ("design", "creation")
    return not drawn or before in ("our", "with")
