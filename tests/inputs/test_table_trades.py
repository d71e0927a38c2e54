"""Sheets as buyers of other trades and countries draw them, with what their rows mean."""

# ruff: noqa: E501 - a line of these texts is a row of a sheet
from __future__ import annotations

import pytest

from tests.inputs.sheets import Drawn, draw

SHEETS: dict[str, Drawn] = {
    "hotel furniture by room type": draw(
        """
  | SEAVIEW RESORT & SPA - PHASE 2 | | | | | | | | |
  | FF&E PROCUREMENT SCHEDULE | | | | | | | | Rev. C |
  | Prepared for: Harbour Hotels Ltd | | | | | | Date: | 14-Mar-2024 | |
  | | | | | | | | | |
  | Code | Item / Description | Finish | Overall Dimensions (mm) | | | Qty / room | No. of rooms | Total Qty | Remarks
  | | | | W | D | H | | | |
  | GUEST ROOM - TYPE A (KING) | | | | | | | | |
* | A-101 | Upholstered headboard, fluted panels | Oak veneer OV-3 | 2000 | 90 | 1250 | 1 | 84 | 84 | fire retardant BS 5852
* | A-102 | Bedside table w/ USB charger | Oak veneer OV-3 | 500 | 450 | 550 | 2 | 84 | 168 |
* | A-103 | Luggage bench | Powder coat RAL 9005 | 900 | 450 | 450 | 1 | 84 | 84 | as per sketch SK-12
  | | Sub-total Type A | | | | | | | 336 |
  | GUEST ROOM - TYPE B (TWIN) | | | | | | | | |
* | B-101 | Single headboard | Oak veneer OV-3 | 1100 | 90 | 1250 | 2 | 60 | 120 |
* | B-102 | Desk with drawer | Walnut | 1200 | 600 | 750 | 1 | 60 | 60 |
  | | Sub-total Type B | | | | | | | 180 |
  | PUBLIC AREAS | | | | | | | | |
* | P-01 | Lobby sofa, 3 seater | Fabric F-7 | 2200 | 900 | 800 | | | 6 | COM fabric
* | P-02 | Bar stool | Brass | 420 | 420 | 760 | | | 24 |
  | | GRAND TOTAL | | | | | | | 546 |
  | Notes: | | | | | | | | |
  | 1. All timber to be FSC certified. | | | | | | | | |
  | 2. Supplier to submit shop drawings before production. | | | | | | | | |
""",
        merges=((4, 3, 4, 5), (6, 0, 6, 9), (11, 0, 11, 9), (15, 0, 15, 9)),
    ),
    "hospital supplies by lot": draw(
        """
  | CENTRE HOSPITALIER DE VALBONNE | | | | | |
  | Direction des achats - Bordereau des prix unitaires (BPU) | | | | | |
  | Marché n° 2024-117 : Dispositifs médicaux stériles | | | | | |
  | N° | Désignation | Réf. fournisseur | Conditionnement | Qté annuelle estimée | P.U. HT (€) | Total HT (€)
  | LOT 1 : PANSEMENTS | | | | | |
* | 1.1 | Compresses stériles non tissées 10 x 10 cm | | boîte de 50 | 1200 | |
* | 1.2 | Bande extensible 4 m x 10 cm | | sachet de 10 | 800 | |
* | 1.3 | Sparadrap hypoallergénique 5 m x 2 cm | | rouleau | 450 | |
  | | Sous-total LOT 1 | | | | |
  | LOT 2 : INJECTION | | | | | |
* | 2.1 | Seringue 3 pièces Luer lock 10 ml | | boîte de 100 | 600 | |
* | 2.2 | Aiguille hypodermique 21G x 40 mm | | boîte de 100 | 600 | |
  | | Sous-total LOT 2 | | | | |
  | | TOTAL HT | | | | |
  | | TVA 20 % | | | | |
  | | TOTAL TTC | | | | |
  | Fait à                      le | | | | | |
  | Cachet et signature du candidat | | | | | |
""",
    ),
    "clothes by size": draw(
        """
  | 2024秋季服装采购单 | | | | | | | | |
  | 客户：ABC贸易 | | | | 日期：2024-05-06 | | | | |
  | 款号 | 款式图 | 品名 | 颜色 | 尺码 | | | | 合计(件) | 目标价(USD) | 备注
  | | | | | S | M | L | XL | | |
* | KD-2401 | | 男士纯棉T恤 180g | 黑色 | 100 | 200 | 200 | 100 | 600 | 3.2 | 胸前印花
* | | | | 白色 | 100 | 200 | 200 | 100 | 600 | 3.2 |
* | KD-2402 | | 女士连帽卫衣 320g | 灰色 | 50 | 100 | 100 | 50 | 300 | 8.5 | 抓绒
* | | | | 粉色 | 50 | 100 | 100 | 50 | 300 | 8.5 |
  | 总计 | | | | 300 | 600 | 600 | 300 | 1800 | |
  | 要求： | | | | | | | | |
  | 1、每件独立包装，透明胶袋 | | | | | | | | |
  | 2、交期30天内 | | | | | | | | |
""",
        merges=((2, 4, 2, 7), (4, 0, 5, 0), (6, 0, 7, 0), (4, 2, 5, 2), (6, 2, 7, 2)),
    ),
    "spare parts, the header again a section": draw(
        """
  | Maschinenbau Huber GmbH | | | | | | Anlage 3 zur Anfrage 4500-871 |
  | Ersatzteilliste Förderband FB-200 | | | | | | |
  | | | | | | | |
  | Mechanik | | | | | | |
  | Pos. | Menge | ME | Benennung | Norm / Typ | Werkstoff | Zeichn.-Nr. | Bemerkung
  | | [Stk] | | | | | |
* | 10 | 4 | Stk | Rillenkugellager 6204-2RS | DIN 625 | Chromstahl | | SKF oder FAG
* | 20 | 2 | Stk | Antriebstrommel D=159 | | S235JR | FB-200-11 | gummiert
* | 30 | 12 | m | Förderband EP 400/3, 650 breit | DIN 22102 | | |
  | | | | | | | |
  | Elektrik | | | | | | |
  | Pos. | Menge | ME | Benennung | Norm / Typ | Werkstoff | Zeichn.-Nr. | Bemerkung
  | | [Stk] | | | | | |
* | 10 | 1 | Stk | Getriebemotor 1,5 kW, 400 V | SEW R47 | | | IP55
* | 20 | 3 | Stk | Seilzugschalter | IEC 60947 | | |
  | | | | | | | |
  | Erstellt: Müller | | | Geprüft: Schmid | | | Datum: 03.02.2024 |
""",
    ),
    "a bill of quantities with chapters and long texts": draw(
        """
  | PRESUPUESTO Y MEDICIONES | | | | | |
  | Reforma CEIP San Isidro | | | | | |
  | Código | Nat | Ud | Resumen | CanPres | Pres | ImpPres
  | '01 | Capítulo | | DEMOLICIONES | 1 | 4500 | 4500
* | '01.01 | Partida | m2 | Demolición de tabique de ladrillo | 120 | 12.5 | 1500
  | | | | Demolición de tabique de ladrillo hueco doble, a mano, incluso limpieza y retirada de escombros. | | |
* | '01.02 | Partida | m2 | Levantado de solado de terrazo | 200 | 15 | 3000
  | | | | Levantado de solado, con medios manuales, y carga sobre contenedor. | | |
  | | | | Total 01 | 1 | 4500 | 4500
  | '02 | Capítulo | | CARPINTERÍA | 1 | 9800 | 9800
* | '02.01 | Partida | ud | Puerta de paso lisa 82,5x203 | 14 | 350 | 4900
  | | | | Puerta de paso ciega, de una hoja, lacada en blanco. | | |
* | '02.02 | Partida | ud | Ventana aluminio RPT 120x120 | 10 | 490 | 4900
  | | | | Total 02 | 1 | 9800 | 9800
  | | | | TOTAL PRESUPUESTO | | | 14300
""",
    ),
    "ventilation and heating": draw(
        """
  | Спецификация оборудования, изделий и материалов | | | | | | | |
  | Позиция | Наименование и техническая характеристика | Тип, марка, обозначение документа, опросного листа | Код оборудования, изделия, материала | Завод-изготовитель | Единица измерения | Количество | Масса единицы, кг | Примечание
  | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9
  | | Вентиляция. Система П1 | | | | | | |
* | П1.1 | Установка приточная L=3500 м3/ч, Р=400 Па | ВЕРОСА-300 | | ВЕЗА | компл. | 1 | 320 |
* | 2 | Решетка алюминиевая наружная 600х300 | АРН | | Арктос | шт. | 4 | 2.1 |
* | 3 | Воздуховод из оцинкованной стали δ=0,7 мм 400х250 | ГОСТ 14918-80 | | | м | 36 | |
  | | Отопление | | | | | | |
* | 4 | Радиатор биметаллический 10 секций | РБС-500 | | Сантехпром | шт. | 22 | 18.5 |
* | 5 | Клапан термостатический прямой Ду15 | RTR-N | 013G7013 | Ридан | шт. | 22 | |
* | | Труба стальная водогазопроводная Ду20 | ГОСТ 3262-75 | | | м | 140 | |
""",
    ),
    "a school bid with alternates": draw(
        """
  | LINCOLN COUNTY SCHOOL DISTRICT NO. 4 | | | | | | |
  | INVITATION TO BID 24-09 : CUSTODIAL SUPPLIES | | | | | | |
  | Bidders must complete columns F through H. Bids not on this form will be rejected. | | | | | | |
  | Bid Item # | Est. Annual Usage | UOM | Item Description | Manufacturer & Model Specified | Bidder's Mfr/Model | Unit Bid Price | Extended Price
  | SECTION 1 - PAPER PRODUCTS | | | | | | |
* | 1 | 350 | CS | Toilet tissue, 2-ply, 500 sheets/roll, 96 rolls per case | Georgia-Pacific 19880 or equal | | | 0
* | 2 | 220 | CS | Roll towel, white, 8" x 800', 6 per case | Kimberly-Clark 01040 or equal | | | 0
  | SECTION 2 - CHEMICALS | | | | | | |
* | 3 | 48 | GAL | Neutral floor cleaner, concentrate, low foam | Spartan Damp Mop | | | 0
* | 4 | 12 | PAIL | Floor finish, 22% solids, 5 gal | Spartan iShine | | | 0
  | | | | TOTAL BID | | | | 0
  | ALTERNATES | | | | | | |
  | Bid Item # | Est. Annual Usage | UOM | Item Description | Manufacturer & Model Specified | Bidder's Mfr/Model | Unit Bid Price | Extended Price
* | A1 | 100 | CS | Toilet tissue, jumbo roll, 2-ply, 12 per case | | | |
  | Company: ____________________ | | | | Signature: | | |
  | Payment terms offered: | | | | | | |
""",
    ),
    "lots of a public tender": draw(
        """
  | PREFEITURA MUNICIPAL DE SÃO BENTO | | | | | |
  | ANEXO I - TERMO DE REFERÊNCIA | | | | | |
  | LOTE 1 - MATERIAL DE LIMPEZA | | | | | |
  | ITEM | ESPECIFICAÇÃO | MARCA | UND | QTDE | VALOR UNIT. | VALOR TOTAL
* | 1 | Água sanitária, frasco 1 litro | | FR | 2000 | 3.5 | 7000
* | 2 | Detergente neutro 500 ml | | UN | 1500 | 2.1 | 3150
  | VALOR TOTAL DO LOTE 1 | | | | | | 10150
  | LOTE 2 - MATERIAL DE EXPEDIENTE | | | | | |
  | ITEM | ESPECIFICAÇÃO | MARCA | UND | QTDE | VALOR UNIT. | VALOR TOTAL
* | 1 | Papel A4 75 g/m², caixa com 10 resmas | | CX | 300 | 210 | 63000
* | 2 | Caneta esferográfica azul, ponta 1,0 mm | | CX | 80 | 45 | 3600
  | VALOR TOTAL DO LOTE 2 | | | | | | 66600
  | Validade da proposta: 60 dias | | | | | |
""",
    ),
    "a request with numbered lines left empty": draw(
        """
  | | | 見積依頼書 | | | | | 2024年5月10日
  | 株式会社山田商事 御中 | | | | | | |
  | 下記の通りお見積りをお願いいたします。 | | | | | | |
  | No. | 品名 | 型番・仕様 | メーカー | 数量 | 単位 | 希望納期 | 備考
* | 1 | 六角穴付きボルト | M8×30 SUS304 | | 2000 | 本 | 6月末 |
* | 2 | 平ワッシャー | M8 SUS304 | | 4000 | 枚 | 6月末 |
* | 3 | 近接センサー | E2E-X5E1 2M | オムロン | 20 | 個 | 6月中旬 | 代替品可
  | 4 | | | | | | |
  | 5 | | | | | | |
  | | | | | | | | 以上
""",
    ),
    "kitchen equipment by location": draw(
        """
  | KITCHEN EQUIPMENT LIST - BISTRO NORD | | | | | | |
  | | | | | | | |
  | Item | Equipment | Dimensions | Electrical | Location | | | Total
  | | | (L x W x H) | | Kitchen | Bar | Store |
* | 1 | Combi oven 10 x GN1/1, boilerless | 850 x 775 x 1115 | 400V 3N, 18.6kW | 2 | | | 2
* | 2 | Undercounter refrigerator 2 doors | 1340 x 700 x 850 | 230V 0.3kW | 3 | 2 | | 5
* | 3 | Glass washer | 460 x 550 x 700 | 230V 3.0kW | | 1 | | 1
* | 4 | Wire shelving, chrome, 4 tiers | 1220 x 460 x 1800 | - | | | 8 | 8
* | 5 | Spare number | | | | | |
  | | Total | | | 5 | 3 | 8 | 16
""",
        merges=((2, 4, 2, 6),),
    ),
    "valves, text going on and charges": draw(
        """
  | Spett.le Fornitore | | | | | |
  | Oggetto: richiesta di offerta n. 88/24 | | | | | |
  | Vi preghiamo di quotare i seguenti articoli: | | | | | |
  | Rif. | Cod. art. | Descrizione | U.M. | Q.tà | Prezzo unit. € | Sconto % | Consegna
* | 1 | 70.0132 | Valvola a sfera 2 vie, ottone, 1/2" F/F PN40 | nr | 50 | | |
* | | | Valvola a farfalla wafer DN80 corpo ghisa | nr | 4 | | |
* | 3 | | Tubo multistrato 20x2 in rotolo da 100 m | m | 600 | | |
* | 4 | 70.0200 | Collettore 5+5 vie | nr | 8 | | |
  | | | completo di cassetta e staffe | | | | |
  | | | Spese di trasporto | | | | |
  | | | Totale imponibile | | | | |
  | Resa: franco ns. magazzino | | | | | |
  | Pagamento: 60 gg d.f.f.m. | | | | | |
""",
    ),
    "two languages in two columns and two lines": draw(
        """
  | شركة الخليج للمقاولات | | | | | |
  | Material Requisition / طلب مواد | | | | MR-0087 | |
  | Sr. | Description | الوصف | Unit | Qty | Required Date | Remarks
  | م | | | الوحدة | الكمية | | ملاحظات
* | 1 | Portland cement OPC 50 kg | أسمنت بورتلاندي | bag | 1500 | 1/6/2024 |
* | 2 | Rebar 16 mm Grade 60 | حديد تسليح ١٦ مم | ton | 45 | 1/6/2024 | mill certificate
* | 3 | Plywood 18 mm film faced | خشب بليوود | sheet | 300 | 15/6/2024 |
  | | Requested by: Eng. Khalid | | | Approved by: | |
""",
    ),
}


