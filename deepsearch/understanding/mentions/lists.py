"""Runs of words of one kind: "red, blue or green"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deepsearch.understanding.drafts import Draft, slug
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["Group", "list_draft", "part_behind", "runs"]

_PART_WORDS = word_set("key", "part_words")
_WEAVES = frozenset({"mesh", "link", "woven", "braided", "alloy"})
_NEVER_GOODS = frozenset({"text", "lettering", "print", "ink"})
_LINE = 30  # tokens
_SHORT = 4  # letters
_SIZES_OF_PARTS = frozenset({"small", "large", "big", "thin", "thick", "wide", "long", "short"})


@dataclass(slots=True)
class Group:
    """A run: tokens `first`..`last` (exclusive), its values, and the word that joins them."""

    first: int
    last: int
    values: list[str]
    joined: str | None = None


def runs(
    reading: Reading, kind: str, wanted: Callable[[Match, str], bool] | None = None
) -> list[Group]:
    """Runs of one kind joined by commas, slashes, and, or."""
    groups: list[Group] = []
    for match, value in reading.scan.of_kind(kind):
        free = reading.scan.free(match.first, match.last)
        if not free or (wanted is not None and not wanted(match, value)):
            continue
        last = groups[-1] if groups else None
        joiner = _joiner(reading, kind, last.last, match.first) if last is not None else None
        if last is not None and joiner == "side" and value.startswith("RAL "):
            last.values[-1], last.last = value, match.last  # "grey RAL 7035"
        elif last is not None and joiner is not None:
            if value not in last.values:
                last.values.append(value)
            last.last = match.last
            if (joiner in ("or", "and") and last.joined is None) or joiner == "or":
                last.joined = joiner
        else:
            groups.append(Group(match.first, match.last, [value]))
    return groups


def _joiner(reading: Reading, kind: str, last: int, first: int) -> str | None:
    gap = first - last
    if gap < 0 or gap > 3:
        return None
    if gap == 0:
        return "side"
    found = "comma"
    for at in range(last, first):
        word = reading.word(at)
        if reading.scan.has(at, "neg"):
            return None  # "brown, not white"
        if word == "or" and reading.scan.language == "fr":
            return None  # gold
        if word in (",", "、", "&", "+"):
            found = "and" if word in "&+" else found
        elif word == "/":
            found = "slash"
        elif word == "n" and reading.scan.language == "en":
            found = "and"  # "brown, sage n cream"
        elif (join := reading.scan.value_at(at, "join")) is not None:
            found = join
        elif kind == "colour" and _unknown_member(reading, at, last, first):
            continue  # "red/rose red", "brown/prink/yellow"
        elif not (
            reading.scan.has(at, "stop")
            or reading.scan.value_at(at, "textfield") == "certification"
        ):
            return None
    return found


def _unknown_member(reading: Reading, at: int, last: int, first: int) -> bool:
    """Whether an unknown word behind a slash or comma is one of the listed."""
    after = at + 1 == first or reading.word(at + 1) == reading.word(last)
    plain = reading.tokens.kinds[at] == "w" and reading.scan.match_of(at) is None
    behind = reading.word(last) in ("/", ",") and reading.word(at - 1) in ("/", ",")
    return plain and after and behind and reading.tokens.glued(at)


def list_draft(reading: Reading, field: str, group: Group, default: str) -> Draft:
    """A draft of a run: one value, or several with the operator their joining asks for."""
    first, last = group.first, group.last
    if len(group.values) == 1:
        op = "ne" if reading.negated(first, last) else "eq"
        return Draft(field, op, group.values[0], None, first, last)
    if reading.negated(first, last):
        op = "none_of"
    elif group.joined == "or" or reading.near(first, last, "either", 4, 3):
        op = "any_of"
    elif reading.near(first, last, "both", 4, 4):
        op = "all_of"
    else:
        op = default
    return Draft(field, op, tuple(group.values), None, first, last)


def part_behind(reading: Reading, group: Group) -> str | None:
    """The part a run stands before: "carbon steel frame", "black face", "blue text".

    Args:
        reading: The text.
        group: A run of materials or colours.

    Returns:
        The part's name; None if none follows, if it is what is asked for, or opens a key.
    """
    at = group.last + _adjective(reading, group.last)
    word = reading.word(at)
    part = word if word in _PART_WORDS else word.removesuffix("s")
    if part not in _PART_WORDS or len(group.values) > 1 or _of_key(reading, at):
        return None
    if reading.word(at + 1) == "-" and reading.tokens.glued(at + 1):
        return None  # "fold-up pump-windows"
    listed = reading.word(group.first - 1) in (":", "+")  # "Material: PU seat+chrome leg"
    again = not listed and part not in _NEVER_GOODS and _named_again(reading, at, part)
    asked = word == reading.word(reading.product[1] - 1) or again
    following = reading.scan.match_of(at + 1)  # "chrome metal leg Specific use: dining"
    whole = following is not None and reading.scan.has(at + 1, "textfield")
    next_key = reading.word(at + 1) == word or (
        whole and following is not None and reading.word(following.last) == ":"
    )
    ahead = reading.tokens.words[at : at + 4]
    keyed = ":" in (ahead[: ahead.index("\n")] if "\n" in ahead else ahead) and not next_key
    return None if asked or keyed or reading.scan.has(at, "material") else slug(part)


def _of_key(reading: Reading, at: int) -> bool:
    """Whether a key that was found begins at a token: "Frame: steel Wheel size: 14"."""
    inside = at < len(reading.tokens) and reading.scan.used[at]
    return inside and reading.word(at + 2) == ":"


def _adjective(reading: Reading, at: int) -> bool:
    """Whether an adjective stands between a run and its part: "steel mesh band"."""
    word = reading.word(at)
    told = word in _SIZES_OF_PARTS or (len(word) > _SHORT and word.endswith("ed"))
    inside = reading.product[0] <= at < reading.product[1]
    return word in _WEAVES or (told and not inside and reading.scan.language == "en")


def _named_again(reading: Reading, at: int, part: str) -> bool:
    """Whether its line names a thing twice: the goods of "Glass Window Aluminium Windows"."""
    words = reading.tokens.words
    before, behind = words[max(0, at - _LINE) : at], words[at + 1 : at + _LINE]
    before = before[len(before) - before[::-1].index("\n") :] if "\n" in before else before
    behind = behind[: behind.index("\n")] if "\n" in behind else behind
    return any(word.removesuffix("s") == part for word in before + behind)
