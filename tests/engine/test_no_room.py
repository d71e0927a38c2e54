"""A disk that is full, and one that is read-only: real ones, of a few megabytes in memory."""

from __future__ import annotations

import json
import logging
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deepsearch.catalogue import Catalogue, ingest
from deepsearch.engine import channels
from deepsearch.errors import CatalogueError
from tests.engine.killed_writer import EXACT_UP_TO, generation_of, open_engine

Disk = Callable[[int], Path]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Mount a disk of some kilobytes; skips where that is not allowed."""
    folder = tmp_path / "disk"
    if shutil.which("mount") is None:
        pytest.skip("there is no mount command")

    def mounted(kilobytes: int) -> Path:
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
        return folder

    yield mounted
    if folder.is_mount():
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(autouse=True)
def _small_indexes_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "EXACT_UP_TO", EXACT_UP_TO)


def answers(folder: Path) -> list[str]:
    hits = open_engine(folder).search("red pump item 7", k=5).hits
    return [hit.listing.id for hit in hits]


def test_a_full_disk_leaves_the_last_commit(disk: Disk, tmp_path: Path) -> None:
    folder = disk(3000) / "c"
    catalogue = Catalogue.create(folder)
    catalogue.upsert(generation_of(1))
    before = sorted(catalogue.listing_ids)
    source = tmp_path / "s.jsonl"
    chance = random.Random(0)
    source.write_text(
        "".join(
            json.dumps({"id": f"n{n}", "title": chance.randbytes(200).hex()}) + "\n"
            for n in range(20_000)
        ),
        encoding="utf-8",
    )
    for _ in range(2):
        with pytest.raises(CatalogueError, match=r"unchanged, at version 2.*disk has room"):
            ingest(catalogue, source)
    again = Catalogue.open(folder)
    assert (again.version, sorted(again.listing_ids)) == (2, before)
    assert again.check() == []
    # what the failed writes left is undone by the next one, which finds room then
    again.vacuum()
    again.remove(["x0"])
    assert sorted(Catalogue.open(folder).listing_ids) == sorted(set(before) - {"x0"})


def test_without_room_for_its_index_a_catalogue_is_searched_all_the_same(
    disk: Disk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Catalogue.create(tmp_path / "c")
    engine = open_engine(tmp_path / "c")
    engine.upsert(generation_of(3))
    wanted = answers(tmp_path / "c")
    folder = disk(2000) / "c"
    shutil.copytree(tmp_path / "c", folder, ignore=shutil.ignore_patterns("indexes"))
    filler = folder.parent / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(b"x" * 4_000_000)
    with caplog.at_level(logging.WARNING):
        assert answers(folder) == wanted
    assert "not kept" in caplog.text
    filler.unlink()
    assert answers(folder) == wanted
    assert list((folder / "indexes").rglob("header.json")), "with room, the index is kept"


def test_a_read_only_disk_is_searched_and_not_written(disk: Disk) -> None:
    folder = disk(4000) / "c"
    Catalogue.create(folder)
    open_engine(folder).upsert(generation_of(3))
    wanted = answers(folder)
    shutil.rmtree(folder / "indexes")
    remounted = subprocess.run(
        ["mount", "-o", "remount,ro", str(folder.parent)], capture_output=True, check=False
    )
    if remounted.returncode:
        pytest.skip("a disk cannot be made read-only here")
    assert answers(folder) == wanted
    catalogue = Catalogue.open(folder)
    version = catalogue.version
    for change in (
        lambda: catalogue.upsert(generation_of(4)),
        lambda: catalogue.remove(["x0"]),
        lambda: catalogue.rollback(1),
        catalogue.vacuum,
        lambda: catalogue.decide_links([], "accepted"),
        lambda: Catalogue.create(folder.parent / "new"),
    ):
        with pytest.raises(CatalogueError, match="Read-only file system"):
            change()
    assert Catalogue.open(folder).version == catalogue.version == version
    assert catalogue.check() == []
