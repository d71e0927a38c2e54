"""What names a source, a supplier and a product, derived from names and addresses."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from deepsearch.catalogue.values import normalise

__all__ = ["clean_url", "default_source", "id_from_url", "supplier_id"]

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
