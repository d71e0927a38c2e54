"""The name in Japanese, whose particles stand behind it: "水筒を2,000本", "この冷凍庫は"."""

from __future__ import annotations

from collections.abc import Iterator

from deepsearch.understanding.product.state import Finder

__all__ = ["named_before"]

_BREAKS = frozenset("のをはがにでへと,.、。|;:\n")
_LONGEST = 22


def named_before(state: Finder, particles: str) -> Iterator[tuple[int, int]]:
    """Runs of characters before a particle, what is acted on first.

    Args:
        state: The text.
        particles: Those to look before, likeliest first.

    Yields:
        First token of a run and the token after it.
    """
    for particle in particles:
        for at, word in enumerate(state.tokens.words[:200]):
            if word != particle or at == 0:
                continue
            first = at
            while first > 0 and at - first < _LONGEST and _runs(state, first - 1, at):
                first -= 1
            while first < at and state.word(first) in "このその" and first + 2 < at:
                first += 1
            if at - first >= 2:
                yield first, at


def _runs(state: Finder, at: int, particle: int) -> bool:
    if state.word(at) == "の":  # "ステンレス製のタンブラー"
        made = state.word(at - 1) == "製" or state.scan.has(at - 1, "material")
        return made and at + 2 < particle
    if state.tokens.kinds[at] != "c" or state.word(at) in _BREAKS:
        return False
    kinds = state.kinds(at)
    return not kinds & {"feature", "noise", "buy", "field", "textfield", "custom", "cmp_post"}
