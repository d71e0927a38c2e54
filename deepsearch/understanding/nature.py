"""What a product is: the noun its name is built around, and the kinds of goods that noun says.

A word anywhere in a request says little: shelves for a toy shop are no toys. So a name is
cut down to its head (the last noun in English or Chinese, the first in Spanish or Arabic),
and only the head names kinds; words beside it add to them or take away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from deepsearch.understanding.language import lexicon_languages
from deepsearch.understanding.lexicon import ENDINGS, Trie, load_data, phrase_trie
from deepsearch.understanding.ontology import SHORTEST_TAIL, ontology, phrase_words, with_parents
from deepsearch.understanding.text import Tokens, tokenise

__all__ = ["kinds_of"]

_LONGEST_NAME = 16  # tokens
_SHORT_CODE = 4  # "ABC", "XL"
_DESCRIBES = frozenset({"colour", "material", "finish", "application", "certification"})
_CJK = ("zh", "ja")
_LINKS = ("de", "di", "da", "du", "do")
_ARABIC = "\u0600"  # no English name begins with what sorts behind it
_OF = ("of", "von", "van")
_LINKS_CJK = "けの的用"
_PARTICIPLES = ("ing", "ed")
_COMPOUND = ("de", "nl")
_NO_PARTS: tuple[frozenset[str], str] = (frozenset(), "")
_NO_TOYS = frozenset({"other", "pet_article", "hardware", "paper_pack"})
_FOODS = frozenset({"food", "coffee_cocoa", "plant_food", "animal_food"})
_LOST = 2  # words that a name may have lost at its beginning: "electric" toothbrushes
_SHORT_LINK = 3  # letters of "de", "en", "com"
_SHORT_TEXT = 30  # tokens


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Where a name lies, and which of its tokens are the head."""

    first: int
    last: int
    head: tuple[int, int]
    kinds: frozenset[str]
    front: str = ""  # what stands before the last part of a compound


def kinds_of(text_tokens: Tokens, product: str, language: str) -> frozenset[str]:
    """Say what kinds of goods a request asks for.

    Args:
        text_tokens: The whole request.
        product: The thing asked for, in its own words, as far as it was understood; "" if not.
        language: ISO 639-1 code of the request.

    Returns:
        Names of kinds (ontology.toml), closed upwards; empty where the head is not known.
    """
    tokens, first = _place(text_tokens, product)
    first = _after_label(tokens, first) if first < len(tokens) else first
    phrases = list(_phrases(tokens, first, language))
    lost = first and len(phrases) == 1 and not phrases[0].kinds and " " not in product
    if lost and len(tokens) <= _SHORT_TEXT:
        phrases = list(_phrases(tokens, 0, language))  # one unknown word; the opening may tell
    kinds = _kinds(tokens, phrases)
    if not kinds and product:
        named = tokenise(product)
        kinds = _kinds(named, list(_phrases(named, 0, language)))
    return kinds


def _kinds(tokens: Tokens, phrases: list[_Phrase]) -> frozenset[str]:
    if len(phrases) > 1 and not phrases[-1].kinds:
        phrases = phrases[-1:]  # "salt and pepper shakers": the last one is the thing
    elif len(phrases) > 1 and not phrases[-1].kinds & _FOODS:
        phrases = [
            phrase for phrase in phrases if not phrase.kinds & _FOODS
        ]  # "tea and coffee pots"
    return frozenset().union(*(_modified(tokens, phrase) for phrase in phrases))


def _place(tokens: Tokens, product: str) -> tuple[Tokens, int]:
    """Where the product's name begins among the text's tokens."""
    at = tokens.text.find(product) if product else -1
    if at < 0:
        return (tokenise(product), 0) if product else (tokens, 0)
    return tokens, next((i for i, begin in enumerate(tokens.starts) if begin >= at), 0)


