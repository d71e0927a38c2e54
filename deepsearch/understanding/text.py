"""Folding and tokenising a text without ever moving a character.

Folding maps every character to exactly one character, so an offset in the folded text
is the same offset in the buyer's own words: spans stay exact.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Tokens", "fold", "is_cjk", "split_words", "tokenise"]

_SPECIAL = {
    "\u2212": "-",
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2015": "-",
    "\u301c": "~",
    "\uff5e": "~",
    "\u223c": "~",
    "\u00d7": "*",
    "\u2715": "*",
    "\u2716": "*",
    "\u2a09": "*",
    "\u2032": "'",
    "\u2019": "'",
    "\u2018": "'",
    "\u02bc": "'",
    "\u00b4": "'",
    "`": "'",
    "\u2033": '"',
    "\u201d": '"',
    "\u201c": '"',
    "\u201e": '"',
    "\u300c": '"',
    "\u300d": '"',
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
    "\u2007": " ",
    "\u3000": " ",
    "\t": " ",
    "\u200b": " ",
    "\u2060": " ",
    "\ufeff": " ",
    "\u200e": " ",
    "\u200f": " ",
    "\u00b2": "2",
    "\u00b3": "3",
    "\u00b0": "°",
    "\u00ba": "°",
    "\u02da": "°",
    "\u22c5": "·",
    "\u2022": "·",
    "\u2219": "·",
    "\u30fb": "·",
    "\u2264": "≤",
    "\u2a7d": "≤",
    "\u2266": "≤",
    "\u2265": "≥",
    "\u2a7e": "≥",
    "\u2267": "≥",
    "\u0622": "\u0627",
    "\u0623": "\u0627",
    "\u0625": "\u0627",
    "\u0649": "\u064a",
    "\u0629": "\u0647",
    "\u0624": "\u0648",
    "\u0626": "\u064a",
    "\u066b": ".",
    "\u066c": ",",
    "\u060c": ",",
    "\u061b": ";",
    "\u061f": "?",
    "\u3001": ",",
    "\u3002": ".",
    "\uff61": ".",
    "\u0131": "i",
    "\u00f8": "o",
    "\u00d8": "o",
    "\u0142": "l",
    "\u0141": "l",
    "\u0451": "е",
    "\u2044": "/",
    "\u2215": "/",
    "\u00b5": "\u03bc",
    "\u2300": "\u2300",
}
# Traditional and Japanese forms of the characters our lexicons are written in.
_HAN = dict(
    zip(
        "個臺條張雙電動買賣價錢質證認證書廠業產國際運輸裝備機車櫃間飛輪鋼鐵鋁銅鋅銀藍綠紅黃純棉絲門風扇燈壓級長寬厚徑積體類種標準單總數額輕過於內溫濕淨醫療兒歲萬億從與帶無",
        "个台条张双电动买卖价钱质证认证书厂业产国际运输装备机车柜间飞轮钢铁铝铜锌银蓝绿红黄纯棉丝门风扇灯压级长宽厚径积体类种标准单总数额轻过于内温湿净医疗儿岁万亿从与带无",
        strict=True,
    )
)
_KEEP = frozenset("⌀℃℉㎡㎥½¼¾№™®㎜㎝㎏㍑㌔ϕφ円")


class _Fold(dict[int, str]):
    """A translate table that computes and remembers each character once."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = _fold_char(char)
        self[code] = folded
        return folded


def _fold_char(char: str) -> str:
    special = _SPECIAL.get(char) or _HAN.get(char)
    if special is not None:
        return special
    if char in _KEEP or char.isspace():
        return "\n" if char in "\r\v\f\u2028\u2029" else char
    if "\u3040" <= char <= "\u30ff":
        return char  # a voiced kana is another letter, not an accent
    digit = unicodedata.digit(char, None) if char.isdigit() else None
    if digit is not None:
        return str(digit)
    base = unicodedata.normalize("NFKD", char)
    stripped = "".join(part for part in base if not unicodedata.combining(part))
    if char in "йЙ":
        return "й"
    lowered = stripped.lower()
    return lowered if len(lowered) == 1 else char.lower()[:1] or char


_TABLE = _Fold()


def fold(text: str) -> str:
    """Fold case, width, accents, digits and look-alike signs, one character to one.

    Args:
        text: Any text.

    Returns:
        A text of the same length; character i stands for character i of the input.
    """
    return text.translate(_TABLE)


