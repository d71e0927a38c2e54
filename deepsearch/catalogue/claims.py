"""The claims of all listings as one flat table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.columns import CLAIM_TYPE

__all__ = ["CLAIMS_SCHEMA", "certifications", "explode"]

CLAIMS_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("subject", pa.string()),
        *(CLAIM_TYPE.field(i) for i in range(CLAIM_TYPE.num_fields)),
    ]
)


def explode(table: pa.Table) -> pa.Table:
    """Turn the claim lists of listings into one row a claim.

    Args:
        table: Columns "claims" and "supplier_claims", in row order.

    Returns:
        A table of `CLAIMS_SCHEMA`, by row; a listing's own claims before its supplier's.
    """
    pieces = []
    for column, subject in (("claims", "listing"), ("supplier_claims", "supplier")):
        lists = table[column].combine_chunks()
        values = pc.list_flatten(lists)
        fields: list[Any] = [
            pc.list_parent_indices(lists).cast(pa.int64()),
            pa.repeat(pa.scalar(subject), len(values)),
            *values.flatten(),
        ]
        pieces.append(pa.Table.from_arrays(fields, schema=CLAIMS_SCHEMA))
    both = pa.concat_tables(pieces)
    order = np.argsort(both["row"].to_numpy(), kind="stable")
    return both.take(pa.array(order)).combine_chunks()


def certifications(claims: pa.Table, n: int) -> pa.Array:
    """List each listing's certification names.

    Args:
        claims: A table of `CLAIMS_SCHEMA`.
        n: Listings.

    Returns:
        list<string> of length n; null where none is claimed; each name once.
    """
    named = claims.filter(
        pc.and_(pc.equal(claims["dimension"], "certification"), pc.is_valid(claims["text"]))
    )
    names: list[list[str] | None] = [None] * n
    if not len(named):
        return pa.array(names, pa.list_(pa.string()))
    for row, text in zip(named["row"].to_pylist(), named["text"].to_pylist(), strict=True):
        known = names[row]
        if known is None:
            names[row] = [text]
        elif text not in known:
            known.append(text)
    return pa.array(names, pa.list_(pa.string()))
