"""Question: how should the frames of a listing's video be matched with a picture?

Method: the shop photos of the grocery data, some ten a product. A few photos of a product,
drawn at random, stand for the frames of its video; each other photo of it is a query, and the
listing is scored by its first frame, the best of its frames, all frames pooled to one vector,
or the best of frames and pooled vector together (what the engine does). recall@1 and @5 among
all products, over several draws; the difference to the best frame by bootstrap over products.

Threats: photos of one product in several shops differ more than frames of one video do, and
show nothing else; a real video has scenes that show no product. Queries are encoded as
listings are, without the zooms a query gets.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.common import arguments, data_hash, print_table, shared_data, write_results
from deepsearch.encoders import MiniPictureEncoder
from deepsearch.evaluation import paired_bootstrap
from deepsearch.inputs import load_picture
from deepsearch.schema import FloatArray, Role

FRAMES = (2, 4, 6)
DRAWS = 10
BATCH = 32


def read_photos(folder: Path, *, small: bool) -> tuple[list[Path], list[str]]:
    """Photos and their products; `small` keeps every eighth product."""
    lines = (folder / "photos.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    products = sorted({row[1] for row in rows})[:: 8 if small else 1]
    kept = [row for row in rows if row[1] in products]
    return [folder / row[0] for row in kept], [row[1] for row in kept]


def encoded(paths: list[Path]) -> FloatArray:
    """Vectors as a catalogue's pictures get them."""
    encoder = MiniPictureEncoder(threads=1)
    parts = []
    for start in range(0, len(paths), BATCH):
        batch = [load_picture(p, min_side=encoder.picture_side) for p in paths[start:][:BATCH]]
        parts.append(encoder.encode(batch, role=Role.PASSAGE))
    return np.concatenate(parts)


def scored(frames: FloatArray, queries: FloatArray) -> dict[str, FloatArray]:
    """(listings, frames, dim) and (queries, dim) to (queries, listings) a way of matching."""
    alike = np.einsum("lfd,qd->qlf", frames, queries)
    mean = frames.mean(axis=1)
    pooled = queries @ (mean / np.linalg.norm(mean, axis=1, keepdims=True)).T
    best = alike.max(axis=2)
    return {
        "first frame": alike[:, :, 0],
        "best frame": best,
        "pooled": pooled,
        "best frame or pooled": np.maximum(best, pooled),
    }


def one_draw(
    vectors: FloatArray, products: np.ndarray, count: int, rng: np.random.Generator
) -> dict[str, dict[str, tuple[float, float]]]:
    """Way of matching → product → share of its queries found at 1 and within 5."""
    shown, asked = [], []
    names = []
    for name in sorted(set(products.tolist())):
        photos = rng.permutation(np.flatnonzero(products == name))
        if len(photos) > count:
            names.append(name)
            shown.append(vectors[photos[:count]])
            asked.append(photos[count:])
    frames = np.stack(shown)
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for place, (name, queries) in enumerate(zip(names, asked, strict=True)):
        for way, scores in scored(frames, vectors[queries]).items():
            ranks = (scores > scores[:, place : place + 1]).sum(axis=1)
            shares = float((ranks < 1).mean()), float((ranks < 5).mean())
            found.setdefault(way, {})[name] = shares
    return found


def main() -> None:
    options = arguments(__doc__)
    folder = shared_data() / "grocery"
    paths, labels = read_photos(folder, small=options.small)
    vectors, products = encoded(paths), np.array(labels)
    rng = np.random.default_rng(options.seed)
    table = []
    for count in FRAMES:
        draws = [one_draw(vectors, products, count, rng) for _ in range(DRAWS)]
        means = {
            way: np.mean([list(draw[way].values()) for draw in draws], axis=0) for way in draws[0]
        }
        for way, values in means.items():
            row: dict[str, object] = {"frames": count, "matched by": way}
            row["recall@1"], row["recall@5"] = values.mean(axis=0).tolist()
            if way != "best frame":
                gap = paired_bootstrap(means["best frame"][:, 0], values[:, 0], seed=options.seed)
                row["@1 to best frame"] = f"{gap.mean:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]"
            table.append(row)
    print_table(table)
    if not options.small or options.out:
        write_results(
            "video_frames",
            tables={"main": table},
            parameters={"draws": DRAWS, "frames": list(FRAMES), "photos": len(paths)},
            seed=options.seed,
            data={"photos": data_hash(folder / "photos.tsv")},
            packages=("onnxruntime", "pillow"),
            out=options.out,
        )


if __name__ == "__main__":
    main()