@pytest.mark.parametrize("name", SHEETS)
def test_items_are_those_a_person_would_list(name: str) -> None:
    assert SHEETS[name].items, "the drawing marks no item"
    assert SHEETS[name].found() == SHEETS[name].items


def rows(name: str) -> list[tuple[float | None, str | None, tuple[str, ...]]]:
    (table,) = SHEETS[name].tables()
    return [(row.quantity, row.unit, row.section_path) for row in table.rows]


def test_a_heading_right_below_the_header_is_no_part_of_it() -> None:
    (table,) = SHEETS["hotel furniture by room type"].tables()
    assert [column.name for column in table.columns][:4] == [
        "Code", "Item / Description", "Finish", "Overall Dimensions (mm) W"
    ]  # fmt: skip
    assert [row.quantity for row in table.rows] == [84, 168, 84, 120, 60, 6, 24]
    assert table.rows[0].section_path == ("GUEST ROOM - TYPE A (KING)",)
    assert table.rows[-1].section_path == ("PUBLIC AREAS",)


def test_what_stands_in_brackets_below_a_name_belongs_to_it() -> None:
    (table,) = SHEETS["kitchen equipment by location"].tables()
    names = [column.name for column in table.columns]
    assert names[2:6] == [
        "Dimensions (L x W x H)",
        "Electrical",
        "Location Kitchen",
        "Location Bar",
    ]
    assert [row.quantity for row in table.rows] == [2, 5, 1, 8, None]


