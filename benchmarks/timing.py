"""Wall time of calls, measured turn by turn."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.tables import significant

__all__ = ["Timing", "interleave", "summarise", "time_calls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Wall time of repeated calls, in milliseconds."""

    p50: float
    p95: float
    p99: float
    mean: float
    calls: int

    def row(self) -> dict[str, float]:
        """Return the figures as table columns, four significant digits."""
        return {
            "p50 ms": significant(self.p50),
            "p95 ms": significant(self.p95),
            "p99 ms": significant(self.p99),
        }


def summarise(seconds: Iterable[float]) -> Timing:
    """Percentiles (linear interpolation) of measured seconds."""
    values = np.fromiter(seconds, dtype=np.float64) * 1000
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    return Timing(
        p50=float(p50),
        p95=float(p95),
        p99=float(p99),
        mean=float(values.mean()),
        calls=len(values),
    )


def time_calls(call: Callable[[int], object], *, repeat: int, warmup: int = 3) -> Timing:
    """Time `call(0)`, `call(1)` ... one by one, garbage collection off.

    Args:
        call: Given the number of the call, so that inputs can vary.
        repeat: Calls measured.
        warmup: Calls made before, not measured.

    Returns:
        Percentiles of the wall time of a call.
    """
    return interleave({"": call}, repeat=repeat, warmup=warmup)[""]


def interleave(
    calls: Mapping[str, Callable[[int], object]], *, repeat: int, warmup: int = 3
) -> dict[str, Timing]:
    """Time several candidates turn by turn, so that the machine's moods hit all alike.

    Args:
        calls: Name → call, given the number of the round.
        repeat: Rounds measured.
        warmup: Rounds made before, not measured.

    Returns:
        Name → percentiles of its wall time.
    """
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for turn in range(-warmup, repeat):
            for name, call in calls.items():
                start = time.perf_counter()
                call(max(turn, 0))
                took = time.perf_counter() - start
                if turn >= 0:
                    seconds[name].append(took)
    finally:
        if collecting:
            gc.enable()
    return {name: summarise(values) for name, values in seconds.items()}
