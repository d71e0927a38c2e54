"""`LexicalIndex` in a file: the same afterwards, and nothing trusted that is not whole."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from deepsearch.errors import IndexFormatError
from deepsearch.index import LexicalIndex
from deepsearch.index.lexical_file import Postings, write_postings


def test_a_saved_index_answers_the_same(index: LexicalIndex, tmp_path: Path) -> None:
    path = tmp_path / "words"
    index.save(path)
    index.save(path)  # replacing is no error
    again = LexicalIndex.load(path)
    assert len(again) == len(index)
    for query in ("red bike", "laamp", "zebra"):
        before, after = index.search(query, k=6), again.search(query, k=6)
        np.testing.assert_array_equal(before.ids, after.ids)
        np.testing.assert_array_equal(before.scores, after.scores)
    assert [entry.name for entry in tmp_path.iterdir()] == ["words"]


def test_an_empty_index_is_saved_too(tmp_path: Path) -> None:
    LexicalIndex.build([None]).save(tmp_path / "words")
    assert len(LexicalIndex.load(tmp_path / "words")) == 1


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(index: LexicalIndex, tmp_path: Path, share: float) -> None:
    path = tmp_path / "words"
    index.save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(IndexFormatError, match="Rebuild"):
        LexicalIndex.load(path)


def test_any_changed_byte_is_noticed(index: LexicalIndex, tmp_path: Path) -> None:
    path = tmp_path / "words"
    index.save(path)
    data = path.read_bytes()
    for at in range(0, len(data), 3):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])
        with pytest.raises(IndexFormatError, match="Rebuild"):
            LexicalIndex.load(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "other"}, "format 'other'"),
        ({"version": 99}, "version 99"),
        ({"tokeniser": 99}, "tokeniser 99"),
        ({"sha256": "0"}, "hash"),
        ({"sha256": None}, "sha256 None"),
        ({"length": 2}, "hash"),
        ({"terms": 3}, "bytes where"),
        ({"postings": 10**15}, "bytes where"),
        ({"postings": -1}, "postings -1"),
        ({"length": "x"}, "length 'x'"),
        ({"repeats": 2}, "bytes where"),
        ({"counted": None}, "counted None"),
    ],
)
def test_a_foreign_header_is_refused(
    index: LexicalIndex, tmp_path: Path, change: dict[str, object], words: str
) -> None:
    path = tmp_path / "words"
    index.save(path)
    line, _, rest = path.read_bytes().partition(b"\n")
    header = json.loads(line) | change
    path.write_bytes(json.dumps(header).encode() + b"\n" + rest)
    with pytest.raises(IndexFormatError, match=words):
        LexicalIndex.load(path)


def test_a_file_whose_hash_is_right_but_whose_parts_do_not_fit_is_refused(tmp_path: Path) -> None:
    def postings(**change: object) -> Postings:
        sound: dict[str, object] = {
            "length": 3,
            "terms": ["a", "b"],
            "starts": np.array([0, 1, 3]),
            "rows": np.array([0, 1, 2], dtype=np.int32),
            "scores": np.ones(3, dtype=np.float32),
        }
        return Postings(**(sound | change))  # type: ignore[arg-type]

    path = tmp_path / "words"
    write_postings(path, postings(), {})
    assert len(LexicalIndex.load(path)) == 3
    for change in (
        {"rows": np.array([0, 1, 3], dtype=np.int32)},
        {"rows": np.array([0, -1, 2], dtype=np.int32)},
        {"starts": np.array([0, 5, 3])},
        {"starts": np.array([1, 2, 3])},
        {"terms": ["a", "a"]},
        {"scores": np.array([1, np.nan, 1], dtype=np.float32)},
    ):
        write_postings(path, postings(**change), {})
        with pytest.raises(IndexFormatError, match="do not fit"):
            LexicalIndex.load(path)


def test_a_way_of_weighing_that_is_not_known_is_refused(tmp_path: Path) -> None:
    postings = Postings(
        length=0,
        terms=[],
        starts=np.zeros(1, dtype=np.int64),
        rows=np.empty(0, dtype=np.int32),
        scores=np.empty(0, dtype=np.float32),
    )
    for config in ({"k2": 1.0}, {"k1": -1.0}):
        write_postings(tmp_path / "words", postings, config)
        with pytest.raises(IndexFormatError, match="weighed in a way"):
            LexicalIndex.load(tmp_path / "words")


def test_an_index_of_fields_stays_one_that_is_built_anew(tmp_path: Path) -> None:
    LexicalIndex.build({"title": ["a a"], "text": ["b"]}).save(tmp_path / "words")
    assert not LexicalIndex.load(tmp_path / "words").renewable


def test_files_of_other_kinds_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "words"
    with pytest.raises(IndexFormatError):
        LexicalIndex.load(path)
    for content in (b"", b"PK\x03\x04 no index", b"hello\n", b"[]\n", b"\xff\n", b"{}\n", b"\n"):
        path.write_bytes(content)
        with pytest.raises(IndexFormatError):
            LexicalIndex.load(path)
