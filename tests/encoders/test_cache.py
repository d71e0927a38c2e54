"""The vector cache: bounded, shared, never trusted, never needed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from deepsearch.encoders.cache import VectorCache, default_cache
from deepsearch.errors import InvalidInputError
from deepsearch.schema import EmbeddingSpace, FloatArray, Modality

SPACE = EmbeddingSpace(name="a", revision="1", dim=64)
MIB = 1 << 20


def drawn(count: int, seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).normal(size=(count, SPACE.dim)).astype(np.float32)


def names(count: int, prefix: str = "h") -> list[str]:
    return [f"{prefix}{i}" for i in range(count)]


def file_of(folder: Path) -> Path:
    (path,) = folder.glob("*.sqlite")
    return path


def test_what_was_put_comes_back_exactly_to_another_session(tmp_path: Path) -> None:
    vectors = drawn(700)
    with VectorCache(tmp_path) as cache:
        cache.put(SPACE, Modality.TEXT, names(700), vectors)
    with VectorCache(tmp_path) as cache:
        found = cache.get(SPACE, Modality.TEXT, [*names(700), "other"])
        assert cache.stats().vectors == 700
    assert set(found) == set(names(700))
    np.testing.assert_array_equal(np.stack([found[name] for name in names(700)]), vectors)


@pytest.mark.parametrize(
    "other",
    [
        EmbeddingSpace(name="b", revision="1", dim=64),
        EmbeddingSpace(name="a", revision="2", dim=64),
        EmbeddingSpace(name="a", revision="1", dim=64, metric="ip"),
        EmbeddingSpace(name="a", revision="1", dim=63),
    ],
)
def test_another_space_or_modality_is_another_key(tmp_path: Path, other: EmbeddingSpace) -> None:
    with VectorCache(tmp_path) as cache:
        cache.put(SPACE, Modality.TEXT, ["h"], drawn(1))
        assert cache.get(other, Modality.TEXT, ["h"]) == {}
        assert cache.get(SPACE, Modality.PICTURE, ["h"]) == {}
        assert set(cache.get(SPACE, Modality.TEXT, ["h"])) == {"h"}


def test_the_bound_holds_and_the_least_recently_used_go_first(tmp_path: Path) -> None:
    with VectorCache(tmp_path, max_bytes=2 * MIB) as cache:
        cache.put(SPACE, Modality.TEXT, names(2000, "old"), drawn(2000))
        cache.put(SPACE, Modality.TEXT, names(2000, "kept"), drawn(2000))
    with VectorCache(tmp_path, max_bytes=2 * MIB) as cache:
        assert len(cache.get(SPACE, Modality.TEXT, names(2000, "kept"))) == 2000
        for number in range(10):
            cache.put(SPACE, Modality.TEXT, names(500, f"new{number}-"), drawn(500))
            assert cache.stats().bytes <= 2 * MIB
        held = {
            prefix: len(cache.get(SPACE, Modality.TEXT, names(2000, prefix)))
            for prefix in ("old", "kept")
        }
        assert len(cache.get(SPACE, Modality.TEXT, names(500, "new9-"))) == 500
    assert held["old"] == 0 < held["kept"]
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 4 * MIB
    with VectorCache(tmp_path, max_bytes=MIB) as cache:  # a smaller bound is kept to as well
        cache.put(SPACE, Modality.TEXT, ["one"], drawn(1))
        assert cache.stats().bytes <= MIB
    assert file_of(tmp_path).stat().st_size <= MIB


def test_a_damaged_vector_is_not_held(tmp_path: Path) -> None:
    with VectorCache(tmp_path) as cache:
        cache.put(SPACE, Modality.TEXT, names(3), drawn(3))
    with sqlite3.connect(file_of(tmp_path)) as file:
        (blob,) = file.execute("SELECT vector FROM vectors WHERE id = 2").fetchone()
        flipped = bytes([*blob[:100], blob[100] ^ 1, *blob[101:]])
        file.execute("UPDATE vectors SET vector = ? WHERE id = 2", (flipped,))
        file.execute("UPDATE vectors SET vector = ? WHERE id = 3", (blob[:-4],))
    file.close()
    with VectorCache(tmp_path) as cache:
        assert set(cache.get(SPACE, Modality.TEXT, names(3))) == {"h0"}
        cache.put(SPACE, Modality.TEXT, names(3), drawn(3))
        assert set(cache.get(SPACE, Modality.TEXT, names(3))) == set(names(3))


@pytest.mark.parametrize("content", [b"", b"no database at all" * 400])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    with VectorCache(tmp_path) as cache:
        cache.put(SPACE, Modality.TEXT, names(3), drawn(3))
    file_of(tmp_path).write_bytes(content)
    with VectorCache(tmp_path) as cache:
        assert cache.get(SPACE, Modality.TEXT, names(3)) == {}
        cache.put(SPACE, Modality.TEXT, names(3), drawn(3))
        assert len(cache.get(SPACE, Modality.TEXT, names(3))) == 3


def test_a_page_overwritten_in_the_middle_costs_only_the_cache(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with VectorCache(tmp_path) as cache:
        cache.put(SPACE, Modality.TEXT, names(3000), drawn(3000))
    path = file_of(tmp_path)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))
    with VectorCache(tmp_path) as cache:
        assert cache.get(SPACE, Modality.TEXT, names(3000)) == {}
        cache.put(SPACE, Modality.TEXT, names(3), drawn(3))
        assert cache.stats().vectors in (0, 3)
    assert "vector cache" in caplog.text


def test_a_place_that_cannot_be_written_holds_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    with VectorCache(tmp_path / "file" / "below") as cache:
        cache.put(SPACE, Modality.TEXT, ["h"], drawn(1))
        assert cache.get(SPACE, Modality.TEXT, ["h"]) == {}
        assert cache.stats().vectors == 0
    assert "goes on without it" in caplog.text


WRITER = """
import sys
import numpy as np
from deepsearch.encoders.cache import VectorCache
from deepsearch.schema import EmbeddingSpace, Modality
space = EmbeddingSpace(name="a", revision="1", dim=64)
folder, prefix, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
with VectorCache(folder) as cache:
    for batch in range(count):
        hashes = [f"{prefix}{batch}-{i}" for i in range(50)]
        vectors = np.full((50, 64), batch, dtype=np.float32)
        cache.put(space, Modality.TEXT, hashes, vectors)
        assert len(cache.get(space, Modality.TEXT, hashes)) == 50
        print(batch, flush=True)
