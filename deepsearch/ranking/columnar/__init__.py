"""Requirements judged against every row at once: the columnar twin of `judging`.

Each function takes a table, a requirement and what is asked, and returns (n,) int8:
1 met, 0 unknown, -1 violated. A property test holds it equal to `judge`, row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from deepsearch.ranking.atoms import Ask
from deepsearch.ranking.columnar.offers import (
    budget,
    days_interval,
    delivery_date,
    lead_time,
    order_quantity,
    unit_price,
    unit_price_interval,
)
from deepsearch.ranking.columnar.product import capability, flag, number, place, text
from deepsearch.ranking.columnar.standing import certificate, destination, sample
from deepsearch.ranking.compare import StatusArray
from deepsearch.ranking.fields import Kind, kind_of
from deepsearch.ranking.tables import FactTable
from deepsearch.schema import Requirement

__all__ = ["days_interval", "status_of_rows", "unit_price_interval"]


def status_of_rows(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge every row.

    Args:
        table: Facts and claims.
        requirement: What is needed.
        ask: Order quantity, day and exchange rates.

    Returns:
        (len(table),) int8: 1 met, 0 unknown, -1 violated.
    """
    return _RULES[kind_of(requirement)](table, requirement, ask)


_Rule: TypeAlias = Callable[[FactTable, Requirement, Ask], StatusArray]

_RULES: Mapping[Kind, _Rule] = MappingProxyType(
    {
        Kind.NUMBER: number,
        Kind.TEXT: text,
        Kind.FLAG: flag,
        Kind.CAPABILITY: capability,
        Kind.CERTIFICATE: certificate,
        Kind.ORDER_QUANTITY: order_quantity,
        Kind.UNIT_PRICE: unit_price,
        Kind.BUDGET: budget,
        Kind.LEAD_TIME: lead_time,
        Kind.DELIVERY_DATE: delivery_date,
        Kind.SAMPLE: sample,
        Kind.DESTINATION: destination,
        Kind.PLACE: place,
    }
)
