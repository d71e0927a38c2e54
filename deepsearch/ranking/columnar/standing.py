"""Certificates by scope and expiry, samples, destinations, of every row."""

from __future__ import annotations

import numpy as np

from deepsearch.ranking.atoms import Ask, combine_arrays, flag_wanted, text_atoms
from deepsearch.ranking.column_kinds import TextRows
from deepsearch.ranking.columnar.common import any_entry, any_text, claim_flags, open_lists, unknown
from deepsearch.ranking.compare import StatusArray
from deepsearch.ranking.tables import FactTable
from deepsearch.ranking.vocabulary import canonical_certificate, is_system_certificate, normal_text
from deepsearch.schema import Requirement

__all__ = ["certificate", "destination", "sample"]


_EPOCH_ORDINAL = 719163  # date(1970, 1, 1).toordinal()


def certificate(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge certificates of every row."""
    atoms = text_atoms(requirement)
    if atoms is None:
        return unknown(table)
    claims = table.claim_column("certification")
    denials = table.claim_column("no_certification")
    valid = claims.expires >= ask.today.toordinal() - _EPOCH_ORDINAL
    of_company = claims.scope.map(lambda scope: scope in ("company", "system")) == 1
    statuses = []
    for name in atoms:
        wanted = canonical_certificate(name)

        def names(stated: str, w: str = wanted) -> int:
            return int(canonical_certificate(stated) == w)

        counts = (claims.text.map(names) == 1) & valid
        if not is_system_certificate(name):
            counts &= ~of_company  # of some product of theirs, not surely of this one
        status = unknown(table)
        status[denials.rows[denials.text.map(names) == 1]] = -1
        status[claims.rows[counts]] = 1
        statuses.append(status)
    return combine_arrays(requirement.op, statuses)


def sample(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge samples of every row."""
    del ask
    wanted = flag_wanted(requirement)
    if wanted is None:
        return unknown(table)
    if not wanted:
        return np.ones(len(table), dtype=np.int8)
    claims = table.claim_column("sample")
    status = any_entry(len(table), claims.rows, claim_flags(claims), claims.passing)
    offered = (
        ~np.isnan(table.numbers("sample.price"))
        | ~np.isnan(table.numbers("sample.days"))
        | (table.numbers("min_order_quantity.value") <= 1)
    )
    status[offered] = 1
    return status


def destination(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge destinations of every row."""
    del ask
    atoms = text_atoms(requirement)
    if atoms is None:
        return unknown(table)
    claims = table.claim_column("destination")
    sources = [TextRows(claims.rows, claims.text), table.lists("supplier.main_markets")]
    statuses = []
    for name in atoms:
        wanted = normal_text(name)

        def same(stated: str, w: str = wanted) -> int:
            return int(normal_text(stated) == w)

        status = any_text(table, sources, same)
        for column in ("supplier.country", "ship_from"):
            status = np.maximum(status, table.texts(column).map(same))
        statuses.append(open_lists(table, "destination", status, same))
    return combine_arrays(requirement.op, statuses)
