"""Key: value pairs, on lines of their own or run together on one."""

from __future__ import annotations

from deepsearch.understanding.drafts import slug
from deepsearch.understanding.english import english_name
from deepsearch.understanding.keyvalue.chains import behind_prose, best_cut, key_floor
from deepsearch.understanding.keyvalue.model import Pair
from deepsearch.understanding.lexicon import word_list, word_set
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import fold

__all__ = ["boilerplate", "find_pairs"]

_NO_KEY = word_set("key", "no_key")
_BOILERPLATE = word_list("key", "boilerplate")
_SUPPORTED = frozenset(
    {"support", "supported", "apoyo", "soporte", "suporte", "apoio", "supporto", "soutien"}
)
_END = frozenset(".\n;。")
# Signs after which a key may begin whatever its words are.
_BREAKS = frozenset({"\n", ".", ";", "·", "(", "!", "?", "|", ""})
_LONGEST_KEY = 5  # words
_LONGEST_HAN = 8  # characters
_COUNTING = frozenset({"anzahl", "cantidad", "nombre", "numero", "menge"})
_LINKS = frozenset({"der", "von", "de", "di", "an"})
_TWO, _THREE = 2, 3  # words
_SURE = 1.5  # of the cuts that win by so much, 24 in 25 are right (docs/understanding.md)


def find_pairs(scan: Scan) -> list[Pair]:
    """Find key: value pairs; values that say nothing are marked as spoken for.

    Args:
        scan: The text.

    Returns:
        The pairs, left to right.
    """
    kept = []
    for pair in _pairs(scan):
        value = fold(scan.raw(pair.begin, pair.end)).strip(" .") if pair.end > pair.begin else ""
        if pair.ignored or boilerplate(value):
            if value:
                scan.claim(_of_line(scan, pair) if value in _SUPPORTED else pair.first, pair.end)
            continue
        kept.append(pair)
    return kept


def _of_line(scan: Scan, pair: Pair) -> int:
    """Where the words begin that a pair's line opens with: "Sample of 7 days' time: support"."""
    first = pair.first
    while first and scan.tokens.kinds[first - 1] != "s":
        first -= 1
    opens = first == 0 or scan.tokens.words[first - 1] in ("\n", "·", "•")
    return first if opens else pair.first


def boilerplate(value: str) -> bool:
    """Whether a folded value is what sellers write when they mean nothing: "as picture"."""
    if value.startswith(_BOILERPLATE):
        return True
    return len(value) < 40 and any(
        w in value for w in ("custom", "定制", "request", "optional", "choose")
    )


def _pairs(scan: Scan) -> list[Pair]:
    words = scan.tokens.words
    colons = [i for i, word in enumerate(words) if word == ":" and _is_colon(scan, i)]
    pairs: list[Pair] = []
    floor = 0
    for number, colon in enumerate(colons):
        pair, sure = _pair(scan, colon, floor, pairs[-1] if pairs else None)
        if pair is None:
            if pairs and pairs[-1].end >= colon:
                pairs[-1].sure = False  # its value runs into words that are no key
            continue
        if pairs and pairs[-1].end > pair.first:
            pairs[-1].end = max(pairs[-1].begin, pair.first)
            pairs[-1].sure = pairs[-1].sure and sure
        following = colons[number + 1] if number + 1 < len(colons) else len(words)
        pair.end = _value_end(scan, pair.begin, following)
        pair.sure = sure
        pairs.append(pair)
        floor = pair.begin
    return pairs


def _is_colon(scan: Scan, index: int) -> bool:
    """A colon that may end a key: not that of a time, a ratio or an address."""
    kinds, words = scan.tokens.kinds, scan.tokens.words
    if index and kinds[index - 1] == "n" and kinds[index + 1 : index + 2] == ["n"]:
        return False
    doubled = index > 0 and words[index - 1] == ":"  # "FM:: 64-108 MHz"
    return index > 0 and not doubled and words[index + 1 : index + 3] != ["/", "/"]


def _pair(scan: Scan, colon: int, floor: int, previous: Pair | None) -> tuple[Pair | None, bool]:
    """The pair of a colon, and whether its key plainly begins where it does."""
    words = scan.tokens.words
    end, hint = _bracketed(scan, colon, floor)
    start = key_floor(scan, floor, end)
    if start == end:
        return None, False
    before = words[start - 1] if start else ""
    shared = previous is not None and previous.begin == floor and previous.end > start
    if before in _BREAKS or (start == floor and not shared):
        if _short(scan, start, end):
            return _made(scan, start, colon, hint, end), True
    elif before == "," and not shared and _short(scan, start, end):
        if scan.tokens.glued(start):
            start = behind_prose(scan, start, end)
        return _made(scan, start, colon, hint, end), True
    if previous is None or not shared:
        # behind a number ("houston 77043 Open type:") all the words may be the key
        short = end - start == _TWO and start > floor and words[start - 2] != ":"
        opens = start - (short and scan.tokens.kinds[start - 1] == "n")
        previous = Pair(opens, opens + 1, opens, opens, (), (), "")
    cut = best_cut(scan, previous, end)
    if cut is None:
        return None, False
    first = cut.first if shared else behind_prose(scan, cut.first, end)
    return _made(scan, first, colon, hint, end), cut.margin >= _SURE


