"""Where in a sheet the quantity wanted stands, and in what unit."""

from __future__ import annotations

import pytest

from tests.inputs.sheets import draw

Merges = tuple[tuple[int, int, int, int], ...]

SHEETS: dict[str, tuple[str, Merges, list[tuple[float | None, str | None]]]] = {
    "by place, below one heading": (
        """
  | Désignation | Cond. | Quantités | | | Remarques
  | | | École A | École B | Collège |
* | Louche inox 12 cl | pièce | 4 | 2 | 6 |
* | Bac gastro GN1/1 65 mm | pièce | | 10 | 12 | avec couvercle
""",
        ((0, 2, 0, 4),),
        [(12, "pièce"), (22, "pièce")],
    ),
    "with its unit in the cell": (
        """
  | Pos | Leistung | Menge/Einheit | EP
* | 1 | Rollrasen liefern und verlegen | 350 m² |
* | 2 | Rindenmulch | ca. 12 m³ |
* | 3 | Blumenerde | 40 Säcke |
* | 4 | Bewässerungscomputer | 2 Stck. |
""",
        (),
        [(350, "m²"), (12, "m³"), (40, "Säcke"), (2, "Stck.")],
    ),
    "the unit below a name that means something else": (
        """
  | Pos. | Text | Menge | Dim.
* | 1 | Zaun H 1,2 m | 85 | lfm
* | 2 | Tor | 2 | Stk
""",
        (),
        [(85, "lfm"), (2, "Stk")],
    ),
    "a name in one language, a number in another": (
        """
  | Rep | Désignation | Nombre
* | a | Chaise empilable | 40
* | b | Table 120x80 | 10
""",
        (),
        [(40, None), (10, None)],
    ),
    "a total in one word": (
        """
  | Artikel | Anzahl je Raum | Anzahl Räume | Gesamtmenge
* | Steckdose | 4 | 10 | 40
* | Schalter | 2 | 10 | 20
""",
        (),
        [(40, None), (20, None)],
    ),
    "the total of what is planned, not what is in stock": (
        """
  | 序号 | 备件名称 | 单位 | 库存数量 | 计划数量 | |
  | | | | | 一季度 | 二季度 | 合计
* | 1 | 空气滤芯 | 只 | 2 | 4 | 4 | 8
* | 2 | 托辊 | 件 | 15 | 20 | | 20
  | 小计 | | | | | | 28
""",
        ((0, 4, 0, 6),),
        [(8, "只"), (20, "件")],
    ),
    "sizes in numbers, summed up in pairs beside a price": (
        """
  | Article | Colour | 36 | 37 | 38 | Pairs | FOB
* | W-101 sneaker | white | 10 | 20 | 30 | 60 | 7.2
* | W-205 sandal | tan | | 20 | 20 | 40 | 5.1
  | TOTAL | | 10 | 40 | 50 | 100 |
""",
        (),
        [(60, "Pairs"), (40, "Pairs")],
    ),
    "sizes in a second line without merges": (
        """
  | Prenda | Tela | Tallas | | | Total (pzas)
  | | | S | M | L |
  | HOTEL MARINA (recepción)
* | Camisa | Oxford blanco | 10 | 20 | 15 | 45
* | Pantalón | Sarga negra | 8 | 18 | 20 | 46
  | Subtotal Hotel Marina | | | | | 91
  | HOTEL SIERRA (cocina)
* | Gorro de cocina | Algodón | única | | | '40
""",
        (),
        [(45, "pzas"), (46, "pzas"), (40, "pzas")],
    ),
    "below what was measured for it": (
        """
  | Código | Ud | Descripción | Nº | Largo | Alto | Parcial | Cantidad | Precio
  | '01 | | DEMOLICIONES
* | '01.01 | m2 | Picado de alicatado
  | | | Baño A | 2 | 3.5 | 2.4 | 16.8
  | | | Baño B | 1 | 2.5 | 2.4 | 6
  | | | | | | | | 22.8
* | '01.02 | ud | Desmontaje de lavabo
  | | | Baño A | 2 | | | 2
  | | | Total partida 01.02 | | | | | 2
  | '02 | | ALICATADOS
* | '02.01 | m2 | Azulejo 20x20 blanco
  | | | Paramentos | 4 | 2.5 | 2.4 | 24 | 24
""",
        (),
        [(22.8, "m2"), (2, "ud"), (24, "m2")],
    ),
    "below what was measured, without a unit": (
        """
  | Código | Descripción | Uds | Largo | Parcial | Total
  | '1 | FONTANERÍA
  | '1.1 | Lavabo mural 55 cm con sifón
  | | Baños planta 1 | 4 | | 4
* | | | | | | 4
  | '1.2 | Tubería PEX 20 mm
  | | Montantes | 8 | 3.2 | 25.6
* | | | | | | 25.6
""",
        (),
        [(4, None), (25.6, None)],
    ),
    "grouped by narrow blanks": (
        """
  | Article | Qté | U
* | Câble 3G2,5 | 1\u00a0250 | ml
* | Gaine | 2\u202f000 | ml
""",
        (),
        [(1250, "ml"), (2000, "ml")],
    ),
}


