"""docs/ranking.md: its code runs, its tables are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

from deepsearch.ranking import DIMENSIONS, PROFILES, RankingConfig, RerankConfig
from deepsearch.ranking.atoms import CERTAIN, TRANSPORT_DAYS
from deepsearch.ranking.dimensions.base import AGE_HALF_LIFE_YEARS, GRADE_TRUST

DOC = (Path(__file__).parents[2] / "docs" / "ranking.md").read_text(encoding="utf-8")


def test_its_code_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", DOC, re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "docs/ranking.md", "exec"), {})


def test_its_dimensions_are_those_of_the_code() -> None:
    for dimension in DIMENSIONS.values():
        row = f"| `{dimension.name}` | {dimension.group} | {dimension.formula} |"
        assert f"{row} {dimension.prior:g} |" in DOC
    assert len(re.findall(r"^\| `\w+` \| \w+ \| .* \| [\d.]+ \|$", DOC, re.MULTILINE)) == len(
        DIMENSIONS
    )


def test_its_numbers_are_those_of_the_code() -> None:
    config = RankingConfig()
    assert (config.hard, config.wish, config.implied, config.most) == (0.2, 0.08, 0.02, 0.6)
    assert (CERTAIN, TRANSPORT_DAYS, AGE_HALF_LIFE_YEARS) == (0.7, 45, 6)
    assert list(GRADE_TRUST.values()) == [0.6, 0.85, 0.95, 1.0]
    assert PROFILES["balanced"].strength == 0.15
    assert {p.strength for p in PROFILES.values() if p.name != "balanced"} == {0.4}
    assert all(f"`{name}`" in DOC for name in PROFILES)
    assert f"depth={RerankConfig().depth}, budget_ms={RerankConfig().budget_ms:g}" in DOC
