"""Make the demo's data from the Grocery Store Dataset (Klasson et al., WACV 2019; MIT).

Titles, descriptions, categories and pictures are the dataset's. Prices, minimum orders and
suppliers are invented here, with a fixed seed, and every invented supplier's name says so.
Some values are left out on purpose, because real catalogues have gaps too.

Run: python tools/make_demo_data.py GROCERY_FOLDER
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import shutil
from pathlib import Path

import openpyxl
from openpyxl.drawing.image import Image as SheetImage
from PIL import Image

HERE = Path(__file__).resolve().parent.parent
DATA = HERE / "deepsearch" / "demo" / "data"

SUPPLIERS: list[dict[str, object]] = [
    {"id": "demo:1", "name": "Invented Supplier One (demo)", "country": "SE", "city": "Malmö",
     "years": 14, "verified": True, "rating": 4.7, "reorder_rate": 0.41, "response_time_hours": 2},
    {"id": "demo:2", "name": "Invented Supplier Two (demo)", "country": "ES", "city": "Valencia",
     "years": 8, "verified": True, "rating": 4.4, "reorder_rate": 0.28, "response_time_hours": 5},
    {"id": "demo:3", "name": "Invented Supplier Three (demo)", "country": "NL", "city": "Venlo",
     "years": 3, "verified": False, "rating": 4.1, "response_time_hours": 1},
    {"id": "demo:4", "name": "Invented Supplier Four (demo)", "country": "IT", "city": "Verona",
     "years": 21, "verified": True, "reorder_rate": 0.36, "response_time_hours": 9},
    {"id": "demo:5", "name": "Invented Supplier Five (demo)", "country": "PL", "city": "Poznań",
     "years": 1, "rating": 3.9},
    {"id": "demo:6", "name": "Invented Supplier Six (demo)", "country": "CL", "years": 6,
     "verified": True, "rating": 4.5, "reorder_rate": 0.19, "response_time_hours": 20},
]  # fmt: skip

# Euro a kilogram for loose goods, a piece for packages: plausible wholesale spans.
PRICE_SPANS = {"Fruit": (0.6, 3.2), "Packages": (0.5, 2.4), "Vegetables": (0.4, 2.8)}

# One shop photo each of products of different kinds, always the dataset's first.
PHOTO_PRODUCTS = [
    "Granny-Smith", "Banana", "Ginger", "Red-Bell-Pepper", "Tropicana-Apple-Juice",
    "Oatly-Oat-Milk", "Cantaloupe", "Leek", "Carrots", "Avocado",
]  # fmt: skip


def offer(category: str, rng: random.Random) -> dict[str, object]:
    """Invent an offer; about one in eight lacks its price or its minimum order."""
    kind = category.split(" > ", maxsplit=1)[0]
    low, high = PRICE_SPANS.get(kind, PRICE_SPANS["Vegetables"])
    unit = "piece" if kind == "Packages" else "kilogram"
    price = round(rng.uniform(low, high), 2)
    fields: dict[str, object] = {}
    if rng.random() > 0.12:
        fields["price"] = {
            "min": price,
            "max": round(price * rng.choice([1, 1.2, 1.5]), 2),
            "currency": "EUR",
            "unit": unit,
        }
    if rng.random() > 0.12:
        fields["min_order_quantity"] = {
            "value": float(rng.choice([10, 20, 50, 100, 200, 500, 1000])),
            "unit": unit + "s",
        }
    if rng.random() > 0.4:
        fields["dispatch_days"] = float(rng.choice([1, 2, 3, 5, 7]))
    return fields


def write_catalogue(grocery: Path, rng: random.Random) -> None:
    """Write catalogue.jsonl and copy its pictures."""
    (DATA / "catalogue").mkdir(parents=True, exist_ok=True)
    lines = []
    for line in (grocery / "catalogue.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        # Two vegetables' categories hold a folder name of the dataset instead.
        row["category"] = row["category"].replace("iconic-images-and-descriptions", "Vegetables")
        row |= offer(row["category"], rng)
        row["supplier"] = rng.choice(SUPPLIERS)
        lines.append(json.dumps(row, ensure_ascii=False))
        for image in row["images"]:
            shutil.copy(grocery / image, DATA / image)
    (DATA / "catalogue.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def copy_photos(grocery: Path) -> list[Path]:
    """Copy the first shop photo of each chosen product."""
    (DATA / "photos").mkdir(parents=True, exist_ok=True)
    with (grocery / "photos.tsv").open(encoding="utf-8") as file:
        rows = sorted(tuple(row) for row in csv.reader(file, delimiter="\t"))
    photos = []
    for product in PHOTO_PRODUCTS:
        name = next((path for path, owner in rows if owner == f"gro:{product}"), None)
        if name is None:
            raise SystemExit(f"no photo of {product}")
        target = DATA / "photos" / f"{product}.jpg"
        shutil.copy(grocery / name, target)
        photos.append(target)
    return photos


def write_enquiry() -> None:
    """Write a buyer's enquiry sheet: a title, a header in row 3, pictures in two rows' cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Enquiry"
    sheet["A1"] = "Weekly enquiry, fruit and dairy (demo)"
    for column, title in enumerate(
        ["No.", "Item", "Qty", "Unit", "Specification", "Picture"], start=1
    ):
        sheet.cell(row=3, column=column, value=title)
    rows = [
        ("orange juice without pulp", 400, "pcs", "ready to drink"),
        ("lactose-free milk", 300, "pcs", None),
        ("apples, see picture", 1200, "kg", "green"),
        ("oat drink", 200, "pcs", "long shelf life"),
        ("ginger, see picture", 80, "kg", None),
        ("vanilla yoghurt", 240, "pcs", "mild"),
    ]
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate((number, *row), start=1):
            sheet.cell(row=3 + number, column=column, value=value)
    for row_number, product in ((6, "Granny-Smith"), (8, "Ginger")):
        with Image.open(DATA / "photos" / f"{product}.jpg") as picture:
            small = io.BytesIO()
            picture.convert("RGB").resize((160, 160)).save(small, format="PNG")
        sheet.add_image(SheetImage(small), f"F{row_number}")
        sheet.row_dimensions[row_number].height = 122
    for letter, width in zip("ABCDEF", (6, 30, 8, 8, 22, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    book.save(DATA / "enquiry.xlsx")


def main() -> None:
    """Make everything below deepsearch/demo/data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("grocery", type=Path)
    grocery: Path = parser.parse_args().grocery
    write_catalogue(grocery, random.Random(2026))
    copy_photos(grocery)
    write_enquiry()
    print(f"wrote {DATA}")


if __name__ == "__main__":
    main()
