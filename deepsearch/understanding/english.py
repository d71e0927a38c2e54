"""Names of attributes and plain values of other languages, in English."""

from __future__ import annotations

from functools import lru_cache

from deepsearch.understanding.drafts import slug
from deepsearch.understanding.lexicon import load_data
from deepsearch.understanding.text import fold

__all__ = ["english_name", "english_part", "english_value"]


_COUNTED = ("anzahl_der_", "anzahl_", "numero_de_", "nombre_de_", "numero_di_", "cantidad_de_")


@lru_cache(maxsize=3)
def _table(name: str) -> dict[str, str]:
    return dict(load_data("keys")[name])


def english_name(name: str) -> str:
    """The English name of a key, or the name itself where no table has it.

    Args:
        name: The key's own words in snake_case.

    Returns:
        Such as "gender" for "genero".
    """
    table = _table("names")
    counted = next((name[len(key) :] for key in _COUNTED if name.startswith(key)), "")
    return table.get(name) or table.get(counted, name)


def english_part(word: str) -> str:
    """The English name of a part, or the word's own in Latin letters where no table has it.

    Args:
        word: The part's noun, folded.

    Returns:
        Such as "backrest" for "respaldo".
    """
    name = slug(word)
    return _table("part_names").get(name, name)


def english_value(value: str) -> str | None:
    """A value of such a key in English.

    Args:
        value: The value's words.

    Returns:
        Its English; the value itself where it is a code or a name in capitals; None for words
        of a language that cannot be told.
    """
    known = _table("values").get(slug(fold(value)))
    if known is not None:
        return known
    coded = any(char.isdigit() for char in value) or (value.isupper() and len(value) <= 5)
    return value if coded and value.isascii() and len(value.split()) <= 2 else None
