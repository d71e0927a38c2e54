"""Requirement documents of three shapes: a tender's section, a hospital's list, an agreement."""

from __future__ import annotations

import datetime as dt

import pytest

from deepsearch.schema import ParsedQuery
from deepsearch.understanding import parse_document

TENDER = """\
TENDER DOCUMENT - SECTION 23 21 13
Supply of Hydronic Pumps
1. SCOPE
1.1 This section covers the supply of vertical inline centrifugal pumps for the hospital.
1.2 The bidder shall submit three printed copies of the offer before 15 March 2027.
2. DESIGN REQUIREMENTS
2.1 Each pump shall deliver not less than 120 m³/h at a head of 32 m.
2.2 Pump casing shall be of cast iron EN-GJL-250; the impeller must be bronze or stainless steel.
2.3 The motor shall be rated 18.5 kW, 400 V, 50 Hz, efficiency class IE3, enclosure IP55.
2.4 Noise level at 1 m should not exceed 75 dB(A).
2.5 The pump may be delivered with a coupling guard of steel.
3. MATERIALS AND STANDARDS
3.1 Pumps shall comply with ISO 9906 grade 2B and bear the CE mark.
3.2 Painting: RAL 5010, two coats, minimum 120 microns.
4. DELIVERY
4.1 Quantity: 6 pumps.
4.2 Delivery period: 12 weeks after order, DDP Riverside.
4.3 Warranty shall be at least 24 months."""

HOSPITAL = """\
Leistungsbeschreibung: Patientenmonitor für die Intensivstation
Los 2 – Überwachung
1 Allgemeine Anforderungen
1.1 Das Gerät muss nach IEC 60601-1 zertifiziert sein und das CE-Zeichen tragen.
1.2 Die Bildschirmdiagonale muss mindestens 15 Zoll betragen.
1.3 Der Akkubetrieb soll mindestens 4 Stunden betragen.
2 Messparameter
2.1 EKG, SpO2, NIBP und Temperatur müssen gemessen werden.
2.2 Eine Schnittstelle HL7 ist zwingend erforderlich.
2.3 Das Gewicht darf 7 kg nicht überschreiten.
2.4 Ein Drucker wäre wünschenswert.
2.5 Die Schutzart sollte mindestens IP22 sein.
3 Lieferung
3.1 Stückzahl: 24
3.2 Die Lieferung hat bis zum 30. September 2027 zu erfolgen.
3.3 Die Gewährleistung beträgt mindestens 36 Monate.
3.4 Betriebsspannung 230 V, 50 Hz"""

AGREEMENT = """\
不锈钢反应釜技术协议
甲方：宏达化工有限公司
乙方：
一、总则
1.1 本技术协议适用于2台不锈钢反应釜的设计、制造和验收。
二、技术要求
2.1 反应釜容积应不小于5000L，设计压力不低于0.6MPa。
2.2 釜体材质必须采用316L不锈钢。
2.3 设计温度为-20℃至150℃。
2.4 电机功率宜为11kW，防爆等级不低于Ex d IIB T4。
2.5 搅拌转速可在20～120 rpm范围内调节。
2.6 噪音不得超过80dB。
（三）质量与验收
3.1 设备应符合GB 150标准，并提供CE证书。
3.2 质保期为24个月。
3.3 交货期：合同签订后60天内。
3.4 建议采用变频控制。"""

Said = dict[str, list[tuple[object, bool, str]]]


def read(document: str) -> tuple[ParsedQuery, Said]:
    """Read a document; what it says by field, with hard or wish and the clause."""
    parsed = parse_document(document.splitlines(), source="spec")
    said: Said = {}
    for r in parsed.requirements:
        clause = (r.source or "").partition("§")[2]
        said.setdefault(r.field, []).append((r.value, r.hard, clause))
    return parsed, said


