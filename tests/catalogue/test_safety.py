"""Nothing half-written: killed writers, racing writers, full and read-only disks."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from deepsearch.catalogue import Catalogue, ingest
from deepsearch.catalogue.manifest import write_lock
from deepsearch.errors import CatalogueError, ConflictError, DeepSearchError
from deepsearch.schema import EmbeddingSpace, Listing, Modality

SPACE = EmbeddingSpace(name="toy", revision="1", dim=8)

# Every upsert writes a generation whole, of as many listings as its number says: any
# mixture of two states shows.
WRITER = """
import sys
import numpy as np
from deepsearch.catalogue import Catalogue, ingest
from deepsearch.errors import ConflictError
from deepsearch.schema import EmbeddingSpace, Listing, Modality

folder, seed = sys.argv[1], int(sys.argv[2])
space = EmbeddingSpace(name="toy", revision="1", dim=8)
catalogue = Catalogue.open(folder)
generation = int(sys.argv[3])
print("ready", flush=True)
while True:
    generation += 1
    count = 40 + generation % 7
    listings = [
        Listing(id=f"x{n}", title=f"generation {generation} item {n}") for n in range(count)
    ]
    if generation % 3 == 0:
        source = f"{folder}.{seed}.jsonl"
        with open(source, "w") as out:
            for l in listings:
                out.write('{"id": "%s", "title": "%s"}\\n' % (l.id, l.title))
        ingest(catalogue, source, source="s")
    else:
        catalogue.upsert(Listing(id=l.id, title=l.title, source="s") for l in listings)
    print("upsert", generation, catalogue.version, flush=True)
    extra = [i for i in catalogue.listing_ids if int(i[1:]) >= count]
    if extra:
        catalogue.remove(extra)
        print("remove", generation, catalogue.version, flush=True)
    todo = catalogue.pending(space, Modality.TEXT)[:10]
    rows = np.eye(8, dtype=np.float32)[[item.row % 8 for item in todo]]
    catalogue.put_vectors(space, Modality.TEXT, [item.content_hash for item in todo], rows)
    print("vectors", generation, catalogue.version, flush=True)
    if generation % 5 == 0:
        catalogue.vacuum(keep=3)
        print("vacuum", generation, catalogue.version, flush=True)
"""


def start(folder: Path, seed: int, generation: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(seed), str(generation)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def check_state(folder: Path, reported: list[list[str]]) -> int:
    """Open what a killed writer left, and compare it with what it said it committed."""
    catalogue = Catalogue.open(folder)
    assert catalogue.check() == []
    listings = catalogue.listings(range(len(catalogue)))
    found = {int(item.id[1:]): int(item.title.split()[1]) for item in listings}
    generation = max(found.values(), default=0)
    count = 40 + generation % 7
    # a generation is there whole; beyond it only what its writer, or one killed before it,
    # had not yet removed, and that without gaps
    assert sorted(found) == list(range(len(found)))
    assert all(found[n] == generation for n in range(min(count, len(found))))
    assert not found or len(found) >= count
    assert all(found[n] < generation for n in range(count, len(found)))
    if reported:
        _, said, version = reported[-1]
        # the commit that was under way may have been made, and no other
        assert int(version) <= catalogue.version <= int(version) + 1
        assert int(said) <= generation <= int(said) + 1
    table = catalogue.vectors(SPACE, Modality.TEXT)
    np.testing.assert_allclose(np.linalg.norm(table.vectors, axis=1), 1)
    assert len(table.rows) + len(catalogue.pending(SPACE, Modality.TEXT)) >= len(catalogue)
    return generation


def kill_at_random_moments(tmp_path: Path, *, times: int, seed: int) -> None:
    rng = random.Random(seed)
    folder = tmp_path / "c"
    Catalogue.create(folder)
    generation = 0
    for number in range(times):
        child = start(folder, number, generation)
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "ready", child.communicate()
        time.sleep(rng.uniform(0, 0.6))
        child.kill()
        out, err = child.communicate()
        assert "Traceback" not in err, err
        reported = [words for line in out.splitlines() if len(words := line.split()) == 3]
        generation = check_state(folder, reported)
    # and the next writer goes on from there
    catalogue = Catalogue.open(folder)
    catalogue.upsert([Listing(id="after", title=f"generation {generation} item x")])
    assert "after" in Catalogue.open(folder)
    catalogue.vacuum()
    assert Catalogue.open(folder).check() == []


def test_killed_writers_leave_the_last_commit(tmp_path: Path) -> None:
    kill_at_random_moments(tmp_path, times=5, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_killed_writers_leave_the_last_commit_300_times(tmp_path: Path) -> None:
    kill_at_random_moments(tmp_path, times=300, seed=2)


def test_racing_writers_lose_no_commit(tmp_path: Path) -> None:
    Catalogue.create(tmp_path / "c")
    conflicts: list[ConflictError] = []
    failures: list[BaseException] = []

    def work(name: str) -> None:
        catalogue = Catalogue.open(tmp_path / "c")
        for number in range(6):
            for _ in range(2000):
                try:
                    catalogue.upsert([Listing(id=f"{name}{number}", title="t")])
                    break
                except ConflictError as error:
                    conflicts.append(error)
                    time.sleep(0.002)
                    catalogue.refresh()
                except BaseException as error:
                    failures.append(error)
                    raise

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert conflicts, "the writers never met"
    catalogue = Catalogue.open(tmp_path / "c")
    assert sorted(catalogue.listing_ids) == sorted(f"{n}{i}" for n in "abc" for i in range(6))
    assert catalogue.check() == []
    assert catalogue.version == 1 + 18


def test_of_two_that_create_one_keeps_the_other_s_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second looked before the first was there, and gets the lock after it wrote."""
    from deepsearch.catalogue import committing as module

    real = module.write_lock

    @contextmanager
    def late(path: Path) -> Iterator[None]:
        monkeypatch.setattr(module, "write_lock", real)
        Catalogue.create(tmp_path / "c").upsert([Listing(id="a", title="t")])
        with real(path):
            yield

    monkeypatch.setattr(module, "write_lock", late)
    with pytest.raises(ConflictError, match="Open it instead"):
        Catalogue.create(tmp_path / "c")
    assert Catalogue.open(tmp_path / "c").listing_ids == ["a"]


