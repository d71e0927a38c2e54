"""The helpers of the benchmarks: figures, files, and tables in the docs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.common import (
    interleave,
    markdown_table,
    render_docs,
    summarise,
    system_facts,
    write_results,
)


def test_percentiles_by_hand() -> None:
    timing = summarise([0.001 * n for n in range(1, 102)])
    assert (timing.p50, timing.calls) == (pytest.approx(51.0), 101)
    assert timing.p95 == pytest.approx(96.0)
    assert timing.p99 == pytest.approx(100.0)
    assert timing.mean == pytest.approx(51.0)


def test_candidates_take_turns_and_warm_up_is_not_counted() -> None:
    seen: list[tuple[str, int]] = []
    timings = interleave(
        {"a": lambda i: seen.append(("a", i)), "b": lambda i: seen.append(("b", i))},
        repeat=2,
        warmup=1,
    )
    assert seen == [("a", 0), ("b", 0), ("a", 0), ("b", 0), ("a", 1), ("b", 1)]
    assert timings["a"].calls == timings["b"].calls == 2


def test_a_table_aligns_numbers_right_and_leaves_gaps_empty() -> None:
    table = markdown_table([{"name": "x", "ms": 0.123456}, {"name": "long", "ms": 12, "note": "n"}])
    assert table.splitlines() == [
        "| name |     ms | note |",
        "| ---- | -----: | ---- |",
        "| x    | 0.1235 |      |",
        "| long |     12 | n    |",
    ]


def test_docs_show_what_the_results_say(tmp_path: Path) -> None:
    write_results(
        "speed",
        tables={"main": [{"engine": "ours", "ms": np.float64(1.5)}]},
        parameters={"sizes": np.arange(3)},
        seed=7,
        out=tmp_path / "speed.json",
    )
    record = json.loads((tmp_path / "speed.json").read_text())
    assert record["seed"] == 7
    assert record["parameters"]["sizes"] == [0, 1, 2]
    assert record["machine"]["versions"]["numpy"] == np.__version__
    text = "before\n<!-- results: speed.main -->\nstale\n<!-- /results -->\nafter"
    filled = render_docs(text, results=tmp_path)
    assert "| ours   | 1.5 |" in filled
    assert "stale" not in filled
    assert filled.startswith("before\n")
    assert filled.endswith("\nafter")
    assert render_docs(filled, results=tmp_path) == filled
    with pytest.raises(KeyError):
        render_docs(text.replace("main", "other"), results=tmp_path)
    with pytest.raises(FileNotFoundError):
        render_docs(text.replace("speed", "none"), results=tmp_path)


def test_facts_name_the_machine() -> None:
    facts = system_facts(["numpy", "no-such-package"])
    assert facts["cores"] >= 1
    assert facts["versions"]["no-such-package"] == "not installed"
