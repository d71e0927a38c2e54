"""How long does a search take with 100,000 listings, and where does the time go?

Method: listings made by varying the real ones (title words shuffled in, price and minimum
order drawn around the real ones); their text vectors are the real ones with noise, so that
nothing has to be encoded. The judged queries are asked one at a time through `SearchEngine`,
after a warm-up: as they are with requirements read and judged, and without. Milliseconds,
p50/p95, in all, without the text encoder, and by stage. Building and opening are timed once.

Threats: varied copies are more alike than real listings, which makes folding busier and
neighbours closer; vectors with noise are not vectors of the varied words. Timings on shared
cores swing by tens of percent.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import arguments, data_hash, print_table, shared_data, write_results
from deepsearch.catalogue import Catalogue, ingest
from deepsearch.encoders import load_suite
from deepsearch.engine import SearchEngine, SearchOptions
from deepsearch.engine.encoding import encode_pending
from deepsearch.schema import Listing, Modality, Offer, PriceTier, Query
from deepsearch.understanding import extract_claims

NOISE = 0.35
"""Length of the noise beside a unit vector: copies stay near their original, not upon it."""


def varied(listings: list[Listing], count: int, rng: np.random.Generator) -> Iterator[Listing]:
    """Copies of listings with other words, prices and minimum orders."""
    words = sorted({word for listing in listings for word in listing.title.split()})
    for number in range(count):
        listing = listings[number % len(listings)]
        added = " ".join(rng.choice(words, 2))
        offer: Offer = listing.offer
        if offer.price_min is not None and offer.price_max is not None:
            factor = float(rng.uniform(0.5, 2.0))
            tier = PriceTier(low=offer.price_min * factor, high=offer.price_max * factor)
            offer = replace(offer, price_tiers=(tier,))
        if offer.min_order_quantity is not None:
            value = max(1.0, float(round(offer.min_order_quantity.value * rng.uniform(0.3, 3))))
            offer = replace(
                offer, min_order_quantity=replace(offer.min_order_quantity, value=value)
            )
        yield replace(
            listing, id=f"{listing.id}~{number}", title=f"{listing.title} {added}", offer=offer
        )


def build(folder: Path, source: Path, count: int, rng: np.random.Generator) -> dict[str, float]:
    """Make the catalogue; returns seconds by step."""
    suite = load_suite("mini")
    real = Catalogue.create(folder / "real")
    ingest(
        real,
        source,
        enrich=lambda listing: replace(listing, claims=extract_claims(listing)),
    )
    encode_pending(real, suite)
    originals = real.listings(range(len(real)))
    engine = SearchEngine.create(folder / "many")
    start = time.perf_counter()
    engine.catalogue.upsert(varied(originals, count, rng))
    seconds = {"upsert": time.perf_counter() - start}
    start = time.perf_counter()
    for space in suite.spaces[Modality.TEXT]:
        table = real.vectors(space, Modality.TEXT)
        of_row = dict(zip(table.rows.tolist(), table.vectors, strict=True))
        rows = real.rows([i.rpartition("~")[0] for i in engine.catalogue.listing_ids])
        pending = engine.catalogue.pending(space, Modality.TEXT)
        base = np.stack([of_row[int(rows[item.row])] for item in pending])
        noise = rng.standard_normal(base.shape).astype(np.float32)
        noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
        vectors = base + noise
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        hashes = [item.content_hash for item in pending]
        engine.catalogue.put_vectors(space, Modality.TEXT, hashes, vectors)
    seconds["put vectors"] = time.perf_counter() - start
    start = time.perf_counter()
    _ = SearchEngine.open(folder / "many").snapshot
    seconds["build indexes"] = time.perf_counter() - start
    return seconds


def main() -> None:
    options = arguments(__doc__)
    folder = shared_data()
    source = folder / "listings" / "catalog.jsonl"
    text = (folder / "relevance" / "queries_dev.jsonl").read_text(encoding="utf-8")
    queries = [Query(text=json.loads(line)["text"]) for line in text.splitlines()]
    count = 5_000 if options.small else 100_000
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        seconds = build(Path(scratch), source, count, np.random.default_rng(options.seed))
        start = time.perf_counter()
        engine = SearchEngine.open(Path(scratch) / "many")
        _ = engine.snapshot
        seconds["open"] = time.perf_counter() - start
        for name, how in (
            ("with requirements and ranking", SearchOptions()),
            ("without requirements", SearchOptions(requirements=False)),
        ):
            for query in queries:
                engine.search(query, options=how)
            timings: list[dict[str, float]] = []
            for _ in range(1 if options.small else 7):
                timings += [dict(engine.search(query, options=how).timings_ms) for query in queries]
            row: dict[str, Any] = {"searches": name}
            rest = [timing["total"] - timing["encode"] for timing in timings]
            row["p50, no encoder"] = round(float(np.percentile(rest, 50)), 1)
            row["p95, no encoder"] = round(float(np.percentile(rest, 95)), 1)
            for stage in ("understand", "encode", "filter", "retrieve", "rank"):
                values = [timing[stage] for timing in timings]
                row[f"{stage} p50"] = round(float(np.percentile(values, 50)), 1)
            rows.append(row)
    steps = [{"step": name, "seconds": round(value, 1)} for name, value in seconds.items()]
    print_table(rows)
    print_table(steps)
    write_results(
        "search_latency",
        tables={"main": rows, "steps": steps},
        parameters={"listings": count, "queries": len(queries), "noise": NOISE},
        data={"catalog.jsonl": data_hash(source)},
        seed=options.seed,
        out=options.out,
    )


if __name__ == "__main__":
    main()
