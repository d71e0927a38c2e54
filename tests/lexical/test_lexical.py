"""`LexicalIndex`: the formula, an independent library, masks, spelling, renewal."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepsearch.errors import InvalidInputError, UnsupportedOperationError
from deepsearch.index import LexicalConfig, LexicalIndex
from deepsearch.index.fuzzy import Spellings, edits_allowed, split_compound
from deepsearch.index.tokenise import tokenise
from deepsearch.schema import Matches


def rows(matches: Matches, query: int = 0) -> list[int]:
    return matches.ids[query, : matches.counts[query]].tolist()


def test_the_formula_by_hand(index: LexicalIndex) -> None:
    # "bike" is in 3 of 6 texts; text 1 holds it twice in 4 words; texts have 2, 4, 5, 1 words
    idf = math.log(1 + (6 - 3 + 0.5) / (3 + 0.5))
    length = 4 / ((2 + 4 + 5 + 1) / 4)
    tf = 2 / (1 - 0.75 + 0.75 * length)
    found = index.search("bike", k=1)
    assert rows(found) == [1]
    assert found.scores[0, 0] == pytest.approx(idf * tf / (1.2 + tf))


def test_fields_add_up_before_they_saturate() -> None:
    index = LexicalIndex.build(
        {"title": ["bike", "bike"], "text": ["bike", "lamp"]},
        config=LexicalConfig(weights={"title": 3.0}, k1=1.5, b=0.0),
    )
    idf = math.log(1 + (2 - 2 + 0.5) / (2 + 0.5))
    found = index.search("bike", k=2)
    assert rows(found) == [0, 1]
    assert found.scores[0].tolist() == pytest.approx([idf * 4 / 5.5, idf * 3 / 4.5])


WORDS = [f"word{letter}" for letter in "abcdefghijklmnop"]


def corpus(seed: int, size: int) -> list[str]:
    rng = random.Random(seed)
    return [
        " ".join(rng.choices(WORDS, weights=range(1, 17), k=rng.randint(1, 12)))
        for _ in range(size)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_bm25s(seed: int) -> None:
    import bm25s

    texts = corpus(seed, 60)
    peer = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    peer.index([tokenise(text) for text in texts], show_progress=False)
    index = LexicalIndex.build(texts)
    for query in corpus(seed + 100, 10):
        expected = peer.get_scores(tokenise(query))
        np.testing.assert_allclose(
            index.scores(query, np.arange(60), spelling=False), expected, rtol=1e-5, atol=1e-6
        )


@settings(max_examples=150)
@given(
    st.lists(st.lists(st.sampled_from(WORDS[:6]), max_size=6).map(" ".join), max_size=12),
    st.lists(st.sampled_from(WORDS[:7]), max_size=4).map(" ".join),
    st.integers(1, 15),
    st.randoms(use_true_random=False),
)
def test_search_is_the_k_best_allowed_texts_that_share_a_word(
    texts: list[str], query: str, k: int, rng: random.Random
) -> None:
    index = LexicalIndex.build(texts)
    allowed = np.array([rng.random() < 0.6 for _ in texts], dtype=np.bool_)
    scores = index.scores(query, np.arange(len(texts)), spelling=False)
    wanted = [
        i for i in range(len(texts)) if allowed[i] and set(texts[i].split()) & set(query.split())
    ]
    wanted.sort(key=lambda i: (-scores[i], i))
    found = index.search(query, k=k, allowed=allowed, spelling=False)
    assert rows(found) == wanted[:k]
    count = len(wanted[:k])
    assert found.scores[0, :count].tolist() == scores[wanted[:k]].tolist()
    assert (found.scores[0, :count] > 0).all()
    assert found.ids.shape == (1, k)
    assert (found.ids[0, count:] == -1).all()
    assert np.isneginf(found.scores[0, count:]).all()


def test_what_shares_no_word_and_what_is_masked_never_comes_back(index: LexicalIndex) -> None:
    assert rows(index.search("zebra", k=6)) == []
    assert rows(index.search("", k=6)) == []
    only = np.zeros(6, dtype=np.bool_)
    only[[2, 3]] = True
    assert rows(index.search("bike lamp", k=6, allowed=only)) == [3]
    assert rows(index.search("bike lamp", k=6, allowed=np.zeros(6, dtype=np.bool_))) == []


def test_a_batch_answers_as_its_queries_one_by_one(index: LexicalIndex) -> None:
    queries = ["red lamp", "", "bike", "frame steel"]
    batch = index.search(queries, k=3)
    for number, query in enumerate(queries):
        alone = index.search(query, k=3)
        np.testing.assert_array_equal(batch.ids[number], alone.ids[0])
        np.testing.assert_array_equal(batch.scores[number], alone.scores[0])
    assert index.search([], k=3).ids.shape == (0, 3)


@pytest.mark.parametrize("k", [1, 10, 300, 30_000])
def test_many_texts_are_ordered_as_if_all_were(k: int) -> None:
    rng = np.random.default_rng(k)
    texts = [" ".join(rng.choice(WORDS, 5)) for _ in range(20_000)]
    texts[::2] = ["other"] * 10_000
    index = LexicalIndex.build(texts)
    allowed = rng.random(20_000) < 0.5
    for query in (f"{WORDS[0]} {WORDS[3]} {WORDS[3]}", "other", WORDS[5]):
        for mask in (None, allowed):
            scores = index.scores(query, np.arange(20_000)) * (1 if mask is None else mask)
            expected = np.lexsort((np.arange(20_000), -scores))[: min(k, np.count_nonzero(scores))]
            assert rows(index.search(query, k=k, allowed=mask)) == expected.tolist()


def test_ties_come_by_position() -> None:
    index = LexicalIndex.build(["same words"] * 50)
    assert rows(index.search("same words", k=7)) == list(range(7))


def test_explanations_sum_to_the_score(index: LexicalIndex) -> None:
    query = "red steel bike, red laamp"
    found = index.search(query, k=6)
    for position, score in zip(rows(found), found.scores[0], strict=False):
        shares = index.explain(query, position)
        assert sum(share for _, share in shares) == pytest.approx(score, rel=1e-5)
    assert [term for term, _ in index.explain("blue frame", 1)] == ["blue", "frame"]
    assert index.explain("blue", 0) == ()


def test_an_index_of_nothing() -> None:
    for texts in ([], ["", None]):
        index = LexicalIndex.build(texts)
        assert len(index) == len(texts)
        assert rows(index.search("x", k=2)) == []


@pytest.mark.parametrize(
    "call",
    [
        lambda index: index.search("bike", k=0),
        lambda index: index.search("bike", k=True),
        lambda index: index.search("bike", k=1, allowed=np.ones(5, dtype=np.bool_)),
        lambda index: index.search("bike", k=1, allowed=np.ones(6)),
        lambda index: index.search([b"bike"], k=1),
        lambda index: index.scores("bike", [6]),
        lambda index: index.scores("bike", [-1]),
        lambda index: index.explain("bike", 6),
        lambda index: LexicalIndex.build(["a", 5]),
        lambda index: LexicalIndex.build({}),
        lambda index: LexicalIndex.build({"a": ["x"], "b": []}),
        lambda index: LexicalIndex.build(["a"], config=LexicalConfig(weights={"title": 2})),
        lambda index: LexicalConfig(k1=-1),
        lambda index: LexicalConfig(b=1.5),
        lambda index: LexicalConfig(weights={"title": 0}),
    ],
)
def test_wrong_requests_are_refused(call, index: LexicalIndex) -> None:
    with pytest.raises(InvalidInputError):
        call(index)


# ---------------------------------------------------------------- spelling


def edit_distance(a: str, b: str) -> int:
    """Optimal string alignment, by its recurrence."""
    table = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i, j] = min(
                table[i - 1, j] + 1,
                table[i, j - 1] + 1,
                table[i - 1, j - 1] + (a[i - 1] != b[j - 1]),
            )
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(a), len(b)]


@settings(max_examples=200)
@given(
    st.sets(st.text("abcé", min_size=1, max_size=11), max_size=25),
    st.text("abcé", min_size=1, max_size=11),
)
def test_the_nearest_terms_are_those_of_the_least_distance(terms: set[str], word: str) -> None:
    held = sorted(terms - {word})
    distances = {n: edit_distance(word, t) for n, t in enumerate(held) if t[0] == word[0]}
    near = {n: d for n, d in distances.items() if d <= edits_allowed(word)}
    least = min(near.values(), default=0)
    expected = {
        n: pytest.approx(1 - d / max(len(word), len(held[n])))
        for n, d in near.items()
        if d == least
    }
    assert Spellings(held).nearest(word) == expected


def test_a_misspelt_word_counts_for_those_like_it() -> None:
    index = LexicalIndex.build(["stainless steel kettle", "plastic kettle", "steal"])
    exact = index.search("stainless", k=3)
    near = index.search("stanless", k=3)
    assert rows(near) == rows(exact) == [0]
    assert near.scores[0, 0] == pytest.approx(exact.scores[0, 0] * 8 / 9)
    assert rows(index.search("stanless", k=3, spelling=False)) == []
    # a word that is there means itself; numbers, codes and short words have no like
    assert rows(index.search("steel", k=3)) == [0]
    codes = LexicalIndex.build(["abcdef1 bolt", "90011", "pen"])
    assert rows(codes.search("abcdef2 90012 pan", k=3)) == [0]  # by "abcdef" alone
    assert codes.explain("abcdef2 90012 pan", 0)[0][0] == "abcdef"
    assert rows(codes.search("90012 pan", k=3)) == []


def test_a_compound_is_its_parts_and_two_words_may_be_one() -> None:
    index = LexicalIndex.build(["water kettle", "dishwasher", "Arbeit am Tisch", "washer"])
    assert rows(index.search("waterkettle", k=4)) == [0]
    assert sorted(rows(index.search("dish washer", k=4))) == [1, 3]
    assert rows(index.search("Arbeitstisch", k=4)) == [2]
    assert rows(index.search("waterkettle dish", k=4, spelling=False)) == []
    whole = dict(index.explain("water kettle", 0))
    assert dict(index.explain("waterkettle", 0)) == pytest.approx(
        {term: share / 2 for term, share in whole.items()}
    )


def test_splitting_a_compound_by_hand() -> None:
    terms = {"basket": 0, "ball": 1, "wire": 2, "steel": 3, "steelwire": 4, "wirebasket": 5}
    assert split_compound("basketball", terms) == (0, 1)
    assert split_compound("steelsbasket", terms) == (3, 0)
    # the longest head is the one that is most of the word
    assert split_compound("steelwirebasket", terms) == (3, 5)
    assert split_compound("ballx", terms) == ()
    assert split_compound("ball2ball", terms) == ()
    assert split_compound("", terms) == ()


# ---------------------------------------------------------------- files


SOME_WORDS = ["bike", "lamp", "frame", "red", "blue", "x-100", "Räder", "自行车", "a"]
SOME_TEXT = st.none() | st.lists(st.sampled_from(SOME_WORDS), max_size=6).map(" ".join)


@given(
    texts=st.lists(SOME_TEXT, max_size=8),
    steps=st.lists(
        st.tuples(st.sets(st.integers(0, 9)), st.lists(SOME_TEXT, max_size=4)), max_size=3
    ),
    config=st.sampled_from([None, LexicalConfig(k1=0.0, b=1.0, weights={"text": 2.5})]),
)
@settings(max_examples=50, deadline=None)
def test_a_renewed_index_is_the_one_built_anew(
    texts: list[str | None],
    steps: list[tuple[set[int], list[str | None]]],
    config: LexicalConfig | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("renewed")
    index = LexicalIndex.build(texts, config=config)
    for gone, new in steps:
        held = [at for at in range(len(texts)) if at not in gone]
        places = np.array([*held, *[-1] * len(new)], dtype=np.int64)
        # New texts stand among the old ones as well, where only these are in order.
        places = np.roll(places, len(new)) if len(gone) % 2 else places
        texts = [None if at < 0 else texts[at] for at in places]
        fresh = iter(new)
        texts = [next(fresh) if at < 0 else text for at, text in zip(places, texts, strict=True)]
        index = index.renewed(places, new)
        index.save(folder / "renewed")
        index = LexicalIndex.load(folder / "renewed") if len(new) % 2 else index
        LexicalIndex.build(texts, config=config).save(folder / "built")
        assert (folder / "renewed").read_bytes() == (folder / "built").read_bytes()


def test_what_cannot_be_renewed_is_refused(index: LexicalIndex) -> None:
    fields = LexicalIndex.build({"title": ["a"], "text": ["b"]})
    assert not fields.renewable
    with pytest.raises(UnsupportedOperationError, match="build it of all texts"):
        fields.renewed(np.array([0]), [])
    assert index.renewable
    for places, new in (([1, 0], []), ([0, 9], []), ([0, -1], []), ([0, 1], ["x"])):
        with pytest.raises(InvalidInputError, match="ascending places below 6"):
            index.renewed(np.array(places), new)
    with pytest.raises(InvalidInputError, match="no text but int"):
        index.renewed(np.array([0, -1]), [7])  # type: ignore[list-item]