def _after_label(tokens: Tokens, first: int) -> int:
    """Where the goods begin behind the market that a request opens with: "Zielland: Peru, ..."."""
    if phrase_words()["labels"].longest(tokens, first) is None:
        return first
    broken = first
    for at in range(first, min(len(tokens), first + _LONGEST_NAME)):
        if tokens.words[at] in ":,;\n" or (broken > first and not tokens.glued(at)):
            broken = at + (tokens.kinds[at] == "s")
            match = ontology().heads.longest(tokens, broken) if broken < len(tokens) else None
            if match is not None:
                return broken
    return first


def _phrases(tokens: Tokens, first: int, language: str) -> Iterable[_Phrase]:
    """The name, or each of the names that "and" joins."""
    size = len(tokens)
    if first >= size:
        return
    cjk = language in _CJK or tokens.kinds[first] == "c"
    first, last = _cut_cjk(tokens, first) if cjk else _cut(tokens, first)
    words = phrase_words()
    begin = first
    for at in range(first, last + 1):
        joined = at == last or (
            at > begin and words["joins"].longest(tokens, at, at + 1) is not None
        )
        if joined and at > begin:
            yield _head(tokens, begin, at, "" if cjk else language)
            begin = at + 1


def _cut(tokens: Tokens, first: int) -> tuple[int, int]:
    """First and last token of a name in a language that writes spaces."""
    words = phrase_words()
    at = first
    limit = min(len(tokens), first + _LONGEST_NAME)
    while at < limit:
        word, kind = tokens.words[at], tokens.kinds[at]
        if kind == "s":
            glued = tokens.glued(at) and at + 1 < limit and tokens.glued(at + 1)
            if not (word in "-/." and glued) and word not in "&+'":
                break
        elif kind == "n" and not _part_of_word(tokens, at):
            if at > first:
                break
        elif at > first and words["cuts"].longest(tokens, at) is not None:
            measured = at == first + 1 and words["measures"].longest(tokens, first, at)
            if measured and word in _OF:
                first = at + 1
            elif not (tokens.glued(at) and tokens.words[at - 1] == "-"):  # "walk-in"
                break
        elif at > first + 1 and _participle(tokens, at - 1, ("articles",)):
            at -= 1
            break
        at += 1
    return first, at


def _part_of_word(tokens: Tokens, at: int) -> bool:
    """Numbers inside a word, as in "3D" or "N95", do not end a name."""
    if at and tokens.glued(at) and tokens.kinds[at - 1] == "w":
        return True
    after = at + 1 < len(tokens) and tokens.glued(at + 1) and tokens.kinds[at + 1] == "w"
    return after and tokens.words[at + 1] in ("d", "g", "k")


def _cut_cjk(tokens: Tokens, first: int) -> tuple[int, int]:
    """First and last token of a name in a language that writes none."""
    cuts = phrase_words()["cuts_cjk"]
    heads = ontology().heads
    size = len(tokens)
    while first < size and tokens.kinds[first] in "sn":
        first += 1
    run = first
    while run < size and run < first + 4 * _LONGEST_NAME:
        kind = tokens.kinds[run]
        # what ends in "for ..." belongs to what follows, a space or not
        spaced = not tokens.glued(run) and tokens.words[run - 1] not in _LINKS_CJK
        if kind == "s" or (kind == "n" and run > first):
            break
        if run > first and spaced and kind == "c" and tokens.kinds[run - 1] == "c":
            break
        run += 1
    if first < run and cuts.longest(tokens, first, run) is not None:
        # "sold to Germany plush toys": the thing stands behind the last 的.
        marks = [i for i in range(first, run) if tokens.words[i] in "的の"]
        return (marks[-1] + 1 if marks else first), run
    at = first
    while at < run:
        found = heads.longest(tokens, at, run)
        if found is not None:
            at = found.last
        elif at > first and cuts.longest(tokens, at, run) is not None:
            return first, at
        else:
            at += 1
    return first, run


