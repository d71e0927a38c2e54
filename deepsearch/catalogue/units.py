"""Words for units of count and measure, and the one name each is stored under."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["canonical_unit"]


def set_of(words: str) -> frozenset[str]:
    """Split a list of words written as one text.

    Args:
        words: Separated by spaces.

    Returns:
        The words.
    """
    return frozenset(words.split())


# canonical unit → the words seen for it in English, Chinese, German, Spanish, French
_WORDS: dict[str, str] = {
    "piece": "piece pieces pc pcs pce pces pcs. pc. nos no nos. no. number numbers unit units ea "
    "each item items 件 个 個 只 台 支 条 枚 片 stück stueck stk stk. einheit einheiten pieza "
    "piezas pza pzas pza. unidad unidades ud uds pièce pièces pieces pce. unité unités",
    "set": "set sets 套 组 satz sätze juego juegos jeu jeux kit kits",
    "pair": "pair pairs pr prs 双 对 副 paar paare par pares paire paires",
    "kg": "kg kgs kg. kilo kilos kilogram kilograms kilogramme kilogrammes kilogramm 公斤 千克 "
    "kilogramo kilogramos",
    "g": "g gr gm gms gram grams gramme grammes gramm 克 gramo gramos",
    "t": "t ton tons tonne tonnes mt m.t. 吨 tonnen tonelada toneladas",
    "m": "m meter meters metre metres mtr mtrs 米 metro metros mètre mètres",
    "km": "km kilometer kilometers kilometre kilometres 公里 千米",
    "cm": "cm centimeter centimeters centimetre centimetres 厘米",
    "mm": "mm millimeter millimeters millimetre millimetres 毫米",
    "m2": "m2 m² sqm sq.m sq.m. 平方米 平米 quadratmeter",
    "m3": "m3 m³ cbm 立方米 kubikmeter",
    "l": "l ltr ltrs liter liters litre litres 升 litro litros",
    "ml": "ml milliliter milliliters millilitre millilitres 毫升",
    "ft": "ft foot feet 英尺",
    "ft2": "ft2 ft² sqft sq.ft",
    "in": "in inch inches 英寸 zoll pulgada pulgadas pouce pouces",
    "yd": "yd yds yard yards 码",
    "lb": "lb lbs pound pounds 磅",
    "oz": "oz ounce ounces",
    "box": "box boxes 盒 schachtel caja cajas boîte boîtes",
    "carton": "carton cartons ctn ctns 箱 karton kartons cartón cartones",
    "case": "case cases",
    "pack": "pack packs package packages packet packets pkt pkts 包 packung packungen paquete "
    "paquetes paquet paquets",
    "bag": "bag bags 袋 beutel sack säcke bolsa bolsas saco sacos sac sacs",
    "roll": "roll rolls 卷 rolle rollen rollo rollos rouleau rouleaux",
    "sheet": "sheet sheets 张 blatt hoja hojas feuille feuilles",
    "bottle": "bottle bottles 瓶 flasche flaschen botella botellas bouteille bouteilles",
    "barrel": "barrel barrels drum drums 桶 fass fässer",
    "pallet": "pallet pallets 托盘 palette paletten palé palés",
    "dozen": "dozen dozens 打 dutzend docena docenas douzaine douzaines",
    "acre": "acre acres",
    "hectare": "hectare hectares ha",
    "20ft_container": "20gp 20ft_container 20'container",
    "40ft_container": "40gp 40ft_container 40'container",
    "40ft_hc_container": "40hq 40hc",
}
_PHRASES = {
    "square meter": "m2",
    "square meters": "m2",
    "square metre": "m2",
    "square metres": "m2",
    "sq m": "m2",
    "cubic meter": "m3",
    "cubic meters": "m3",
    "cubic metre": "m3",
    "cubic metres": "m3",
    "square feet": "ft2",
    "square foot": "ft2",
    "sq ft": "ft2",
    "metric ton": "t",
    "metric tons": "t",
    "metric tonne": "t",
    "metric tonnes": "t",
    "twenty-foot container": "20ft_container",
    "forty-foot container": "40ft_container",
}
_CANONICAL = {word: unit for unit, words in _WORDS.items() for word in words.split()} | _PHRASES
_PLURAL = re.compile(r"\(e?s\)|/s$")


@lru_cache(maxsize=4096)
def canonical_unit(text: str | None) -> str | None:
    """Give the stored name of a unit.

    Args:
        text: As written: "Pieces", "pc(s)", "kilograms", "Stück", "件".

    Returns:
        The canonical name; an unknown unit in lower case; None for none.
    """
    if text is None:
        return None
    word = " ".join(unicodedata.normalize("NFC", _PLURAL.sub("", text)).lower().split())
    word = word.strip("()[]:;, ")
    if not word:
        return None
    return _CANONICAL.get(word) or _CANONICAL.get(word.rstrip(".")) or word


def is_known_unit(text: str) -> bool:
    """Tell whether a word is a unit this module knows.

    Args:
        text: A word, any case.

    Returns:
        True if it has a canonical name.
    """
    unit = canonical_unit(text)
    return unit is not None and unit in _WORDS
