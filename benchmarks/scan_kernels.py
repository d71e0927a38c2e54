"""Which way of scoring scattered rows exactly costs least, and installs as a wheel?

Method: n unit rows of 512 dimensions; a share of them, scattered, is allowed. Each way
finds the ten best among the allowed; one thread. Cold: every search allows other rows than the
searches before it, and caches are flushed before it by writing 128 MB; warm: the same search
again. The ways take turns under each mask. Nanoseconds a row are of the whole search, medians;
recall@10 is against float32. `of best peer`: cold, deepsearch over the quickest other way. A
search over few rows pays for its own start; `slopes` holds what each further row costs, from
the two widest masks.

Ways: numpy (float32 gather and product); take + numkong or simsimd (int8 rows gathered in
blocks, dot product by SIMD, float32 re-score of 50); faiss SQ8 with IDSelectorBitmap (and
the same re-score); numba int8 (a compiled loop over the allowed ids); deepsearch (one-bit
estimate, 8-bit score of what could still win, float32 of the best).

Threats: a shared machine whose memory latency varies from minute to minute, so read ratios
within a run; row codes lie in the order of the lists in deepsearch's, of positions in the
others'.

    python -m benchmarks.scan_kernels [--rows 400000]
"""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ann_data import ann_recall, fingerprint, made
from benchmarks.common import pin_threads, print_table, turn, write_results

SHARES = (0.2, 0.05, 0.01, 0.0025)
_BLOCK = 256


