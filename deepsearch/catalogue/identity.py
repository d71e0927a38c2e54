"""Which listing a row is: its given id, or one derived from it, the same every time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pyarrow as pa

from deepsearch.catalogue.batches import Chunk, Failures
from deepsearch.catalogue.catalogue import Catalogue
from deepsearch.catalogue.values import normalise

__all__ = ["SourceIds", "clean_url", "default_source", "id_from_url", "supplier_id"]

_URL_IDS = (
    re.compile(r"[?&](?:id|item_?id|product_?id|offer_?id|sku|pid)=([\w-]{3,})", re.IGNORECASE),
    re.compile(r"[_/-](\d{6,})(?:\.html?)?/?(?:[?#]|$)"),
    re.compile(r"/(?:dp|gp/product)/([A-Z0-9]{10})(?:[/?#]|$)"),
)
# Parameters that say how a page was reached, not which page it is.
_TRACKING = re.compile(
    r"utm_\w+|pos|kwd|tags|spm|scm|gclid|fbclid|msclkid|ref|ref_|priceid|algo_\w+|pvid|"
    r"tracking_?id|click_?id|session_?id",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"([\s_.-]*(\(\d+\)|copy|export|raw|\d{4}[-_.]?\d{2}([-_.]?\d{2})?([-_T ]?\d{4,6})?))+$",
    re.IGNORECASE,
)
# A derived id that fails this often to tell rows apart names something else.
_DISTINCT = 0.95


def default_source(path: Path) -> str:
    """Name a source after its file, without what changes from export to export.

    Args:
        path: The source file.

    Returns:
        The file's stem, without a date, "(1)", "copy", "raw" or "export" at its end.
    """
    return _DATED.sub("", path.stem) or path.stem


@lru_cache(maxsize=65_536)
def supplier_id(name: str | None, url: str | None) -> str | None:
    """Derive a supplier's id: from its page's address, else from its name.

    Args:
        name: The company's name.
        url: Its page.

    Returns:
        The last telling part of the address, the host, or the name in lower case.
    """
    if url:
        parts = urlsplit(url if "//" in url else f"//{url}")
        steps = [
            step
            for step in parts.path.split("/")
            if step
            and "." not in step
            and step.lower() not in ("company", "about", "shop", "store")
        ]
        host = parts.netloc.lower().removeprefix("www.")
        if steps:
            return steps[-1].lower()
        if host:
            return host.split(".")[0] if host.count(".") >= 2 else host
    return normalise(name).lower() if name else None


def id_from_url(url: str) -> str | None:
    """Find a product's number in its page's address.

    Args:
        url: The address.

    Returns:
        The number or code, or None where there is none.
    """
    for pattern in _URL_IDS:
        match = pattern.search(url)
        if match:
            return match[1]
    return None


def clean_url(url: str) -> str:
    """Drop the parameters of an address that only track how it was reached.

    Args:
        url: The address.

    Returns:
        The address of the same page; as given if it cannot be taken apart.
    """
    if "?" not in url and "#" not in url:
        return url
    try:
        parts = urlsplit(url)
        query = [
            (key, value)
            for key, value in parse_qsl(parts.query, keep_blank_values=True)
            if not _TRACKING.fullmatch(key)
        ]
    except ValueError:
        return url
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


_CONTENT = (
    "title",
    "model",
    "brand",
    "supplier.id",
    "supplier.name",
    "description",
    "category",
)


def _list(columns: dict[str, Sequence[Any]], name: str, n: int) -> list[Any]:
    """Give a column as a list, whichever form the reader made it in."""
    column = columns.get(name)
    if column is None:
        return [None] * n
    return column.to_pylist() if isinstance(column, pa.Array) else list(column)


def _content_id(columns: dict[str, Sequence[Any]], i: int) -> str:
    parts = [str(columns[name][i]) if name in columns else "" for name in _CONTENT]
    return "h" + hashlib.blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()


class SourceIds:
    """Gives every row of one source its id and source, and lets each id in once."""

    def __init__(self, catalogue: Catalogue, source: str, *, prefix: str = "") -> None:
        """Start on a source.

        Args:
            catalogue: Ids of other sources in it are not taken over.
            source: Name of the source, for rows that do not say theirs.
            prefix: Put before every id.
        """
        self.source = source
        self.prefix = prefix
        self._first_line: dict[str, int] = {}
        self._derived: dict[str, int] = {}
        self._trust_urls: bool | None = None
        self._rows = catalogue._row_of_id if len(catalogue) else {}
        self._sources: list[str | None] = []
        if len(catalogue):
            self._sources = catalogue._read(("source",))["source"].to_pylist()

    def complete(self, chunk: Chunk) -> None:
        """Fill in the ids and sources a chunk lacks.

        Args:
            chunk: Changed in place.
        """
        n = len(chunk.lines)
        columns = chunk.columns
        columns["source"] = [name or self.source for name in _list(columns, "source", n)]
        ids = _list(columns, "id", n)
        if None in ids:
            self._derive(columns, ids)
        if self.prefix:
            ids = [None if own is None else f"{self.prefix}{own}" for own in ids]
        columns["id"] = ids

    def _derive(self, columns: dict[str, Sequence[Any]], ids: list[str | None]) -> None:
        missing = [i for i, own in enumerate(ids) if own is None]
        n = len(ids)
        for name in ("url", "title", "identifiers", *_CONTENT):
            if name in columns:
                columns[name] = _list(columns, name, n)
        urls = columns.get("url", ())
        from_urls = {i: id_from_url(urls[i]) for i in missing if urls[i]} if urls else {}
        if self._trust_urls is None:
            found = [own for own in from_urls.values() if own]
            self._trust_urls = len(set(found)) >= _DISTINCT * len(found)
        for i in missing:
            own = from_urls.get(i) if self._trust_urls else None
            kind = "the product page's address"
            if own is None:
                own, kind = self._from_codes(columns, i), "an article code"
            if own is None:
                if "title" not in columns or columns["title"][i] is None:
                    continue  # rejected for its missing title, not for its id
                own, kind = _content_id(columns, i), "its content"
            ids[i] = own
            self._derived[kind] = self._derived.get(kind, 0) + 1

    @staticmethod
    def _from_codes(columns: dict[str, Sequence[Any]], i: int) -> str | None:
        codes = columns.get("identifiers")
        known = dict(codes[i]) if codes is not None and codes[i] else {}
        return next((known[name] for name in ("sku", "mpn", "gtin") if name in known), None)

    def unique(
        self, table: pa.Table, lines: Sequence[int], chunk: Chunk, failures: Failures
    ) -> pa.Table:
        """Drop the rows whose id came before, or belongs to another source.

        Args:
            table: Checked rows.
            lines: Where they stand.
            chunk: The chunk they came from.
            failures: Takes what is dropped.

        Returns:
            The rows that stay.
        """
        keep: list[int] = []
        sources = table["source"].to_pylist()
        for i, own in enumerate(table["id"].to_pylist()):
            first = self._first_line.setdefault(own, lines[i])
            row = self._rows.get(own)
            if first != lines[i]:
                reason = f"id {own!r} stands on line {first} already"
            elif row is not None and self._sources[row] != sources[i]:
                reason = (
                    f"id {own!r} belongs to source {self._sources[row]!r}; if this is the same "
                    f"source, name it so, else give this one an id prefix in its mapping"
                )
            else:
                keep.append(i)
                continue
            failures.add(lines[i], reason, chunk.originals(_index(chunk.lines, lines[i])))
        return table if len(keep) == len(table) else table.take(pa.array(keep, pa.int64()))

    def notes(self) -> list[str]:
        """Say where ids were derived.

        Returns:
            One sentence a kind.
        """
        return [
            f"{count:,} rows have no id; theirs comes from {kind}."
            for kind, count in self._derived.items()
        ]


def _index(lines: Sequence[int], line: int) -> int:
    return lines.index(line)
