"""Numbers, texts, yes and no, and what can be customised, of every row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial, reduce

import numpy as np

from deepsearch.ranking.atoms import (
    Ask,
    NumberAtom,
    combine_arrays,
    flag_wanted,
    is_negated,
    number_atoms,
    text_atoms,
)
from deepsearch.ranking.column_kinds import ClaimColumn, TextRows
from deepsearch.ranking.columnar.common import (
    any_entry,
    any_text,
    asked_at,
    claim_flags,
    open_lists,
    own_unit_factors,
    unknown,
)
from deepsearch.ranking.compare import Array, StatusArray, in_passing_array, relation_array
from deepsearch.ranking.fields import (
    CANONICAL_UNITS,
    CUSTOMISABLE,
    FACTS,
    LISTS,
    NAMES,
    OPEN_LISTS,
    PLACE_FIELDS,
    STATED_BY,
    Fact,
    sense_of,
    tolerance_of,
)
from deepsearch.ranking.tables import FactTable
from deepsearch.ranking.vocabulary import flag_of_text, normal_text, text_relation
from deepsearch.schema import BoolArray, IntArray, Operator, Requirement

__all__ = ["capability", "flag", "number", "place", "text"]


def number(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge a number of every row."""
    del ask
    fact = FACTS.get(requirement.field)
    atoms = number_atoms(requirement, better=0 if fact is None else fact.better)
    if atoms is None:
        return unknown(table)
    sense, tolerance = sense_of(requirement.field), tolerance_of(requirement.field)
    claims = table.claim_column(requirement.field)
    low, high = _comparable_claims(claims, requirement)
    binding = not is_negated(requirement.op)
    statuses = []
    for atom in atoms:
        compared = relation_array(atom.op, atom.wanted, low, high, sense=sense, tolerance=tolerance)
        compared = in_passing_array(compared, claims.passing, binding=binding)
        known = ~np.isnan(low)
        status = any_entry(len(table), claims.rows[known], compared[known], claims.passing[known])
        if fact is not None:
            by_fact = _by_fact(table, fact, requirement, atom)
            said = len(claims.rows) > 0
            status = np.where(_known(table, fact), by_fact, status) if said else by_fact
        statuses.append(status)
    combined = combine_arrays(requirement.op, statuses)
    return _if_customisable(table, requirement, combined)


def _comparable_claims(claims: ClaimColumn, requirement: Requirement) -> tuple[Array, Array]:
    """Claim intervals in the requirement's unit; NaN where units differ."""
    wanted = requirement.unit or CANONICAL_UNITS.get(requirement.field)
    if wanted is None:
        same = claims.unit.codes < 0
    else:
        same = claims.unit.map(lambda unit: unit == wanted) == 1
    return np.where(same, claims.number, np.nan), np.where(same, claims.high, np.nan)


def _value(table: FactTable, fact: Fact) -> Array:
    """The first of a fact's columns that knows; the column itself where there is but one."""
    columns = [table.numbers(name) for name in fact.columns if table.is_numeric(name)]
    if not columns:
        return table.numbers("")

    def first_known() -> Array:
        value = columns[0]
        for other in columns[1:]:
            value = np.where(np.isnan(value), other, value)
        return value

    return columns[0] if len(columns) == 1 else table.kept(("value", fact.columns[0]), first_known)


def _known(table: FactTable, fact: Fact) -> BoolArray:
    return table.kept(("known", fact.columns[0]), lambda: ~np.isnan(_value(table, fact)))


def _by_fact(
    table: FactTable, fact: Fact, requirement: Requirement, atom: NumberAtom
) -> StatusArray:
    value, conversion = _value(table, fact), None
    if fact.unit_column is not None:
        conversion = own_unit_factors(table, fact.unit_column, requirement.unit)
        value = conversion.apply(value)
    elif requirement.unit not in (None, fact.unit):
        return unknown(table)
    field = requirement.field
    status = relation_array(
        atom.op, atom.wanted, value, value, sense=sense_of(field), tolerance=tolerance_of(field)
    )
    return status if conversion is None else conversion.judge(status)


