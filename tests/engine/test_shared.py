"""One engine used by many threads, one catalogue by several engines."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
import pytest

from deepsearch.catalogue import Catalogue, UpsertReport
from deepsearch.catalogue.manifest import write_lock
from deepsearch.encoders import load_suite
from deepsearch.engine import SearchEngine
from deepsearch.engine.keeping import keep, load_kept
from deepsearch.errors import CatalogueError, ConflictError, IndexFormatError
from deepsearch.schema import Listing, Modality, Role
from tests.engine.killed_writer import SPACE, ToySuite

SUITE = load_suite("mini")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shared") / "catalogue"
    SearchEngine(Catalogue.create(folder), SUITE).upsert(
        Listing(id=f"p{number}", title=f"Pump of size {number}") for number in range(30)
    )
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "catalogue"))


def opened(folder: Path) -> SearchEngine:
    return SearchEngine(Catalogue.open(folder), SUITE)


def found(engine: SearchEngine, words: str) -> list[str]:
    return [hit.listing.id for hit in engine.search(words, k=3).hits]


def test_writes_of_several_threads_are_all_kept_and_the_catalogue_stays_whole(
    folder: Path,
) -> None:
    engine = opened(folder)
    done = threading.Event()
    answers: list[int] = []

    def read() -> None:
        while not done.is_set():
            answers.append(len(engine.search("pump", k=5).hits))

    def write(writer: int) -> None:
        for turn in range(2):
            ids = [f"w{writer}-{turn}-{item}" for item in range(5)]
            engine.upsert(Listing(id=name, title=f"Kettle {name}") for name in ids)
            engine.remove(ids[:2])

    with ThreadPoolExecutor(max_workers=5) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for writer in [pool.submit(write, number) for number in range(2)]:
            writer.result()
        done.set()
        for reader in readers:
            reader.result()
    assert set(answers) == {5}
    assert engine.catalogue.check() == []
    kept = {f"w{n}-{turn}-{item}" for n in range(2) for turn in range(2) for item in (2, 3, 4)}
    assert set(engine.catalogue.listing_ids) == kept | {f"p{number}" for number in range(30)}


def test_threads_that_write_through_one_catalogue_wait_for_each_other(folder: Path) -> None:
    catalogue = Catalogue.open(folder)

    def write(writer: int) -> None:
        for turn in range(4):
            catalogue.upsert([Listing(id=f"w{writer}-{turn}", title="Kettle")])

    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(write, range(4)))
    assert len(catalogue) == 30 + 16
    assert catalogue.check() == []


def test_a_value_read_slowly_is_not_kept_for_a_later_version(folder: Path) -> None:
    # A reader that began before a write ended must not leave its rows to the next write.
    catalogue = Catalogue.open(folder)
    shown = catalogue.at_version()
    catalogue.remove(["p0"])
    assert "p0" in shown
    assert "p0" not in catalogue
    assert len(shown.keys) == 30
    assert len(catalogue.keys) == 29
    catalogue.remove(["p1"])
    assert catalogue.listing_ids == [f"p{number}" for number in range(2, 30)]


def test_what_another_engine_wrote_is_found_after_refresh(folder: Path) -> None:
    reader, writer = opened(folder), opened(folder)
    assert "kettle" not in found(reader, "kettle")
    writer.upsert([Listing(id="kettle", title="Electric kettle")])
    assert "kettle" not in found(reader, "kettle")
    assert reader.refresh()
    assert found(reader, "kettle")[0] == "kettle"
    assert not reader.refresh()


def test_a_write_starts_from_what_another_engine_committed(folder: Path) -> None:
    first, second = opened(folder), opened(folder)
    first.upsert([Listing(id="kettle", title="Electric kettle")])
    second.upsert([Listing(id="toaster", title="Electric toaster")])
    assert {"kettle", "toaster"} <= set(found(second, "electric kettle toaster"))


def test_rollback_of_the_catalogue_is_searched_after_refresh(folder: Path) -> None:
    engine = opened(folder)
    before = engine.catalogue.version
    engine.upsert([Listing(id="kettle", title="Electric kettle")])
    engine.catalogue.rollback(before)
    assert engine.refresh()
    assert "kettle" not in found(engine, "kettle")


def test_searches_go_on_after_a_vacuum_here_and_elsewhere(folder: Path) -> None:
    reader, writer = opened(folder), opened(folder)
    assert len(reader.snapshot.catalogue) == 30
    writer.remove([f"p{number}" for number in range(5)])
    writer.upsert([Listing(id="kettle", title="Electric kettle")])
    writer.catalogue.vacuum()
    for engine in (writer, reader):
        assert found(engine, "electric kettle")[0] == "kettle"
    assert not reader.refresh()


def test_a_damaged_newest_version_is_still_told(folder: Path) -> None:
    engine = opened(folder)
    found(engine, "pump")
    shutil.rmtree(folder / "tables" / "listings.lance")
    fresh = SearchEngine(engine.catalogue.at_version(), engine.suite)
    with pytest.raises(CatalogueError, match=r"listings\.lance"):
        fresh.search("valve")


def toys(folder: Path) -> SearchEngine:
    return SearchEngine(Catalogue.open_or_create(folder), ToySuite())


def test_engines_that_write_at_once_wait_for_each_other(tmp_path: Path) -> None:
    # Each write is several commits, so that two writers always come between each other's.
    def write(writer: int) -> None:
        engine = toys(tmp_path / "c")
        for turn in range(6):
            engine.upsert([Listing(id=f"w{writer}-{turn}", title=f"Kettle {writer} {turn}")])
            if turn % 2:
                engine.remove([f"w{writer}-{turn - 1}"])

    toys(tmp_path / "c")
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(write, range(2)))
    engine = toys(tmp_path / "c")
    assert sorted(engine.catalogue.listing_ids) == sorted(
        f"w{n}-{turn}" for n in range(2) for turn in (1, 3, 5)
    )
    assert not engine.catalogue.pending(SPACE, Modality.TEXT)
    assert engine.catalogue.check() == []


def test_a_long_encoding_goes_on_while_others_write(tmp_path: Path) -> None:
    titles = [f"Kettle number {number} of {number % 7} kinds" for number in range(1200)]
    long, other = toys(tmp_path / "c"), toys(tmp_path / "c")

    def progress(stage: str, done: int, total: int | None) -> None:
        # Rows move up: a text read by its row in the new version would be another's.
        if stage == "encoding texts" and done < 1200:
            other.remove([f"k{number}" for number in range(done, done + 50)])
            other.upsert([Listing(id=f"late{done}", title=f"Late toaster {done}")])

    long.upsert(
        (Listing(id=f"k{n}", title=title) for n, title in enumerate(titles)), progress=progress
    )
    shown = long.snapshot.catalogue
    assert len(shown) == 1200 - 2 * 50 + 2
    table = shown.vectors(SPACE, Modality.TEXT)
    expected = ToySuite().encode_texts(shown.texts(table.rows), role=Role.PASSAGE)[SPACE.name]
    assert len(table.rows) == len(shown)
    np.testing.assert_allclose(table.vectors, expected, atol=2e-3)
    assert [hit.listing.id for hit in long.search("late toaster 512", k=1).hits] == ["late512"]


def test_a_turn_is_waited_for_and_not_for_ever(tmp_path: Path) -> None:
    engine = toys(tmp_path / "c")
    with ThreadPoolExecutor(max_workers=1) as pool:
        with write_lock(tmp_path / "c"):
            with pytest.raises(ConflictError), engine.catalogue.turn(wait_s=0):
                pass
            write = pool.submit(engine.upsert, [Listing(id="kettle", title="Kettle")])
            assert not wait([write], timeout=0.1).done
        assert write.result(timeout=20).added == 1


def test_of_two_that_keep_an_index_at_once_the_second_keeps_nothing(tmp_path: Path) -> None:
    def keep_as(content: str, before: Callable[[], None] = lambda: None) -> None:
        def write(path: Path) -> None:
            before()
            path.write_text(content)

        keep(tmp_path, "note", write=write, vouch=lambda path: save(path, content))

    def save(path: Path, content: str) -> None:
        path.write_text(content)

    keep_as("first", before=lambda: keep_as("second"))
    assert [(tmp_path / name).read_text() for name in ("index", "note")] == ["first", "first"]
    assert load_kept(tmp_path / "note", lambda: 1) == 1
    with pytest.raises(IndexFormatError, match="replaced"):
        load_kept(tmp_path / "note", lambda: keep_as("third"))


def test_an_upsert_does_not_wait_for_a_long_encoding_nor_do_its_work(tmp_path: Path) -> None:
    engine = toys(tmp_path / "c")
    source = tmp_path / "kettles.csv"
    lines = [f"k{n},Kettle number {n} of {n % 7} kinds" for n in range(1200)]
    source.write_text("\n".join(["id,title", *lines]) + "\n")
    written: list[UpsertReport] = []
    encoded: list[int | None] = []

    def progress(stage: str, done: int, total: int | None) -> None:
        # Between the batches of the long encoding, from another thread of the same service.
        if stage == "encoding texts" and not written:
            with ThreadPoolExecutor(max_workers=1) as pool:
                late = [Listing(id="late", title="Late toaster")]
                told = lambda _, done, total: encoded.append(total)  # noqa: E731
                write = pool.submit(engine.upsert, late, progress=told)
                written.append(write.result(timeout=20))
            assert "late" in found(engine, "Late toaster")

    report = engine.index(source, progress=progress)
    assert [each.added for each in written] == [1]
    assert encoded == [1]
    assert (report.ingest.added, report.encoded.texts) == (1200, 1200)
    assert not engine.catalogue.pending(SPACE, Modality.TEXT)
    assert engine.snapshot.catalogue.version == engine.catalogue.version


def test_what_an_interrupted_job_left_is_encoded_by_the_next_and_by_no_upsert(
    tmp_path: Path,
) -> None:
    class StoppedError(Exception):
        pass

    def stop(stage: str, done: int, total: int | None) -> None:
        if stage == "encoding texts":
            raise StoppedError

    engine = toys(tmp_path / "c")
    source = tmp_path / "kettles.csv"
    source.write_text("id,title\n" + "".join(f"k{n},Kettle {n}\n" for n in range(600)))
    with pytest.raises(StoppedError):
        engine.index(source, progress=stop)
    assert engine.refresh() or engine.snapshot.catalogue.version == engine.catalogue.version
    left = len(engine.catalogue.pending(SPACE, Modality.TEXT))
    assert left == 600 - 512
    engine.upsert([Listing(id="late", title="Late toaster")])
    assert len(engine.catalogue.pending(SPACE, Modality.TEXT)) == left
    # An upsert of what was written and not encoded, as after a conflict, encodes it.
    engine.upsert([Listing(id="new", title="Kettle 599")])
    assert engine.index(source).encoded.texts == left - 1