@pytest.mark.parametrize("name", SHEETS)
def test_the_quantity_wanted(name: str) -> None:
    text, merges, wanted = SHEETS[name]
    drawn = draw(text, merges=merges)
    assert drawn.found() == drawn.items
    (table,) = drawn.tables()
    assert [(row.quantity, row.unit) for row in table.rows] == wanted


def test_a_position_after_one_without_a_quantity_keeps_its_own() -> None:
    (table,) = draw(
        """
  | No | Description | Unit | Qty
  | 1 | Copper pipe 15 mm | m | RO
  | 2 | Copper pipe 28 mm | m | 30
  | | Total | | 30
"""
    ).tables()
    assert [row.quantity for row in table.rows] == [None, 30]


def test_positions_not_wanted_are_left_out_and_named() -> None:
    drawn = draw(
        """
  | Pos. | Bezeichnung | Menge | ME
* | '2.3 | Winkelschleifer 125 mm | 4 | St
  | '2.4 | entfällt
* | '2.5 | Bohrhammer | 2 | St
"""
    )
    (table,) = drawn.tables()
    assert drawn.found() == drawn.items
    assert any("not wanted were left out: row 3" in note for note in table.notes)


def test_a_summary_of_the_headings_is_no_item() -> None:
    drawn = draw(
        """
  | OZ | Kurztext | Menge | Einh. | G.P.
  | '01. | Erdarbeiten
* | '01.0010 | Oberboden abtragen | 450 | m²
  | '02. | Pflanzarbeiten
* | '02.0010 | Hainbuche, Hochstamm | 12 | St
  | Zusammenstellung
  | '01. | Erdarbeiten | | | 0
  | '02. | Pflanzarbeiten | | | 0
  | | Angebotssumme netto | | | 0
"""
    )
    (table,) = drawn.tables()
    assert drawn.found() == drawn.items
    assert any("told again to sum up were left out: row 7-8" in note for note in table.notes)


def test_sections_counted_in_their_text_and_a_footnote() -> None:
    drawn = draw(
        """
  | Article | Unité | Qté | Prix unit. € HT
  | 1. Vaisselle
* | Assiette creuse | pièce | 400 |
  | 2. Petit électroménager
* | Mixeur plongeant | pièce | 4 |
  | (1) Livraison échelonnée par école
"""
    )
    (table,) = drawn.tables()
    assert drawn.found() == drawn.items
    assert [row.section for row in table.rows] == ["1. Vaisselle", "2. Petit électroménager"]
    assert table.columns[3].role.value == "price"


def test_a_place_holds_for_the_blanks_below_it() -> None:
    (table,) = draw(
        """
  | Room | Item | Qty | Finish
  | Lobby | Armchair | 4 | leather
  | | Side table | 2 | oak
  | Bar | Bar stool | 8 | velvet
"""
    ).tables()
    assert [row.cells["Room"] for row in table.rows] == ["Lobby", "Lobby", "Bar"]