_TOKEN = re.compile(
    r"(?P<cjk>[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f])"
    r"|(?P<num>[0-9]+(?:[.,'][0-9]+)*)"
    r"|(?P<word>[^\W\d_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]+)"
    r"|(?P<space>[^\S\n]+)"
    r"|(?P<sign>[\s\S])"
)


_WORDS = re.compile(
    _TOKEN.pattern.replace("?P<cjk>", "?:")
    .replace("?P<num>", "?:")
    .replace("?P<word>", "?:")
    .replace("?P<space>", "?:")
    .replace("?P<sign>", "?:")
)


def split_words(folded: str) -> list[str]:
    """The tokens of a folded text without spaces in it, as `tokenise` would cut them."""
    return _WORDS.findall(folded)


def is_cjk(char: str) -> bool:
    """Whether a character is Han, Hiragana or Katakana."""
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff"


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words, numbers and signs of a folded text, spaces left out.

    Attributes:
        text: The text as given.
        folded: Its folded form, of the same length.
        words: The tokens, folded.
        starts: Offset of each token.
        ends: Offset after each token.
        kinds: "n" number, "w" word, "c" one CJK character, "s" sign.
    """

    text: str
    folded: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    kinds: list[str]

    def __len__(self) -> int:
        """Number of tokens."""
        return len(self.words)

    def word(self, index: int) -> str:
        """The folded word at a token, "" beyond the text."""
        words = self.words
        return words[index] if 0 <= index < len(words) else ""

    def glued(self, index: int) -> bool:
        """Whether token `index` follows the one before without a space."""
        inside = 0 < index < len(self.words)
        return inside and self.starts[index] == self.ends[index - 1]

    def raw(self, first: int, last: int) -> str:
        """The buyer's own words from token `first` up to, not including, `last`."""
        last = min(last, len(self.words))
        if first >= last:
            return ""
        return self.text[self.starts[first] : self.ends[last - 1]]


_KIND = {"cjk": "c", "num": "n", "word": "w", "sign": "s"}


_KEPT_CHARS = 4_000


def tokenise(text: str) -> Tokens:
    """Split a text into tokens, in time linear in its length.

    A short text's tokens are kept for a while: several readers ask for the same.

    Args:
        text: Any text.

    Returns:
        The tokens with their offsets; not to be changed.
    """
    return _kept(text) if len(text) <= _KEPT_CHARS else _tokenise(text)


@lru_cache(maxsize=64)
def _kept(text: str) -> Tokens:
    return _tokenise(text)


_LIST_COMMAS = frozenset("，、،")  # folded to a comma, but they never group digits


_BEFORE_TIMES = frozenset({"cmx", "mmx", "mx", "inx", "inchx", "ftx"})


def _pieces(text: str, first: int, last: int, kind: str) -> Iterator[tuple[int, int, str]]:
    """A token, or its parts: a list comma between digits, "M6×20，304"; an x, "60cmx40cm"."""
    if (
        kind == "w"
        and text[first:last].lower() in _BEFORE_TIMES
        and text[last : last + 1].isdigit()
    ):
        yield first, last - 1, "w"
        first = last - 1
    if kind == "n":
        for at in range(first + 1, last - 1):
            if text[at] in _LIST_COMMAS:
                yield first, at, "n"
                yield at, at + 1, "s"
                first = at + 1
    yield first, last, kind


_CELLS = re.compile(r"(?<![:/])/{2,3}(?!/)(?=\s)")  # "Fabric: canvas /// Straps: yes", no address

_DASHED = re.compile(r"^([^\W\d_]+(?: [^\W\d_]+){0,3} )-(?= \S)", re.MULTILINE)
_FEWEST_DASHED = 3  # lines "Key - value" of a form whose colons are dashes


def _tokenise(text: str) -> Tokens:
    folded = fold(text)
    if "//" in folded:
        folded = _CELLS.sub(lambda found: "|" * len(found.group()), folded)
    if folded.count(" - ") >= _FEWEST_DASHED and len(_DASHED.findall(folded)) >= _FEWEST_DASHED:
        folded = _DASHED.sub(r"\1:", folded)
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    kinds: list[str] = []
    for match in _TOKEN.finditer(folded):
        group = match.lastgroup
        if group == "space" or group is None:
            continue
        for first, last, kind in _pieces(text, match.start(), match.end(), _KIND[group]):
            words.append(folded[first:last])
            starts.append(first)
            ends.append(last)
            kinds.append(kind)
    return Tokens(text, folded, words, starts, ends, kinds)
