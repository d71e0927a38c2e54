"""Damaged files of every kind are read or refused: no crash, no hang, bounded memory."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inputs.fuzz import CORPUS, mutate, read_damaged

# A STEP model is read in a process of its own, seconds each.
QUICK = sorted(set(CORPUS) - {"step"})
SECONDS = float(os.environ.get("DEEPSEARCH_FUZZ_SECONDS", "20"))


@cache
def original(kind: str) -> bytes:
    return CORPUS[kind]()


@pytest.mark.parametrize("kind", QUICK)
def test_the_undamaged_file_is_read(kind: str) -> None:
    assert not read_damaged(kind, original(kind))


@pytest.mark.parametrize("kind", QUICK)
@settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32 - 1))
def test_damaged_files_are_read_or_refused(kind: str, seed: int) -> None:
    data = mutate(kind, original(kind), random.Random(seed))
    started = time.monotonic()
    read_damaged(kind, data)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("kind", ["xlsx", "csv", "png", "mp4", "pdf"])
@settings(max_examples=25, deadline=None, database=None)
@given(data=st.binary(min_size=1, max_size=3000))
def test_noise_is_refused_or_is_text(kind: str, data: bytes) -> None:
    read_damaged(kind, data)


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(CORPUS))
def test_for_long(kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.inputs.fuzz", kind, str(SECONDS)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["reads"] > 0
    assert report["slowest_s"] < 10, report
    assert report["peak_mb"] < 1024, report
