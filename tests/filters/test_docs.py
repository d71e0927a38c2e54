"""What docs/filters.md says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest

from deepsearch.errors import FilterError
from deepsearch.filters import FilterEngine, parse_filter

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "filters.md").read_text(encoding="utf-8")
CLAIMED = [
    ("suplier.years > 3", 0),
    ("supplier.years contains 4", 1),
    ("price <= 5", 2),
    ("price <= 5 USD & x", 3),
]


def test_its_python_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert blocks
    for block in blocks:
        exec(block, {})


def test_every_example_of_its_table_parses() -> None:
    table = PAGE.split("## What can be said")[1].split("\n\n`not` binds")[0]
    cells = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    texts = [
        text for cell in cells for text in re.findall(r"`([^`]+)`", cell) if re.search(r"\w ", text)
    ]
    parsed = [text for text in texts if not text.startswith(("not in", "is unknown"))]
    assert len(parsed) >= 8
    for text in parsed:
        assert parse_filter(str(parse_filter(text))) == parse_filter(text)


@pytest.mark.parametrize(("text", "line"), CLAIMED)
def test_its_errors_are_the_real_ones(text: str, line: int) -> None:
    shown = PAGE.split("```text\n")[1].split("```")[0].splitlines()[line]
    engine = FilterEngine(
        pa.table(
            {
                "supplier.years": [1.0, 2.0],
                "price.min": [1.0, 2.0],
                "price.currency": ["USD", "INR"],
            }
        )
    )
    with pytest.raises(FilterError) as caught:
        engine.mask(parse_filter(text))
    assert str(caught.value) == shown
