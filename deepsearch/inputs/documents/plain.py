"""Plain and Markdown texts."""

from __future__ import annotations

import re

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.documents.collect import Collector
from deepsearch.inputs.encodings import decode_text
from deepsearch.inputs.kinds import FileKind
from deepsearch.inputs.limits import InputLimits
from deepsearch.inputs.records import LoadedFile
from deepsearch.inputs.source import Source

__all__ = ["read_plain"]

_PIPE_ROW = re.compile(r"^\s*\|.*\|\s*$")
_EMPHASIS = re.compile(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_PIPE_RULE = re.compile(r"^\s*\|[\s:|-]+\|\s*$")


def read_plain(source: Source, kind: FileKind, *, limits: InputLimits) -> LoadedFile:
    """Read a text; pipe tables of Markdown become tables.

    Args:
        source: The file.
        kind: "txt" or "md".
        limits: Bounds.

    Returns:
        Its text in parts, and its tables.

    Raises:
        UnreadableFileError: If it is no text, or blank.
    """
    text, encoding = decode_text(source, source.read(limits.document.max_bytes))
    control = sum(char < " " and char not in "\t\n\r\f" for char in text[:65_536])
    if control > 0.02 * min(len(text), 65_536):
        raise UnreadableFileError(
            f"{source.name}: is neither a text nor of any known kind; expected a picture, video, "
            "spreadsheet, document, drawing or ZIP archive. Check that it is the right file."
        )
    found = Collector(source, kind.name, limits)
    found.facts["encoding"] = encoding
    lines: list[str] = []
    table: list[list[str | None]] = []
    for line in [*text.splitlines(), ""]:
        if found.full:
            break
        if kind.name == "md" and _PIPE_ROW.match(line):
            if not _PIPE_RULE.match(line):
                table.append([cell.strip() for cell in line.strip().strip("|").split("|")])
            continue
        if table:
            found.text("\n".join(lines), "")
            found.table(table, "")
            lines, table = [], []
        if kind.name == "md" and _FENCE.match(line):
            continue
        lines.append(_EMPHASIS.sub(r"\2", line) if kind.name == "md" else line)
        if sum(map(len, lines[-40:])) > 2_000 and not line.strip():
            found.text("\n".join(lines), "")
            lines = []
    found.text("\n".join(lines), "")
    return found.finish(empty="holds only blanks. Expected words.")