def _head(tokens: Tokens, first: int, last: int, language: str) -> _Phrase:
    linked = any(word in _LINKS for word in tokens.words[first : last + 1])
    # A short name may be taken for English that is not: "tende da sole".
    if language in load_data("ontology")["phrase"]["head_first"] or (linked and language == "en"):
        found = _leading(tokens, first, last, _opener)
        if found is not None:
            return _juxtaposed(tokens, found, language) or found
        if linked or tokens.words[first] >= _ARABIC:
            return _Phrase(first, last, (first, first + 1), frozenset())
    if language == "ru":
        found = _leading(tokens, first, last, _adjective)
        if found is not None:
            return found
        return _Phrase(first, last, (first, first + 1), frozenset())
    return _trailing(tokens, first, last, language or "en")


def _juxtaposed(tokens: Tokens, found: _Phrase, language: str) -> _Phrase | None:
    """Another kind at the phrase's end with no link before it: an English name, head last."""
    other = _trailing(tokens, found.first, found.last, language)
    between = range(found.head[1], other.head[0])
    linked = other.head[0] < found.head[1] or any(
        len(tokens.words[i]) <= _SHORT_LINK for i in between
    )
    english = tokens.words[other.head[0]].isascii()
    return other if other.kinds and english and not linked else None


def _opener(tokens: Tokens, at: int) -> bool:
    return (
        tokens.kinds[at] in "ns"
        or phrase_words()["openers"].longest(tokens, at, at + 1) is not None
    )


def _adjective(tokens: Tokens, at: int) -> bool:
    word = tokens.words[at]
    endings = tuple(load_data("ontology")["phrase"]["adjective_endings"])
    return _opener(tokens, at) or word.isascii() or (len(word) > 4 and word.endswith(endings))


def _leading(
    tokens: Tokens, first: int, last: int, skip: Callable[[Tokens, int], bool]
) -> _Phrase | None:
    """The head is the first noun; words such as "grandes" may stand before it."""
    known = ontology()
    measured = phrase_words()["measures"].longest(tokens, first, last)
    if measured is not None and measured.last < last:
        link = tokens.words[measured.last] in ("de", "di", "d", "of")
        after = measured.last + link
        if link or not tokens.words[first].isascii():
            first = min(after, last - 1)
    # A name in two words may reach over a preposition: "secador de pelo", "panier à salade".
    reach = _clause_end(tokens, last)
    for at in range(first, last):
        match = known.heads.longest(tokens, at, reach)
        if match is not None:
            kinds = frozenset(kind for _, kind in match.payloads)
            # what describes a name that reached on stands behind its end
            end = last if match.last <= last else _cut(tokens, match.last - 1)[1]
            return _Phrase(first, end, (match.first, match.last), kinds)
        if not skip(tokens, at):
            break
    return None


def _clause_end(tokens: Tokens, at: int) -> int:
    while at < len(tokens) and tokens.words[at] not in ",.;:!?()\n":
        at += 1
    return at


def _described(tokens: Tokens, at: int, language: str) -> bool:
    """Whether a word behind the noun only describes it: a colour, a material, a grade."""
    match = phrase_trie(lexicon_languages(language)).longest(tokens, at, at + 1)
    if match is not None and any(kind in _DESCRIBES for kind, _ in match.payloads):
        return True
    raw = tokens.raw(at, at + 1)
    return (raw.isupper() and len(raw) <= _SHORT_CODE) or (
        ontology().near.longest(tokens, at, at + 1) is not None
    )


