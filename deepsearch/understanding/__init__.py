"""From a buyer's words to requirements, in several languages, deterministic and offline.

    >>> from deepsearch.understanding import parse
    >>> parsed = parse("500 mountain bikes under 12 kg, CE")
    >>> parsed.product
    'mountain bikes'

A language model may be put in the parser's place (`LlmParser`); it is an option, never a need.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deepsearch.understanding.answers import answer as answer
    from deepsearch.understanding.claims import extract_claims as extract_claims
    from deepsearch.understanding.clauses import parse_document as parse_document
    from deepsearch.understanding.edit import change as change
    from deepsearch.understanding.edit import harden as harden
    from deepsearch.understanding.edit import merge as merge
    from deepsearch.understanding.edit import remove as remove
    from deepsearch.understanding.edit import soften as soften
    from deepsearch.understanding.edit import without_rule as without_rule
    from deepsearch.understanding.implications import Rule as Rule
    from deepsearch.understanding.implications import imply as imply
    from deepsearch.understanding.implications import rules as rules
    from deepsearch.understanding.llm import LlmConfig as LlmConfig
    from deepsearch.understanding.llm import LlmParser as LlmParser
    from deepsearch.understanding.parser import RuleParser as RuleParser
    from deepsearch.understanding.parser import parse as parse
    from deepsearch.understanding.questions import open_questions as open_questions
    from deepsearch.understanding.rows import Cell as Cell
    from deepsearch.understanding.rows import parse_row as parse_row
    from deepsearch.understanding.serial import describe as describe
    from deepsearch.understanding.serial import from_json as from_json
    from deepsearch.understanding.serial import to_html as to_html
    from deepsearch.understanding.serial import to_json as to_json

__all__ = [
    "Cell",
    "LlmConfig",
    "LlmParser",
    "Rule",
    "RuleParser",
    "answer",
    "change",
    "describe",
    "extract_claims",
    "from_json",
    "harden",
    "imply",
    "merge",
    "open_questions",
    "parse",
    "parse_document",
    "parse_row",
    "remove",
    "rules",
    "soften",
    "to_html",
    "to_json",
    "without_rule",
]

_HOME = {
    "Cell": "rows",
    "LlmConfig": "llm",
    "LlmParser": "llm",
    "Rule": "implications",
    "RuleParser": "parser",
    "answer": "answers",
    "change": "edit",
    "describe": "serial",
    "extract_claims": "claims",
    "from_json": "serial",
    "harden": "edit",
    "imply": "implications",
    "merge": "edit",
    "open_questions": "questions",
    "parse": "parser",
    "parse_document": "clauses",
    "parse_row": "rows",
    "remove": "edit",
    "rules": "implications",
    "soften": "edit",
    "to_html": "serial",
    "to_json": "serial",
    "without_rule": "edit",
}


def __getattr__(name: str) -> Any:
    """Import a public name where it is first used."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
