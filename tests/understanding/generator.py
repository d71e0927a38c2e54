"""Varied sentences with known answers, in ten languages, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

Answer = tuple[str, str, object, str | None]


@dataclass(frozen=True)
class Case:
    language: str
    text: str
    answers: tuple[Answer, ...]


def _number(rng: random.Random, value: float, language: str) -> str:
    """Write a number as the language's readers do."""
    whole = int(value)
    if value != whole:
        text = f"{value:g}"
        return text if language in ("en", "zh", "ja", "ar") else text.replace(".", ",")
    if whole >= 1000 and rng.random() < 0.7:
        sign = {"en": ",", "zh": "", "ja": ",", "ar": "", "de": ".", "es": ".", "pt": ".", "it": ".",  # noqa: E501
                "fr": "\u202f", "ru": "\u00a0"}[language]  # fmt: skip
        return f"{whole:,}".replace(",", sign)
    return str(whole)


# Each phrase holds {n}; value and unit of the answer follow from the entry.
# (phrase, field, op, [written values], factor to the canonical unit, unit)
Phrase = tuple[str, str, str, tuple[float, ...], float, str | None]

_W = (3, 8.5, 12, 24)
_V = (12, 24, 110, 220, 230, 380)
_CM = (45, 60, 98, 120)
_FEW = (2, 3, 4, 6)
_PRICE = (1.2, 4.5, 18, 99)
_DAYS = (15, 20, 30, 45)
_TEMP = (10, 18, 25, 30, 40)

