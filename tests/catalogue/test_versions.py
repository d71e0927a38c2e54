"""Versions: rolled back, forgotten, migrated; facts stored beside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from deepsearch.catalogue import Catalogue, ingest
from deepsearch.catalogue.columns import (
    LISTING_SCHEMA,
    conform,
    content_hashes,
    flatten,
)
from deepsearch.catalogue.manifest import write_manifest
from deepsearch.catalogue.records import listings_to_table
from deepsearch.errors import (
    CatalogueError,
    InvalidInputError,
)
from deepsearch.schema import (
    Listing,
    Modality,
    Supplier,
)
from tests.catalogue.samples import FULL, SPACE, listing, unit


def test_rollback_restores_listings_and_keeps_vectors(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(0), listing(1)])
    catalogue.upsert([listing(0, "Spoilt")])
    catalogue.put_vectors(SPACE, Modality.TEXT, ["h"], unit(1, 0, 0, 0)[None])
    catalogue.rollback(2)
    assert catalogue.version == 5
    assert catalogue.listings([0, 1]) == [listing(0), listing(1)]
    assert catalogue.spaces()[0][2] == 1
    catalogue.upsert([listing(2)])
    assert Catalogue.open(tmp_path / "c").listing_ids == ["x0", "x1", "x2"]
    assert [v.operation for v in catalogue.versions()] == [
        "create",
        "upsert",
        "upsert",
        "vectors",
        "rollback",
        "upsert",
    ]
    with pytest.raises(CatalogueError, match="no version 99"):
        catalogue.rollback(99)
    assert catalogue.check() == []


def test_vacuum_forgets_and_frees(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    for generation in range(6):
        catalogue.upsert([listing(n, f"{generation} {n}") for n in range(200)])
    before = sum(f.stat().st_size for f in (tmp_path / "c").rglob("*") if f.is_file())
    freed = catalogue.vacuum(keep=2)
    after = sum(f.stat().st_size for f in (tmp_path / "c").rglob("*") if f.is_file())
    assert freed["versions"] == 6
    assert after < before / 2
    assert [v.version for v in catalogue.versions()] == [7, 8]
    assert catalogue.check() == []
    assert Catalogue.open(tmp_path / "c", 7).listings([0])[0].title.startswith("5 ")
    catalogue.upsert([listing(999)])
    assert len(Catalogue.open(tmp_path / "c")) == 201
    with pytest.raises(CatalogueError, match="no version 3"):
        Catalogue.open(tmp_path / "c", 3)
    with pytest.raises(InvalidInputError):
        catalogue.vacuum(keep=0)


def older_table(records: list[Listing]) -> pa.Table:
    """The rows as a deepsearch would have written them before some columns came."""
    table = listings_to_table(records)
    supplier = table["supplier"].combine_chunks()
    names = [supplier.type.field(i).name for i in range(supplier.type.num_fields)]
    fewer = [name for name in names if name not in ("dispute_rate", "main_markets")]
    return table.set_column(
        table.schema.get_field_index("supplier"),
        "supplier",
        pa.StructArray.from_arrays([supplier.field(name) for name in fewer], fewer),
    ).drop_columns(["stock", "supplier_claims"])


def test_a_table_of_an_older_schema_is_read_with_nulls() -> None:
    today = conform(older_table([FULL]), LISTING_SCHEMA)
    assert today.schema.equals(LISTING_SCHEMA)
    row = flatten(today)
    assert row["supplier.name"].to_pylist() == ["Acme GmbH"]
    assert row["supplier.main_markets"].to_pylist() == [None]
    assert row["stock.value"].to_pylist() == [None]
    assert pc.list_value_length(row["claims"]).to_pylist() == [3]


def test_a_catalogue_of_an_older_schema_opens_and_grows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = older_table([])
    fewer = older.schema
    with monkeypatch.context() as patch:
        patch.setattr("deepsearch.catalogue.committing.LISTING_SCHEMA", fewer)
        catalogue = Catalogue.create(tmp_path / "c")
    now = older_table([listing(0, supplier=Supplier(id="a", name="A"))])
    for name, column in {
        "key": pa.array([0]),
        "content_hash": content_hashes(conform(now, LISTING_SCHEMA)),
        "text_hash": pa.array(["t"]),
    }.items():
        now = now.set_column(now.schema.get_field_index(name), name, column)
    import lance

    folder = tmp_path / "c" / "tables" / "listings.lance"
    written = lance.write_dataset(now.cast(fewer), str(folder), mode="append")
    ref = replace(catalogue.manifest.tables["listings"], version=written.version, rows=1)
    write_manifest(
        tmp_path / "c",
        replace(catalogue.manifest, version=2, next_key=1, tables={"listings": ref}),
    )
    opened = Catalogue.open(tmp_path / "c")
    assert opened.listings([0])[0].supplier == Supplier(id="a", name="A")
    assert opened.facts["stock.value"].to_pylist() == [None]
    report = opened.upsert([opened.listings([0])[0], FULL])
    assert (report.added, report.unchanged) == (1, 1)
    assert Catalogue.open(tmp_path / "c").listings([1]) == [FULL]


@pytest.fixture
def stored_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepsearch.catalogue.factcache._WORTH_ROWS", 1)


@pytest.fixture(params=["facts", "claims"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def stored(folder: Path, kind: str) -> Path:
    (file,) = (folder / "derived").glob(f"{kind}-*.arrow")
    return file


def overwritten(file: Path, content: bytes) -> None:
    """Another file of the name: who has the old one mapped keeps it."""
    file.unlink()
    file.write_bytes(content)


@pytest.mark.usefixtures("stored_always")
def test_what_is_stored_is_that_of_the_version(tmp_path: Path, kind: str) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([FULL, listing(1)])
    fresh = getattr(catalogue, kind)
    assert len(fresh)
    file = stored(tmp_path / "c", kind)
    mapped = getattr(Catalogue.open(tmp_path / "c"), kind)
    assert mapped.equals(fresh)
    assert Catalogue.open(tmp_path / "c").listings([0]) == [FULL]
    catalogue.upsert([listing(2)])
    assert catalogue.facts["id"].to_pylist() == ["full", "x1", "x2"]
    assert set(catalogue.claims["row"].to_pylist()) >= {0}
    assert not file.exists()
    assert mapped.equals(fresh)
    # an older version makes its own again
    assert getattr(Catalogue.open(tmp_path / "c", 2), kind).equals(fresh)


@pytest.mark.usefixtures("stored_always")
def test_what_is_stored_and_damaged_is_made_again(tmp_path: Path, kind: str) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([FULL, listing(1)])
    fresh = getattr(catalogue, kind)
    file = stored(tmp_path / "c", kind)
    content = file.read_bytes()
    for damaged in (b"", content[:100], content[:-50], b"x" * 500):
        overwritten(file, damaged)
        assert getattr(Catalogue.open(tmp_path / "c"), kind).equals(fresh)
    assert file.read_bytes() == content
    file.rename(file.with_name(f"{kind}-99.arrow"))
    assert getattr(Catalogue.open(tmp_path / "c"), kind).equals(fresh)
    assert Catalogue.open(tmp_path / "c").check() == []
    word = {"facts": b"Gear pump", "claims": b"certification"}[kind]
    changed = content.replace(word, word[::-1])
    assert changed != content
    overwritten(stored(tmp_path / "c", kind), changed)
    opened = Catalogue.open(tmp_path / "c")
    assert not getattr(opened, kind).equals(fresh)
    problems = opened.check(repair=True)
    assert [(problem.table, problem.repairable) for problem in problems] == [(kind, True)]
    assert getattr(opened, kind).equals(fresh)
    assert Catalogue.open(tmp_path / "c").check() == []
    assert Catalogue.open(tmp_path / "c").facts["id"].to_pylist() == ["full", "x1"]


def test_rejects_made_again_leave_those_of_older_versions(tmp_path: Path) -> None:
    """A rejects table made anew, after a rollback to before the first, does not replace it."""
    catalogue = Catalogue.create(tmp_path / "c")
    (tmp_path / "s.jsonl").write_text('{"id": "a", "title": "t"}\nbroken\n', encoding="utf-8")
    ingest(catalogue, tmp_path / "s.jsonl")
    with_rejects = catalogue.version
    catalogue.rollback(1)
    (tmp_path / "s.jsonl").write_text('{"id": "b", "title": "t"}\n[1]\n[2]\n', encoding="utf-8")
    ingest(catalogue, tmp_path / "s.jsonl")
    assert len(catalogue.rejects()) == 2
    assert len(Catalogue.open(tmp_path / "c", with_rejects).rejects()) == 1
    catalogue.rollback(with_rejects)
    assert (catalogue.listing_ids, len(catalogue.rejects())) == (["a"], 1)
    assert catalogue.check() == []
