"""Which of a workbook's tables list items: not its cover, its revisions or its summary."""

from __future__ import annotations

from collections.abc import Sequence

from deepsearch.inputs.records import ColumnRole, Table
from deepsearch.inputs.tables.columns import normalise, parse_number
from deepsearch.inputs.tables.vocabulary import VOCABULARY

__all__ = ["choose_tables"]

R = ColumnRole

_REVISIONS = frozenset(map(normalise, VOCABULARY["tables"]["revisions"]))
_CONTACTS = frozenset(map(normalise, VOCABULARY["tables"]["contacts"]))
_SUMMARY_ROLES = frozenset({R.NUMBER, R.DESCRIPTION, R.PRICE, R.REMARK})
_MAX_LIST_CHARS = 80


def choose_tables(tables: Sequence[Table]) -> tuple[list[Table], list[str]]:
    """Leave out tables that a person would not take for a list of items.

    Args:
        tables: All tables of a workbook.

    Returns:
        Those that list items, and a note for each that was left out.
    """
    counted = any(row.quantity is not None for table in tables for row in table.rows)
    sure = any(_is_sure(table) for table in tables)
    kept: list[Table] = []
    notes: list[str] = []
    for table in tables:
        reason = _reason_against(table, counted=counted, sure=sure)
        if reason is None:
            kept.append(table)
        else:
            rows = [row.row_number for row in table.rows]
            notes.append(f"{table.name}: rows {rows[0]}-{rows[-1]} {reason} and were left out.")
    return kept, notes


def _roles(table: Table) -> set[ColumnRole]:
    return {column.role for column in table.columns}


def _is_sure(table: Table) -> bool:
    """Whether it has a header, or units and position numbers that speak for themselves."""
    roles = _roles(table)
    return table.header_row is not None or R.UNIT in roles or {R.NUMBER, R.QUANTITY} <= roles


def _reason_against(table: Table, *, counted: bool, sure: bool) -> str | None:
    roles = _roles(table)
    names = {normalise(column.name) for column in table.columns}
    if names & _REVISIONS and R.DATE in roles and R.QUANTITY not in roles:
        return "tell a document's revisions"
    if names & _CONTACTS and R.QUANTITY not in roles:
        return "name people to contact"
    if counted and R.PRICE in roles and roles <= _SUMMARY_ROLES:
        return "sum up prices"
    if not _is_sure(table) and (sure or not _may_be_items(table)):
        return "stand without a header"
    return None


def _may_be_items(table: Table) -> bool:
    """Whether lines without a header are a list of things rather than of particulars."""
    if len(table.columns) == 1:
        return all(len(row.description or "") <= _MAX_LIST_CHARS for row in table.rows)
    numeric = sum(
        any(
            isinstance(value, float) or (value is not None and parse_number(value) is not None)
            for value in row.values
        )
        for row in table.rows
    )
    return numeric >= 0.6 * len(table.rows)
