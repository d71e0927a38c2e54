"""Reading by columns gives what reading value by value gives, on any table and any record."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepsearch.catalogue import ColumnMapping, MappedColumn, Reject, delimited, jsonl
from deepsearch.catalogue.batches import Failures
from deepsearch.catalogue.columns import assemble, flatten
from deepsearch.catalogue.ids import FirstPlaces, KnownIds
from deepsearch.catalogue.jsonl import read_native
from deepsearch.catalogue.mapping import FIELDS
from deepsearch.catalogue.readers import RawChunk, text_array
from deepsearch.catalogue.tabular import TableReader
from tests.catalogue.rowwise import read_rows
from tests.catalogue.test_fuzz import records

relaxed = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SAID = [
    "", " ", "n/a", "NaN", "-", "  two  spaces ", "tab\there", "\x07bell", "nbsp\u00a0x", "\u3000",
    "$1.20", "$0.20-19.80", "€ 12,50 / kg", "-5", "100-499: $2.10; >=500: $1.85", "negotiable",
    "100 pcs", "100", "2 m2", "300 ft2", "7 days", "2 weeks", "18 yrs", "33%", "33% reorder rate",
    "Verified", "Manufacturer", "Trade Assurance, Verified, Trading company", "<=2h response time",
    "MOQ 50 sets", "3-day dispatch", "{'a': '1', 'b': 'x'}", "a: 2; c: 3", "[1", "CE & RoHS",
    "FOB Ningbo",
    "//x.example/p", "https://x.example/Camera-Strap_1601.html?pos=3&utm_source=x",
    "https://acme.en.example.com/company/acme", "Mumbai, Maharashtra, India", "Gujarat", "DE",
    "Germany", "USD", "kg", "a.jpg|b.jpg", "yes", "no", "4.8/5", "51-100 People", "12.5", "1,234",
    "Acme  Co., Ltd.", "since 1998", "2011年", "1998-03-01", "1850.0", "3000",
    "x" * 2500, "\u0130nil", "1e309", "K\u212a",
]  # fmt: skip
cell = st.sampled_from(SAID) | st.text(max_size=8)
field = st.sampled_from(sorted(FIELDS))


@st.composite
def tables(draw: Any) -> tuple[ColumnMapping, list[str], list[list[str]]]:
    fields = ["title", *draw(st.lists(field, min_size=1, max_size=9))]
    header = [f"c{i}" for i in range(len(fields))]
    units = st.sampled_from([None, None, "kg", "USD", "days", "%"])
    mapped = [
        MappedColumn(
            column=name,
            field=wanted,
            unit=draw(units),
            # of equal names the first stays
            name=draw(st.sampled_from([None, "Material"])) if wanted == "attributes" else None,
        )
        for name, wanted in zip(header, fields, strict=True)
    ]
    mapping = ColumnMapping(
        columns=tuple(mapped),
        currency=draw(st.sampled_from([None, "INR"])),
        country=draw(st.sampled_from([None, "IN"])),
        decimal=draw(st.sampled_from([None, ","])),
    )
    rows = draw(
        st.lists(st.lists(cell, min_size=len(header), max_size=len(header)), min_size=1, max_size=6)
    )
    return mapping, header, rows


@relaxed
@given(tables())
def test_a_table_by_columns_is_the_table_by_rows(
    table: tuple[ColumnMapping, list[str], list[list[str]]],
) -> None:
    mapping, header, rows = table
    rows = [[text.encode("utf-8", "replace").decode() for text in row] for row in rows]
    columns = [text_array(column) for column in zip(*rows, strict=True)]
    failures = Failures()
    chunk = TableReader(mapping, header).chunk(
        RawChunk(lines=np.arange(len(rows)), columns=columns), failures
    )
    wanted, bad = read_rows(mapping, header, rows)
    assert {reject.line: reject.reason for reject in failures.rejects} == bad
    assert chunk.lines.tolist() == [i for i in range(len(rows)) if i not in bad]
    n = len(chunk.lines)
    # a structure of nulls and no structure are one to every reader: they look at the leaves
    assert flatten(assemble(chunk.columns, n)).to_pylist() == (
        flatten(assemble(wanted, n)).to_pylist()
    )


@relaxed
@given(st.lists(records, min_size=1, max_size=8))
def test_records_by_columns_are_the_records_value_by_value(
    tmp_path: Path, items: list[dict[str, Any]]
) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text("\n".join(json.dumps(item) for item in items), encoding="utf-8")

    def read() -> tuple[list[Any], list[Any], set[str]]:
        failures, unmapped = Failures(), dict[str, str]()
        rows: list[Any] = []
        for chunk in read_native(path, failures, unmapped):
            rows += flatten(assemble(chunk.columns, len(chunk.lines))).to_pylist()
        return rows, failures.rejects, set(unmapped)

    by_columns = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl, "convert_column", lambda convert, raw: None)
        patch.setattr(jsonl, "_PARSED", 1)
        by_values = read()
    assert repr(by_columns) == repr(by_values)


# ---------------------------------------------------------------- delimited text

PIECES = ["a", "bc", ",", ",", "\n", "\n", "\r\n", '"', '""', '"a,b"', '"x\ny"', '"x""y"', " ",
          "\r", "\0", "\n,\n", "5", 'a"', "é", "sep=,"]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@settings(max_examples=300, deadline=None)
@given(
    texts,
    st.integers(1, 40),
    st.sampled_from(["name,price\n", "sep=,\nname,price\n", "title\n\nname,price,x\r\n", ""]),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
def test_blocks_of_a_file_are_its_rows(text: str, block: int, header: str, encoding: str) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder, "t.csv")
        path.write_bytes((header + text).encode(encoding))
        patch.setattr(delimited, "_BLOCK", block)

        def read() -> tuple[list[str], list[tuple[int, tuple[str, ...]]], list[Reject]]:
            failures = Failures()
            table = delimited.read_csv(path, failures)
            rows = [
                row
                for chunk in (table.chunks if table.header else ())  # without one none is read
                for row in zip(
                    chunk.lines.tolist(),
                    zip(*(column.to_pylist() for column in chunk.columns), strict=True),
                    strict=True,
                )
            ]
            return table.header, rows, sorted(failures.rejects, key=lambda reject: reject.line)

        by_blocks = read()
        patch.setattr(delimited, "_regular", lambda block, delimiter: False)
        assert by_blocks == read()
        encoded, delimiter = delimited.guess_encoding(path), ","
        if "sep=" not in header + text and delimited.guess_delimiter(header + text) == delimiter:
            with path.open(encoding=encoded, errors="replace", newline="") as file:
                reader = csv.reader(file)
                fitted, line, width = {}, 1, len(by_blocks[0])
                for row in reader:
                    if any(row):
                        fitted[line] = tuple([*row, *[""] * width][:width])
                    line = reader.line_num + 1
            _, rows, rejects = by_blocks
            assert rows == [(n, fitted[n]) for n, _ in rows]
            lines = sorted([*(n for n, _ in rows), *(reject.line for reject in rejects)])
            assert lines == sorted(fitted)[len(fitted) - len(lines) :]


def test_blocks_are_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows of an ordinary file, quoted line ends and all, never go through the csv module."""
    path = tmp_path / "t.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(
            [["name", "note"], *[[f"item {n}", 'a "b"\nc, d'] for n in range(20_000)]]
        )
    slow: list[object] = []
    monkeypatch.setattr(delimited, "chunked", lambda *given: slow.append(given) or iter(()))
    monkeypatch.setattr(delimited, "_BLOCK", 10_000)
    chunks = list(delimited.read_csv(path, Failures()).chunks)
    assert not slow
    assert [len(chunk.lines) for chunk in chunks] == [8192, 8192, 20_000 - 2 * 8192]
    assert chunks[2].lines[-1] == 2 * 20_000
    assert chunks[2].columns[1][0].as_py() == 'a "b"\nc, d'


