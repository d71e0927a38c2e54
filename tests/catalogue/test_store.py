"""The catalogue as a store: every change is a version, and vectors are shared by content."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from deepsearch.catalogue import Catalogue, PendingItem
from deepsearch.catalogue.manifest import read_head
from deepsearch.catalogue.tables import open_table
from deepsearch.errors import (
    ConflictError,
    DimensionMismatchError,
    DuplicateIdError,
    InvalidInputError,
    UnknownIdError,
)
from deepsearch.schema import (
    EmbeddingSpace,
    Listing,
    Media,
    Modality,
    Offer,
    PriceTier,
)
from tests.catalogue.samples import FULL, SPACE, listing, unit


def test_upsert_counts_and_keeps_keys_of_the_unchanged(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(n) for n in range(4)])
    keys = dict(zip(catalogue.listing_ids, catalogue.keys.tolist(), strict=True))
    report = catalogue.upsert([listing(1), listing(2, "New"), listing(9)])
    assert (report.added, report.changed, report.unchanged) == (1, 1, 1)
    now = dict(zip(catalogue.listing_ids, catalogue.keys.tolist(), strict=True))
    assert {name for name in keys if now[name] == keys[name]} == {"x0", "x1", "x3"}
    assert now["x2"] > max(keys.values())
    assert (np.diff(catalogue.keys) > 0).all()
    assert catalogue.listings(catalogue.rows(["x2"]))[0].title == "New"
    assert catalogue.check() == []


def test_upsert_of_the_same_changes_nothing_but_the_version(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([FULL])
    keys = catalogue.keys.tolist()
    assert catalogue.upsert([FULL]).unchanged == 1
    assert catalogue.keys.tolist() == keys


def test_invalid_listings_leave_everything_as_it_was(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(0)])
    bad: list[tuple[list[Listing], type[Exception]]] = [
        ([listing(1), listing(1)], DuplicateIdError),
        ([listing(1), Listing(id="", title="a")], InvalidInputError),
        ([listing(1), Listing(id="a", title=" ")], InvalidInputError),
        ([listing(1), listing(2, offer=Offer(dispatch_days=-1))], InvalidInputError),
        ([listing(1), listing(2, offer=Offer(dispatch_days=float("nan")))], InvalidInputError),
        (
            [listing(2, offer=Offer(price_tiers=(PriceTier(low=float("inf"), high=1),)))],
            InvalidInputError,
        ),
        ([listing(1), listing(2, brand=7)], InvalidInputError),
    ]
    for listings_, error in bad:
        with pytest.raises(error):
            catalogue.upsert(listings_)
    # the second chunk of a long stream fails: the first must not stay
    with pytest.raises(DuplicateIdError):
        catalogue.upsert(listing(n % 5000 + 1) for n in range(6000))
    assert catalogue.version == 2
    assert Catalogue.open(tmp_path / "c").listing_ids == ["x0"]


def test_remove(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(n) for n in range(5)])
    with pytest.raises(UnknownIdError, match="x77"):
        catalogue.remove(["x1", "x77"])
    assert len(catalogue) == 5
    assert catalogue.remove(["x1", "x3", "x1"]) == 2
    assert catalogue.listing_ids == ["x0", "x2", "x4"]
    assert Catalogue.open(tmp_path / "c").listing_ids == ["x0", "x2", "x4"]
    assert catalogue.remove([]) == 0


def test_readers_keep_their_version(tmp_path: Path) -> None:
    writer = Catalogue.create(tmp_path / "c")
    writer.upsert([listing(0), listing(1)])
    reader = Catalogue.open(tmp_path / "c")
    frozen = writer.at_version()
    writer.upsert([listing(0, "Changed")])
    writer.remove(["x1"])
    assert reader.listings([0, 1]) == [listing(0), listing(1)]
    assert frozen.listings([0, 1]) == [listing(0), listing(1)]
    assert reader.refresh() is True
    assert reader.listings([0]) == [listing(0, "Changed")]
    assert reader.refresh() is False


def test_the_second_of_two_writers_is_told(tmp_path: Path) -> None:
    first = Catalogue.create(tmp_path / "c")
    second = Catalogue.open(tmp_path / "c")
    first.upsert([listing(0)])
    with pytest.raises(ConflictError, match="retry"):
        second.upsert([listing(1)])
    second.refresh()
    second.upsert([listing(1)])
    assert Catalogue.open(tmp_path / "c").listing_ids == ["x0", "x1"]


def test_vectors_are_shared_by_equal_content_and_survive_changes(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(0, "Same"), listing(1, "Same"), listing(2, "Other")])
    pending = catalogue.pending(SPACE, Modality.TEXT)
    assert [(item.row, item.part) for item in pending] == [(0, 0), (2, 0)]
    assert all(isinstance(item, PendingItem) for item in pending)
    hashes = [item.content_hash for item in pending]
    vectors = np.stack([unit(1, 0, 0, 0), unit(0, 1, 0, 0)])
    assert catalogue.put_vectors(SPACE, Modality.TEXT, hashes, vectors) == 2
    assert catalogue.put_vectors(SPACE, Modality.TEXT, hashes, vectors) == 0
    table = catalogue.vectors(SPACE, Modality.TEXT)
    assert table.rows.tolist() == [0, 1, 2]
    assert table.vectors.dtype == np.float32
    assert table.vectors.flags.c_contiguous
    np.testing.assert_array_equal(table.vectors, vectors[[0, 0, 1]])
    np.testing.assert_array_equal(table.take(np.array([2, 0])), vectors[[1, 0]])
    assert table.take(np.array([], np.int64)).shape == (0, 4)
    # a changed price moves the row and needs no encoding; a changed title does
    catalogue.upsert([listing(0, "Same", offer=Offer(dispatch_days=3)), listing(2, "New")])
    assert [item.row for item in catalogue.pending(SPACE, Modality.TEXT)] == [2]
    assert catalogue.listing_ids == ["x1", "x0", "x2"]
    assert catalogue.vectors(SPACE, Modality.TEXT).rows.tolist() == [0, 1]
    other = EmbeddingSpace(name="toy", revision="2", dim=4)
    assert len(catalogue.pending(other, Modality.TEXT)) == 2
    assert catalogue.vectors(other, Modality.TEXT).vectors.shape == (0, 4)


def test_each_picture_has_its_vector(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    a, b = "a" * 64, "b" * 64
    pictures = (Media(uri="1", content_hash=a), Media(uri="2"), Media(uri="3", content_hash=b))
    catalogue.upsert(
        [
            listing(0),
            listing(1, media=pictures),
            listing(2, media=(Media(uri="4", content_hash=b),)),
        ]
    )
    pending = catalogue.pending(SPACE, Modality.PICTURE)
    assert [(item.content_hash, item.row, item.part) for item in pending] == [(a, 1, 0), (b, 1, 2)]
    vectors = np.stack([unit(1, 0, 0, 0), unit(0, 1, 0, 0)])
    catalogue.put_vectors(SPACE, Modality.PICTURE, [a, b], vectors)
    table = catalogue.vectors(SPACE, Modality.PICTURE)
    assert table.rows.tolist() == [1, 1, 2]
    assert table.parts.tolist() == [0, 2, 0]
    np.testing.assert_array_equal(table.vectors, vectors[[0, 1, 1]])


def test_vectors_are_checked_before_they_are_stored(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(0)])
    good = unit(1, 2, 3, 4)[None]
    with pytest.raises(DimensionMismatchError):
        catalogue.put_vectors(SPACE, Modality.TEXT, ["h"], good[:, :3])
    with pytest.raises(InvalidInputError, match="length"):
        catalogue.put_vectors(SPACE, Modality.TEXT, ["h"], good * 2)
    with pytest.raises(InvalidInputError, match="NaN"):
        catalogue.put_vectors(SPACE, Modality.TEXT, ["h"], good * np.float32("nan"))
    with pytest.raises(InvalidInputError, match="2 hashes"):
        catalogue.put_vectors(SPACE, Modality.TEXT, ["h", "i"], good)
    assert catalogue.spaces() == []
    assert catalogue.version == 2
    inner = EmbeddingSpace(name="dot", revision="1", dim=4, metric="ip")
    assert catalogue.put_vectors(inner, Modality.TEXT, ["h"], good * 2) == 1


def test_many_small_puts_are_merged(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(n) for n in range(70)])
    for item in catalogue.pending(SPACE, Modality.TEXT):
        catalogue.put_vectors(
            SPACE, Modality.TEXT, [item.content_hash], unit(item.row + 1, 1, 0, 0)[None]
        )
    table = catalogue.vectors(SPACE, Modality.TEXT)
    expected = np.stack([unit(row + 1, 1, 0, 0) for row in range(70)])
    np.testing.assert_array_equal(table.vectors, expected)
    files = list((tmp_path / "c" / "tables").glob("vectors_*/data/*"))
    assert len(files) < 110  # one a put, and the merged ones beside them until a vacuum
    catalogue.vacuum()
    assert len(list((tmp_path / "c" / "tables").glob("vectors_*/data/*"))) == 1
    np.testing.assert_array_equal(catalogue.vectors(SPACE, Modality.TEXT).vectors, expected)


def test_what_was_merged_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepsearch.catalogue.vectors._FRAGMENTS", 4)
    monkeypatch.setattr("deepsearch.catalogue.vectors._MERGED_ROWS", 8)
    catalogue = Catalogue.create(tmp_path / "c")
    read = []
    for put in range(24):
        vectors = np.stack([unit(put + 1, row, 0, 0) for row in range(2)])
        catalogue.put_vectors(SPACE, Modality.TEXT, [f"{put}-{row}" for row in range(2)], vectors)
        tables = read_head(catalogue.path).tables
        (ref,) = (ref for name, ref in tables.items() if name.startswith("vectors"))
        fragments = open_table(catalogue.path, ref).get_fragments()
        read.append([(f.metadata.num_rows, f.metadata.files[0].path) for f in fragments])
    merged = [[path for rows, path in files if rows >= 8] for files in read]
    assert len(merged[-1]) == 6
    assert all(after[: len(before)] == before for before, after in pairwise(merged))
    assert max(len(files) for files in read) <= 6 + 4
