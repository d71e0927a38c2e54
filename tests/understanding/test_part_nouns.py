"""Parts in Chinese, Japanese and Arabic: their sides, colours, materials and numbers."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _said(text: str) -> dict[str, object]:
    return {r.field: r.value for r in parse(text).requirements if r.implied_by is None}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("折叠桌，桌腿直径32mm", "leg_diameter", 32),
        ("庭院灯，灯杆高度6米", "pole_height", 6000),
        ("衣柜，柜体厚度18mm，门板白色", "cabinet_thickness", 18),
        ("木製テーブル、天板厚さ30mm", "tabletop_thickness", 30),
        ("木製テーブル、脚の直径60mm、脚は黒", "leg_diameter", 60),
        ("نحتاج خزانة ملابس، ارتفاع القاعدة 10 سم", "base_height", 100),
        ("衣柜，门板白色", "door_colour", "white"),
        ("木製テーブル、脚は黒", "leg_colour", "black"),
        ("電気圧力鍋、蓋はガラス", "lid_material", "glass"),
        ("办公桌，不锈钢支架", "frame_material", "stainless steel"),
        ("طاولة خشبية، لون الأرجل أسود", "leg_colour", "black"),
        ("نحتاج خزانة ملابس، المقبض معدني أسود", "handle_colour", "black"),
        ("衣柜，三个抽屉", "drawers", 3),
        ("業務用冷蔵庫 4ドア 棚6枚 庫内灯付き", "shelves", 6),
        ("木製テーブル、引き出し2つ", "drawers", 2),
        ("نحتاج خزانة ملابس، 4 أرجل", "legs", 4),
        ("叉车，不带拖车", "trailer", False),
        ("業務用冷蔵庫、庫内灯付き", "interior_light", True),
    ],
)
def test_what_is_said_of_a_part_is_recorded_under_its_name(
    text: str, field: str, value: object
) -> None:
    said = _said(text)
    assert said[field] == value, said


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("采购灯杆，高度6米，黑色", "height", 6000),  # the part is what is bought
        ("求购抽屉500个", "order_quantity", 500),
        ("نحتاج مضخات مياه، عدد 12 مضخة", "order_quantity", 12),
        ("オフィスチェア 40台、高さ90cm", "height", 900),
    ],
)
def test_goods_are_no_part_of_themselves(text: str, field: str, value: object) -> None:
    said = _said(text)
    assert said[field] == value, said