def test_a_writer_at_work_is_said_so(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    with (
        write_lock(tmp_path / "c"),
        pytest.raises(ConflictError, match="Another writer is at work"),
    ):
        catalogue.upsert([Listing(id="a", title="t")])
    catalogue.upsert([Listing(id="a", title="t")])


def run(code: str, *args: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, args)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_full_disk_is_a_clear_error(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([Listing(id="a", title="t")])
    # no file may grow beyond this: what a full disk does to a write, without filling one
    done = run(
        """
        import random, resource, signal, sys
        from deepsearch.catalogue import Catalogue
        from deepsearch.errors import CatalogueError
        from deepsearch.schema import Listing
        catalogue = Catalogue.open(sys.argv[1])
        len(catalogue.facts)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
        rng = random.Random(0)
        many = [Listing(id=f"x{n}", title=rng.randbytes(40).hex()) for n in range(20_000)]
        try:
            catalogue.upsert(many)
        except CatalogueError as error:
            print(error)
            print(catalogue.version, len(catalogue))
        """,
        tmp_path / "c",
    )
    assert "unchanged, at version 2" in done.stdout, done.stdout + done.stderr
    assert "disk" in done.stdout
    assert done.stdout.splitlines()[-1] == "2 1"
    again = Catalogue.open(tmp_path / "c")
    assert again.listing_ids == ["a"]
    again.upsert([Listing(id="b", title="t")])
    assert again.check() == []


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder other users may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="deepsearch-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.name != "posix", reason="file permissions are POSIX's here")
def test_a_read_only_folder_is_read_and_not_written(open_folder: Path) -> None:
    folder = open_folder / "c"
    Catalogue.create(folder).upsert([Listing(id="a", title="t")])
    for item in [folder, *folder.rglob("*")]:
        item.chmod(0o555 if item.is_dir() else 0o444)
    before = {str(p): p.stat().st_mtime_ns for p in folder.rglob("*")}
    done = run(
        """
        import os, sys
        from deepsearch.catalogue import Catalogue
        from deepsearch.errors import CatalogueError
        from deepsearch.schema import Listing
        import lance, numpy, babel  # before the rights to read them are given up
        if os.getuid() == 0:
            os.setgroups([]); os.setgid(65534); os.setuid(65534)
        catalogue = Catalogue.open(sys.argv[1])
        print(catalogue.listings([0])[0].id)
        for change in (
            lambda: catalogue.upsert([Listing(id="b", title="t")]),
            lambda: catalogue.remove(["a"]),
            lambda: Catalogue.create(sys.argv[1] + "/below"),
        ):
            try:
                change()
            except CatalogueError as error:
                print(error)
        """,
        folder,
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "a", done.stderr
    assert len(lines) == 4, done.stdout + done.stderr
    assert all("Permission denied" in line for line in lines[1:])
    assert {str(p): p.stat().st_mtime_ns for p in folder.rglob("*")} == before


def test_a_failing_source_changes_nothing(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([Listing(id="a", title="t")])
    source = tmp_path / "s.jsonl"
    source.write_text("\n".join(json.dumps({"id": f"b{n}", "title": "t"}) for n in range(20_000)))

    def fail(listing: Listing) -> Listing:
        if listing.id == "b15000":
            raise ZeroDivisionError("enrichment broke")
        return listing

    with pytest.raises(ZeroDivisionError, match="enrichment broke"):
        ingest(catalogue, source, enrich=fail)
    assert Catalogue.open(tmp_path / "c").listing_ids == ["a"]
    assert ingest(catalogue, source).added == 20_000
    assert catalogue.check() == []


def test_every_error_is_the_library_s_own() -> None:
    assert issubclass(ConflictError, CatalogueError)
    assert issubclass(CatalogueError, DeepSearchError)
