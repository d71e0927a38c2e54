"""Question: does memory stay flat while a catalogue's vectors are stored, batch by batch?

Method: 100,000 random vectors of 384 dimensions are put into a new catalogue, 512 a commit as
encoding does it. Resident memory of the process and processor time a commit,
after the first 5,120 vectors and on the way.

Threats: one space; a suite stores into two. What an encoder itself needs comes on top
(`benchmarks.encode_catalogue`).
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.common import arguments, print_table, write_results
from benchmarks.encode_catalogue import resident_mb
from deepsearch.catalogue import Catalogue
from deepsearch.schema import EmbeddingSpace, Modality

BATCH = 512
DIM = 384
TOLD_AT = (10, 40, 100, 195)  # commits


def main() -> None:
    options = arguments(__doc__)
    told = TOLD_AT[:1] if options.small else TOLD_AT
    generator = np.random.default_rng(options.seed)
    space = EmbeddingSpace(name="random", revision="1", dim=DIM)
    table: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "catalogue"
        catalogue = Catalogue.create(place)
        spent, since = 0.0, 0
        for commit in range(1, told[-1] + 1):
            vectors = generator.standard_normal((BATCH, DIM), dtype=np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            hashes = [
                hashlib.sha256(f"{commit}-{row}".encode()).hexdigest() for row in range(BATCH)
            ]
            start = time.process_time()
            catalogue.put_vectors(space, Modality.TEXT, hashes, vectors)
            spent, since = spent + time.process_time() - start, since + 1
            if commit in told:
                table.append(
                    {
                        "vectors": commit * BATCH,
                        "MB": round(resident_mb()),
                        "ms of CPU a commit": round(1000 * spent / since, 1),
                    }
                )
                spent, since = 0.0, 0
    print_table(table)
    if not options.small or options.out:
        write_results(
            "store_vectors",
            tables={"main": table},
            parameters={"batch": BATCH, "dim": DIM},
            seed=options.seed,
            packages=("pylance",),
            out=options.out,
        )


if __name__ == "__main__":
    main()
