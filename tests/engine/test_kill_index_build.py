"""Killed while it indexes: the last commit stands, and is searched as if built afresh."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import time
from collections import Counter
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from deepsearch.catalogue import Catalogue
from deepsearch.engine import SearchEngine, channels
from tests.engine.killed_writer import EXACT_UP_TO, generation_of, open_engine, write_for_ever

QUERIES = ("red pump", "blue valve item 7", "grey crane", "item 42", "generation 3 hose")


def answers(engine: SearchEngine) -> list[list[tuple[str, float]]]:
    return [
        [(hit.listing.id, round(hit.score, 6)) for hit in engine.search(query, k=10).hits]
        for query in QUERIES
    ]


def check_what_is_left(folder: Path, fresh: Path, told: tuple[str, int, int]) -> int:
    """Compare what a killed writer left with what it told; give the generation it reached."""
    catalogue = Catalogue.open(folder)
    assert catalogue.check() == []
    _, generation, version = told
    assert catalogue.version >= version
    titles = {item.id: item.title for item in catalogue.listings(range(len(catalogue)))}
    now = max((int(title.split()[3]) for title in titles.values()), default=0)
    assert generation <= now <= generation + 1
    # the generation is whole; beyond it only what its writer had not removed yet
    wanted = {item.id: item.title for item in generation_of(now)} if titles else {}
    assert {own: titles[own] for own in wanted} == wanted
    assert all(
        f"generation {now}" not in title for own, title in titles.items() if own not in wanted
    )

    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(folder, fresh, ignore=shutil.ignore_patterns("indexes", "derived"))
    found = answers(open_engine(folder))
    assert found == answers(open_engine(fresh))
    assert not titles or all(len(hits) == 10 for hits in found)
    return now


def kill_at_random_moments(tmp_path: Path, *, times: int, seed: int) -> Counter[str]:
    """Kill writers; count what each was at."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.engine.killed_writer"])
    rng = random.Random(seed)
    folder, fresh = tmp_path / "c", tmp_path / "fresh"
    Catalogue.create(folder)
    generation, killed = 0, Counter[str]()
    lasted = {"ready": 0.3, "building": 0.05}
    for number in range(times):
        ours, theirs = context.Pipe(duplex=False)
        writer = context.Process(target=write_for_ever, args=(folder, generation, theirs))
        writer.start()
        theirs.close()
        # every second one while it builds an index, the others whatever they are at
        awaited = "building" if number % 2 else "ready"
        builds = rng.randint(1, 3) if number % 2 else 0
        seen = [_next(ours)]
        while sum(what == "building" for what, _, _ in seen) < builds:
            seen.append(_next(ours))
        started = time.perf_counter()
        if ours.poll(rng.uniform(0, 1.5 * lasted[awaited])):
            seen.append(_next(ours))
            lasted[awaited] = min(1.0, time.perf_counter() - started)
        writer.kill()
        writer.join()
        with suppress(EOFError):
            while ours.poll():
                seen.append(ours.recv())
        killed[seen[-1][0]] += 1
        generation = check_what_is_left(folder, fresh, seen[-1])
    return killed


def _next(told: Connection) -> tuple[str, int, int]:
    """What the writer says next, however busy the machine; EOFError if it has died."""
    said: tuple[str, int, int] = told.recv()
    return said


@pytest.fixture(autouse=True)
def _small_indexes_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "EXACT_UP_TO", EXACT_UP_TO)


@pytest.mark.timeout(900)
def test_killed_while_indexing(tmp_path: Path) -> None:
    killed = kill_at_random_moments(tmp_path, times=20, seed=1)
    assert killed["building"] >= 3, killed


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killed_while_indexing_300_times(tmp_path: Path) -> None:
    killed = kill_at_random_moments(tmp_path, times=300, seed=2)
    assert killed["building"] >= 50, killed