"""


def writer(folder: Path, prefix: str, batches: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), prefix, str(batches)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    running = [writer(tmp_path, prefix, 20) for prefix in ("a", "b")]
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert "goes on without" not in errors
    with VectorCache(tmp_path) as cache:
        assert cache.stats().vectors == 2 * 20 * 50


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX's")
def test_a_killed_writer_leaves_whole_batches(tmp_path: Path) -> None:
    process = writer(tmp_path, "a", 1_000_000)
    assert process.stdout is not None
    done = -1
    until = time.monotonic() + 30
    while done < 10 and time.monotonic() < until:
        done = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    rest, _ = process.communicate()
    done = max([done, *map(int, rest.split())])
    with VectorCache(tmp_path) as cache:
        for batch in range(done + 1):
            found = cache.get(SPACE, Modality.TEXT, [f"a{batch}-{i}" for i in range(50)])
            assert len(found) == 50
            assert all((vector == batch).all() for vector in found.values())
        assert cache.stats().vectors % 50 == 0
    with sqlite3.connect(file_of(tmp_path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    file.close()


def test_wrong_shapes_and_bounds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="1 MiB"):
        VectorCache(tmp_path, max_bytes=1000)
    with (
        VectorCache(tmp_path) as cache,
        pytest.raises(InvalidInputError, match=r"expected \(2, 64\)"),
    ):
        cache.put(SPACE, Modality.TEXT, ["a", "b"], drawn(1))


def test_the_environment_says_where_and_how_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPSEARCH_CACHE", "off")
    assert default_cache() is None
    monkeypatch.setenv("DEEPSEARCH_CACHE", str(tmp_path / "mine"))
    with default_cache() or VectorCache(tmp_path) as cache:
        assert cache.stats().path.parent == tmp_path / "mine"
    monkeypatch.delenv("DEEPSEARCH_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    if sys.platform.startswith("linux"):
        with default_cache() or VectorCache(tmp_path) as cache:
            assert cache.stats().path.parent == tmp_path / "xdg" / "deepsearch"
    monkeypatch.setenv("DEEPSEARCH_CACHE_MB", "1.5")
    with pytest.raises(InvalidInputError, match="whole megabytes"):
        default_cache()
