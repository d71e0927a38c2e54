"""How far a name goes."""

from __future__ import annotations

from deepsearch.understanding.fields import COUNT_NOUNS
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.lexicon import load_data, word_set
from deepsearch.understanding.product.goods import NAMED_FIRST, good
from deepsearch.understanding.product.lead import (
    hyphened,
    in_dimensions,
    maker,
    number_after,
    skip,
    unit_after,
    units_at,
)
from deepsearch.understanding.product.state import Finder
from deepsearch.understanding.product.trim import LIKENESS, named_goods, trimmed

__all__ = ["phrase"]

_ENDS = frozenset(
    [
        "with",
        "neg",
        "wish",
        "cmp",
        "cmp_post",
        "incoterm",
        "must",
        "between",
        "each",
        "noise",
        "buy",
        "date_by",
        "own",
        "supplier",
        "certification",
        "payment",
        "soft_modal",
        "only",
        "neg_post",
    ]
)
_NO_LINK = frozenset(["stop", "cmp", "country", "neg", "with", "place", "own", "textfield", "each"])
_LINKS = word_set("product", "links")
_ADJECTIVES = word_set("product", "adjectives")
_STOCK_HAN = tuple(load_data("words")["product"]["stock_han"])
_PACKS_HAN = frozenset("机線线盒袋箱纸紙膜带材")  # 包装机, 包装盒: things, no key
_VERBS_BEHIND = word_set("product", "verbs_behind")
_AGENT_LINKS = word_set("product", "agent_links")
_OPENS_MORE = word_set("product", "purpose") | word_set("product", "participles")
_BODIES = frozenset(load_data("codes")["bodies"])
_ABBREVIATION = 3  # letters; shorter ones are sizes and ratings
_RUSSIAN_ADJECTIVE = (
    "ий",
    "ый",
    "ой",
    "ая",
    "яя",
    "ое",
    "ее",
    "ие",
    "ые",
    "их",
    "ых",
    "им",
    "ым",
    "ую",
)
_LONGEST, _LONGEST_HAN = 7, 14
_LONGEST_HEAD = 3  # words behind a plural that may be the head: "glasses case"
_MOST_DESCRIBED = 4  # descriptions looked behind for the name


def phrase(state: Finder, start: int) -> tuple[int, int]:
    """The name that begins at or after a token: its first token and the token after it."""
    for _ in range(_MOST_DESCRIBED):
        first, last = _extent(state, start)
        behind = _named_behind(state, first, last)
        if behind is None:
            break
        start = behind
    return first, trimmed(state, first, last)


def _extent(state: Finder, start: int) -> tuple[int, int]:
    at = skip(state, start)
    unit = state.scan.match_of(at)
    if unit is not None and unit.first < at and state.scan.has(at, "each"):
        return at, unit.last  # "a unit that goes below the counter"
    first = last = at
    while at < len(state.tokens) and at - first < (_LONGEST_HAN if state.cjk else _LONGEST):
        step = _step(state, at, first)
        if step == 0 or _next_column(state, at, first):
            break
        at += step
        if state.word(at - 1) not in _LINKS or state.tokens.kinds[at - 1] == "c":
            last = at
    return first, last


def _next_column(state: Finder, at: int, first: int) -> bool:
    """As in "ダウンライト 埋込穴φ100": in Japanese a space parts a name from what is said of it."""
    spaced = at > first + 1 and not state.tokens.glued(at) and state.scan.language == "ja"
    return spaced and state.tokens.kinds[at - 1 : at + 1] == ["c", "c"]


def _named_behind(state: Finder, first: int, last: int) -> int | None:
    """Where the name begins of which only a description was read so far, or None."""
    if last <= first:
        return None
    if state.kinds(last) & {"supplier", "supplier_type"}:
        return maker(state, last)  # "sewing company to produce sweatshirts"
    describes = _only_describes(state, first, last)
    if describes and state.scan.has(last, "join"):
        return last + 1  # "aluminium or steel sheet"
    if state.word(last) == "的" and _thing_behind(state, last + 1):
        return last + 1  # "防水的背包"
    behind = skip(state, last) if last < len(state.tokens) and _code(state, last) else last
    return behind if describes and behind > last else None  # "brass M8 x 40 bolts"


def _thing_behind(state: Finder, at: int) -> bool:
    """Whether goods are named behind a Chinese "of", not their price or size."""
    if state.tokens.kinds[at : at + 1] != ["c"] or state.kinds(at) & {"field", "textfield", "buy"}:
        return False
    return good(state, *_extent(state, at))


def _only_describes(state: Finder, first: int, last: int) -> bool:
    described = (state.kinds(i) & {"material", "colour", "finish"} for i in range(first, last))
    return last > first and all(described)


