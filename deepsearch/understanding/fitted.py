"""What goods fit, where several things are named: "for Toyota Nissan", "for QX760 QX770"."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import Trie
from deepsearch.understanding.scan import Scan

__all__ = ["several_fitted"]

_SIGNS = " ,/&+"


def several_fitted(scan: Scan, brands: Trie, draft: Draft) -> None:
    """Split what goods fit into the things it names: each that is fitted will do.

    A brand opens a member, with the words behind it; codes alone are a member each. The second
    code behind a brand may be of the same thing ("BMW M340i G20") and opens none.

    Args:
        scan: The text.
        brands: Brands known by name.
        draft: A `compatible_with` of one text, changed in place.
    """
    if draft.op != "eq" or not isinstance(draft.value, str) or " " not in draft.value.strip():
        return
    words = draft.value.split()
    if all(_code(word) for word in words):
        members = [word.strip(_SIGNS) for word in words]
    else:
        members = _by_brand(scan, brands, draft)
    if len(members) > 1:
        draft.op, draft.value = "any_of", tuple(dict.fromkeys(members))


def _code(word: str) -> bool:
    bare = word.strip(_SIGNS)
    return any(map(str.isdigit, bare)) and any(map(str.isupper, bare))


def _by_brand(scan: Scan, brands: Trie, draft: Draft) -> list[str]:
    """The stretches that begin with a brand, another than the one before it."""
    starts: list[int] = []
    name, last = None, 0
    at = draft.first + scan.has(draft.first, "for")
    while at < draft.last:
        match = None if scan.tokens.kinds[at] == "n" else brands.longest(scan.tokens, at)
        if match is not None and match.last <= draft.last:
            if match.payloads[0][1] != name:
                starts.append(at)
            elif at > last:
                return []  # "Opel Vauxhall Opel": of one between them no list knows
            name, last = match.payloads[0][1], match.last
        at = match.last if match is not None else at + 1
    if not starts or starts[0] > draft.first + 1:
        return []
    ends = [*starts[1:], draft.last]
    return [scan.raw(*place).strip(_SIGNS) for place in zip(starts, ends, strict=True)]
