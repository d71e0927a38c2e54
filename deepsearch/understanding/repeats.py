"""What a text says twice is one demand: "10 kg of incense. Weight: 10 kg", "Cs35 Plus 2024"."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.text import fold

__all__ = ["said_once"]

_NAMES = frozenset({"brand", "model", "compatible_with", "style", "type"})
# One value that tells more than the other where both are said of one thing.
_WIDER = (("lithium-ion", "LiFePO4"),)
_LONGEST = 12  # words of a name


def said_once(drafts: list[Draft]) -> list[Draft]:
    """Drop what another draft says as well, and says more fully.

    Args:
        drafts: What was read.

    Returns:
        The drafts without an order's weight said again, a name that a longer one begins with,
        a bare "yes" beside its kind ("screen printing ... with a print"), a member of a list,
        a code without its signs.
    """
    orders = {(d.value, d.unit) for d in drafts if d.field == "order_quantity"}
    worded = {d.field for d in drafts if isinstance(d.value, str) and d.op == "eq"}
    whole = {(d.field, value) for d in drafts if d.op == "all_of" for value in _values(d)}
    whole |= {(d.field, wide) for d in drafts for wide, near in _WIDER if d.value == near}
    longer = _beginnings(drafts)
    lists = {(d.field, frozenset(_values(d))) for d in drafts if d.op == "any_of"}
    codes = _codes_ends(drafts)
    kept = []
    for draft in drafts:
        if draft.field == "model" and isinstance(draft.value, str):
            if _bare(draft.value) in codes:
                continue
            codes.add(_bare(draft.value))
        if draft.op == "any_of" and _in_longer(draft, lists):
            continue
        if draft.op == "eq" and isinstance(draft.value, str):
            again = (draft.field, draft.value) in whole
            if again or (draft.field, fold(draft.value)) in longer:
                continue
        if draft.field == "weight" and (draft.value, draft.unit) in orders:
            continue
        if draft.op != "eq" or draft.value is not True or draft.field not in worded:
            kept.append(draft)
    return kept


def _in_longer(draft: Draft, lists: set[tuple[str, frozenset[object]]]) -> bool:
    """Whether a longer list of names holds all that this one names."""
    own = frozenset(_values(draft))
    return draft.field in _NAMES and any(
        field == draft.field and own < members for field, members in lists
    )


def _bare(code: str) -> str:
    """A code without its signs: "CDJ-3000" is the CDJ3000, "DMW-DCC11" the DCC11."""
    return "".join(char for char in fold(code) if char.isalnum())


def _codes_ends(drafts: list[Draft]) -> set[str]:
    codes = [d.value for d in drafts if d.field == "model" and isinstance(d.value, str)]
    return {_bare(code.split("-", 1)[1]) for code in codes if "-" in code}


def _values(draft: Draft) -> tuple[object, ...]:
    return draft.value if isinstance(draft.value, tuple) else ()


def _beginnings(drafts: list[Draft]) -> set[tuple[str, str]]:
    """How names begin that go on."""
    found: set[tuple[str, str]] = set()
    for draft in drafts:
        if draft.field in _NAMES and isinstance(draft.value, str):
            words = fold(draft.value).split(" ")[:_LONGEST]
            found.update((draft.field, " ".join(words[:i])) for i in range(1, len(words)))
    return found