def _trailing(tokens: Tokens, first: int, last: int, language: str) -> _Phrase:
    """The head is the last noun; "set", colours and the like may stand after it."""
    known = ontology()
    tails = phrase_words()["tails"]
    end = last
    for _ in range(4):
        # A name may have lost its first words: "chairs" of "high chairs".
        for at in range(max(first - 2, end - _LONGEST_NAME, 0), end):
            match = known.heads.longest(tokens, at, end)
            if match is not None and match.last == end:
                kinds = frozenset(kind for _, kind in match.payloads)
                if end < last and kinds & _FOODS:
                    break  # a tea set is no tea
                return _Phrase(first, last, (at, end), kinds)
        if end <= first:
            break
        kinds, front = _compound(tokens.words[end - 1]) if language in _COMPOUND else _NO_PARTS
        if kinds:
            return _Phrase(first, last, (end - 1, end), kinds, front)
        shorter = next(
            (
                at
                for at in range(max(first + 1, end - 3), end)
                if (match := tails.longest(tokens, at, end)) is not None and match.last == end
            ),
            None,
        )
        if shorter is None and end - 1 > first and tokens.kinds[end - 1] == "n":
            shorter = end - 1  # "E26", whose letter goes next
        if shorter is None and end - 1 > first and _described(tokens, end - 1, language):
            shorter = end - 1
        if shorter is None and end - 1 > first and _participle(tokens, end - 1):
            shorter = end - 1  # "lamps bolted to ..."
        if shorter is None:
            break
        end = shorter
    return _Phrase(first, last, (last - 1, last), frozenset())


def _participle(tokens: Tokens, at: int, before: Iterable[str] = ("cuts",)) -> bool:
    """Whether an English participle stands before its object: "standing on", "watching a"."""
    if at + 1 >= len(tokens) or not tokens.words[at].endswith(_PARTICIPLES):
        return False
    words = phrase_words()
    return any(words[kind].longest(tokens, at + 1) is not None for kind in before)


@lru_cache(maxsize=4096)
def _compound(word: str) -> tuple[frozenset[str], str]:
    """Kinds of the longest known last part of a compound (German, Dutch), and what precedes it."""
    tails = ontology().tails
    word = word.replace("ß", "ss")
    if not word.isascii() or not word.isalpha() or len(word) > 60:
        return frozenset(), ""
    for cut in range(2, len(word) - SHORTEST_TAIL + 1):
        tail = word[cut:]
        for size in range(min(3, len(tail) - SHORTEST_TAIL) + 1):
            stem, ending = tail[: len(tail) - size], tail[len(tail) - size :]
            if ending in ENDINGS and stem in tails and len(stem) > SHORTEST_TAIL:
                return tails[stem], word[:cut]
    return frozenset(), ""


def _modified(tokens: Tokens, phrase: _Phrase) -> frozenset[str]:
    """Kinds of the head, after the words beside it have added theirs and taken away."""
    known = ontology()
    kinds = with_parents(phrase.kinds)
    near = _near(tokens, phrase)
    accessory = any(
        known.accessory.longest(tokens, at, phrase.head[1]) is not None
        for at in range(*phrase.head)
    )
    touching = _near(tokens, phrase, touching=True)
    far = _marked(known.far, tokens, 0, len(tokens)) if kinds else frozenset()
    for modifier in known.modifiers:
        bare = modifier.bare and not accessory and modifier.name in touching
        if not (bare if not kinds else modifier.name in near or modifier.name in far):
            continue
        if modifier.becomes:
            if modifier.name in touching and not accessory and not kinds & _NO_TOYS:
                return with_parents(modifier.becomes)
            continue
        if modifier.of and not modifier.of & kinds:
            continue
        kinds = (kinds | with_parents(modifier.adds)) - modifier.removes
    return kinds


def _near(tokens: Tokens, phrase: _Phrase, *, touching: bool = False) -> frozenset[str]:
    """Modifiers in the phrase, or only those that touch its head; never the head's own words."""
    known = ontology()
    first, last = phrase.head
    before = _marked(
        known.near, tokens, max(phrase.first, first - 1) if touching else phrase.first, first
    )
    after = _marked(
        known.near, tokens, last, min(phrase.last, last + 1) if touching else phrase.last
    )
    found = before | after
    for size in range(len(phrase.front), 2, -1):
        names = known.fronts.get(phrase.front[:size])
        if names:
            return found | names
    return found


def _marked(trie: Trie, tokens: Tokens, first: int, last: int) -> frozenset[str]:
    found: set[str] = set()
    for at in range(first, last):
        match = trie.longest(tokens, at, last)
        if match is not None:
            found.update(str(name) for _, name in match.payloads)
    return frozenset(found)
