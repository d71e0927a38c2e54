"""The words of `vocabulary.toml`, loaded once."""

from __future__ import annotations

import importlib.resources
import tomllib
from collections.abc import Mapping
from typing import Final

__all__ = ["VOCABULARY"]


def _load() -> Mapping[str, Mapping[str, list[str]]]:
    file = importlib.resources.files("deepsearch.inputs.tables") / "vocabulary.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


VOCABULARY: Final = _load()
