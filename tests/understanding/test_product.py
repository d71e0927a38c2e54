"""The name of the goods: the head noun phrase, not what stands around it."""

from __future__ import annotations

import pytest

from deepsearch.understanding import RuleParser

PARSER = RuleParser(implied=False, questions=False)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        # sizes, codes, rates and markers are no part of a name
        ("brass M8 x 40 bolts, 500 pcs", "bolts"),
        ("M10 x 80 eye bolts, zinc plated", "eye bolts"),
        ("socket screws M6 x 20, DIN 912", "socket screws"),
        ("2000 bottles a day filling machine for juice", "filling machine"),
        ("8-seater garden table, teak", "garden table"),
        ("Pos. 12 | Kugellager | 6204 | 40 St.", "Kugellager"),
        ("4.2 The compressor shall deliver at least 300 l/min.", "compressor"),
        ("two 3d printers, bed 300 x 300 mm", "3d printers"),
        # politeness, refusals and duties
        ("Dear Mr Okafor, we need 20 roll-up doors, 3 x 3 m", "roll-up doors"),
        ("We don't want leather; the belts must be woven, 110 cm long", "belts"),
        ("Les vannes doivent résister à 16 bar", "vannes"),
        ("Die Leuchten müssen IP65 haben", "Leuchten"),
        ("El motor deberá tener 15 kW", "motor"),
        # what describes a thing from behind, in languages that put it there
        ("300 cajas plegables de cartón, 40 x 30 cm", "cajas plegables de cartón"),
        ("Стул деревянный, 200 шт", "Стул"),
        ("椅子を50台、黒", "椅子"),
        # questions to the seller, and what is asked of the thing
        ("Hi! Do you do paper plates 23 cm with our logo?", "paper plates"),
        ("can u make the tote bag in navy, 300 pcs?", "tote bag"),
        ("Could I get a sample of the camping stove before ordering 150?", "camping stove"),
        ("Je souhaite avoir le prix de 200 cahiers", "cahiers"),
        ("slt c combien 20 tentes de camping", "tentes de camping"),
        ("We have interest in the supply of steel buckets, 500 pcs", "steel buckets"),
        ("A sewing company to help me produce baggy jackets, 200 pcs", "baggy jackets"),
        ("Nos gustaría importar desde China lámparas solares, IP65", "lámparas solares"),
        ("Können Sie uns Akkuschrauber liefern?", "Akkuschrauber"),
        ("¿Podrían ofrecernos sillas plegables, 200 unidades?", "sillas plegables"),
        ("你们有折叠椅现货吗？要500个", "折叠椅"),
        ("コーヒーメーカー300個の価格を教えてください", "コーヒーメーカー"),
        # who passes the request on
        ("Fwd from the yard: scaffold tube HDG, 48.3 mm, 400 pcs", "scaffold tube"),
        ("Weitergeleitet von Frau Stein: Klappstühle, 48 Stück", "Klappstühle"),
        # where the name stands
        ("Demande de prix : chaises pliantes, 200 pièces", "chaises pliantes"),
        ("Запрос цены: складные стулья, 500 шт", "складные стулья"),
        ("Greetings. Dishwasher 60 cm wide, 45 dB, 20 pcs", "Dishwasher"),
        ("Two samples first. Item is bamboo cutlery set, 3,000 pcs.", "bamboo cutlery set"),
        ("Hello! Price please.\nKeyword: desk lamp\nVoltage: 12 V", "desk lamp"),
        ("Item: tea towels | Material: linen | 50x70 cm", "tea towels"),
        ("Item\tQty\tUnit\nPaint brush\t600\tpcs", "Paint brush"),
        ("Precisamos 20 cadeiras dobráveis", "cadeiras dobráveis"),
        ("Aluminium spacer for a M5 bolt, 30 mm. Please quote lead time.", "Aluminium spacer"),
        # words that elsewhere end a name
        ("ceiling fans 1200 mm, 60 pcs", "ceiling fans"),
        ("LED high bay lamp 150 W, IP65", "LED high bay lamp"),
        ("no-frost refrigerator 300 l", "no-frost refrigerator"),
        ("50 mm thick insulation board, 200 m2", "insulation board"),
        ("stainless steel tank 2000 l", "stainless steel tank"),
        ("Vis à bois inox, tête fraisée, 4 x 40, 1000 pièces", "Vis à bois"),
        ("采购LED灯带5000米，24V", "LED灯带"),
        ("登山背包三千个，防水", "登山背包"),
        ("有没有现货的蓝牙音箱，要500个", "蓝牙音箱"),
        ("采购不锈钢水箱 2000升", "不锈钢水箱"),
        ("木製の椅子、高さ40cm、200脚欲しいのですが", "木製の椅子"),
        (
            "オーガニックコットンのトートバッグを3000枚作りたい",
            "オーガニックコットンのトートバッグ",
        ),
        ("你好，请问有儿童自行车吗？要100辆", "儿童自行车"),
        ("麻烦报一下不锈钢保温杯500ml的价格", "不锈钢保温杯"),
        ("帮我找一下环保购物袋，5000个", "环保购物袋"),
        # whether it is at hand, and how soon it is wanted
        ("Hola, ¿tienen disponibles carpas plegables 3x3?", "carpas plegables"),
        ("есть ли в наличии спальные мешки? надо 60 штук", "спальные мешки"),
        ("Richiesta offerta: pompe centrifughe, 4 pezzi", "pompe centrifughe"),
        # what is asked of the seller, and what tells of the deal
        ("do u sell these in bulk: bamboo toothbrush", "bamboo toothbrush"),
        ("hi there, are the wireless doorbells still available? need 60", "wireless doorbells"),
        ("у вас есть садовые тачки? надо 40 штук", "садовые тачки"),
        ("у вас 300 садовых тачек найдется?", "садовых тачек"),
        ("Продаете ли вы оптом детские самокаты, 100 шт", "детские самокаты"),
        ("Czy sprzedajecie rękawice robocze hurtowo, 500 par", "rękawice robocze"),
        ("找工厂做帆布袋，白色，印logo，3000个", "帆布袋"),
        # a word for a key that is part of a name, and what says how the thing is packed or is
        ("全自动包装机", "全自动包装机"),
        ("Motores elétricos embalados em caixa de madeira, 10 unidades", "Motores elétricos"),
        ("Verkaufen Sie Rollcontainer verzinkt? Bedarf 25 Stück", "Rollcontainer"),
        # what is no name
        ("what's your best price for 200 of the black ones?", ""),
        ("Was kosten 30 Stück davon in blau?", ""),
        # one unknown word yields to goods that are known
        ("Destinées au marché belge, 300 chaises pliantes, 2 kg", "chaises pliantes"),
        ("Please remove us from your list, we do not buy lighting products any more.", ""),
        # letters that ask for nothing
        ("Thank you for the samples, they came on Tuesday. We will let you know next week.", ""),
        ("Unser Büro ist am Montag geschlossen. Wir wünschen Ihnen schöne Feiertage.", ""),
    ],
)
def test_the_name_is_found(text, product):
    assert PARSER.parse(text).product == product


