"""Parts by their Chinese, Japanese and Arabic names (`data/parts.toml`), beside other words.

In these languages a part's name makes no field's name, so only known parts are told: in
Chinese and Japanese they stand before what is said of them (桌腿直径, 脚の直径), in Arabic behind
the side and before the rest (سماكة القاعدة, المقبض أسود).
"""

from __future__ import annotations

from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.scan import Scan

__all__ = ["HAN", "WITHOUT_NAMES", "part_at", "part_ending"]

HAN = frozenset({"zh", "ja"})
WITHOUT_NAMES = HAN | {"ar"}
"""Languages whose words make no field's name."""

_LINKS = word_set("mention", "han_links")
_STEM = 3  # letters that the forms of an Arabic noun share, most often


def part_ending(scan: Scan, last: int, product: tuple[int, int]) -> tuple[str, int] | None:
    """The part named right before a token, small words between them left out.

    Args:
        scan: The text.
        last: The token.
        product: Tokens of the product's name; (-1, -1) for none.

    Returns:
        The part and its first token; None where no part stands, or the goods themselves.
    """
    at = last - 1
    while at >= 0 and scan.tokens.words[at] in _LINKS:
        at -= 1
    match = scan.match_of(at)
    part = scan.value_at(at, "part")
    if match is None or part is None or _of_goods(scan, match.first, match.last, product):
        return None
    return str(part), match.first


def part_at(scan: Scan, first: int, product: tuple[int, int]) -> tuple[str, int] | None:
    """The part named at a token, small words before it left out; see `part_ending`.

    Args:
        scan: The text.
        first: The token.
        product: Tokens of the product's name; (-1, -1) for none.

    Returns:
        The part and the token after it; None where no part stands, or the goods themselves.
    """
    at = first
    while at < len(scan.tokens) and scan.tokens.words[at] in _LINKS:
        at += 1
    match = scan.match_of(at)
    part = scan.value_at(at, "part")
    if match is None or part is None or match.first != at:
        return None
    return None if _of_goods(scan, at, match.last, product) else (str(part), match.last)


def _of_goods(scan: Scan, first: int, last: int, product: tuple[int, int]) -> bool:
    """Whether a part's words are of the product's name, or say it again."""
    if product[0] < 0:
        return False
    if product[0] <= first < product[1] or scan.raw(first, last) in scan.raw(*product):
        return True
    stem = scan.tokens.words[first].removeprefix("ال")[:_STEM]  # مضخات, مضخة
    words = scan.tokens.words[slice(*product)]
    return scan.language == "ar" and any(w.removeprefix("ال").startswith(stem) for w in words)
