"""PDF pages in columns, whose words the file has line by line across them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from deepsearch.inputs import read_file

PUMP = (
    "The pump shall deliver at",
    "least 12 cubic metres an",
    "hour at a head of 30 m.",
    "The casing shall be made",
    "of steel and withstand a",
    "pressure of 10 bar.",
)
TERMS = (
    "Delivery is due within",
    "six weeks of the order.",
    "The price shall include",
    "packing and freight to",
    "Hamburg. Warranty is 24",
    "months from delivery.",
)
OFFERS = (
    "Offers are to be sent by",
    "the end of March to the",
    "office of the buyer, and",
    "hold for three months at",
    "least. Drawings shall be",
    "enclosed as PDF.",
)
Placed = tuple[float, float, float, str]
"""From the left and from the top in points, size, words."""


def page(texts: Iterable[Placed]) -> bytes:
    """One A4 page, its words in the order given."""
    figure = Figure(figsize=(595 / 72, 842 / 72))
    for left, top, size, words in texts:
        figure.text(left / 595, 1 - top / 842, words, size=size, va="top")
    buffer = BytesIO()
    with rc_context({"pdf.fonttype": 42}), PdfPages(buffer) as pdf:
        pdf.savefig(figure)
    return buffer.getvalue()


def across(columns: Sequence[Sequence[str]], *, top: float, width: float) -> list[Placed]:
    """The first lines of all columns, then the second ones ..."""
    longest = max(map(len, columns))
    return [
        (40 + width * number, top + 14 * line, 10, column[line])
        for line in range(longest)
        for number, column in enumerate(columns)
        if line < len(column)
    ]


def read(texts: Iterable[Placed]) -> list[str]:
    (part,) = read_file(page(texts), name="tender.pdf").parts
    return (part.text or "").splitlines()


@pytest.mark.parametrize(
    ("columns", "width"),
    [((PUMP, TERMS), 260.0), ((PUMP, TERMS, OFFERS), 170.0), ((PUMP, TERMS[:5]), 260.0)],
    ids=["two", "three", "of different lengths"],
)
def test_columns_are_read_one_after_the_other(
    columns: Sequence[Sequence[str]], width: float
) -> None:
    texts = [
        (40.0, 40.0, 16.0, "Tender for twelve pumps, as it was announced"),
        (40.0, 70.0, 10.0, "All that follows is binding for whoever makes an offer, in full."),
        *across(columns, top=110, width=width),
        (40.0, 800.0, 10.0, "Page 1"),
    ]
    lines = read(texts)
    assert lines[0] == "# Tender for twelve pumps, as it was announced"
    assert lines[2:-1] == [line for column in columns for line in column]
    assert lines[-1] == "Page 1"


def test_two_parts_of_a_page_keep_their_order() -> None:
    texts = [
        *across((PUMP, TERMS), top=40, width=260),
        (40.0, 300.0, 10.0, "What follows holds for whoever has been chosen in the first round."),
        *across((OFFERS, PUMP), top=340, width=260),
    ]
    between = "What follows holds for whoever has been chosen in the first round."
    assert read(texts) == [*PUMP, *TERMS, between, *OFFERS, *PUMP]


def test_keys_and_values_are_read_across() -> None:
    keys = ("Material", "Working pressure", "Motor", "Finish", "Warranty")
    values = ("stainless steel 316L, cast", "10 bar at the least", "IP55, for 400 V and 50 Hz",
              "painted blue, RAL 5010", "24 months from delivery")  # fmt: skip
    lines = read(across((keys, values), top=40, width=260))
    assert lines == [f"{key} {value}" for key, value in zip(keys, values, strict=True)]


def test_short_cells_side_by_side_are_read_across() -> None:
    names = ("Gear pump", "Ball valve", "Steel pipe", "Flat gasket", "Hex bolt")
    counts = ("12 pieces", "40 pieces", "300 m", "80 pieces", "500 pieces")
    lines = read(across((names, counts), top=40, width=260))
    assert lines == [f"{name} {count}" for name, count in zip(names, counts, strict=True)]
