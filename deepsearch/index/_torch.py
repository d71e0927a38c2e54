"""The few tensor operations that building and searching on a GPU share."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from deepsearch.schema import FloatArray, Metric

__all__ = ["device_of", "distances", "squares", "top", "upload"]

# The best `depth` of a row lie in the `depth` groups of columns with the largest maxima,
# so a selection over group maxima replaces one over all columns.
_GROUP = 32


def top(torch: ModuleType, scores: Any, depth: int) -> tuple[Any, Any]:
    """Return the best values of each row and their columns, by group maxima where that saves work.

    Args:
        torch: The module.
        scores: (n, m) tensor.
        depth: How many a row.

    Returns:
        (n, min(depth, m)) values, best first, and their columns.
    """
    width = scores.shape[1]
    depth = min(depth, width)
    groups = width // _GROUP
    if groups <= 2 * depth:
        values, columns = scores.topk(depth, dim=1)
        return values, columns
    whole = groups * _GROUP
    grouped = scores[:, :whole].unflatten(1, (groups, _GROUP))
    _, chosen = grouped.amax(dim=2).topk(depth, dim=1, sorted=False)
    columns = (chosen[:, :, None] * _GROUP + torch.arange(_GROUP, device=scores.device)).flatten(1)
    if whole < width:
        rest = torch.arange(whole, width, device=scores.device).expand(scores.shape[0], -1)
        columns = torch.cat((columns, rest), dim=1)
    values, inner = scores.gather(1, columns).topk(depth, dim=1)
    return values, columns.gather(1, inner)


def distances(left: Any, right: Any, metric: Metric) -> Any:
    """Return hnswlib's distances: 1 - inner product, or the squared Euclidean distance.

    Args:
        left: (n, a, dim) tensor.
        right: (n, b, dim) tensor.
        metric: How the space compares.

    Returns:
        (n, a, b) tensor.
    """
    products = left @ right.transpose(1, 2)
    if metric != "l2":
        return 1.0 - products
    a, b = squares(left), squares(right)
    return (a[:, :, None] + b[:, None, :] - 2.0 * products).clamp(min=0)


def squares(rows: Any) -> Any:
    """Return the squared lengths of vectors.

    Args:
        rows: (..., dim) tensor.

    Returns:
        (...) float32 tensor.
    """
    return (rows.float() ** 2).sum(dim=-1)


def upload(
    torch: ModuleType,
    vectors: FloatArray,
    order: npt.NDArray[np.int64],
    device: Any,
    half: bool,
) -> Any:
    """Copy vectors to a device in a given order.

    Args:
        torch: The module.
        vectors: (n, dim) float32.
        order: (m,) which of them.
        device: Where to.
        half: As float16.

    Returns:
        (m, dim) tensor.
    """
    kind = torch.float16 if half else torch.float32
    rows = torch.empty(vectors.shape, dtype=kind, device=device)
    for start in range(0, order.shape[0], 262_144):
        block = torch.from_numpy(np.ascontiguousarray(vectors[order[start : start + 262_144]]))
        rows[start : start + block.shape[0]] = block.to(device).to(kind)
    return rows


def device_of(torch: ModuleType, wanted: str | None) -> Any:
    """Return the device wanted, or a GPU if there is one.

    Args:
        torch: The module.
        wanted: "cuda", "cpu" ...; None leaves the choice.

    Returns:
        The torch.device.
    """
    return torch.device(wanted or ("cuda" if torch.cuda.is_available() else "cpu"))
