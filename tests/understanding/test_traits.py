"""How goods are made, cut, closed, worn and used, in the languages buyers write."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _said(text: str) -> dict[str, object]:
    return {r.field: r.value for r in parse(text).requirements if r.implied_by is None}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("saddle cloths, 60 pcs, hand woven, machine knitted", "process", "knitted"),
        ("Gläser, mundgeblasen, 0,3 l, 200 Stück", "process", "hand-blown"),
        ("poleras, manga larga, 300 unidades", "sleeve", "long"),
        ("blouses, coupe ample, manches courtes, 200 pièces", "sleeve", "short"),
        ("felpe, 100 pezzi, vestibilità slim", "fit", "slim"),
        ("potes de vidro 250 ml, tampa de rosca, 1000 unidades", "closure", "screw cap"),
        ("Блокноты А5, 200 шт, на пружине", "binding", "spiral"),
        ("羽绒服500件，立领，男女通用", "collar", "stand-up"),
        ("冷蔵ショーケース、左開き、3台", "handed", "left"),
        ("قمصان قطن 300 قطعة، أكمام طويلة", "sleeve", "long"),
        ("Fahrradanhänger, 8 Stück, für Hunde", "application", "dogs"),
        ("業務用ミキサー、容量20L", "application", "commercial"),
        ("bolsas de papel, 2000 uds, para supermercado", "application", "supermarket"),
    ],
)
def test_traits_are_read(text: str, field: str, value: object) -> None:
    said = _said(text)
    assert said[field] == value, said


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("submersible pump 2 kW, 10 pcs", "design"),  # a kind of pump
        ("We have a supermarket in Lyon and need 20 shelves", "application"),
        ("展会上见，我们在3号馆", "application"),
    ],
)
def test_words_of_the_name_and_of_the_buyer_are_no_traits(text: str, never: str) -> None:
    assert never not in _said(text)
