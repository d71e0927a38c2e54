"""Pictures of what the index benchmarks measured; needs matplotlib."""

from __future__ import annotations

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
    kinds = list(dict.fromkeys(row["data"] for row in rows))
    figure, panels = pyplot.subplots(1, len(kinds), figsize=(4.2 * len(kinds), 3.8), squeeze=False)
    engines = list(dict.fromkeys(row["engine"] for row in rows))
    colours = pyplot.colormaps["tab10"].colors  # type: ignore[attr-defined]
    for panel, kind in zip(panels[0], kinds, strict=True):
        here = [row for row in rows if row["data"] == kind]
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
        panel.set_title(f"{_NAMES[kind]}, {here[0]['rows']:,} rows", fontsize=10)
        panel.set_xlabel("recall@10")
        panel.grid(visible=True, which="both", alpha=0.25)
    panels[0][0].set_ylabel("queries a second, one thread")
    lines, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(lines, labels, loc="lower center", ncol=4, fontsize=8, frameon=False)
    figure.tight_layout(rect=(0, 0.11, 1, 1))
    figure.savefig(to, dpi=110)


def _line(panel: Any, points: list[dict[str, Any]], label: str, **style: Any) -> None:
    panel.plot(
        [point["recall@10"] for point in points],
        [point["QPS"] for point in points],
        label=label,
        **style,
    )
