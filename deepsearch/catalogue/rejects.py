"""The rows that did not go in, kept with their reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from deepsearch.catalogue.manifest import TableRef
from deepsearch.catalogue.report import Reject
from deepsearch.catalogue.tables import append, create_table, delete_where

__all__ = ["REJECTS_SCHEMA", "write_rejects"]

REJECTS_SCHEMA = pa.schema(
    [
        pa.field("source", pa.string()),
        pa.field("line", pa.int64()),
        pa.field("reason", pa.string()),
        pa.field("original", pa.string()),
    ]
)


def write_rejects(
    path: Path, ref: TableRef | None, source: str, rejects: Sequence[Reject]
) -> Mapping[str, TableRef]:
    """Replace a source's rejects by those of its newest ingest.

    Args:
        path: The catalogue folder.
        ref: The rejects table, or None where there is none yet.
        source: Name of the source.
        rejects: What did not go in this time.

    Returns:
        The table's reference under its name; empty if there is nothing to keep.
    """
    if ref is None:
        if not rejects:
            return {}
        ref = create_table(path, "rejects.lance", REJECTS_SCHEMA)
    elif ref.rows:
        quoted = source.replace("'", "''")
        ref = delete_where(path, ref, f"source = '{quoted}'")
    if rejects:
        batch = pa.record_batch(
            {
                "source": [source] * len(rejects),
                "line": [reject.line for reject in rejects],
                "reason": [reject.reason for reject in rejects],
                "original": [reject.original for reject in rejects],
            },
            schema=REJECTS_SCHEMA,
        )
        ref = append(path, ref, REJECTS_SCHEMA, [batch])
    return {"rejects": ref}