def test_a_rate_before_a_machine_is_its_throughput():
    parsed = PARSER.parse("2000 bottles a day filling machine for juice")
    found = [(r.field, r.value, r.unit) for r in parsed.requirements]
    assert ("throughput", 2000.0, "bottle/day") in found
    assert "order_quantity" not in {field for field, _, _ in found}


def test_portuguese_no_is_in_the_and_denies_nothing():
    parsed = PARSER.parse("Motores embalados em palete de madeira; 300 copos, material no plástico")
    found = {(r.field, r.op, r.value) for r in parsed.requirements}
    assert ("material", "eq", "plastic") in found
    assert ("packaging_material", "eq", "wood") in found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("cnc router 1325, 3.2kW spindle, vacuum table, dust collector not needed", "cnc router"),
        ("we need 60 bath towels dobby border grey", "bath towels"),
        ("so we need solar panels mono 550w, half cut", "solar panels"),
        ("glasses case for 300 pairs, black", "glasses case"),  # a plural that is no head
        ("Procuro fornecedor na Índia ou no Vietname de tapetes de ioga", "tapetes de ioga"),
        ("Because our line is fast, the labels must be thin, 3000 pcs", "labels"),
        ("Wir suchen eine Honigschleuder aus Edelstahl, Motor 370 W / 230 V", "Honigschleuder"),
    ],
)
def test_a_later_clause_or_a_part_takes_no_name_away(text: str, name: str) -> None:
    assert RuleParser().parse(text).product == name
