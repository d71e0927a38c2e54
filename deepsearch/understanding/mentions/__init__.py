"""Requirements whose value is a word: materials, colours, certificates, terms, places, features."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.mentions.alone import alone
from deepsearch.understanding.mentions.brought import brought
from deepsearch.understanding.mentions.certificates import certificates
from deepsearch.understanding.mentions.colours import colours
from deepsearch.understanding.mentions.conditions import conditions
from deepsearch.understanding.mentions.customs import customs
from deepsearch.understanding.mentions.destinations import destinations
from deepsearch.understanding.mentions.features import features, finishes
from deepsearch.understanding.mentions.incoterms import incoterms
from deepsearch.understanding.mentions.localities import localities
from deepsearch.understanding.mentions.materials import materials
from deepsearch.understanding.mentions.origins import origins
from deepsearch.understanding.mentions.parts import parts
from deepsearch.understanding.mentions.payments import payments
from deepsearch.understanding.mentions.properties import properties
from deepsearch.understanding.mentions.reading import Reading
from deepsearch.understanding.mentions.suppliers import suppliers
from deepsearch.understanding.mentions.uses import product_words
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.titles import title_end

__all__ = ["read_mentions"]

# In this order: what an earlier step claims, a later one leaves alone.
_STEPS = (
    incoterms,
    localities,
    suppliers,
    origins,
    destinations,
    payments,
    certificates,
    customs,
    finishes,
    colours,
    materials,
    conditions,
    features,
    parts,
    product_words,
    properties,
    brought,
    alone,
)


def read_mentions(
    scan: Scan, product: tuple[int, int] | None, kinds: frozenset[str]
) -> list[Draft]:
    """Read every requirement whose value is a word.

    Args:
        scan: The text; tokens already spoken for are left alone.
        product: Tokens of the product's name, if known.
        kinds: Kinds of goods asked for; a machine is named after what it works on.

    Returns:
        Drafts found.
    """
    reading = Reading(
        scan,
        scan.tokens,
        product or (-1, -1),
        machine="machine" in kinds,
        tube="tube" in kinds,
        title_end=title_end(scan),
    )
    for step in _STEPS:
        step(reading)
    return reading.drafts
