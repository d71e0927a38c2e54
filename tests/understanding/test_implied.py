"""What requirements imply: written cases judged by hand, and the rules' own shape."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deepsearch.schema import ParsedQuery
from deepsearch.understanding import RuleParser, imply, parse, rules, without_rule
from deepsearch.understanding.language import detect
from deepsearch.understanding.lexicon import load_data
from deepsearch.understanding.markets import markets_of
from deepsearch.understanding.nature import kinds_of
from deepsearch.understanding.ontology import known_kinds, with_parents
from deepsearch.understanding.surroundings import known_surroundings, surroundings_of
from deepsearch.understanding.text import tokenise
from tests.understanding.blind import implied

DATA = Path(__file__).parent / "data"
CASES = json.loads((DATA / "implied.json").read_text(encoding="utf-8"))


def test_written_cases_reach_precision_and_recall():
    right = fired = meant = 0
    wrong = []
    for case in CASES:
        found = {r.implied_by for r in parse(case["text"]).requirements if r.implied_by}
        expected = set(case["expected"])
        right, fired, meant = (
            right + len(found & expected),
            fired + len(found),
            meant + len(expected),
        )
        if found != expected:
            wrong.append((case["text"], sorted(found - expected), sorted(expected - found)))
    assert len(CASES) >= 100
    assert right / fired >= 0.95, wrong
    assert right / meant >= 0.8, wrong


def test_at_least_120_rules_each_with_reason_and_authority():
    found = rules()
    assert len(load_data("rules")["rule"]) >= 120
    assert len({rule.id for rule in found}) == len(found)
    for rule in found:
        assert rule.why.endswith("."), rule.id
        assert rule.source, rule.id
        assert rule.implies, rule.id


def test_every_condition_names_something_that_exists():
    conditions = {"goods", "not_goods", "context", "not_context", "market", "not_market", "packaging",  # noqa: E501
                  "not_packaging", "cold", "hot", "age_below", "unless"}  # fmt: skip
    regions = {"ANY", *load_data("markets")["region"]}
    for rule in rules():
        assert set(rule.when) <= conditions, rule.id
        for key in ("goods", "not_goods"):
            assert set(rule.when.get(key, ())) <= known_kinds(), rule.id
        for key in ("context", "not_context"):
            assert set(rule.when.get(key, ())) <= known_surroundings(), rule.id
        for key in ("market", "not_market"):
            named = set(rule.when.get(key, ())) - regions
            assert all(len(code) == 2 and code.isupper() for code in named), rule.id


def test_the_ontology_has_no_cycle_and_no_unknown_kind():
    data = load_data("ontology")
    for kind, entry in data["kind"].items():
        assert set(entry["is"]) <= set(data["kind"]), kind
        assert kind not in with_parents(entry["is"]), kind
    for name, modifier in data["modifier"].items():
        for key in ("adds", "removes", "of", "becomes"):
            assert set(modifier.get(key, ())) <= set(data["kind"]), (name, key)


def test_every_kind_of_a_question_exists():
    for question in load_data("questions")["question"]:
        assert set(question.get("goods", ())) <= known_kinds(), question["field"]
        assert set(question.get("not_goods", ())) <= known_kinds(), question["field"]


@pytest.mark.parametrize(
    ("name", "recall", "precision", "resisted"),
    [
        ("implied_own_dev", 0.9, 0.95, 0.95),
        ("implied_own_test", 0.8, 0.95, 0.9),
        ("implied_dev2", 0.96, 0.97, 0.97),
        ("implied_held2", 0.8, 0.96, 0.95),  # written with dev2; its errors were never read
        # written before the rules were changed: .786, 1.0 and 40 of 40 when first met
        ("implied_held3", 0.82, 0.97, 0.95),
    ],
)
def test_cases_reasoned_from_law_and_physics(name, recall, precision, resisted):
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    report = implied.score([json.loads(line) for line in lines])
    shown = implied.table(report)
    assert report.recall >= recall, shown
    assert report.precision >= precision, shown
    assert report.resisted >= resisted * report.tempting, shown
    assert report.without_reason == 0, shown


@pytest.mark.parametrize(
    ("name", "language", "kind"),
    [
        ("kettles", "en", "mains"),
        ("cordless drills", "en", "battery_machine"),
        ("Holzspielzeug", "de", "toy"),
        ("licuadoras eléctricas", "es", "appliance"),
        ("machines à laver", "fr", "appliance"),
        ("ferros de passar", "pt", "appliance"),
        ("guanti da lavoro", "it", "ppe"),
        ("стиральные машины", "ru", "appliance"),
        ("غسالات", "ar", "appliance"),
        ("儿童毛绒玩具", "zh", "toy"),
        ("家庭用炊飯器", "ja", "appliance"),
        ("high chairs", "en", "childcare"),
        ("stainless steel tea sets", "en", "food_contact"),
        ("kettles DAP Basel", "en", "appliance"),
        ("lamps bolted to a rig", "en", "lighting"),
        ("security cameras watching a gate", "en", "camera"),
        ("tende da sole", "en", "tank_tent"),
        ("アメリカ向け 幼児用積み木", "ja", "toy"),
        ("Außensteckdosen", "de", "mains"),
        ("كاميرات لمواقف السيارات", "ar", "electronics"),
        ("Zielland Norwegen: Staubsauger", "de", "appliance"),
        ("compteurs d'eau", "fr", "drinking_water"),
        ("压路机", "zh", "machinery"),
        ("木製の机", "ja", "furniture"),
        ("stivali di sicurezza", "it", "safety_footwear"),
        ("дезинфицирующие средства", "ru", "biocide"),
    ],
)
def test_the_head_of_a_name_says_what_the_thing_is(name, language, kind):
    assert kind in kinds_of(tokenise(name), name, language)


@pytest.mark.parametrize(
    ("name", "language", "kind"),
    [
        ("manual coffee grinder", "en", "mains"),
        ("toy shop shelves", "en", "toy"),
        ("laptop sleeves", "en", "electronics"),
        ("phone cases", "en", "radio"),
        ("electric guitar strings", "en", "electrical"),
        ("Regale für Spielzeug", "de", "toy"),
        ("estantes para juguetes", "es", "toy"),
        ("étagères pour jouets", "fr", "toy"),
        ("полки для игрушек", "ru", "toy"),
        ("玩具店货架", "zh", "toy"),
        ("おもちゃの棚", "ja", "toy"),
        ("solar garden lamps", "en", "mains"),
        ("salt and pepper mills", "en", "food"),
        ("Fachbücher über Lithiumbatterien", "de", "lithium"),
        ("كاميرات لمواقف السيارات", "ar", "motor_vehicle"),
        ("交换机", "zh", "furniture"),
        ("Teststreifen", "de", "tyre"),
        ("safety shoe boxes", "en", "safety_footwear"),
        ("stroller covers", "en", "stroller"),
    ],
)
def test_a_word_that_is_not_the_head_says_nothing(name, language, kind):
    assert kind not in kinds_of(tokenise(name), name, language)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("safety boots for shops in Germany", "standard", "EN ISO 20345"),
        ("Bauhelme, Zielmarkt: Österreich", "standard", "EN 397"),
        ("gilets haute visibilité pour le marché français", "standard", "EN ISO 20471"),
        ("safety glasses to be sold in the United States", "standard", "ANSI Z87.1"),
        ("luvas de segurança para venda no Brasil", "certification", "CA"),
        ("baby cots for shops in Ireland", "standard", "EN 716"),
        ("strollers sold in Canada", "standard", "SOR/2016-167"),
        ("mascarillas quirúrgicas para hospitales en España", "standard", "EN 14683"),
        ("витамины для продажи в США", "certification", "GMP"),
        ("disinfectants for the US market", "certification", "EPA"),
        ("lavatrici da vendere in Italia", "energy_label", True),
        ("Bluetooth-Kopfhörer für den deutschen Handel", "connector", "USB-C"),
        ("steel beams for sale in the EU", "cbam_emissions_data", True),
        ("销往新加坡的蓝牙音箱", "certification", "IMDA"),
        ("passenger lifts for a building site in Poland", "standard", "EN 81"),
    ],
)
def test_law_by_kind_of_goods_and_market(text, field, value):
    found = {(r.field, v) for r in parse(text).requirements if r.implied_by for v in _values(r)}
    assert (field, value) in found, found


def _values(requirement):
    value = requirement.value
    return value if isinstance(value, tuple) else (value,)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("printed boxes for safety boots, sold in Germany", "standard", "EN ISO 20345"),
        ("posters showing electric kettles, ship to France", "certification", "CE"),
        ("ベビーカーのカタログ、アメリカ向け", "certification", "CPC"),
        ("ドローンの化粧箱、ドイツ向け", "certification", "UN38.3"),
        ("safety boots for shops in Germany", "standard", "ASTM F2413"),
        ("toy strollers for shops in Ireland", "standard", "EN 1888"),
        ("industrial washing machines for sale in Italy", "energy_label", True),
        ("gas ovens sold in Germany", "plug_type", "F"),
        ("labels for disinfectants, US market", "certification", "EPA"),
        ("wired doorbells for shops in Singapore", "certification", "IMDA"),
        ("stepper motors for sale in Germany", "efficiency_class", "IE3"),
    ],
)
def test_law_of_other_goods_or_markets_is_not_inferred(text, field, value):
    found = {(r.field, v) for r in parse(text).requirements if r.implied_by for v in _values(r)}
    assert (field, value) not in found


@pytest.mark.parametrize(
    ("text", "language", "place"),
    [
        ("câmeras para instalar no telhado", "pt", "outdoor"),
        ("无尘车间用的凳子", "zh", "cleanroom"),
        ("светильники для угольной шахты", "ru", "dust"),
        ("nastri per lavorazione carni", "it", "food_ctx"),
        ("portes pour chambre froide", "fr", "deep_freeze"),
        ("كاميرات لمنصة نفطية", "ar", "marine"),
    ],
)
def test_where_a_thing_is_used_is_read_in_its_language(text, language, place):
    asked = ParsedQuery(text=text, language=language, product="")
    assert place in surroundings_of(asked, tokenise(text))


def test_what_is_not_used_there_is_not_said_to_be():
    for text in ("cameras, not for rooftops or balconies", "不用于无尘车间的凳子"):
        asked = ParsedQuery(text=text, language=_language(text), product="")
        assert not surroundings_of(asked, tokenise(text)) & {"outdoor", "cleanroom"}


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("kettles for the US market", "US"),
        ("kettles sold in American stores", "US"),
        ("Wasserkocher für den deutschen Handel", "DE"),
        ("hervidores para vender en México", "MX"),
        ("bouilloires pour le marché canadien", "CA"),
        ("chaleiras para venda no Brasil", "BR"),
        ("waffle makers for hotels in Zurich", "CH"),
        ("bouilloires pour des hôtels à Genève", "CH"),
        ("чайники в магазины Минска", "BY"),
        ("غلايات كهربائية لمصر", "EG"),
        ("电水壶，目标市场：澳大利亚", "AU"),
        ("bollitori da vendere in Italia", "IT"),
        ("чайники для продажи в Казахстане", "KZ"),
        ("غلايات للبيع في السعودية", "SA"),
        ("出口德国的电热水壶", "DE"),
        ("日本向け電気ケトル", "JP"),
        ("kettles from a factory in China for shops in Spain", "ES"),
        ("bouilloires électriques, hôtels en Suisse", "CH"),
        ("电热水壶，法国门店", "FR"),
        ("ドバイのホテルの電気ケトル", "AE"),
        ("bollitori elettrici per un albergo a Dubai", "AE"),
    ],
)
def test_a_market_is_where_the_goods_are_sold(text, country):
    found = markets_of(ParsedQuery(text=text, language=_language(text), product=""), tokenise(text))
    assert country in found
    assert "CN" not in found


@pytest.mark.parametrize(
    "text",
    [
        "kettles from China",
        "We are based in Germany and need kettles",
        "looking for a manufacturer in Vietnam",
        "Please send the kettles to us",
        "Chinese tea cups",
        "Notre entreprise est basée en France",
        "производитель из Китая",
        "suede shoes, 200 pairs",
        "hotel supplier from Italy",
    ],
)
def test_where_the_buyer_or_the_maker_sits_is_no_market(text):
    assert not markets_of(
        ParsedQuery(text=text, language=_language(text), product=""), tokenise(text)
    )


def _language(text):
    return detect(text, tokenise(text))[0]


def test_two_mains_leave_the_supply_open():
    parsed = parse("kettles for sale in Germany and for sale in the USA")
    assert not [r for r in parsed.requirements if r.field in ("voltage", "frequency", "plug_type")]
    assert {r.value for r in parsed.requirements if r.field == "certification"} >= {"CE"}


def test_inferences_are_soft_explained_and_without_span():
    found = [
        r for r in parse("electric bikes, -20 °C, ship to Norway").requirements if r.implied_by
    ]
    assert found
    for r in found:
        assert not r.hard
        assert r.span is None
        assert r.why


def test_a_rule_can_be_switched_off():
    parsed = RuleParser(implied=False).parse("electric bikes, -20 °C, ship to Norway")
    assert not any(r.implied_by for r in parsed.requirements)
    everything = imply(parsed)
    assert any(r.implied_by == "cold-battery" for r in everything)
    fewer = imply(parsed, switched_off={"cold-battery"})
    assert not any(r.implied_by == "cold-battery" for r in fewer)
    full = parse("electric bikes, -20 °C, ship to Norway")
    assert not any(r.implied_by == "eu-rohs" for r in without_rule(full, "eu-rohs").requirements)


@pytest.mark.parametrize(
    "text",
    [
        "garden chairs, not for outdoor use",
        "We are based in Germany and need 100 ballpoint pens",
        "hello",
        "",
    ],
)
def test_what_is_denied_or_not_asked_for_implies_nothing(text):
    assert not [
        r for r in parse(text).requirements if r.implied_by and r.implied_by != "garden-furniture"
    ]


def test_what_the_buyer_said_is_not_inferred_again():
    parsed = parse("electric kettles 120 V, CE, RoHS, ship to Germany")
    implied = [(r.field, r.value) for r in parsed.requirements if r.implied_by]
    assert ("certification", "CE") not in implied
    assert ("certification", "RoHS") not in implied
    assert not any(field == "voltage" for field, _ in implied)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("water pumps for a farm", "flow_rate"),
        ("power cables", "cross_section"),
        ("brake pads", "compatible_with"),
        ("wooden toys", "age_range"),
        ("packing machines", "throughput"),
        ("safety shoes", "certification"),
        ("running shoes", "size"),
        ("passenger elevators", "load_capacity"),
        ("gas stoves", "fuel"),
        ("paper cups", "volume"),
        ("transformers", "power"),
        ("fishing boats", "length"),
    ],
)
def test_questions_are_those_of_the_kind_of_goods(text, asked):
    questions = [q.field for q in parse(text).questions]
    assert asked in questions
    assert len(questions) <= 5
    assert questions[0] == "order_quantity"


@pytest.mark.parametrize(
    ("text", "senseless"),
    [
        ("passenger elevators", "throughput"),
        ("tractors", "voltage"),
        ("dry dog food", "material"),
        ("LPG gas stoves, fuel: LPG", "fuel"),
        ("hoists with a load capacity of 2 t", "load_capacity"),
        ("office chairs", "length"),
    ],
)
def test_no_question_is_senseless_or_about_what_was_said(text, senseless):
    assert senseless not in {q.field for q in parse(text).questions}


def test_what_the_market_already_tells_is_not_asked():
    asked = {q.field for q in parse("500 electric kettles for shops in Germany").questions}
    assert not asked & {"order_quantity", "destination", "voltage", "frequency", "plug_type"}