def test_the_heading_above_a_header_holds_where_the_header_comes_again() -> None:
    found = rows("spare parts, the header again a section")
    assert [path for _, _, path in found] == [("Mechanik",)] * 3 + [("Elektrik",)] * 2
    assert found[0][:2] == (4, "Stk")
    lots = rows("lots of a public tender")
    assert [path[0][:6] for _, _, path in lots] == ["LOTE 1", "LOTE 1", "LOTE 2", "LOTE 2"]


def test_a_sum_of_sizes_is_a_quantity_beside_prices() -> None:
    assert [row[:2] for row in rows("clothes by size")] == [
        (600, "件"), (600, "件"), (300, "件"), (300, "件")
    ]  # fmt: skip


def test_a_chapter_with_a_sum_is_a_heading() -> None:
    (table,) = SHEETS["a bill of quantities with chapters and long texts"].tables()
    assert [row.section_path for row in table.rows] == [("DEMOLICIONES",)] * 2 + [
        ("CARPINTERÍA",)
    ] * 2
    assert (table.rows[0].number, table.rows[0].quantity) == ("01.01", 120)
    assert "retirada de escombros" in (table.rows[0].description or "")


def test_a_name_between_items_heads_the_next_where_one_headed_the_first() -> None:
    found = rows("ventilation and heating")
    assert [path for _, _, path in found] == [("Вентиляция. Система П1",)] * 3 + [
        ("Отопление",)
    ] * 3


def test_a_line_beginning_small_goes_on() -> None:
    (table,) = SHEETS["valves, text going on and charges"].tables()
    assert table.rows[-1].description == "Collettore 5+5 vie\ncompleto di cassetta e staffe"
    assert any("charges were left out: row 10-11" in note for note in table.notes)


def test_a_table_of_other_columns_below_a_gap_is_a_table_of_its_own() -> None:
    tables = draw(
        """
  | Table 1: Modules | | | |
  | Item | Description | Rating | Qty | Unit
* | 1.1 | PV module mono PERC | 550 Wp | 9100 | Nos
* | 1.2 | MC4 connector pair | 1500 V | 1000 | Set
  |
  | Table 2: Cables
  | Cable type | From | To | Length (m)
* | 4C x 300 sqmm Al XLPE | Inverter | Transformer | 1200
* | 1C x 6 sqmm solar DC | String | SCB | 45000
"""
    ).tables()
    assert [[row.description for row in table.rows] for table in tables] == [
        ["PV module mono PERC", "MC4 connector pair"],
        ["4C x 300 sqmm Al XLPE", "1C x 6 sqmm solar DC"],
    ]
    assert tables[1].title == "Table 2: Cables"
