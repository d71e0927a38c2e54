"""Bytes of unknown encoding to text."""

from __future__ import annotations

import codecs
import re

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.source import Source

__all__ = ["decode_text"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 262_144
_CYRILLIC = re.compile(r"[а-яё]{2,}|[А-Я][а-яё]+")
_LATIN_WORD = re.compile(
    r"[A-Za-z]?[À-ÿ]?[a-z]+[À-ÿ][a-z]*|[a-z][À-ÿ]|[À-Þ][a-z]|[°²³µ±½£§–—“”‘’•™®€]"
)


def decode_text(source: Source, data: bytes) -> tuple[str, str]:
    """Decode a text of unknown encoding.

    A byte-order mark decides; then UTF-8 where it is valid; then UTF-16 by its zero
    bytes; then the legacy encoding whose reading looks most like its language:
    Chinese and Japanese and Korean by how many of their characters are common ones
    (their code tables put those first), Cyrillic and Latin by their word shapes.

    Args:
        source: The file, for messages.
        data: Its contents.

    Returns:
        (text without byte-order mark, name of the encoding).

    Raises:
        UnreadableFileError: If it is no text in any of them.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data.decode(codec, errors="replace").lstrip("\ufeff"), codec
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if "\x00" not in text[:_SAMPLE]:
            return text, "utf-8"
    guess = _utf16(data[:_SAMPLE]) or _legacy(data[:_SAMPLE])
    if guess is None:
        raise UnreadableFileError(
            f"{source.name}: is no text in any encoding tried (UTF-8, UTF-16, GB18030, Big5, "
            "Shift-JIS, EUC-KR, Windows-1251, Windows-1252). Save it as UTF-8."
        )
    return data.decode(guess, errors="replace"), guess


def _utf16(sample: bytes) -> str | None:
    pairs = len(sample) // 2
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 0.2 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.2 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return None


def _legacy(sample: bytes) -> str | None:
    if b"\x00" in sample:
        return None
    high = sum(1 for byte in sample if byte >= 0x80)
    scores = {
        "gb18030": _common_share(sample, "gb18030", (0xB0, 0xD7), (0xA1, 0xA3)),
        "big5": _common_share(sample, "big5", (0xA4, 0xC6), (0xA1, 0xA3)),
        "euc-kr": _hangul_share(sample),
        "cp932": _kana_share(sample),
        "cp1251": _word_share(sample, "cp1251", _CYRILLIC, high),
        "cp1252": _word_share(sample, "cp1252", _LATIN_WORD, high),
    }
    codec, score = max(scores.items(), key=lambda item: item[1])
    return codec if score > 0 else "cp1252"


def _trim(sample: bytes, codec: str) -> str | None:
    """Decode strictly, forgiving only a character cut off at the sample's end."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        return decoder.decode(sample)
    except UnicodeDecodeError:
        return None


def _common_share(
    sample: bytes, codec: str, common: tuple[int, int], signs: tuple[int, int]
) -> float:
    """Share of double-byte characters whose lead byte is in the table's common part."""
    text = _trim(sample, codec)
    if text is None:
        return 0.0
    hits = total = 0
    for char in text:
        if char < "\x80":
            continue
        encoded = char.encode(codec)
        total += 1
        if (len(encoded) == 2 and common[0] <= encoded[0] <= common[1]) or (
            len(encoded) == 2 and signs[0] <= encoded[0] <= signs[1]
        ):
            hits += 1
    return hits / total if total else 0.0


def _hangul_share(sample: bytes) -> float:
    """Hangul lie within the range of common Chinese characters, which fill more than it."""
    share = _common_share(sample, "euc-kr", (0xB0, 0xC8), (0xA1, 0xA3))
    wide = sum(byte >= 0x80 for byte in sample) // 2
    return 1.01 * share if share > 0.97 and wide >= 8 else 0.9 * share


def _kana_share(sample: bytes) -> float:
    text = _trim(sample, "cp932")
    if text is None:
        return 0.0
    wide = [char for char in text if char >= "\x80"]
    # Half-width katakana is what other encodings look like when misread.
    half = sum("｡" <= char <= "ﾟ" for char in wide)
    kana = sum("ぁ" <= char <= "ヿ" for char in wide)
    if not wide or half > 0.2 * len(wide) or not kana:
        return 0.0
    return min(1.0, 0.6 + kana / len(wide))


def _word_share(sample: bytes, codec: str, words: re.Pattern[str], high: int) -> float:
    text = _trim(sample, codec)
    if text is None or not high:
        return 0.0
    inside = sum(sum(char >= "\x80" for char in match.group()) for match in words.finditer(text))
    # A hair below the multi-byte readings, whose validity is evidence in itself.
    return 0.95 * inside / high
