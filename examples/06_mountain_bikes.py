"""A buyer's sentence decides between suppliers; each change of it, who wins (invented bikes)."""

import json
import tempfile
from pathlib import Path

import deepsearch as ds

BIKES = [
    ("alpha", "11.2 kg", "CE certified. Your logo on frame from 50 pieces.", 310, 50, 12),
    ("beta", "11.6 kg", "CE certified. Colours by arrangement.", 280, 100, 9),
    ("gamma", "14.5 kg", "CE certified. Logo printing from 20 pieces.", 190, 20, 7),
    ("delta", "10.9 kg", "Racing frame, carbon fork.", 450, 10, 3),
    ("epsilon", "11.9 kg", "CE certified. Your logo on frame from 300 pieces.", 240, 300, 15),
]
ASKED = {
    "as asked": "60 mountain bikes under 12 kg, CE certified, our logo",
    "heavier will do": "60 mountain bikes under 15 kg, CE certified, below 200 USD each",
    "a large order": "400 mountain bikes under 12 kg, CE certified, our logo, below 250 USD each",
}


def row(bike: tuple[str, str, str, int, int, int]) -> dict[str, object]:
    name, weight, words, price, moq, years = bike
    return {
        "id": name,
        "title": f"Mountain bike {name}",
        "description": words,
        "attributes": {"Weight": weight},
        "price": {"min": price, "max": price, "currency": "USD"},
        "min_order_quantity": {"value": moq, "unit": "pieces"},
        "supplier": {"id": f"works-{name}", "name": f"Invented {name} works", "years": years},
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "bikes.jsonl"
        source.write_text("\n".join(json.dumps(row(bike)) for bike in BIKES), encoding="utf-8")
        engine = ds.SearchEngine.create(Path(folder) / "catalogue")
        engine.index(source)
        for name, words in ASKED.items():
            result = engine.search(words)
            print(f"\n{name}: {words}")
            for hit in result.hits:
                judged = [f"{j.status} {j.requirement.field}" for j in hit.judgements]
                print(f"  {hit.rank}. {hit.listing.id:8} {hit.score:.2f}  {', '.join(judged)}")
            print(f"  {len(BIKES) - len(result.hits)} left out: they violate what must hold")


if __name__ == "__main__":
    main()