def _step(state: Finder, at: int, first: int) -> int:
    """How many tokens from here belong to the name: 0 ends it."""
    kind, word = state.tokens.kinds[at], state.word(at)
    if kind == "n":
        return _number(state, at, first)
    if kind == "s":
        return 1 if word in "-&/'" and at > first and _joins_words(state, at) else 0
    if at > first and state.word(at - 1) == "-" and _inside(state, at - 1):
        return 1  # "walk-in freezer"
    if _link_word(state, at):
        return _link(state, at) if at > first else 0
    ends = (at > first and _clause_ends(state, at, first)) or _code(state, at)
    if (ends or _no_part(state, at, first)) and not hyphened(state, at + 1):
        return 0
    match = state.scan.starting.get(at)
    return match.last - at if match is not None else 1


def _joins_words(state: Finder, at: int) -> bool:
    """As in "walk-in", "Dolce & Gabbana": a sign between parts of one name."""
    return _inside(state, at) or (
        state.word(at) in "&/" and state.tokens.kinds[at + 1 : at + 2] == ["w"]
    )


def _inside(state: Finder, at: int) -> bool:
    """Whether a sign joins two words without spaces."""
    return state.tokens.glued(at) and at + 1 < len(state.tokens) and state.tokens.glued(at + 1)


def _number(state: Finder, at: int, first: int) -> int:
    """Model numbers glued to a name stay; quantities end it."""
    if in_dimensions(state, at):
        return 2
    if (
        unit_after(state, at + 1)
        or state.word(at + 1) in ("x", "*", "х")
        or (state.cjk and state.tokens.kinds[at + 1 : at + 2] == ["c"])
    ):
        return 0
    if at > first and _numbered(state, at):
        return 1  # "sugar ICUMSA 45", "Galaxy A15"
    return 1 if state.tokens.glued(at) and at > first else 0


def _numbered(state: Finder, at: int) -> bool:
    """Whether a number belongs to the abbreviation before it, as a type's does."""
    name = state.scan.raw(at - 1, at)
    following = state.tokens.kinds[at + 1 : at + 2]
    return name.isupper() and len(name) >= _ABBREVIATION and following != ["n"]


def _code(state: Finder, at: int) -> bool:
    """A size or a standard ends the name: "bolts M8", "Schlauchschellen DIN 3017"."""
    following = state.tokens.kinds[at + 1 : at + 2] == ["n"]
    raw = state.scan.raw(at, at + 1)
    if not following or not raw.isupper():
        return False
    glued = state.tokens.glued(at + 1)
    return (glued and len(raw) <= 2 and raw.isalpha()) or state.word(at) in _BODIES


def _clause_ends(state: Finder, at: int, first: int) -> bool:
    """Whether what follows tells of the thing named before: its maker, use or measure."""
    kinds, language = state.kinds(at), state.scan.language
    word = state.word(at)
    if word in _OPENS_MORE or word == "x" or (state.cjk and word in "をはがにで"):
        return True
    worked = word.endswith("ed") and language == "en" and state.word(at + 1) in _AGENT_LINKS
    if worked or _spelt_measure(state, at) or _described_behind(state, at, first):
        return True  # "a device worked by foot"
    if state.scan.value_at(at, "textfield") == "size" and _sized(state, at):
        return True  # "hoodies size L"
    number = state.tokens.kinds[at + 1 : at + 2] == ["n"]
    if (
        number
        and language in NAMED_FIRST - {"de", "nl"}
        and unit_after(state, at)
        and not kinds & {"form", "part"}
    ):
        return True  # "resina galón 4 l"
    if "textfield" in kinds and not kinds & {"material", "part", "colour"} and language != "en":
        return not _key_in_name(state, at, first)
    adjective = language == "ru" and word.endswith(_RUSSIAN_ADJECTIVE)  # "рабочих ботинок"
    operated = "operate" in kinds and language not in ("en", "zh", "ja", "de") and not adjective
    return operated or _measured(state, at, first)


def _key_in_name(state: Finder, at: int, first: int) -> bool:
    """As in 涤纶面料, 全自动包装机, "ماكينة تغليف": a word for a key that is part of a name."""
    match = state.scan.match_of(at)
    packs = state.scan.value_at(at, "textfield") == "packaging"
    if not state.cjk or match is None:
        return packs and "machine" in goods_kinds(state.tokens, first, at)
    return state.scan.has(at - 1, "material") or (packs and state.word(match.last) in _PACKS_HAN)


def _spelt_measure(state: Finder, at: int) -> bool:
    """As in "tente de réception | dix mètres sur vingt"."""
    atom = None if state.cjk else state.reader.at(at)
    return atom is not None and atom.worded and unit_after(state, atom.last)


def _described_behind(state: Finder, at: int, first: int) -> bool:
    """As in "tarpaulins | heavy duty blue": in English only what follows is like that."""
    word = state.word(at - 1)
    plural = word.endswith("s") and not word.endswith("ss") and state.tokens.kinds[at - 1] == "w"
    if state.scan.language != "en" or not plural or not named_goods(state, first, at):
        return False
    if state.kinds(at) & (LIKENESS | {"material"}):
        return True
    ahead = range(at + 1, min(at + 1 + _LONGEST_HEAD, len(state.tokens)))
    return not any(named_goods(state, first, last) for last in ahead)  # not "jeans jackets"


