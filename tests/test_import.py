"""Importing the library is quick and loads no model."""

import json
import statistics
import subprocess
import sys

import deepsearch

HEAVY = ("torch", "transformers", "open_clip", "onnxruntime", "faiss", "lance", "av", "pandas")

PROBE = f"""
import json, sys, time
start = time.perf_counter()
import deepsearch
seconds = time.perf_counter() - start
print(json.dumps([seconds, [name for name in {HEAVY!r} if name in sys.modules]]))
"""


def probe() -> tuple[float, list[str]]:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    seconds, loaded = json.loads(done.stdout)
    return seconds, loaded


def test_import_is_quick_and_light() -> None:
    probe()  # writes the byte code
    runs = [probe() for _ in range(3)]
    assert all(loaded == [] for _, loaded in runs)
    assert statistics.median(seconds for seconds, _ in runs) < 0.3


def test_every_public_name_resolves() -> None:
    for name in deepsearch.__all__:
        assert getattr(deepsearch, name) is not None


def test_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(deepsearch, "no_such_name")
