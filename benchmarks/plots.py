"""Pictures of what the index benchmarks measured; needs matplotlib."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["plot_curves"]

_NAMES = {
    "A": "clustered",
    "C": "smooth",
    "R": "real texts",
    "RQ": "real texts, requests as queries",
}


def plot_curves(results: Mapping[str, Any], to: Path) -> None:
    """Draw recall against queries a second, a panel a data set.

    Args:
        results: What `benchmarks.ann_curves` wrote.
        to: File to write; its ending says the format.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = results["extra"]["rows"]
    kinds = list(dict.fromkeys((row["data"], row["rows"]) for row in rows))
    wide = min(3, len(kinds))
    high = math.ceil(len(kinds) / wide)
    figure, panels = pyplot.subplots(
        high, wide, figsize=(4.2 * wide, 3.4 * high + 0.8), squeeze=False
    )
    engines = list(dict.fromkeys(row["engine"] for row in rows))
    colours = pyplot.colormaps["tab10"].colors  # type: ignore[attr-defined]
    for panel in panels.flat[len(kinds) :]:
        panel.set_visible(False)
    shown: dict[str, Any] = {}
    for panel, (kind, size) in zip(panels.flat, kinds, strict=False):
        here = [row for row in rows if (row["data"], row["rows"]) == (kind, size)]
        for row in here:
            colour = colours[1 + engines.index(row["engine"]) % 9]
            _line(panel, row["curve"], row["engine"], color=colour, linewidth=1.2, marker=".")
        _line(
            panel, here[0]["ours"], "deepsearch", color=colours[0], linewidth=2.4, marker="o", ms=4
        )
        _line(
            panel, here[0]["planned"], "deepsearch, as planned", color=colours[0], marker="*", ms=13
        )
        panel.set_yscale("log")
        panel.set_xlim(0.85, 1.003)
        panel.set_title(f"{_NAMES[kind]}, {size:,} rows", fontsize=10)
        panel.set_xlabel("recall@10")
        panel.grid(visible=True, which="both", alpha=0.25)
        lines, labels = panel.get_legend_handles_labels()
        shown |= dict(zip(labels, lines, strict=True))
    for row in panels:
        row[0].set_ylabel("queries a second, one thread")
    figure.legend(
        shown.values(), shown.keys(), loc="lower center", ncol=4, fontsize=8, frameon=False
    )
    figure.tight_layout(rect=(0, 0.28 / (high + 0.5), 1, 1))
    figure.savefig(to, dpi=80)


def _line(panel: Any, points: list[dict[str, Any]], label: str, **style: Any) -> None:
    panel.plot(
        [point["recall@10"] for point in points],
        [point["QPS"] for point in points],
        label=label,
        **style,
    )
