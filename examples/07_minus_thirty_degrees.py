"""A cold place decides: minus thirty in three languages, and "not said" apart from "no"."""

import json
import tempfile
from pathlib import Path

import deepsearch as ds

MACHINES = [
    ("arctic", "-40 °C to 40 °C", "Heated cabinet for cold stores.", 21000),
    ("temperate", "0 °C to 45 °C", "For packing halls.", 12000),
    ("nordic", "-30 °C to 35 °C", "Stainless steel frame.", 26000),
    ("silent", None, "Proven design.", 9000),
]
ASKED = [
    "pallet wrapping machine that must work at minus 30 degrees",
    "pallet wrapping machine, 零下30度能正常工作",
    "pallet wrapping machine, muss bei -30 °C laufen",
    "pallet wrapping machine that must work at minus 30 degrees, below 25000 USD",
]


def row(name: str, temperature: str | None, words: str, price: float) -> dict[str, object]:
    return {
        "id": name,
        "title": f"Pallet wrapping machine {name}",
        "description": words,
        "attributes": {} if temperature is None else {"Operating temperature": temperature},
        "price": {"min": price, "max": price, "currency": "USD"},
        "supplier": {"id": f"works-{name}", "name": f"Invented {name} works", "years": 8},
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "machines.jsonl"
        source.write_text("\n".join(json.dumps(row(*m)) for m in MACHINES), encoding="utf-8")
        engine = ds.SearchEngine.create(Path(folder) / "catalogue")
        engine.index(source)
        for words in ASKED:
            print(f"\n{words}")
            for hit in engine.search(words).hits:
                print(f"  {hit.rank}. {hit.listing.id:8} {hit.score:.2f}")
                for judgement in hit.judgements:
                    if judgement.requirement.implied_by is not None:
                        continue  # what the cold implies of lubricants and cables
                    print(f"       {judgement.status}: {judgement.reason}")


if __name__ == "__main__":
    main()