def _sized(state: Finder, at: int) -> bool:
    match = state.scan.match_of(at)
    after = match.last if match is not None else at + 1
    kind = state.tokens.kinds[after : after + 1]
    return kind == ["n"] or (kind == ["w"] and state.scan.raw(after, after + 1).isupper())


def _measured(state: Finder, at: int, first: int) -> bool:
    """Whether a field word begins its own statement: "motor 5 kW", not "enamel pins 30 mm"."""
    kinds = state.kinds(at)
    if _only_describes(state, first, at):
        return False  # "steel tank 2000 l": no other word names it
    measured = "field" in kinds and not kinds & {
        "material",
        "textfield",
        "part",
        "colour",
        "application",
    }
    match = state.scan.match_of(at)
    after = match.last if match else at + 1
    if (
        measured
        and state.scan.value_at(at, "field") in COUNT_NOUNS
        and unit_after(state, after + 1)
    ):
        return False  # "enamel pins 30 mm": they are the thing, not counted
    return measured and number_after(state, after)


def _link_word(state: Finder, at: int) -> bool:
    if state.word(at) not in _LINKS:
        return False
    kinds = state.kinds(at)
    return not kinds & _ENDS or kinds <= {"between", "stop", "to", "join"}


def _no_part(state: Finder, at: int, first: int) -> bool:
    """Whether a word can be no part of a name."""
    kinds, inside = state.kinds(at), at > first
    if inside and _names(state, at, first):
        return False
    if inside and (state.word(at) in _VERBS_BEHIND or _in_stock(state, at)):
        return True
    if kinds & _ENDS and not kinds & {"material", "power_source"}:
        return True
    if state.cjk and (state.word(at) in "はがにでを" or (inside and _counted(state, at))):
        return True
    if (
        kinds & {"stop", "join"}
        or ("for" in kinds and not state.cjk)
        or (inside and "custom" in kinds and not _custom_thing(state, at))
    ):
        return True
    return bool(kinds & {"country", "month"}) and (at == first or state.cjk)


def _in_stock(state: Finder, at: int) -> bool:
    """As in "有折叠椅现货吗": whether it is at hand is no part of the name."""
    return state.cjk and state.scan.raw(at, min(at + 2, len(state.tokens))).startswith(_STOCK_HAN)


def _custom_thing(state: Finder, at: int) -> bool:
    """As in "100 mardi gras custom necklaces", not "flash drive custom logo"."""
    return state.scan.value_at(at, "custom") == "custom_design" and _plain(state, at + 1)


def _names(state: Finder, at: int, first: int) -> bool:
    """Whether a word that elsewhere ends a name is part of this one.

    As in "ceiling tiles", "LED high bay light", "灯带5000米", "木製のまな板".
    """
    kinds, word = state.kinds(at), state.word(at)
    if kinds == {"cmp"} or word in ("high", "low"):
        return _plain(state, at + 1)
    if state.cjk and kinds == {"with"}:
        return state.tokens.kinds[at + 1 : at + 2] != ["c"]
    return word == "の" and _only_describes(state, first, at)


def _counted(state: Finder, at: int) -> bool:
    """Whether a spelt-out count ends the clause: "书包三千个", not "四件套"."""
    atom = state.reader.at(at)
    units = units_at(state, atom.last) if atom is not None else ()
    if not units or units[0].dimension != "count":
        return False
    return state.tokens.kinds[units[0].last : units[0].last + 1] != ["c"]


def _plain(state: Finder, at: int) -> bool:
    """Whether a word of which nothing is known stands at a token."""
    return state.tokens.kinds[at : at + 1] == ["w"] and not state.kinds(at)


def _link(state: Finder, at: int) -> int:
    """As in "tazas de cerámica": a link holds if a plain noun follows."""
    nxt = at + 1
    while state.word(nxt) in ("'", "la", "el", "l") and nxt < at + 3:
        nxt += 1
    if state.word(at) in ("en", "in") and not state.scan.has(nxt, "material"):
        return 0
    if state.word(at) == "in" and state.scan.language == "en":
        return 0  # "dog beds in memory foam"
    if state.word(at) == "a" and state.scan.language not in ("fr", "pt", "it", "es"):
        return 0
    if nxt >= len(state.tokens) or state.tokens.kinds[nxt] not in "wc":
        return 0
    kinds = state.kinds(nxt)
    if kinds & (_NO_LINK - ({"textfield"} if "material" in kinds else set())):
        return 0
    atom = state.reader.at(nxt)
    measured = atom is not None and unit_after(state, atom.last)
    return 0 if state.word(nxt) in _ADJECTIVES or measured else nxt - at
