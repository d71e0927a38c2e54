"""What parts lists of electronics abbreviate: "CAP CER 0.1UF 50V" is a ceramic capacitor."""

from __future__ import annotations

from deepsearch.understanding.lexicon import load_data
from deepsearch.understanding.text import Tokens, tokenise

__all__ = ["component", "component_of_number"]

_SHORTEST_PREFIX = 3


def component(description: str) -> str:
    """Spell a component's name out.

    The head stands first and its kinds behind it. It is believed only beside a known kind,
    an electrical unit or a package; a cap, else, is something to wear.

    Args:
        description: A parts list's description, e.g. "DIODE SCHOTTKY 100V 2A SMA".

    Returns:
        The name, e.g. "Schottky diode"; "" where none is recognised.
    """
    table = load_data("schedules")["component"]
    tokens = tokenise(description)
    pieces = _words(tokens)
    if not pieces or pieces[0] not in table["heads"]:
        return ""
    kinds = []
    for piece in pieces[1:]:
        if piece not in table["kinds"]:
            break
        kinds.append(table["kinds"][piece])
    known = {*table["units"], *table["packages"]}
    if not kinds and not known.intersection(pieces[1:]):
        return ""
    return " ".join([*reversed(kinds), table["heads"][pieces[0]]])


def component_of_number(number: str) -> str:
    """Name the component that a buyer's own number is of: "CAP2238" is a capacitor.

    Args:
        number: The number.

    Returns:
        The component; "" where the number does not begin with a known abbreviation of three
        letters or more.
    """
    pieces = tokenise(number).words
    head = pieces[0] if pieces else ""
    heads: dict[str, str] = load_data("schedules")["component"]["heads"]
    return heads.get(head, "") if len(head) >= _SHORTEST_PREFIX else ""


def _words(tokens: Tokens) -> list[str]:
    """Words without spaces in them joined ("N-CH", "SOT23"), units cut from their numbers."""
    pieces: list[str] = []
    for at, word in enumerate(tokens.words):
        cut = tokens.kinds[at] == "w" and at > 0 and tokens.kinds[at - 1] == "n"
        if tokens.glued(at) and not cut and pieces:
            pieces[-1] += word
        else:
            pieces.append(word)
    return pieces