def text(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge a text of every row."""
    del ask
    atoms = text_atoms(requirement)
    if atoms is None:
        return unknown(table)
    statuses = [_named(table, requirement.field, wanted, requirement.op) for wanted in atoms]
    combined = combine_arrays(requirement.op, statuses)
    return _if_customisable(table, requirement, combined)


def _named(table: FactTable, field: str, wanted: str, op: Operator) -> StatusArray:
    """Judge whether what each row states of a field names what is wanted."""
    binding = field not in NAMES and not is_negated(op)
    rule = partial(text_relation, field, wanted)
    sources = [source for source in _text_sources(table, field) if len(source.rows)]
    fact = FACTS.get(field)
    column = (
        table.texts(fact.columns[0])
        if fact is not None and table.is_text(fact.columns[0])
        else None
    )
    if column is not None and not sources:
        status = column.map(rule)
    else:
        status = any_text(table, sources, rule, binding=binding)
        if column is not None:
            np.copyto(status, column.map(rule), where=column.codes >= 0)
    return open_lists(table, field, status, rule) if field in OPEN_LISTS else status


def place(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge the town or region of every row's supplier."""
    atoms = text_atoms(requirement)
    if atoms is None:
        return unknown(table)
    return combine_arrays(requirement.op, [_located(table, wanted, ask) for wanted in atoms])


def _located(table: FactTable, wanted: str, ask: Ask) -> StatusArray:
    status = reduce(
        np.maximum, (_named(table, field, wanted, Operator.EQ) for field in PLACE_FIELDS)
    )
    country = ask.countries.get(wanted)
    if country is not None:
        elsewhere = _named(table, "supplier_country", country, Operator.EQ) < 0
        status[elsewhere & (status == 0)] = -1
    return status


def _text_sources(table: FactTable, field: str) -> list[TextRows]:
    claims = table.claim_column(field)
    sources = [TextRows(claims.rows, claims.text, claims.passing)]
    if field in LISTS:
        sources.append(table.lists(LISTS[field][0]))
    elif field == "hs_code":
        sources.append(table.identifiers("hs"))
    elif field not in FACTS:
        sources.append(table.attribute_texts(field))
    return sources


def _if_customisable(
    table: FactTable, requirement: Requirement, status: StatusArray
) -> StatusArray:
    """A maker of custom designs is not ruled out by his standard size or colour."""
    if requirement.field not in CUSTOMISABLE:
        return status

    def makers() -> BoolArray:
        claims = table.claim_column("custom_design")
        custom = np.zeros(len(table), dtype=np.bool_)
        custom[claims.rows[claims.flag == 1]] = True
        return custom

    custom = table.kept(("makers", "custom_design"), makers)
    return np.asarray(np.where(custom, np.maximum(status, 0), status), dtype=np.int8)


def flag(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge a yes or no of every row."""
    del ask
    wanted = flag_wanted(requirement)
    if wanted is None:
        return unknown(table)
    sign = np.int8(1 if wanted else -1)
    entries = list(_flag_entries(table, requirement.field))
    rows = np.concatenate([rows for rows, _, _ in entries])
    flags = np.concatenate([flags for _, flags, _ in entries])
    passing = np.concatenate([passing for _, _, passing in entries])
    said = flags != 0
    compared = in_passing_array(flags[said] * sign, passing[said], binding=True)
    status = any_entry(len(table), rows[said], compared, passing[said])
    fact = FACTS.get(requirement.field)
    if fact is not None and table.is_flag(fact.columns[0]):
        own = table.flags(fact.columns[0])
        status = np.where(own != 0, own * sign, status).astype(np.int8)
    return status


def _flag_of(flags: Mapping[str, int], stated: str) -> int:
    return flags.get(normal_text(stated), 0)


def _flag_entries(
    table: FactTable, field: str
) -> Iterator[tuple[IntArray, StatusArray, BoolArray]]:
    """Rows, yes (1) or no (-1), and whether mentioned in passing, of all that states a flag."""
    claims = table.claim_column(field)
    yield claims.rows, claim_flags(claims), claims.passing
    for other, flags in STATED_BY.get(field, {}).items():
        stated = table.claim_column(other)
        said = stated.text.map(partial(_flag_of, flags))
        yield stated.rows, said, stated.passing
    if field not in FACTS:
        attributes = table.attribute_texts(field)
        words = attributes.texts.map(flag_of_text)
        yield attributes.rows, words, np.zeros(len(words), dtype=np.bool_)


def capability(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge what is offered from the quantity asked on."""
    wanted = flag_wanted(requirement)
    if wanted is None:
        return unknown(table)
    if not wanted:  # nobody is made to print a logo
        return np.ones(len(table), dtype=np.int8)
    claims = table.claim_column(requirement.field)
    status = claim_flags(claims)
    if ask.order_quantity is not None:
        asked = asked_at(table, ask, claims.rows)
        bounded = (status == 1) & ~np.isnan(claims.min_quantity)
        status = np.where(bounded & np.isnan(asked), 0, status)
        status = np.where(bounded & (claims.min_quantity > asked), -1, status).astype(np.int8)
    return any_entry(len(table), claims.rows, status, claims.passing)
