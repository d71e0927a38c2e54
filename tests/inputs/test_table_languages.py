"""Which rows of a sheet are items, in the languages buyers write."""

from __future__ import annotations

import pytest

from tests.inputs.sheets import draw

LAYOUTS = {
    "chinese": """
  | 采购询价单
  | 序号 | 产品名称 | 规格型号 | 数量 | 单位 | 单价(元) | 备注
* | 1 | 不锈钢球阀 | Q11F-16P DN25 | 20 | 个 | |
* | 2 | 法兰 | PN16 DN100 | 16 | 片 | | 急用
  | 合计 | | | 36
  | 备注：含税含运费
""",
    "german": """
  | Pos. | Artikelnr. | Bezeichnung | Menge | ME | Einzelpreis
* | 10 | 4711-01 | Sechskantschraube M10x60 | 200 | Stk |
* | 20 | 4711-02 | Unterlegscheibe 10,5 | 400 | Stk |
  | | | Zwischensumme | | | 0
""",
    "russian": """
  | № п/п | Наименование | Ед. изм. | Кол-во | Примечание
* | 1 | Труба стальная 57х3,5 | м | 120 |
* | 2 | Отвод 90 57х3,5 | шт | 14 |
  | | Итого: | | 134 |
""",
    "spanish": """
  | Ítem | Descripción | Unidad | Cantidad | Precio unitario
* | 1 | Cable de cobre 2,5 mm2 | m | 500 |
* | 2 | Interruptor termomagnético 16 A | ud | 12 |
""",
    "turkish": """
  | Sıra No | Malzeme Adı | Birim | Miktar
* | 1 | Çelik boru 2 inç | m | 60
* | 2 | Küresel vana | adet | 8
""",
    "arabic": """
  | م | البيان | الوحدة | الكمية
* | 1 | مضخة مياه | عدد | 2
* | 2 | أنبوب نحاس | متر | 50
""",
    "japanese": """
  | 番号 | 品名 | 型番 | 数量 | 単位 | 備考
* | 1 | ステンレスボルト | M8x40 | 100 | 個 |
* | 2 | ワッシャー | M8 | 100 | 個 |
""",
    "vietnamese": """
  | STT | Tên hàng hóa | Quy cách | ĐVT | Số lượng
* | 1 | Ống thép mạ kẽm | DN50 | m | 100
* | 2 | Van bi | DN25 | cái | 12
  | | Tổng cộng | | | 112
""",
    "chinese with a note and a contact": """
  | 品名 | 规格 | 数量 | 备注
* | 螺栓 | M8*40 | 1000 | 镀锌
  | 注：交期30天
  | 联系人：张三 | | 电话：123
""",
    "french": """
  | N° | Désignation | Unité | Quantité | PU | Montant
  | 1 | GROS OEUVRE
* | '1.1 | Béton armé dosé à 350 kg/m3 | m3 | 45 |  |
* | '1.2 | Maçonnerie en agglos de 20 | m2 | 120 | |
  | | Sous-total 1
  | 2 | PLOMBERIE
* | '2.1 | Tube PPR DN25 | ml | 80 | |
  | TOTAL GENERAL HT
  | TVA 20%
  | TOTAL TTC
""",
    "portuguese": """
  | Item | Descrição | Unid. | Quant. | Valor Unitário
* | 1 | Parafuso sextavado M8 | pç | 100 |
* | 2 | Arruela lisa M8 | pç | 100 |
  | Total geral
""",
    "italian": """
  | Voce | Descrizione | U.M. | Q.tà | Prezzo
* | 1 | Tubo acciaio DN50 | m | 30 |
* | 2 | Curva 90 DN50 | pz | 6 |
""",
    "korean": """
  | 번호 | 품명 | 규격 | 단위 | 수량 | 비고
* | 1 | 볼트 | M8x40 | EA | 100 |
* | 2 | 너트 | M8 | EA | 100 |
  | | 합계 | | | 200 |
""",
    "polish": """
  | Lp. | Nazwa towaru | J.m. | Ilość | Cena
* | 1 | Rura stalowa DN50 | m | 30 |
* | 2 | Kolano 90 | szt. | 6 |
  | | Razem | | 36 |
""",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_items_are_those_a_person_would_list(name: str) -> None:
    drawn = draw(LAYOUTS[name])
    assert drawn.items, "the drawing marks no item"
    assert drawn.found() == drawn.items