def test_a_tenders_section() -> None:
    parsed, said = read(TENDER)
    assert parsed.product == "Hydronic Pumps"
    assert said["flow_rate"] == [(2000.0, True, "2.1")]
    assert said["power"] == [(18500.0, True, "2.3")]
    assert said["noise"] == [(75.0, False, "2.4")]
    assert said["order_quantity"] == [(6.0, True, "4.1")]
    assert said["lead_time"] == [(84.0, True, "4.2")]
    assert said["warranty"] == [(24.0, True, "4.3")]
    assert "delivery_date" not in said, "the day of the bid is none of the goods'"
    assert "length" not in said, "the noise is measured at 1 m"


def test_a_hospitals_list_in_german() -> None:
    parsed, said = read(HOSPITAL)
    assert parsed.product == "Patientenmonitor"
    assert parsed.language == "de"
    assert said["standard"] == [("IEC 60601-1", True, "1.1")]
    assert said["screen_size"] == [(15.0, True, "1.2")]
    assert said["weight"] == [(7.0, True, "2.3")]
    assert said["ip_rating"] == [("IP22", False, "2.5")]
    assert said["order_quantity"] == [(24.0, True, "3.1")]
    assert said["delivery_date"] == [(dt.date(2027, 9, 30).isoformat(), True, "3.2")]
    assert said["warranty"] == [(36.0, True, "3.3")]
    assert "leistungsbeschreibung" not in said


def test_a_technical_agreement_in_chinese() -> None:
    parsed, said = read(AGREEMENT)
    assert parsed.product == "不锈钢反应釜"
    assert parsed.language == "zh"
    assert said["order_quantity"] == [(2.0, True, "1.1")]
    assert said["volume"] == [(5000.0, True, "2.1")]
    assert said["grade"] == [("316L", True, "2.2")]
    assert said["power"] == [(11000.0, False, "2.4")], "宜; the 应 of 反应 is no must"
    assert said["noise"] == [(80.0, True, "2.6")]
    assert said["standard"] == [("GB 150", True, "3.1")]
    assert said["lead_time"] == [(60.0, True, "3.3")]


@pytest.mark.parametrize("document", [TENDER, HOSPITAL, AGREEMENT])
def test_spans_point_into_the_text(document: str) -> None:
    parsed, _ = read(document)
    for r in parsed.requirements:
        assert r.span is not None
        words = parsed.text[slice(*r.span)]
        assert words == words.strip() != ""
        if isinstance(r.value, float) and r.unit is not None:
            assert any(char.isdigit() for char in words)


@pytest.mark.parametrize(
    ("heading", "product"),
    [
        ("# Purchase specification for garden benches", "garden benches"),
        ("Technical requirements: label printers", "label printers"),
        (
            "Tender document - Section 12\nSupply and installation of roller shutters",
            "roller shutters",
        ),
        ("Anforderungskatalog für Röntgengeräte", "Röntgengeräte"),
        ("离心泵技术规范书", "离心泵"),
        ("关于电动叉车的采购文件", "电动叉车"),
    ],
)
def test_headings_name_the_thing(heading: str, product: str) -> None:
    assert parse_document(heading.splitlines()).product == product


@pytest.mark.parametrize(
    ("line", "clause"),
    [
        ("A.1.2 Weight shall be max 7 kg", "A.1.2"),
        ("REQ-012: Weight shall be max 7 kg", "REQ-012"),
        ("第三条 重量不超过7公斤", "第三条"),
        ("（二）重量不超过7公斤", "二"),
        ("7 kg is the greatest weight", ""),
    ],
)
def test_clauses_are_cited_by_their_number(line: str, clause: str) -> None:
    weight = next(r for r in parse_document([line]).requirements if r.field == "weight")
    assert (weight.source or "").lstrip("§") == clause


def test_a_letters_sentence_names_the_product_as_any_request_does() -> None:
    letter = ["We are looking for a hydraulic power unit.", "The pump shall deliver 60 l/min."]
    assert parse_document(letter).product == "hydraulic power unit"
