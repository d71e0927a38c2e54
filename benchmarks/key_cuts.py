"""Of keys and values on one line, how many keys begin where they are cut?

Method: real requests in which three or more lines "Key: value" stand below each other, joined into
one line by blanks, as many pages join them. The lines tell where each key behind the first begins;
`sure` are cuts that stand so far above the second best that free values are believed on them.

Threats: requests that rules were written with are among them; a line's own colon counts, so that
values with a colon are left out.

    python -m benchmarks.key_cuts
"""

from __future__ import annotations

import argparse
import csv
import html
import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.common import data_hash, print_table, shared_data, write_results
from deepsearch.understanding.keyvalue import find_pairs
from deepsearch.understanding.language import detect
from deepsearch.understanding.scan import scan
from deepsearch.understanding.text import tokenise

_LINE = re.compile(r"^\s*([^\W\d_][^:\n]{1,40}?)\s*:\s*(\S[^:\n]*?)\s*$")
_LEAST = 3


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    path = shared_data() / "rfq" / "rfq_dev.csv"
    row = {"sheets": 0, "keys": 0, "right": 0, "sure": 0, "sure and right": 0}
    with path.open(encoding="utf-8", newline="") as file:
        for record in csv.DictReader(file):
            for lines in _sheets(html.unescape(record["detail"])):
                row["sheets"] += 1
                for name, count in _counted(lines).items():
                    row[name] += count
    print_table([row], title="keys on one line")
    write_results(
        "key_cuts",
        tables={"main": [row]},
        parameters={"lines at the least": _LEAST},
        seed=0,
        data={"rfq_dev": data_hash(path)},
        out=options.out,
    )


def _sheets(text: str) -> Iterator[list[tuple[str, str]]]:
    """Yield runs of lines that are a key and a value."""
    run: list[tuple[str, str]] = []
    for line in [*text.split("\n"), ""]:
        match = _LINE.match(line)
        if match is not None and not line.rstrip().endswith("..."):
            run.append((match[1], match[2]))
            continue
        if len(run) >= _LEAST:
            yield run
        run = []


def _counted(lines: list[tuple[str, str]]) -> dict[str, int]:
    text, begins = "", []
    for key, value in lines:
        text += " " if text else ""
        begins.append(len(text))
        text += f"{key}:{value}"
    tokens = tokenise(text)
    pairs = {tokens.starts[p.colon]: p for p in find_pairs(scan(tokens, *detect(text, tokens)))}
    found = [(begin, pairs.get(text.index(":", begin))) for begin in begins[1:]]
    cuts = [(p.sure, tokens.starts[p.first] == begin) for begin, p in found if p is not None]
    return {
        "keys": len(found),
        "right": sum(right for _, right in cuts),
        "sure": sum(sure for sure, _ in cuts),
        "sure and right": sum(sure and right for sure, right in cuts),
    }


if __name__ == "__main__":
    main()
