"""Forms in other languages: fields have English names, text values are English or not read."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _read(text: str) -> dict[str, object]:
    return {r.field: r.value for r in parse(text).requirements if r.implied_by is None}


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("Lenkung: rechts", "steering", "right"),
        ("Tipo de diseño: Rayado", "pattern_type", "striped"),
        ("Ocasión: Deportes", "occasion", "sports"),
        ("Tipo di chiusura: Cremallera", "closure_type", "zipper"),
        ("Fonction: Manuel", "function", "manual"),
        ("Tipo de cierre: YKK", "closure_type", "YKK"),
    ],
)
def test_a_key_gets_its_english_name_and_value(line: str, field: str, value: str) -> None:
    assert _read(f"Buenas tardes, precio por favor\n{line}\nMaterial: PVC")[field] == value


@pytest.mark.parametrize(
    "line",
    [
        "Tipo: Tapa abatible",
        "Estilo: Rústico provenzal",
        "Forme: Arrondie au bout",
        "Grado: Casero",
    ],
)
def test_a_value_in_another_language_is_not_read(line: str) -> None:
    read = _read(f"Buenas tardes, precio por favor\n{line}\nMaterial: PVC")
    assert read.get("material") == "PVC"
    assert not {"type", "shape", "grade", "estilo"} & set(read)


def test_english_keys_in_a_letter_of_another_language_keep_their_words() -> None:
    read = _read("Hola, quisiera saber el precio\nHandle: rosewood look\nFork: rigid")
    assert read["fork"] == "rigid"


def test_names_are_kept_as_they_are_written() -> None:
    read = _read("Buenas tardes, precio por favor\nMarca: Toyota\nModelo: Hilux Revo")
    assert (read["brand"], read["model"]) == ("Toyota", "Hilux Revo")