# ---------------------------------------------------------------- ids


@relaxed
@given(
    st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=6), max_size=8),
    st.sampled_from([None, 1, 3]),
)
def test_first_places_are_those_a_dictionary_keeps(
    batches: list[list[str]], kinds: int | None
) -> None:
    """With few distinct hashes too: then ids collide all the time."""
    with pytest.MonkeyPatch.context() as patch:
        if kinds is not None:
            patch.setattr("deepsearch.catalogue.ids.text_hashes_64", _coarse(kinds))
        seen, plain, at = FirstPlaces(), dict[str, int](), 0
        for batch in batches:
            places = np.arange(at, at + len(batch))
            at += len(batch)
            wanted = [plain.setdefault(own, int(i)) for own, i in zip(batch, places, strict=True)]
            assert seen.add(batch, places).tolist() == wanted


@relaxed
@given(st.sets(st.text(max_size=3), max_size=20), st.lists(st.text(max_size=3), max_size=20))
def test_known_ids_are_found_exactly(known: set[str], wanted: list[str]) -> None:
    import pyarrow as pa

    stored = sorted(known)
    half = len(stored) // 2
    column = pa.chunked_array([stored[:half], stored[half:]], pa.string())
    for kinds in (None, 2):
        with pytest.MonkeyPatch.context() as patch:
            if kinds is not None:
                patch.setattr("deepsearch.catalogue.ids.text_hashes_64", _coarse(kinds))
            found = KnownIds(column).find(pa.array(wanted, pa.string()))
        assert found.tolist() == [stored.index(w) if w in known else -1 for w in wanted]


def _coarse(kinds: int) -> Any:
    def hashes(texts: list[str], salt: str = "") -> Any:
        if salt:  # the second hash stays a good one
            return np.array([hash(salt + text) for text in texts], np.int64)
        return np.array([sum(map(ord, text)) % kinds for text in texts], np.int64)

    return hashes
