"""Names in other languages: what is known becomes English, what is not stays."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepsearch.index.glossary import (
    GLOSSARY_LANGUAGES,
    Glossary,
    load_glossary,
    translated,
)


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [
        ("de", "Kunststoffflaschen", "plastic bottle"),
        ("de", "Edelstahlrohre", "stainless steel pipe"),
        ("de", "faltbare Stühle für den Garten", "foldable chair garden"),
        ("es", "máquinas automáticas para llenado de botellas", "machine automatic filling bottle"),
        ("fr", "des bouteilles en verre", "bottle glass"),
        ("fr", "Œufs", "egg"),
        ("pt", "garrafas de plástico", "bottle plastic"),
        ("it", "macchine per caffè", "coffee machine"),
        ("zh", "不锈钢保温杯", "stainless steel insulation cup"),
    ],
)
def test_names_become_english(language: str, text: str, english: str) -> None:
    assert translated(text, language).text == english


def test_longer_names_come_before_their_words() -> None:
    glossary = Glossary("es", {("arm",): "weapon", ("arm", "roj"): "red arm", ("roj",): "red"})
    assert glossary.translate("arma roja").text == "red arm"
    assert glossary.translate("roja arma").text == "red weapon"


def test_brands_models_and_numbers_stay_and_count_for_nothing_or_as_unknown() -> None:
    found = translated("caméra Sony A7S3 24 mm", "fr")
    assert found.text == "camera Sony A7S3 24 mm"
    assert found.share == pytest.approx(1 / 3)  # "Sony" and "mm" are not known


def test_chinese_shares_are_of_characters_without_those_of_grammar() -> None:
    assert translated("自行车的鑫", "zh").share == pytest.approx(3 / 4)
    assert translated("苹果 iPhone 13", "zh").text == "apple iPhone 13"


def test_a_language_mistaken_for_its_neighbour_is_put_right() -> None:
    found = translated("aspirateur à eau et poussière", "it")
    assert found.language == "fr"
    assert "vacuum cleaner" in found.text
    assert translated("bonjour je veux la livraison", "fr").share == 0.0  # "la" is no wool


@pytest.mark.parametrize("language", ["en", "ru", ""])
def test_other_languages_are_left_alone(language: str) -> None:
    found = translated("Maschine", language)
    assert (found.text, found.share) == ("Maschine", 0.0)


@pytest.mark.parametrize("language", GLOSSARY_LANGUAGES)
def test_nothing_known_changes_nothing(language: str) -> None:
    assert translated("Qwxz 17", language).text == "Qwxz 17"
    assert translated("", language).share == 0.0


def test_every_language_names_most_of_the_glossary() -> None:
    glossaries = load_glossary()
    assert tuple(glossaries) == GLOSSARY_LANGUAGES
    english = {name for glossary in glossaries.values() for name in glossary.names.values()}
    for glossary in glossaries.values():
        assert len(set(glossary.names.values())) > 0.9 * len(english)
        assert all(all(key) for key in glossary.names)
    assert all(name.isascii() and name == name.strip() for name in english)


@given(st.text(max_size=60), st.sampled_from(GLOSSARY_LANGUAGES))
def test_any_text_can_be_read(text: str, language: str) -> None:
    found = translated(text, language)
    assert 0.0 <= found.share <= 1.0
    if found.share == 0.0:
        assert found.text == text
    assert re.findall(r"\d+", found.text) == re.findall(r"\d+", text) or found.share == 0.0