PHRASES: dict[str, tuple[Phrase, ...]] = {
    "en": (
        ("{n} drawers", "drawers", "eq", _FEW, 1, None),
        ("vacuum table {n} zones", "zones", "eq", _FEW, 1, None),
        ("{n}-stage filter", "stages", "eq", _FEW, 1, None),
        ("weight max {n} kg", "weight", "le", _W, 1, "kg"),
        ("max weight {n} kg", "weight", "le", _W, 1, "kg"),
        ("weighing less than {n} kg", "weight", "lt", _W, 1, "kg"),
        ("must work at minus {n} degrees", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("works down to -{n} °C", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("operates at {n} degrees below zero", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("{n} V", "voltage", "eq", _V, 1, "V"),
        ("voltage {n}V", "voltage", "eq", _V, 1, "V"),
        ("width at least {n} cm", "width", "ge", _CM, 10, "mm"),
        ("noise below {n} dB", "noise", "lt", (40, 55, 65), 1, "dB"),
        ("delivery within {n} days", "lead_time", "le", _DAYS, 1, "day"),
        ("lead time max {n} days", "lead_time", "le", _DAYS, 1, "day"),
        ("price under ${n} per piece", "unit_price", "lt", _PRICE, 1, "USD"),
        ("max {n} USD each", "unit_price", "le", _PRICE, 1, "USD"),
        ("warranty at least {n} years", "warranty", "ge", (1, 2, 3), 12, "month"),
        ("pressure over {n} bar", "pressure", "gt", (6, 8, 10), 1, "bar"),
        ("torque ≥ {n} N·m", "torque", "ge", (50, 500), 1, "N.m"),
        ("MOQ {n}", "min_order_quantity", "eq", (100, 500, 1000), 1, "piece"),
        ("load capacity {n} kg", "load_capacity", "eq", (150, 500), 1, "kg"),
    ),
    "de": (
        ("{n}-polig", "poles", "eq", _FEW, 1, None),
        ("{n}-reihig", "rows", "eq", _FEW, 1, None),
        ("Gewicht höchstens {n} kg", "weight", "le", _W, 1, "kg"),
        ("Gewicht unter {n} kg", "weight", "lt", _W, 1, "kg"),
        ("einsetzbar bis minus {n} Grad", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("Betriebstemperatur -{n} °C", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("{n} V", "voltage", "eq", _V, 1, "V"),
        ("Breite mindestens {n} cm", "width", "ge", _CM, 10, "mm"),
        ("Lautstärke maximal {n} dB", "noise", "le", (40, 55), 1, "dB"),
        ("Lieferzeit maximal {n} Tage", "lead_time", "le", _DAYS, 1, "day"),
        ("Lieferung innerhalb von {n} Tagen", "lead_time", "le", _DAYS, 1, "day"),
        ("Preis höchstens {n} € pro Stück", "unit_price", "le", _PRICE, 1, "EUR"),
        ("Preis unter {n} Euro", "unit_price", "lt", _PRICE, 1, "EUR"),
        ("mindestens {n} Jahre Garantie", "warranty", "ge", (2, 3), 12, "month"),
        ("Druck mindestens {n} bar", "pressure", "ge", (6, 10), 1, "bar"),
        ("Tragkraft {n} kg", "load_capacity", "eq", (150, 500), 1, "kg"),
        ("Drehmoment mehr als {n} Nm", "torque", "gt", (50, 500), 1, "N.m"),
    ),
    "es": (
        ("peso máximo {n} kg", "weight", "le", _W, 1, "kg"),
        ("peso inferior a {n} kg", "weight", "lt", _W, 1, "kg"),
        ("que funcione a {n} grados bajo cero", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("temperatura de trabajo -{n} °C", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("{n} V", "voltage", "eq", _V, 1, "V"),
        ("ancho mínimo {n} cm", "width", "ge", _CM, 10, "mm"),
        ("ruido menor a {n} dB", "noise", "lt", (40, 55), 1, "dB"),
        ("plazo máximo de {n} días", "lead_time", "le", _DAYS, 1, "day"),
        ("precio máximo {n} € la unidad", "unit_price", "le", _PRICE, 1, "EUR"),
        ("no más de {n} USD cada una", "unit_price", "le", _PRICE, 1, "USD"),
        ("garantía mínima de {n} años", "warranty", "ge", (2, 3), 12, "month"),
        ("presión superior a {n} bar", "pressure", "gt", (6, 10), 1, "bar"),
        ("capacidad de carga {n} kg", "load_capacity", "eq", (150, 500), 1, "kg"),
        ("pedido mínimo {n} piezas", "min_order_quantity", "eq", (100, 500), 1, "piece"),
    ),
    "fr": (
        ("poids maximum {n} kg", "weight", "le", _W, 1, "kg"),
        ("poids inférieur à {n} kg", "weight", "lt", _W, 1, "kg"),
        ("utilisable à moins {n} degrés", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("fonctionnant à -{n} °C", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("{n} V", "voltage", "eq", _V, 1, "V"),
        ("largeur minimum {n} cm", "width", "ge", _CM, 10, "mm"),
        ("niveau sonore inférieur à {n} dB", "noise", "lt", (40, 55), 1, "dB"),
        ("livraison sous {n} jours", "lead_time", "le", _DAYS, 1, "day"),
        ("prix maximum {n} € pièce", "unit_price", "le", _PRICE, 1, "EUR"),
        ("garantie {n} ans minimum", "warranty", "ge", (2, 3), 12, "month"),
        ("pression supérieure à {n} bar", "pressure", "gt", (6, 10), 1, "bar"),
        ("charge admissible {n} kg", "load_capacity", "eq", (150, 500), 1, "kg"),
        ("débit d'au moins {n} l/min", "flow_rate", "ge", (20, 350), 1, "l/min"),
    ),
    "pt": (
        ("peso máximo {n} kg", "weight", "le", _W, 1, "kg"),
        ("peso abaixo de {n} kg", "weight", "lt", _W, 1, "kg"),
        ("para operar a menos {n} graus", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("temperatura de operação -{n} °C", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("{n} V", "voltage", "eq", _V, 1, "V"),
        ("largura mínima {n} cm", "width", "ge", _CM, 10, "mm"),
        ("ruído até {n} dB", "noise", "le", (40, 55), 1, "dB"),
        ("prazo máximo de {n} dias", "lead_time", "le", _DAYS, 1, "day"),
        ("preço até R$ {n} cada", "unit_price", "le", _PRICE, 1, "BRL"),
        ("garantia mínima de {n} anos", "warranty", "ge", (2, 3), 12, "month"),
        ("pressão acima de {n} bar", "pressure", "gt", (6, 10), 1, "bar"),
        ("capacidade de carga {n} kg", "load_capacity", "eq", (150, 500), 1, "kg"),
    ),
    "it": (
        ("peso massimo {n} kg", "weight", "le", _W, 1, "kg"),
        ("peso inferiore a {n} kg", "weight", "lt", _W, 1, "kg"),
        ("utilizzabile a {n} gradi sotto zero", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("temperatura di esercizio -{n} °C", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("{n} V", "voltage", "eq", _V, 1, "V"),
        ("larghezza almeno {n} cm", "width", "ge", _CM, 10, "mm"),
        ("rumorosità sotto i {n} dB", "noise", "lt", (40, 55), 1, "dB"),
        ("consegna entro {n} giorni", "lead_time", "le", _DAYS, 1, "day"),
        ("prezzo massimo {n} € cad.", "unit_price", "le", _PRICE, 1, "EUR"),
        ("garanzia almeno {n} anni", "warranty", "ge", (2, 3), 12, "month"),
        ("pressione superiore a {n} bar", "pressure", "gt", (6, 10), 1, "bar"),
        ("carico massimo {n} kg", "load_capacity", "ge", (150, 500), 1, "kg"),
    ),
    "ru": (
        ("{n}-секционный", "panels", "eq", _FEW, 1, None),
        ("{n}-полюсный", "poles", "eq", _FEW, 1, None),
        ("вес не более {n} кг", "weight", "le", _W, 1, "kg"),
        ("вес менее {n} кг", "weight", "lt", _W, 1, "kg"),
        ("работа при минус {n} градусов", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("эксплуатация при -{n} °C", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("{n} В", "voltage", "eq", _V, 1, "V"),
        ("ширина не менее {n} см", "width", "ge", _CM, 10, "mm"),
        ("шум ниже {n} дБ", "noise", "lt", (40, 55), 1, "dB"),
        ("срок поставки до {n} дней", "lead_time", "le", _DAYS, 1, "day"),
        ("отгрузка в течение {n} дней", "lead_time", "le", _DAYS, 1, "day"),
        ("цена не выше {n} рублей за штуку", "unit_price", "le", (90, 450), 1, "RUB"),
        ("гарантия не менее {n} месяцев", "warranty", "ge", (12, 24), 1, "month"),
        ("давление более {n} бар", "pressure", "gt", (6, 10), 1, "bar"),
        ("грузоподъемность {n} кг", "load_capacity", "eq", (150, 500), 1, "kg"),
    ),
    "zh": (
        ("{n}个抽屉", "drawers", "eq", _FEW, 1, None),
        ("桌腿直径{n}厘米", "leg_diameter", "eq", _CM, 10, "mm"),
        ("{n}工位", "stations", "eq", _FEW, 1, None),
        ("重量不超过{n}公斤", "weight", "le", _W, 1, "kg"),
        ("重量{n}公斤以内", "weight", "le", _W, 1, "kg"),
        ("零下{n}度能用", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("工作温度-{n}℃", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("{n}V", "voltage", "eq", _V, 1, "V"),
        ("宽度至少{n}厘米", "width", "ge", _CM, 10, "mm"),
        ("噪音低于{n}分贝", "noise", "lt", (40, 55), 1, "dB"),
        ("{n}天内发货", "lead_time", "le", _DAYS, 1, "day"),
        ("单价不高于{n}元", "unit_price", "le", _PRICE, 1, "CNY"),
        ("质保{n}年以上", "warranty", "ge", (2, 3), 12, "month"),
        ("压力大于{n}bar", "pressure", "gt", (6, 10), 1, "bar"),
        ("载重{n}公斤", "load_capacity", "eq", (150, 500), 1, "kg"),
        ("起订量{n}个", "min_order_quantity", "eq", (100, 500), 1, "piece"),
    ),
    "ja": (
        ("引き出し{n}つ", "drawers", "eq", _FEW, 1, None),
        ("脚の高さ{n}cm", "leg_height", "eq", _CM, 10, "mm"),
        ("棚{n}枚", "shelves", "eq", _FEW, 1, None),
        ("重量{n}kg以下", "weight", "le", _W, 1, "kg"),
        ("重量{n}kg未満", "weight", "lt", _W, 1, "kg"),
        ("マイナス{n}度で使用可能", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("動作温度-{n}℃", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("{n}V", "voltage", "eq", _V, 1, "V"),
        ("幅{n}cm以上", "width", "ge", _CM, 10, "mm"),
        ("騒音{n}dB以下", "noise", "le", (40, 55), 1, "dB"),
        ("納期{n}日以内", "lead_time", "le", _DAYS, 1, "day"),
        ("単価{n}円以下", "unit_price", "le", (400, 4000), 1, "JPY"),
        ("保証{n}年以上", "warranty", "ge", (2, 3), 12, "month"),
        ("耐荷重{n}kg", "load_capacity", "eq", (150, 500), 1, "kg"),
    ),
    "ar": (
        ("{n} أدراج", "drawers", "eq", _FEW, 1, None),
        ("ارتفاع القاعدة {n} سم", "base_height", "eq", _CM, 10, "mm"),
        ("الوزن لا يزيد عن {n} كجم", "weight", "le", _W, 1, "kg"),
        ("الوزن أقل من {n} كجم", "weight", "lt", _W, 1, "kg"),
        ("يعمل عند {n} درجة تحت الصفر", "operating_temperature", "le", _TEMP, -1, "degC"),
        ("{n} فولت", "voltage", "eq", _V, 1, "V"),
        ("العرض لا يقل عن {n} سم", "width", "ge", _CM, 10, "mm"),
        ("الضوضاء أقل من {n} ديسيبل", "noise", "lt", (40, 55), 1, "dB"),
        ("التسليم خلال {n} يوما", "lead_time", "le", _DAYS, 1, "day"),
        ("السعر أقل من {n} دولار للقطعة", "unit_price", "lt", (18, 99), 1, "USD"),
        ("ضمان لا يقل عن {n} سنوات", "warranty", "ge", (3, 5), 12, "month"),
        ("ضغط أكثر من {n} بار", "pressure", "gt", (6, 10), 1, "bar"),
        ("حمولة {n} كجم", "load_capacity", "eq", (150, 500), 1, "kg"),
    ),
}

WORDS: dict[str, tuple[tuple[str, Answer], ...]] = {
    "en": (("black", ("colour", "eq", "black", None)), ("without logo", ("custom_logo", "eq", False, None)),  # noqa: E501
           ("CE and RoHS", ("certification", "all_of", ("CE", "RoHS"), None)), ("IP67", ("ip_rating", "eq", "IP67", None)),  # noqa: E501
           ("not made in Vietnam", ("origin", "ne", "VN", None)), ("payment by L/C", ("payment_terms", "eq", "L/C", None)),  # noqa: E501
           ("either FDA or LFGB", ("certification", "any_of", ("FDA", "LFGB"), None)), ("sample needed", ("sample", "eq", True, None))),  # noqa: E501
    "de": (("schwarz", ("colour", "eq", "black", None)), ("ohne Aufdruck", ("custom_logo", "eq", False, None)),  # noqa: E501
           ("CE und RoHS", ("certification", "all_of", ("CE", "RoHS"), None)), ("IP67", ("ip_rating", "eq", "IP67", None)),  # noqa: E501
           ("rot oder blau", ("colour", "any_of", ("red", "blue"), None)), ("Muster vorab", ("sample", "eq", True, None))),  # noqa: E501
    "es": (("color negro", ("colour", "eq", "black", None)), ("sin logo", ("custom_logo", "eq", False, None)),  # noqa: E501
           ("CE y RoHS", ("certification", "all_of", ("CE", "RoHS"), None)), ("rojo o azul", ("colour", "any_of", ("red", "blue"), None)),  # noqa: E501
           ("pago por carta de crédito", ("payment_terms", "eq", "L/C", None)), ("con muestra", ("sample", "eq", True, None))),  # noqa: E501
    "fr": (("couleur noire", ("colour", "eq", "black", None)), ("sans logo", ("custom_logo", "eq", False, None)),  # noqa: E501
           ("CE et RoHS", ("certification", "all_of", ("CE", "RoHS"), None)), ("rouge ou bleu", ("colour", "any_of", ("red", "blue"), None)),  # noqa: E501
           ("avec échantillon", ("sample", "eq", True, None)), ("en inox", ("material", "eq", "stainless steel", None))),  # noqa: E501
    "pt": (("cor preta", ("colour", "eq", "black", None)), ("sem logo", ("custom_logo", "eq", False, None)),  # noqa: E501
           ("CE e RoHS", ("certification", "all_of", ("CE", "RoHS"), None)), ("vermelho ou azul", ("colour", "any_of", ("red", "blue"), None)),  # noqa: E501
           ("com amostra", ("sample", "eq", True, None)), ("em aço inox", ("material", "eq", "stainless steel", None))),  # noqa: E501
    "it": (("colore nero", ("colour", "eq", "black", None)), ("senza logo", ("custom_logo", "eq", False, None)),  # noqa: E501
           ("CE e RoHS", ("certification", "all_of", ("CE", "RoHS"), None)), ("rosso o blu", ("colour", "any_of", ("red", "blue"), None)),  # noqa: E501
           ("con campione", ("sample", "eq", True, None)), ("in acciaio inox", ("material", "eq", "stainless steel", None))),  # noqa: E501
    "ru": (("цвет чёрный", ("colour", "eq", "black", None)), ("без логотипа", ("custom_logo", "eq", False, None)),  # noqa: E501
           ("CE и RoHS", ("certification", "all_of", ("CE", "RoHS"), None)), ("красные или синие", ("colour", "any_of", ("red", "blue"), None)),  # noqa: E501
           ("с образцом", ("sample", "eq", True, None)), ("из нержавеющей стали", ("material", "eq", "stainless steel", None))),  # noqa: E501
    "zh": (("黑色", ("colour", "eq", "black", None)), ("不要logo", ("custom_logo", "eq", False, None)),  # noqa: E501
           ("要有CE和RoHS", ("certification", "all_of", ("CE", "RoHS"), None)), ("红色或蓝色", ("colour", "any_of", ("red", "blue"), None)),  # noqa: E501
           ("先寄样品", ("sample", "eq", True, None)), ("不锈钢材质", ("material", "eq", "stainless steel", None))),  # noqa: E501
    "ja": (("黒色", ("colour", "eq", "black", None)), ("ロゴなし", ("custom_logo", "eq", False, None)),  # noqa: E501
           ("CEおよびRoHS", ("certification", "all_of", ("CE", "RoHS"), None)), ("赤または青", ("colour", "any_of", ("red", "blue"), None)),  # noqa: E501
           ("サンプルあり", ("sample", "eq", True, None)), ("ステンレス製", ("material", "eq", "stainless steel", None))),  # noqa: E501
    "ar": (("لون أسود", ("colour", "eq", "black", None)), ("بدون شعار", ("custom_logo", "eq", False, None)),  # noqa: E501
           ("شهادة CE و RoHS", ("certification", "all_of", ("CE", "RoHS"), None)), ("أحمر أو أزرق", ("colour", "any_of", ("red", "blue"), None))),  # noqa: E501
}  # fmt: skip

OPENINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (("We need {n} conveyors", "piece"), ("Looking for {n} sets of generators", "set"), ("Please quote {n} pcs mixers", "piece")),  # noqa: E501
    "de": (("Wir benötigen {n} Förderbänder", "piece"), ("{n} Stück Mischer", "piece"), ("Anfrage: {n} Stück Regale", "piece")),  # noqa: E501
    "es": (("Necesito {n} mezcladoras", "piece"), ("Buscamos {n} unidades de estufas", "piece")),
    "fr": (("Nous cherchons {n} mélangeurs", "piece"), ("Besoin de {n} pièces de convoyeurs", "piece")),  # noqa: E501
    "pt": (("Preciso de {n} misturadores", "piece"), ("Orçamento para {n} unidades de fornos", "piece")),  # noqa: E501
    "it": (("Cerchiamo {n} miscelatori", "piece"), ("Ci servono {n} pezzi di forni", "piece")),
    "ru": (("Нужны {n} штук миксеров", "piece"), ("Требуется {n} шт. печей", "piece")),
    "zh": (("采购搅拌机{n}台", "piece"), ("我们需要{n}套烤炉", "set")),
    "ja": (("ミキサー{n}台", "piece"), ("オーブン{n}個", "piece")),
    "ar": (("نريد {n} قطعة خلاطات", "piece"), ("نحتاج {n} قطعة أفران", "piece")),
}  # fmt: skip

_WISH = {"en": "preferably {}", "de": "gerne {}", "es": "preferiblemente {}", "fr": "de préférence {}", "pt": "de preferência {}",  # noqa: E501
         "it": "preferibilmente {}", "ru": "желательно {}", "zh": "{}最好", "ja": "できれば{}", "ar": "يفضل {}"}  # fmt: skip  # noqa: E501


def cases(seed: int, per_language: int) -> Iterator[tuple[Case, frozenset[str]]]:
    """Yield cases and the fields that are only wished for."""
    rng = random.Random(seed)
    for language, phrases in PHRASES.items():
        for _ in range(per_language):
            answers: list[Answer] = []
            opening, unit = rng.choice(OPENINGS[language])
            count = rng.choice((12, 50, 300, 1500, 20000))
            clauses = [opening.format(n=_number(rng, count, language))]
            answers.append(("order_quantity", "eq", float(count), unit))
            seen = {"order_quantity"}
            for phrase, field, op, values, factor, canonical in rng.sample(phrases, len(phrases)):
                if field in seen or len(clauses) > 4:
                    continue
                seen.add(field)
                value = rng.choice(values)
                clauses.append(phrase.format(n=_number(rng, value, language)))
                answers.append((field, op, value * factor, canonical))
            wished: set[str] = set()
            words, answer = rng.choice(WORDS[language])
            if rng.random() < 0.4 and answer[0] in ("colour", "material"):
                words = _WISH[language].format(words)
                wished.add(answer[0])
            clauses.append(words)
            answers.append(answer)
            comma = {"zh": "，", "ja": "、", "ar": "، "}.get(language, ", ")
            stop = {"zh": "。", "ja": "。"}.get(language, ".")
            yield Case(language, comma.join(clauses) + stop, tuple(answers)), frozenset(wished)
