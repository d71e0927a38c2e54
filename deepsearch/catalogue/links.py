"""Links between sources as the catalogue keeps them: suggested, accepted, rejected, undone.

A link is a row beside the listings; nothing is merged. Every change is a version of the
catalogue, so that it can be taken back one by one (`undo`) or with everything (`rollback`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pyarrow as pa

from deepsearch.catalogue.linking import Link
from deepsearch.catalogue.manifest import TableRef
from deepsearch.catalogue.tables import create_table, open_table, overwrite
from deepsearch.errors import InvalidInputError

__all__ = [
    "LINKS_SCHEMA",
    "LinkStatus",
    "StoredLink",
    "decided",
    "groups",
    "read_links",
    "with_suggestions",
    "write_links",
]

LinkStatus: TypeAlias = Literal["suggested", "accepted", "rejected"]
_STATUSES = ("suggested", "accepted", "rejected")
_Key: TypeAlias = tuple[str, tuple[str, str], tuple[str, str]]

LINKS_SCHEMA = pa.schema(
    [
        pa.field("kind", pa.string()),
        pa.field("left_source", pa.string()),
        pa.field("left_id", pa.string()),
        pa.field("right_source", pa.string()),
        pa.field("right_id", pa.string()),
        pa.field("score", pa.float64()),
        pa.field("reasons", pa.list_(pa.string())),
        pa.field("status", pa.string()),
        pa.field("decided", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLink:
    """A link and what was decided of it.

    Attributes:
        link: Which records, how surely, and why.
        status: "suggested" until somebody decides.
        decided: UTC time of the decision, ISO 8601; None while it is a suggestion.
    """

    link: Link
    status: LinkStatus = "suggested"
    decided: str | None = None


def _key(link: Link) -> _Key:
    return (link.kind, link.left, link.right)


def _row(stored: StoredLink) -> dict[str, Any]:
    link = stored.link
    return {
        "kind": link.kind,
        "left_source": link.left[0],
        "left_id": link.left[1],
        "right_source": link.right[0],
        "right_id": link.right[1],
        "score": link.score,
        "reasons": list(link.reasons),
        "status": stored.status,
        "decided": stored.decided,
    }


def _stored(row: Mapping[str, Any]) -> StoredLink:
    link = Link(
        kind=row["kind"],
        left=(row["left_source"], row["left_id"]),
        right=(row["right_source"], row["right_id"]),
        score=row["score"],
        reasons=tuple(row["reasons"] or ()),
    )
    return StoredLink(link=link, status=row["status"], decided=row["decided"])


def read_links(path: Path, ref: TableRef | None) -> list[StoredLink]:
    """Read the links of a version.

    Args:
        path: The catalogue folder.
        ref: The links table; None where there is none yet.

    Returns:
        The links, best first.
    """
    if ref is None:
        return []
    return [_stored(row) for row in open_table(path, ref).to_table().to_pylist()]


def write_links(path: Path, ref: TableRef | None, links: Sequence[StoredLink]) -> TableRef:
    """Write the links of the next version.

    Args:
        path: The catalogue folder.
        ref: The links table as it is; None where there is none yet.
        links: All of them.

    Returns:
        The table's new reference.
    """
    if ref is None:
        ref = create_table(path, "links.lance", LINKS_SCHEMA)
    rows = sorted(map(_row, links), key=lambda row: (-row["score"], *list(row.values())[:5]))
    return overwrite(path, ref, pa.Table.from_pylist(rows, schema=LINKS_SCHEMA))


def with_suggestions(known: Sequence[StoredLink], found: Iterable[Link]) -> list[StoredLink]:
    """Take new suggestions in; what was decided stays decided.

    Args:
        known: The links there are.
        found: Suggestions of now; a suggestion that is not among them is dropped.

    Returns:
        The links after it.
    """
    decisions = {_key(item.link): item for item in known if item.status != "suggested"}
    fresh = {_key(link): StoredLink(link=link) for link in found}
    return list({**fresh, **decisions}.values())


def decided(
    known: Sequence[StoredLink], links: Iterable[Link], status: LinkStatus, now: str
) -> list[StoredLink]:
    """Decide on links.

    Args:
        known: The links there are.
        links: Those decided on.
        status: "accepted" or "rejected"; "suggested" takes a decision back.
        now: Time of the decision.

    Returns:
        The links after it.

    Raises:
        InvalidInputError: If a link is not among them, or the status is none.
    """
    if status not in _STATUSES:
        raise InvalidInputError(f"status is {status!r}; {', '.join(_STATUSES)} are expected.")
    chosen = {_key(link): link for link in links}
    unknown = chosen.keys() - {_key(item.link) for item in known}
    if unknown:
        kind, left, right = sorted(unknown)[0]
        raise InvalidInputError(
            f"There is no link of the {kind}s {left} and {right}. `Catalogue.links` lists those "
            f"there are; `Catalogue.update_links` looks for more."
        )
    when = None if status == "suggested" else now
    return [
        StoredLink(link=item.link, status=status, decided=when)
        if _key(item.link) in chosen
        else item
        for item in known
    ]


def groups(
    links: Iterable[StoredLink], kind: Literal["supplier", "listing"]
) -> list[frozenset[tuple[str, str]]]:
    """Join what accepted links hold together.

    Args:
        links: Links of any status.
        kind: Suppliers or listings.

    Returns:
        Sets of (source, id) of one thing, each of two or more, in order of their ids.
    """
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(item: tuple[str, str]) -> tuple[str, str]:
        while parent.setdefault(item, item) != item:
            item = parent[item]
        return item

    for stored in links:
        if stored.status == "accepted" and stored.link.kind == kind:
            low, high = sorted((root(stored.link.left), root(stored.link.right)))
            parent[high] = low
    members: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for item in list(parent):
        members.setdefault(root(item), set()).add(item)
    return [frozenset(members[first]) for first in sorted(members)]
