"""A key and its value."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Pair"]


@dataclass(slots=True)
class Pair:
    """A key and its value: key tokens `first`..`colon`, value tokens `begin`..`end`.

    Attributes:
        first: First token of the key.
        colon: The colon.
        begin: First token of the value.
        end: Token after the value.
        fields: Number fields the key names.
        texts: Text fields the key names.
        name: The key's own words in snake_case, "" where they have no Latin letters.
        unit_hint: Token of a unit in brackets behind the key, or -1.
        ignored: Whether the key says nothing of the goods.
        whole: Whether one known phrase is the whole key.
        sure: Whether both ends of the value are plain: a line's end, or a cut with no rival.
    """

    first: int
    colon: int
    begin: int
    end: int
    fields: tuple[str, ...]
    texts: tuple[str, ...]
    name: str
    unit_hint: int = -1
    ignored: bool = False
    whole: bool = False
    sure: bool = True
