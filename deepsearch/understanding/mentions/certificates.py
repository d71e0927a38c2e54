"""Certificates, and lists of them."""

from __future__ import annotations

from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.lists import Group, list_draft, runs
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["certificates"]

_CASED_CERTS = word_set("mention", "cased_certificates")


def certificates(reading: Reading) -> None:
    """Read certificates."""

    def wanted(match: Match, _: str) -> bool:
        word = reading.word(match.first)
        if match.last == match.first + 1 and word in _CASED_CERTS:
            raw = reading.scan.raw(match.first, match.last)
            if any(kind != "certification" for kind, _ in match.payloads):  # German "bis"
                measured = reading.tokens.kinds[match.last : match.last + 1] == ["n"]
                return raw.isupper() and not measured
            if not raw.isupper():
                return reading.near(match.first, match.last, "textfield") and any(
                    reading.scan.value_at(i, "textfield") == "certification"
                    for i in range(
                        max(0, match.first - 3), min(len(reading.tokens), match.last + 3)
                    )
                )
        if word == "cb" and reading.word(match.last).startswith("radio"):
            return False
        if word == "cpc" and reading.tokens.kinds[match.last : match.last + 1] == ["n"]:
            return False  # "CPC 40" is a cement
        if not match.first or not reading.tokens.glued(match.first):
            return True
        coded = (
            reading.word(match.first - 1) == "-"
            and match.last < len(reading.tokens)
            and reading.tokens.kinds[match.last] == "n"
            and reading.tokens.glued(match.last)
        )  # "XT-FCC300" is a model
        return not coded and reading.tokens.kinds[match.first - 1] not in "wn"

    for group in runs(reading, "certification", wanted):
        if _unneeded(reading, group):
            continue
        draft = list_draft(reading, "certification", group, "all_of")
        if (
            isinstance(draft.value, tuple)
            and any(reading.word(i) == "/" for i in range(group.first, group.last))
            and group.joined is None
        ):
            draft.op = "all_of"
        draft.confidence = 0.95
        reading.add(draft)


def _unneeded(reading: Reading, group: Group) -> bool:
    """As in "FSC not needed" asks for nothing, and rules nothing out."""
    return any(
        reading.scan.has(i, "unneeded")
        for i in range(group.last, min(group.last + 4, reading.clause(group.last - 1).stop))
    ) or any(
        reading.scan.has(i, "unneeded")
        for i in range(max(reading.clause(group.first).start, group.first - 3), group.first)
    )
