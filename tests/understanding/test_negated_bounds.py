"""A bound that is negated is the other bound: the worst error a reader can make is to lose it."""

from __future__ import annotations

import pytest

from deepsearch.understanding import RuleParser

_PARSER = RuleParser(implied=False, questions=False)

CEILINGS = {
    "en": (
        "The weight shall not be above 12 kg.",
        "The weight must not exceed 12 kg.",
        "The weight should not be more than 12 kg.",
        "It may not weigh more than 12 kg.",
        "The weight can't be over 12 kg.",
        "The weight is not allowed to be higher than 12 kg.",
        "The weight should never be greater than 12 kg.",
        "It should not be heavier than 12 kg.",
    ),
    "de": (
        "Das Gewicht darf nicht über 12 kg liegen.",
        "Das Gewicht darf 12 kg nicht überschreiten.",
        "Das Gewicht soll nicht höher als 12 kg sein.",
        "Es darf nicht mehr als 12 kg wiegen.",
        "Das Gewicht darf nicht größer sein als 12 kg.",
    ),
    "fr": (
        "Le poids ne doit pas être supérieur à 12 kg.",
        "Le poids ne doit pas dépasser 12 kg.",
        "Le poids ne peut excéder 12 kg.",
        "Il ne doit pas peser plus de 12 kg.",
    ),
    "es": (
        "El peso no debe ser superior a 12 kg.",
        "El peso no debe superar los 12 kg.",
        "El peso no puede exceder de 12 kg.",
        "No debe pesar más de 12 kg.",
    ),
    "pt": (
        "O peso não deve ser superior a 12 kg.",
        "O peso não pode ultrapassar 12 kg.",
        "O peso não deve exceder 12 kg.",
        "Não deve pesar mais de 12 kg.",
    ),
    "it": (
        "Il peso non deve essere superiore a 12 kg.",
        "Il peso non deve superare i 12 kg.",
        "Il peso non può eccedere 12 kg.",
        "Non deve pesare più di 12 kg.",
    ),
    "ru": (
        "Вес не должен превышать 12 кг.",
        "Вес не должен быть больше 12 кг.",
        "Вес не может быть выше 12 кг.",
        "Масса не должна быть более 12 кг.",
    ),
    "zh": (
        "重量不得高于12公斤。",
        "重量不能超过12公斤。",
        "重量不应大于12公斤。",
        "重量不可以多于12公斤。",
    ),
    "ja": (
        "重量は12kgを超えないこと。",
        "重量は12kgを超えてはならない。",
        "重量は12kg以下であること。",
        "重量が12kgを上回らないこと。",
    ),
    "ar": (
        "يجب ألا يزيد الوزن عن 12 كجم.",
        "يجب ألا يتجاوز الوزن 12 كجم.",
        "الوزن لا يزيد عن 12 كجم.",
        "يجب ألا يكون الوزن أكثر من 12 كجم.",
    ),
}
FLOORS = {
    "en": (
        "The weight shall not be below 12 kg.",
        "The weight must not be less than 12 kg.",
        "It should not weigh less than 12 kg.",
        "The weight must never fall below 12 kg.",
    ),
    "de": (
        "Das Gewicht darf nicht unter 12 kg liegen.",
        "Das Gewicht darf 12 kg nicht unterschreiten.",
        "Es darf nicht weniger als 12 kg wiegen.",
    ),
    "fr": (
        "Le poids ne doit pas être inférieur à 12 kg.",
        "Il ne doit pas peser moins de 12 kg.",
    ),
    "es": ("El peso no debe ser inferior a 12 kg.", "No debe pesar menos de 12 kg."),
    "pt": ("O peso não deve ser inferior a 12 kg.", "Não deve pesar menos de 12 kg."),
    "it": ("Il peso non deve essere inferiore a 12 kg.", "Non deve pesare meno di 12 kg."),
    "ru": ("Вес не должен быть меньше 12 кг.", "Вес не может быть ниже 12 кг."),
    "zh": ("重量不得低于12公斤。", "重量不能少于12公斤。", "重量不应小于12公斤。"),
    "ja": ("重量は12kgを下回らないこと。", "重量は12kg未満であってはならない。"),
    "ar": ("يجب ألا يقل الوزن عن 12 كجم.", "الوزن لا يقل عن 12 كجم."),
}


@pytest.mark.parametrize(
    ("language", "text", "op"),
    [
        (language, text, op)
        for table, op in ((CEILINGS, "le"), (FLOORS, "ge"))
        for language, texts in table.items()
        for text in texts
    ],
)
def test_a_negated_bound_is_the_other_bound(language, text, op):
    found = [
        (r.op.value, r.value, r.unit)
        for r in _PARSER.parse(text).requirements
        if r.field == "weight"
    ]
    assert found == [(op, 12.0, "kg")], language


@pytest.mark.parametrize(
    ("text", "op"),
    [
        ("The minimum order quantity shall not be above 500 pieces.", "le"),
        ("Die Mindestbestellmenge darf nicht über 500 Stück liegen.", "le"),
        ("La quantité minimum de commande ne doit pas être supérieure à 500 pièces.", "le"),
        ("MOQ must not be higher than 500 pcs", "le"),
        ("起订量不得高于500件", "le"),
    ],
)
def test_a_ceiling_on_a_minimum_is_a_ceiling(text, op):
    parsed = _PARSER.parse(text)
    found = [(r.op.value, r.value) for r in parsed.requirements if r.field == "min_order_quantity"]
    assert found == [(op, 500.0)]


def test_what_is_not_wanted_negates_no_bound():
    parsed = _PARSER.parse(
        "Steel boxes without lid, weight above 12 kg, no logo, length over 30 cm"
    )
    found = {r.field: r.op.value for r in parsed.requirements}
    assert found["weight"] == "gt"
    assert found["length"] == "gt"
