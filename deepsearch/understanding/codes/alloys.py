"""Grades whose form no other word has: S355J2, 42CrMo4, UNS S31803, 09Г2С, 6061-T6, PE100, C30/37.

Sources of the forms: EN 10025-2, EN 10027-1 and -2, EN 1706, EN 1982, EN 206, ISO 4427, ASTM
E527, ANSI H35.1, JIS G 4303 and G 3101, GB/T 700, GOST 4543 and 380, API 5L, ICUMSA.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.drafts import Draft

__all__ = ["alloys"]

_ELEMENT = "(?:Cr|Mn|Ni|Mo|Si|Al|Ti|Nb|Cu|V|W|B)"
_FORMS = (
    r"S(?:235|275|355|420|450|460|690|960)(?:JR|J[02]|K2|NL?|ML?|QL?1?|MC|W|GD)?(?:\+[A-Z]+\d*)?",
    r"P(?:235|265|295|355)(?:GH|NL?[12]?|NH)",
    r"DX5[1-7]D(?:\+ ?[A-Z]+\d*)?",
    r"D[CD][01][1-6]",
    r"S[Tt] ?(?:33|37|42|44|50|52|60)(?:-[23])?",
    r"UNS [A-Z]\d{5}",
    r"SUS ?\d{3}[A-Z]{0,2}\d?",
    r"(?:SS|SN|SM)(?:400|490)[A-C]?",
    r"(?:SPCC|SPHC|SECC|SGCC|SKD\d{2}|SCM\d{3}|S\d{2}C|ADC12|FCD\d{3})",
    r"Q(?:195|215|235|275|345|355|390|420|460)[A-E]?",
    r"HRB(?:335|400|500)E?",
    r"B500[ABC]",
    r"API 5L (?:Gr\.? ?)?(?:B|X\d{2})",
    r"(?:CF8M?|CF3M?|GGG-?[45]0|GG-?2[05]|GJ[SL]-?\d{3}(?:-\d{1,2})?)",
    r"[1-8]\d{3}-(?:T\d{1,4}|O|H\d{2,3})",
    r"X\d{1,3}Cr[A-Za-z]*\d[\d-]*",
    rf"\d{{1,3}}(?:Cr|Mn|Ni|Mo|Si){_ELEMENT}{{0,3}}\d{{0,2}}A?",
    rf"G?Cr\d{{1,2}}{_ELEMENT}{{0,2}}",
    r"Cu(?:Zn|Sn|Al|Ni)\d{1,2}(?:[A-Z][a-z]?\d*)*",
    r"Al(?:Mg|Si|Cu|Zn)(?:Si|Mg|Cu|Mn)?\d+(?:[.,]\d)?(?:Mn|Cr|Mg|Cu|Fe)?",
    r"Ti-?6Al-?4V",
    r"\d{2}(?:[ХГНСТМФЮВДР]\d{0,2}){1,6}А?",
    r"(?:08|10|15|20)(?:пс|кп|сп)",
    r"Ст\.? ?[0-6](?:сп|пс|кп)\d?",
    r"А(?:240|400|500)С?",
    r"PE ?-?(?:80|100)(?:-?RC)?",
    r"C\d{2,3}/\d{2,3}",
    r"ICUMSA \d{2,4}",
    r"(?:Inconel|Hastelloy|Monel|Incoloy) ?[A-Z]?-?\d{2,3}[A-Z]?",
    r"Hardox ?\d{3}",
)
_ALLOY = re.compile(rf"(?<![\w.,/-])(?:{'|'.join(_FORMS)})(?![\w]|[.,/-]\d)")
_BEFORE_HAN = re.compile(
    r"(?<![\w.,/-])(?:Q\d{3}[A-E]?|\d{2} ?号(?=钢)|SUS ?\d{3}[A-Z]?|\d{4}-T\d)(?=[\u3040-\u9fff])"
)
_SPACES = re.compile(r"\s+")


def alloys(state: Codes) -> None:
    """Read every grade that its form alone tells, and mark it as spoken for.

    Args:
        state: The text.
    """
    text = state.tokens.text
    glued = state.scan.language in ("zh", "ja")  # no space parts 6061-T6铝板
    for pattern in (_ALLOY, _BEFORE_HAN) if glued else (_ALLOY,):
        for found in pattern.finditer(text):
            first = bisect_left(state.tokens.starts, found.start())
            last = bisect_left(state.tokens.ends, found.end()) + 1
            whole = last <= len(state.tokens) and state.tokens.ends[last - 1] == found.end()
            if not whole or state.tokens.starts[first] != found.start():
                continue
            if state.scan.free(first, last):
                grade = _SPACES.sub(" ", found.group())
                state.add(Draft("grade", "eq", grade, None, first, last, 0.85))
