"""Ingress protection: IP67, IP69K, IPX4."""

from __future__ import annotations

from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.drafts import Draft

__all__ = ["ip_rating"]


def ip_rating(state: Codes, index: int) -> bool:
    """Read an IP rating that begins at a token."""
    if state.word(index) == "ipx":
        digit = index + 1 + (state.word(index + 1) == "-")  # "IPX4", "IPX-4"
        known = len(state.word(digit)) == 1 and state.word(digit).isdigit()
        return known and _bounded(state, index, digit + 1, f"IPX{state.word(digit)}")
    if state.word(index) != "ip" or state.tokens.kinds[index + 1 : index + 2] != ["n"]:
        return False
    digits = state.word(index + 1)
    if len(digits) != 2 or (not state.raw(index).isupper() and not state.tokens.glued(index + 1)):
        return False
    end = index + 2
    suffix = "K" if state.word(end) == "k" and state.tokens.glued(end) else ""
    end += bool(suffix)
    op, first = _bound(state, index, end)
    value = f"IP{digits}{suffix}"
    if state.word(end) in ("/", "-") and state.word(end + 1) in ("ip", "68", "67", "66", "65"):
        other = state.word(end + 2) if state.word(end + 1) == "ip" else state.word(end + 1)
        end += 3 if state.word(end + 1) == "ip" else 2
        state.add(Draft("ip_rating", "any_of", (value, f"IP{other}"), None, first, end, 0.95))
        return True
    state.add(Draft("ip_rating", op, value, None, first, end, 0.97))
    return True


def _bounded(state: Codes, first: int, last: int, value: str) -> bool:
    op, begin = _bound(state, first, last)
    state.add(Draft("ip_rating", op, value, None, begin, last, 0.95))
    return True


def _bound(state: Codes, first: int, last: int) -> tuple[str, int]:
    for back in (first - 1, first - 2):
        match = state.scan.match_of(back)
        if match is not None and back >= 0:
            for kind, value in match.payloads:
                if kind == "cmp" and value in ("ge", "gt"):
                    return "ge", match.first
    match = state.scan.match_of(last)
    if match is not None and match.first == last:
        for kind, value in match.payloads:
            if kind == "cmp_post" and value == "ge":
                return "ge", first
    return "eq", first