def _bracketed(scan: Scan, colon: int, floor: int) -> tuple[int, int]:
    """Token after the key's words, and the first token in brackets behind them, or -1."""
    words = scan.tokens.words
    if words[colon - 1] != ")":
        return colon, -1
    opening = colon - 2
    while opening > floor and words[opening] != "(" and colon - opening < 8:
        opening -= 1
    return (opening, opening + 1) if opening > floor and words[opening] == "(" else (colon, -1)


def _short(scan: Scan, first: int, end: int) -> bool:
    kinds = scan.tokens.kinds[first:end]
    return kinds.count("w") <= _LONGEST_KEY and kinds.count("c") <= _LONGEST_HAN


def _made(scan: Scan, first: int, colon: int, hint: int, end: int) -> Pair | None:
    if end - first == 1 and scan.tokens.kinds[first - 1 : first] == ["n"] and _counts(scan, first):
        return None  # "120 pieces: 1 l" counts
    fields: list[str] = []
    texts: list[str] = []
    whole = False
    for index in range(first, end):
        match = scan.starting.get(index)
        if match is None:
            continue
        kinds = {kind for kind, _ in match.payloads}
        spoken = kinds & {"buy", "noise"} and not kinds & {"field", "textfield"}
        if spoken and not (first < index == end - 1 and _noun(scan, index)):
            return None
        fields += [value for kind, value in match.payloads if kind == "field"]
        texts += [value for kind, value in match.payloads if kind == "textfield"]
        if match.first == first and match.last == end:
            whole = bool(fields or texts)
    key = scan.tokens.folded[scan.tokens.starts[first] : scan.tokens.ends[end - 1]]
    name = english_name(slug(key))
    if fields[:1] == ["order_quantity"] and _counts_parts(scan, first, end):
        fields, told = [], name != slug(key)
        texts = texts if told else ["ignore"]
        whole = not told
    known = any(scan.has(first, kind) for kind in ("part", "feature", "finish"))
    if key in _NO_KEY or not (name or fields or texts or known):
        return None
    ignored = "ignore" in texts and whole
    begin = colon + 1 + (scan.tokens.word(colon + 1) == ":")
    return Pair(first, colon, begin, begin, tuple(fields), tuple(texts), name, hint, ignored, whole)


def _counts(scan: Scan, at: int) -> bool:
    return any(unit.dimension == "count" for unit in scan.units_at(at))


def _noun(scan: Scan, at: int) -> bool:
    """Whether a word that may be a verb of wanting is a noun: "LED light source"."""
    before = scan.tokens.kinds[at - 1] == "w" and scan.match_of(at - 1) is None
    return scan.tokens.words[at] == "source" and (before or scan.has(at - 1, "part"))


def _counts_parts(scan: Scan, first: int, end: int) -> bool:
    """As in "Anzahl der Speichen", "cantidad de puertas": of parts, not of the goods."""
    linked = end - first == _THREE and scan.tokens.words[first + 1] in _LINKS
    if not linked or scan.tokens.words[first] not in _COUNTING:
        return False
    return not any(unit.dimension == "count" for unit in scan.units_at(end - 1))


def _value_end(scan: Scan, begin: int, following: int) -> int:
    """Token after the value: a sentence's or line's end, or the next colon, trimmed later."""
    at = begin
    while at < min(following, len(scan.tokens)):
        word = scan.tokens.words[at]
        cell = (word == "|" and at > begin) or (word == "," and at > begin and _turns(scan, at + 1))
        if word == "\n" or cell or (word in _END and at > begin and _sentence_end(scan, at)):
            return at
        at += 1
    return at


def _turns(scan: Scan, at: int) -> bool:
    """Whether a value's next part denies something: "Film: PE, no BPA", "on poles, not walls"."""
    return scan.has(at, "neg") and scan.clause_of[at] != scan.clause_of[at - 2]


def _listing(scan: Scan, at: int) -> bool:
    """Whether a dot stands between spaces, and another on its line: "Home . Office . Hotel"."""
    tokens = scan.tokens
    near = range(max(0, at - _LONGEST_KEY), min(len(tokens), at + _LONGEST_KEY + 1))
    lone = [
        i
        for i in near
        if tokens.words[i] == "."
        and not tokens.glued(i)
        and not tokens.glued(min(i + 1, len(tokens) - 1))
    ]
    return at in lone and len(lone) > 1 and "\n" not in tokens.words[lone[0] : lone[-1]]


def _sentence_end(scan: Scan, at: int) -> bool:
    words = scan.tokens.words
    if words[at] != ".":
        return True
    following = words[at + 1] if at + 1 < len(words) else ""
    if _listing(scan, at):
        return False
    if following == ".":
        return True  # cut off by the page: "..."
    if words[at - 1] in ("approx", "max", "min", "no", "ca"):
        return False
    return (
        at + 1 >= len(words) or not scan.tokens.glued(at + 1) or scan.tokens.kinds[at + 1] in "wc"
    )