def main() -> None:
    """Run and print."""
    options = _arguments()
    pin_threads(1)
    rows, queries = made(options.data, options.rows, 512, options.queries, seed=options.seed)
    ways, missing = _ways(rows)
    flush = np.zeros(128 * 1024 * 1024 // 8)
    table: list[dict[str, Any]] = []
    for share in SHARES:
        with turn():
            table += _measure(ways, share, rows, queries, flush)
        print_table(table[-len(ways) :])
    slopes = _slopes(table)
    print_table(slopes, title="each further row")
    print_table(table, title="ns a row, one thread")
    if missing:
        print("not installed, left out:", ", ".join(missing))
    if options.small and options.out is None:
        return
    write_results(
        "scan_kernels",
        tables={"main": table, "slopes": slopes},
        parameters={"rows": options.rows, "dim": 512, "k": 10, "queries": options.queries},
        seed=options.seed,
        data={options.data: fingerprint(rows)},
        packages=("faiss-cpu", "numba", "numkong", "simsimd"),
        extra={"not installed": missing},
        out=options.out,
    )


def _measure(
    ways: dict[str, Callable[..., Any]], share: float, rows: Any, queries: Any, flush: Any
) -> list[dict[str, Any]]:
    """Return a line a way of scanning `share` of the rows."""
    cold: dict[str, list[float]] = {name: [] for name in ways}
    warm: dict[str, list[float]] = {name: [] for name in ways}
    recall: dict[str, list[float]] = {name: [] for name in ways}
    every = np.random.default_rng(3).permutation(len(rows))
    count = round(share * len(rows))
    for at in range(len(queries)):
        ids = np.sort(np.take(every, range(at * count, (at + 1) * count), mode="wrap"))
        mask = np.zeros(len(rows), dtype=np.bool_)
        mask[ids] = True
        query = queries[at : at + 1]
        truth = _plain(rows, query, ids)
        for name, search in ways.items():
            flush += 1
            start = time.perf_counter()
            found = search(query, mask, ids)
            cold[name].append(time.perf_counter() - start)
            search(query, mask, ids)
            start = time.perf_counter()
            search(query, mask, ids)
            warm[name].append(time.perf_counter() - start)
            recall[name].append(ann_recall(found, truth))
    best = min(float(np.median(times)) for name, times in cold.items() if name != "deepsearch")
    return [
        {
            "allowed": share,
            "rows": count,
            "way": name,
            "cold ns/row": round(1e9 * float(np.median(cold[name])) / count, 1),
            "warm ns/row": round(1e9 * float(np.median(warm[name])) / count, 1),
            "recall@10": round(float(np.mean(recall[name])), 4),
            "of best peer": round(float(np.median(cold[name])) / best, 2)
            if name == "deepsearch"
            else None,
        }
        for name in ways
    ]


def _slopes(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what each further row costs: between the widest mask and one a fourth as wide."""
    out = []
    wide, narrow = SHARES[:2]
    for name in dict.fromkeys(row["way"] for row in table):
        of = {row["allowed"]: row for row in table if row["way"] == name}
        line: dict[str, Any] = {"way": name}
        for column in ("cold ns/row", "warm ns/row"):
            spent = {share: of[share]["rows"] * of[share][column] for share in (wide, narrow)}
            further = of[wide]["rows"] - of[narrow]["rows"]
            line[column] = round((spent[wide] - spent[narrow]) / further, 1)
        out.append(line)
    return out


def _ways(rows: Any) -> tuple[dict[str, Callable[..., Any]], list[str]]:
    ways: dict[str, Callable[..., Any]] = {"numpy float32": lambda q, _, i: _plain(rows, q, i)}
    missing = []
    scale = np.float32(127) / np.abs(rows).max()
    codes = np.rint(rows * scale).astype(np.int8)
    for name, make in {
        "simsimd": _simsimd,
        "numkong": _simsimd,
        "faiss": _faiss,
        "numba": _numba,
    }.items():
        try:
            module = importlib.import_module(name)
        except ImportError:
            missing.append(name)
            continue
        label, search = make(module, rows, codes)
        ways[label] = search
    ways["deepsearch"] = _ours(rows)
    return ways, missing


def _plain(rows: Any, queries: Any, ids: Any) -> Any:
    out = []
    for query in queries:
        scores = rows[ids] @ query
        best = np.argpartition(scores, -10)[-10:]
        out.append(ids[best[np.argsort(-scores[best])]])
    return np.asarray(out)


def _again(rows: Any, query: Any, ids: Any) -> Any:
    scores = rows[ids] @ query
    return ids[np.argsort(-scores)[:10]]


def _as_code(query: Any) -> Any:
    return np.rint(query * (127 / np.abs(query).max())).astype(np.int8)


def _simsimd(module: Any, rows: Any, codes: Any) -> tuple[str, Callable[..., Any]]:
    wide = codes.view(np.int64)
    block = np.empty((_BLOCK, codes.shape[1]), dtype=np.int8)
    wide_block = block.view(np.int64)
    name = module.__name__

    def search(queries: Any, mask: Any, ids: Any) -> Any:
        del mask
        out = []
        for query in queries:
            code = _as_code(query)[None]
            scores = np.empty(len(ids), dtype=np.float32)
            for start in range(0, len(ids), _BLOCK):
                part = ids[start : start + _BLOCK]
                np.take(wide, part, axis=0, out=wide_block[: len(part)], mode="clip")
                found = module.cdist(code, block[: len(part)], metric="dot")
                scores[start : start + len(part)] = np.asarray(found).ravel()
            depth = min(50, len(ids))
            out.append(_again(rows, query, ids[np.argpartition(scores, -depth)[-depth:]]))
        return np.asarray(out)

    return f"numpy take + {name} int8", search


def _faiss(module: Any, rows: Any, codes: Any) -> tuple[str, Callable[..., Any]]:
    del codes
    module.omp_set_num_threads(1)
    index = module.IndexScalarQuantizer(
        rows.shape[1], module.ScalarQuantizer.QT_8bit, module.METRIC_INNER_PRODUCT
    )
    index.train(rows[:20_000])
    index.add(rows)

    def search(queries: Any, mask: Any, ids: Any) -> Any:
        bits = np.packbits(mask, bitorder="little")
        given = module.SearchParameters(sel=module.IDSelectorBitmap(bits))
        _, found = index.search(queries, min(50, len(ids)), params=given)
        return np.asarray([_again(rows, q, f) for q, f in zip(queries, found, strict=True)])

    return "faiss SQ8 + bitmap", search


def _numba(module: Any, rows: Any, codes: Any) -> tuple[str, Callable[..., Any]]:
    @module.njit(nogil=True)  # type: ignore[untyped-decorator]
    def dots(codes: Any, query: Any, ids: Any, out: Any) -> None:
        for i in range(ids.shape[0]):
            row = codes[ids[i]]
            total = np.int32(0)
            for j in range(query.shape[0]):
                total = np.int32(total + np.int32(np.int32(row[j]) * np.int32(query[j])))
            out[i] = total

    def search(queries: Any, mask: Any, ids: Any) -> Any:
        del mask
        out = []
        for query in queries:
            scores = np.empty(len(ids), dtype=np.int32)
            dots(codes, _as_code(query), ids, scores)
            depth = min(50, len(ids))
            out.append(_again(rows, query, ids[np.argpartition(scores, -depth)[-depth:]]))
        return np.asarray(out)

    return "numba int8 over ids", search


def _ours(rows: Any) -> Callable[..., Any]:
    from deepsearch.index import ClusteredConfig, ClusteredIndex
    from deepsearch.schema import EmbeddingSpace

    space = EmbeddingSpace(name="bench", revision="1", dim=rows.shape[1])
    index = ClusteredIndex.build(rows, space, config=ClusteredConfig(threads=1))

    def search(queries: Any, mask: Any, ids: Any) -> Any:
        del ids  # it makes them from the mask itself, in its own time
        return index.scan(queries, k=10, among=index.filtered(mask)).ids

    return search


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--queries", type=int, default=15)
    parser.add_argument("--data", default="C", choices=["A", "C"])
    parser.add_argument("--small", action="store_true", help="20,000 rows, nothing kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    if options.small:
        options.rows = 20_000
    return options


if __name__ == "__main__":
    main()
