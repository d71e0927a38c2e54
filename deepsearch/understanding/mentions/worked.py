"""Materials that goods work on, pack or hold, and are not made of."""

from __future__ import annotations

from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["is_measure", "worked_key", "works_on"]

_MATERIAL_VERBS = word_set("mention", "material_verbs")
_CUTTING = word_set("mention", "cutting_machines")
_PRODUCING = word_set("mention", "producing")
_PACKING = word_set("mention", "packing_work")
_MACHINES = word_set("mention", "machine_words")
_OF = frozenset({"de", "di", "d", "du", "da", "do", "des", "of", "von", "van", "out"})
_MADE_FROM = frozenset({"aus", "из", "uit", "in", "en"})
_PRINTERS = frozenset({"printer", "printers"})
_MAKING = frozenset({"making", "forming", "recycling", "shredding", "pelletizing"})
# What machines work on far oftener than they are made of it.
_WORKED = frozenset(
    {"wood", "paper", "plastic", "stone", "cardboard", "fabric", "rubber", "leather", "concrete"}
)
_CARDS = 6  # tokens a printer's name may have behind what it prints on
_AHEAD = 8  # tokens
_BACK = 6  # tokens between "production" and what its products are of


def works_on(reading: Reading, match: Match, value: str) -> bool:
    """Say whether a material is what the thing works on: "to cut steel", 切割不锈钢的机器.

    Args:
        reading: The text.
        match: The material's words.
        value: The material.

    Returns:
        True where the goods are not made of it.
    """
    at = match.first - 1
    opens = reading.clause(match.first).start
    while at > opens and (reading.scan.has(at, "stop") or is_measure(reading, at)):
        at -= 1  # "cuts 5 mm in wood"
    before = reading.word(at)
    if value in _WORKED and (
        _of_machine(reading, at) or _being_made(reading, match) or _packed(reading, match)
    ):
        return True
    verb = before in _MATERIAL_VERBS or reading.word(at - 1) + before in _MATERIAL_VERBS
    inside = reading.product[0] <= match.first < reading.product[1]
    worked = _printed_on(reading, match) or (reading.machine and _cutting(reading))
    if reading.titled(match.first) and worked:
        return True
    behind = (verb and not inside) or reading.word(match.last) == "用"
    return behind or (reading.machine and _of_products(reading, match, value))


def worked_key(reading: Reading, at: int) -> bool:
    """Say whether a key's word is what a machine does: "Welding material: steel".

    Args:
        reading: The text.
        at: Token before the word for "material".

    Returns:
        True where the material under the key is what is worked.
    """
    return reading.word(at) in _MATERIAL_VERBS


def is_measure(reading: Reading, at: int) -> bool:
    """Say whether a token is of a measure: "for 4 mm or 5 mm corrugated signs".

    Args:
        reading: The text.
        at: Token.

    Returns:
        True for a number, its unit, and what joins it to another.
    """
    behind = reading.tokens.kinds[at - 1] == "n" and bool(reading.scan.units_at(at))
    joined = reading.scan.has(at, "join") and reading.tokens.kinds[at + 1] == "n"
    return reading.tokens.kinds[at] == "n" or behind or joined


def _of_machine(reading: Reading, at: int) -> bool:
    """As in "trituradora de madera": the noun before the link is a machine's."""
    latin = reading.scan.language in ("es", "fr", "it", "pt")
    linked = latin and reading.word(at + 1) in ("de", "di", "du", "da", "do")
    return linked and "machine" in goods_kinds(reading.tokens, at, at + 1)


def _being_made(reading: Reading, match: Match) -> bool:
    """As in "paper pulp egg carton tray making ...": in a title, what is made of it."""
    if not reading.titled(match.first):
        return False
    ahead = reading.tokens.words[match.last : min(reading.title_end, match.last + _AHEAD)]
    return bool(_MAKING & {*ahead})


def _packed(reading: Reading, match: Match) -> bool:
    """As in "Tea Paper Seed Máquina de envasado": in a title, what the machine packs."""
    goods = {*reading.tokens.words[max(0, reading.product[0]) : max(0, reading.product[1])]}
    if reading.machine and _PACKING & goods:
        return reading.word(match.first - 1) != ":"  # "Material: plastic" is its own
    if not reading.titled(match.first):
        return False
    title = {*reading.tokens.words[: reading.title_end]}
    return bool(_PACKING & title and _MACHINES & title)


def _of_products(reading: Reading, match: Match, value: str) -> bool:
    """As in "máquina para la fabricación de tubos de cobre": what it makes is of copper."""
    link = reading.word(match.first - 1)
    if link not in _OF and not (link in _MADE_FROM and value in _WORKED):
        return False
    floor = max(reading.clause(match.first).start, match.first - _BACK)
    for at in range(match.first - 2, floor - 1, -1):
        if reading.tokens.kinds[at] != "w":
            return False
        if reading.word(at) in _PRODUCING:
            return True
    return False


def _cutting(reading: Reading) -> bool:
    """As in "Fiber Laser 3000W Stainless Steel Carbon Steel": it works on metals."""
    return bool(_CUTTING & {*reading.tokens.words[: reading.title_end]})


def _printed_on(reading: Reading, match: Match) -> bool:
    """As in "Plastic PVC Smart ID Card Printer": what a printer prints on."""
    ahead = reading.tokens.words[match.last : match.last + _CARDS]
    return bool(_PRINTERS & {*ahead})
