"""The tables of `benchmarks.filtered_search`, from its rows."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["TARGET", "goals", "matrix", "ratios"]

TARGET = 0.95
"""Recall@10 that counts as reached."""


def ratios(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a line a data set, filter and share: ours, and the best peer's of the same run."""
    out = []
    for key, here in _grouped(rows).items():
        reached = [row for row in here if row["p50 us"] is not None]
        best = max(reached, key=lambda row: row["ratio"], default=None)
        out.append(
            {
                "data": key[0],
                "rows": key[1],
                "filter": key[2],
                "allowed": key[3],
                "recall": here[0]["our recall"],
                "p50 us": best["our p50 us"] if best else here[0]["our p50 us"],
                "best peer": best["engine"] if best else "none reached .95",
                "its recall": best["recall"] if best else None,
                "its p50 us": best["p50 us"] if best else None,
                "ratio": best["ratio"] if best else None,
                "ratio, effort as theirs": best.get("ratio, effort as theirs") if best else None,
                "ratio, mask each time": best.get("ratio, mask each time") if best else None,
                "drift": best["drift"] if best else None,
            }
        )
    return out


def matrix(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the same lines with a column an engine: p50, or the best recall it came to.

    deepsearch's is of the run added last.
    """
    out = []
    for key, here in _grouped(rows).items():
        line: dict[str, Any] = {
            "data": key[0],
            "rows": key[1],
            "filter": key[2],
            "allowed": key[3],
            "deepsearch": _figure(here[-1]["our p50 us"], here[-1]["our recall"]),
        }
        for row in here:
            line[row["engine"]] = (
                _figure(row["p50 us"], row["recall"])
                if row["p50 us"] is not None
                else f"only {_short(row['best recall'])}"
            )
        out.append(line)
    return out


def goals(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what was wanted and what came out, a line a data set."""
    out = []
    lines = ratios(rows)
    for data, size in dict.fromkeys((row["data"], row["rows"]) for row in lines):
        here = [row for row in lines if (row["data"], row["rows"]) == (data, size)]
        recalls = [row["recall"] for row in here]
        line = {
            "data": data,
            "rows": size,
            "least recall (goal .95)": min(recalls),
            "bands at .95": f"{sum(r >= TARGET for r in recalls)} of {len(recalls)}",
        }
        for note in ("", ", effort as theirs", ", mask each time"):
            column = f"ratio{note}"
            narrow = [r[column] for r in here if 0.01 <= r["allowed"] <= 0.2 and r[column]]
            wide = [r[column] for r in here if not 0.01 <= r["allowed"] <= 0.2 and r[column]]
            line[f"ratio at 20-1 % (goal 1/3){note}"] = _spread(narrow)
            line[f"ratio elsewhere (goal 1){note}"] = _spread(wide)
        out.append(line)
    return out


def _spread(values: list[float]) -> str:
    if not values:
        return ""
    return f"{np.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def _grouped(rows: list[dict[str, Any]]) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    out: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        key = (row["data"], row["rows"], row["filter"], row["allowed"])
        out.setdefault(key, []).append(row)
    ways = ("random", "correlated", "attribute")
    order = sorted(out, key=lambda key: (key[0], key[1], ways.index(key[2]), -key[3]))
    return {key: out[key] for key in order}


def _figure(microseconds: float, recall: float) -> str:
    return f"{microseconds:.0f} us ({_short(recall)})"


def _short(recall: float) -> str:
    return "1" if recall >= 0.9995 else f"{recall:.3f}".lstrip("0").rstrip("0") or "0"
