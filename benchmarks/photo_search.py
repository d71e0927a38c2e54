"""Question: how often does a shop photo find its product among the catalogue's pictures?

Method: 810 photos taken in shops against the 81 catalogue pictures of the same products
(one each), by cosine of `mini-picture`; recall@k is the share of photos whose product is
among the first k. Beside it: the networks without the colours, the colours alone, the
photos seen whole instead of at three zooms, and chance.
Intervals are 95 % percentile bootstraps over photos; differences to the default are paired.

Threats: one data set, groceries only, on shelves or in a hand; products differ sometimes
only in the print of a carton. The constants (zooms, share of the colours, width of the
pooling) were chosen while looking at this set; they sit on a plateau where neighbours
differ by less than the interval, but the figures are those of a development set.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.common import arguments, data_hash, print_table, shared_data, write_results
from deepsearch.encoders import MiniPictureEncoder
from deepsearch.encoders.mini_picture import NETWORK_DIM
from deepsearch.schema import FloatArray, Role

DEPTHS = (1, 5, 10)
RESAMPLES = 2000
BATCH = 32


def read_data(folder: Path) -> tuple[list[Path], list[Path], npt.NDArray[np.int64]]:
    """Return catalogue pictures, photos, and each photo's row in the catalogue."""
    lines = (folder / "catalogue.jsonl").read_text(encoding="utf-8").splitlines()
    products = [json.loads(line) for line in lines]
    rows = {product["id"]: row for row, product in enumerate(products)}
    pairs = [
        line.split("\t") for line in (folder / "photos.tsv").read_text("utf-8").splitlines() if line
    ]
    return (
        [folder / product["images"][0] for product in products],
        [folder / name for name, _ in pairs],
        np.array([rows[product] for _, product in pairs]),
    )


def encode(encoder: MiniPictureEncoder, paths: list[Path], role: Role) -> FloatArray:
    blocks = []
    for start in range(0, len(paths), BATCH):
        pictures = [Image.open(path).convert("RGB") for path in paths[start : start + BATCH]]
        blocks.append(encoder.encode(pictures, role=role))
    return np.concatenate(blocks)


def ranks(
    photos: npt.NDArray[np.float64], products: npt.NDArray[np.float64], truth: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return the 1-based rank of each photo's product; ties by the catalogue's order."""
    order = np.argsort(-(photos @ products.T), axis=1, kind="stable")
    found: npt.NDArray[np.int64] = np.argmax(order == truth[:, None], axis=1) + 1
    return found


def unit(vectors: FloatArray) -> npt.NDArray[np.float64]:
    wide = vectors.astype(np.float64)
    scaled: npt.NDArray[np.float64] = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    return scaled


def rows_of(
    found: Mapping[str, npt.NDArray[np.int64]], products: int, seed: int
) -> list[dict[str, object]]:
    """Make a table row of each variant: recall with its interval, and the paired difference."""
    generator = np.random.default_rng(seed)
    count = len(next(iter(found.values())))
    draws = generator.integers(0, count, size=(RESAMPLES, count))
    table: list[dict[str, object]] = []
    base = next(iter(found.values()))
    for name, rank in found.items():
        row: dict[str, object] = {"variant": name}
        for depth in DEPTHS:
            hits = (rank <= depth).astype(np.float64)
            low, high = np.percentile(hits[draws].mean(axis=1), [2.5, 97.5])
            row[f"recall@{depth}"] = float(hits.mean())
            row[f"95 % @{depth}"] = f"{low:.3f}-{high:.3f}"
        change = ((rank <= 1).astype(float) - (base <= 1))[draws].mean(axis=1)
        low, high = np.percentile(change, [2.5, 97.5])
        row["@1 to default"] = "" if rank is base else f"{low:+.3f} to {high:+.3f}"
        table.append(row)
    chance = {f"recall@{depth}": depth / products for depth in DEPTHS}
    return [*table, {"variant": "chance", **chance}]


def main() -> None:
    options = arguments(__doc__)
    folder = shared_data() / "grocery"
    products, photos, truth = read_data(folder)
    if options.small:
        photos, truth = photos[::10], truth[::10]
    encoder = MiniPictureEncoder(threads=1)
    catalogue = encode(encoder, products, Role.PASSAGE)
    queries = encode(encoder, photos, Role.QUERY)
    whole = encode(encoder, photos, Role.PASSAGE)
    shapes, colours = slice(0, NETWORK_DIM), slice(NETWORK_DIM, None)
    found = {
        "mini-picture": ranks(unit(queries), unit(catalogue), truth),
        "photos seen whole only": ranks(unit(whole), unit(catalogue), truth),
        "without colours": ranks(unit(queries[:, shapes]), unit(catalogue[:, shapes]), truth),
        "colours alone": ranks(unit(queries[:, colours]), unit(catalogue[:, colours]), truth),
    }
    table = rows_of(found, len(products), options.seed)
    print_table(table, title=f"{len(photos)} photos, {len(products)} products")
    if not options.small or options.out:
        write_results(
            "photo_search",
            tables={"main": table},
            parameters={
                "photos": len(photos),
                "products": len(products),
                "resamples": RESAMPLES,
                "space": f"{encoder.space.name} {encoder.space.revision}",
            },
            seed=options.seed,
            data={"grocery": data_hash(folder / "catalogue.jsonl", folder / "photos.tsv", *photos)},
            packages=("onnxruntime", "pillow"),
            extra={"ranks": {name: rank.tolist() for name, rank in found.items()}},
            out=options.out,
        )


if __name__ == "__main__":
    main()
