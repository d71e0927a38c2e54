"""What a column means, read from its header in the languages buyers write."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from deepsearch.inputs.records import ColumnRole

__all__ = [
    "header_role",
    "header_unit",
    "is_unit_word",
    "known_header",
    "normalise",
    "parse_number",
    "split_quantity",
]

R = ColumnRole

# Whole-header words and phrases. A header matches a role if, without its unit and
# punctuation, it equals an entry, or contains it as whole words and is itself short.
# Order decides between roles where several fit: "unit price" is a price, "material
# description" a description, "part name" a description, "part number" a code.
_LEXICON: tuple[tuple[ColumnRole, str], ...] = (
    (R.PICTURE, """picture|pictures|photo|photos|image|images|drawing|sketch|sample picture
        |图片|照片|产品图片|图样|圖片|相片|foto|fotos|imagen|imágenes|bild|bilder|abbildung|image produit
        |imagem|immagine|изображение|фото|рисунок|resim|görsel|fotoğraf|صورة|الصورة|画像|写真|사진|이미지
        |hình ảnh|ảnh|gambar|zdjęcie|afbeelding|चित्र"""),
    (R.PRICE, """price|prices|unit price|price per unit|rate|unit rate|rates|amount|total amount|total price|cost
        |unit cost|total cost|target price|value|fob|fob price|exw|cif|currency|quote|quotation price|net price
        |extended price|line total|budget|basic rate|mrp
        |价格|单价|总价|金额|合价|价钱|目标价|单价元|總價|單價|價格|金額|precio|precio unitario|importe|coste|costo
        |precio total|preis|einzelpreis|stückpreis|gesamtpreis|betrag|ep|gp|prix|prix unitaire|montant|prix total|pu
        |preço|preço unitário|valor|valor unitário|valor total|prezzo|prezzo unitario|importo|prezzo totale
        |цена|стоимость|сумма|цена за единицу|fiyat|birim fiyat|tutar|toplam fiyat|السعر|سعر|سعر الوحدة|المبلغ|الإجمالي
        |単価|価格|단가|가격|금액|giá|đơn giá|thành tiền|harga|harga satuan|jumlah harga|cena|wartość|prijs|bedrag|दर|मूल्य|राशि"""),
    (R.QUANTITY, """quantity|quantities|qty|qtty|qnty|quant|qty required|required qty|required quantity|quantity required
        |order qty|order quantity|total qty|total quantity|qty total|qty per|pieces|no of pieces|no of units|number of units|nos|pcs
        |volume required|estimated quantity|est qty|eau|annual quantity|annual usage|boq qty|tender qty|moq|count|quantum
        |数量|采购数量|需求数量|订购数量|总数量|总数|用量|件数|數量|工程量|工程數量|年用量|cantidad|cant|cantidades|cantidad total
        |menge|anzahl|stückzahl|stk|bestellmenge|quantité|qté|qte|quantités|nombre|quantidade|qtd|qtde|quant|quantità|qta|qtà|q tà|q ta
        |количество|кол во|кол|колво|объем|miktar|adet|mik|الكمية|كمية|العدد|عدد|個数|数|수량|số lượng|sl|khối lượng|kuantitas|jumlah|qty pesanan|vol
        |ilość|liczba|hoeveelheid|aantal|मात्रा|antal|mængde|määrä|množství|cantitate|mennyiség|ποσότητα|כמות|จำนวน|ปริมาณ"""),
    (R.UNIT, """unit|units|uom|u m|um|unit of measure|unit of measurement|measure|measurement unit|units of measure|base unit
        |qty unit|unit of issue|uoi|单位|计量单位|單位|unidad|unidades|unidad de medida|ud|uds|u med|einheit|me|mengeneinheit|eh
        |unité|unite|unités|unidade|und|unid|unità|unità di misura|udm|u d m|ед|ед изм|единица|единица измерения|единицы измерения|eд изм
        |birim|ölçü birimi|br|الوحدة|وحدة|وحدة القياس|単位|단위|đơn vị|đơn vị tính|đvt|dvt|satuan|jednostka|jm|j m|j m|eenheid|इकाई|enhet|yksikkö|jednotka|mj|หน่วย|יחידה"""),
    (R.NUMBER, """no|nr|s no|s n|sl|sn|sr|sr no|sl no|s l no|serial|serial no|serial number|sno|slno|srno|s nr|#|item no|item number|item nr|item #|item|line|line no
        |line item|line number|pos|position|posn|index|ref|ref no|row|boq ref|boq no|bill ref|bill item|lot|lot no|id no|seq|sequence
        |序号|序號|编号|項次|项次|行号|项号|序|n|nº|n º|núm|num|número|ítem|partida|lfd nr|lfd|pos nr|oz|ord nr|ordnungszahl|numéro|n °|no ord|rep|repère
        |posição|ordem|posizione|п п|№|№ п п|номер|пп|поз|позиция|sıra|sıra no|no su|poz|poz no|م|الرقم|رقم|مسلسل|ت|番号|項番|번호|순번|순서|stt|tt|no urut|nomor|lp|l p|volgnr|क्र|क्रम|क्रमांक|क्र सं|ลำดับ|ลำดับที่|poř č"""),
    (R.CODE, """code|item code|product code|article|article no|article number|art no|art nr|part no|part number|part nr|part #|p n|pn|mpn|sku|model|model no
        |model number|catalog no|catalogue no|cat no|catalog number|catalogue number|product id|product no|product number|material no|material number
        |material code|drawing no|drawing number|dwg no|order code|order no|reference|reference designator|designator|refdes|stock code|hs code|hsn|hsn code|gtin|ean|upc|barcode|type no|company pn|manufacturer part number
        |manufacturer part no|mfr part no|mfr part number|mfg part number|mfr pn|mfg pn|supplier part number|customer part no|vendor part no|asin|id|key|oem no|oem number|type code|tag no|tag
        |型号|产品型号|货号|料号|物料编码|物料编号|物料号|编码|产品编号|产品编码|商品编码|图号|款号|规格型号|存货编码|型號|料號|品號|貨號|品番|型番|図番|código|codigo|código de producto|referencia|ref|modelo|clave
        |artikelnummer|artikelnr|artikel nr|art nr|bestellnummer|bestellnr|bestell nr|teilenummer|teile nr|materialnummer|zeichnungsnummer|sachnummer|typ|code article|référence|réf|modèle|ref artigo|codice|codice articolo|riferimento|modello|articolo
        |артикул|код|модель|марка|обозначение|номер детали|номенклатурный номер|ürün kodu|kod|parça no|stok kodu|stok no|model kodu|malzeme kodu|رقم القطعة|الكود|كود|الموديل|رقم الصنف|품번|모델|모델명|코드|품목코드|도번
        |mã|mã hàng|mã sản phẩm|mã vật tư|mã số|model số|kode|kode barang|kode produk|indeks|nr katalogowy|symbol|artikelcode|कोड"""),
    (R.DESCRIPTION, """description|desc|descr|descriptions|item description|item desc|product description|material description|description of item|description of items
        |description of goods|description of work|description of works|description of material|goods description|goods|work description|particulars|particular|product|products|product name|products name|item name|name
        |name of item|name of product|name of goods|name of material|items|item|part name|part description|part|component|components|commodity|title|material name|equipment|scope|scope of work|scope of supply|service|services|requirement|requirements|details|detail|item details|product details|article name|article description|designation|nomenclature|short text|long text|activity|work item
        |品名|名称|产品名称|产品|物料名称|货品名称|商品名称|描述|产品描述|物品名称|货物名称|材料名称|设备名称|项目名称|项目|物料描述|中文名称|零件名称|部件名称|名稱|產品名稱|項目|品項|描述說明|descripción|descripcion|producto|productos|nombre|artículo|articulo|concepto|denominación|nombre del producto|designación|detalle|material solicitado
        |beschreibung|bezeichnung|artikel|artikelbezeichnung|produkt|produktname|benennung|leistung|leistungsbeschreibung|kurztext|langtext|artikelbeschreibung|materialbezeichnung|désignation|description du produit|libellé|produit|article|nom|intitulé|nom du produit|désignations
        |descrição|descricao|produto|nome|discriminação|especificação do item|descrição do produto|designação|descrizione|prodotto|denominazione|nome prodotto|descrizione articolo|designazione|voce
        |наименование|описание|название|товар|продукт|номенклатура|наименование товара|наименование продукции|наименование материала|наименование работ|materiał|açıklama|tanım|ürün|ürün adı|malzeme|malzeme adı|ürün açıklaması|malzeme tanımı|iş tanımı|cinsi|malın cinsi|poz tanımı
        |الوصف|وصف|البيان|بيان|المنتج|اسم المنتج|الصنف|اسم الصنف|المادة|اسم المادة|وصف البند|البند|内容|製品名|商品名|説明|品目|摘要|部品名|資材名|품명|제품명|품목|설명|내용|품목명|명칭|자재명
        |tên|tên hàng|tên sản phẩm|mô tả|tên hàng hóa|tên vật tư|diễn giải|nội dung|nội dung công việc|hạng mục|danh mục|hàng hóa|nama|nama barang|deskripsi|uraian|uraian pekerjaan|nama produk|keterangan barang|barang|nama material|jenis barang|opis|nazwa|nazwa towaru|nazwa produktu|towar|przedmiot|wyszczególnienie|omschrijving|benaming|artikelomschrijving|विवरण|वस्तु|नाम|सामग्री|beskrivning|benämning|popis|název|denumire|megnevezés|περιγραφή|תיאור|รายการ|รายละเอียด|ชื่อสินค้า"""),
    (R.SPECIFICATION, """specification|specifications|spec|specs|specifications required|tech spec|technical specification|technical specifications|technical description|technical data|technical details|features|parameters|characteristics|grade|standard|type|finish|quality|requirements|configuration|rating|tolerance
        |规格|技术参数|规格参数|技术要求|参数|要求|规格描述|材质规格|技术规格|规格尺寸|项目特征|項目特徵|型号规格|規格|技術要求|仕様|especificación|especificaciones|especificación técnica|especificaciones técnicas|características|tipo|spezifikation|spezifikationen|technische daten|merkmale|ausführung|norm|spécification|spécifications|caractéristiques|especificação|especificações|características técnicas|specifica|specifiche|specifiche tecniche|caratteristiche
        |характеристики|спецификация|технические характеристики|тип марка|тип|тип марка обозначение|гост|özellik|özellikler|teknik özellikler|şartname|المواصفات|مواصفات|المواصفات الفنية|사양|규격|스펙|thông số|quy cách|thông số kỹ thuật|đặc tính kỹ thuật|spesifikasi|spek|specyfikacja|parametry|specificatie|specificaties|विनिर्देश"""),
    (R.MATERIAL, """material|materials|raw material|material grade|material type|fabric|composition|alloy|材质|材料|原料|面料|材質|material de|werkstoff|matériau|matériaux|matière|materiali|materiale|материал|malzeme cinsi|المواد|خامة|素材|재질|소재|재료|vật liệu|chất liệu|bahan|materiaal|सामग्री का प्रकार"""),
    (R.DIMENSION, """size|sizes|dimension|dimensions|length|width|height|depth|thickness|thk|thick|dia|diameter|od|id|weight|wt|gross weight|net weight|unit weight|l|w|h|d|t|lxwxh|l x w x h|measurement|measurements|gauge|capacity|area|volume|density|pressure|voltage|power|color|colour|colors|colours
        |尺寸|长度|宽度|高度|厚度|直径|重量|长|宽|高|净重|毛重|单重|总重|体积|颜色|长宽高|厚|長度|寬度|厚度|直徑|tamaño|medida|medidas|dimensión|dimensiones|longitud|largo|ancho|alto|altura|espesor|grosor|diámetro|peso|talla|color|größe|abmessung|abmessungen|maße|länge|breite|höhe|dicke|stärke|durchmesser|gewicht|farbe|nennweite|dn|taille|longueur|largeur|hauteur|épaisseur|diamètre|poids|couleur|tamanho|dimensões|comprimento|largura|espessura|diâmetro|cor|dimensione|dimensioni|misura|misure|lunghezza|larghezza|altezza|spessore|diametro|colore
        |размер|размеры|габариты|длина|ширина|высота|толщина|диаметр|вес|масса|цвет|масса единицы|boyut|ölçü|ölçüler|ebat|uzunluk|genişlik|en|boy|yükseklik|kalınlık|çap|ağırlık|renk|المقاس|الأبعاد|الحجم|الطول|العرض|الارتفاع|السماكة|القطر|الوزن|اللون|サイズ|寸法|長さ|幅|高さ|厚さ|直径|重さ|色|크기|치수|길이|너비|폭|높이|두께|지름|무게|중량|색상|kích thước|chiều dài|chiều rộng|chiều cao|độ dày|đường kính|trọng lượng|màu sắc|màu|ukuran|dimensi|panjang|lebar|tinggi|tebal|berat|warna|rozmiar|wymiary|długość|szerokość|wysokość|grubość|średnica|waga|kolor|afmeting|afmetingen|lengte|breedte|hoogte|dikte|gewicht|kleur|आकार|लंबाई|चौड़ाई"""),
    (R.BRAND, """brand|brands|make|makes|approved make|preferred make|manufacturer|manufacturers|mfr|mfg|maker|mn|vendor|supplier|oem|manufacturer name|brand name|supplier name|preferred brand|品牌|厂家|制造商|生产厂家|厂商|供应商|廠牌|廠商|品牌厂家|marca|fabricante|proveedor|hersteller|marke|lieferant|fabrikat|marque|fabricant|fournisseur|fornecedor|produttore|fornitore|marchio|бренд|производитель|изготовитель|завод изготовитель|поставщик|marka|üretici|tedarikçi|الماركة|العلامة التجارية|الشركة المصنعة|المورد|メーカー|ブランド|제조사|브랜드|메이커|업체|nhãn hiệu|hãng|thương hiệu|nhà sản xuất|hãng sản xuất|xuất xứ|merek|merk|pabrikan|producent|marka producent|fabrikant|ब्रांड|निर्माता"""),
    (R.DATE, """date|delivery date|required date|need by|need date|due date|delivery|lead time|required by|eta|etd|schedule|日期|交期|交货期|交货日期|需求日期|货期|納期|fecha|fecha de entrega|plazo|plazo de entrega|datum|lieferdatum|liefertermin|termin|lieferzeit|délai|date de livraison|data|data de entrega|prazo|prazo de entrega|data di consegna|consegna|дата|срок поставки|срок|tarih|teslim tarihi|termin teslim|التاريخ|تاريخ التسليم|التسليم|납기|납기일|ngày|ngày giao hàng|thời gian giao hàng|tanggal|tanggal kirim|termin dostawy|leverdatum|levertijd|दिनांक"""),
    (R.REMARK, """remark|remarks|note|notes|comment|comments|compliance|complaince|complience|technical compliance|deviation|deviations|status|reply|response|supplier remarks|vendor remarks|bidder remarks|bidder response|offered|offered make|quoted|check|yes no|y n|备注|说明|备 注|附注|備註|備考|observaciones|observación|nota|notas|comentarios|bemerkung|bemerkungen|anmerkung|anmerkungen|hinweis|kommentar|remarque|remarques|observation|observations|commentaire|observação|observações|obs|note e osservazioni|osservazioni|annotazioni|примечание|примечания|комментарий|not|notlar|açıklamalar|ملاحظات|ملاحظة|비고|메모|ghi chú|keterangan|catatan|uwagi|opmerking|opmerkingen|टिप्पणी|poznámka|anmärkning|หมายเหตุ"""),
)  # fmt: skip

# Units as headers and cells write them. Lower case, dots removed.
_UNITS = frozenset(
    ["pc", "pcs", "pce", "piece", "pieces", "no", "nos", "number", "ea", "each", "unit", "units", "set", "sets", "pair", "pairs", "prs", "pr", "dozen", "doz", "dz", "gross", "pack", "packs", "packet", "packets", "pkt", "pkts", "box", "boxes", "bx", "carton", "cartons", "ctn", "ctns", "case", "cases", "roll", "rolls", "rl", "sheet", "sheets", "sht", "bag", "bags", "bundle", "bundles", "bdl", "bottle", "bottles", "btl", "can", "cans", "tin", "tins", "drum", "drums", "pallet", "pallets", "plt", "lot", "lots", "job", "ls", "lumpsum", "lump", "ton", "tons", "tonne", "tonnes", "mt", "t", "kg", "kgs", "kilogram", "kilograms", "g", "gm", "gms", "gram", "grams", "mg", "lb", "lbs", "pound", "pounds", "oz", "quintal", "qtl", "m", "mtr", "mtrs", "mtr", "meter", "meters", "metre", "metres", "rmt", "rm", "rmtr", "rmtrs", "lm", "lmtr", "lin", "running", "mm", "cm", "km", "inch", "inches", "in", "ft", "feet", "foot", "rft", "yd", "yds", "yard", "yards", "sqm", "sqmt", "sqmtr", "sqmtrs", "sqmeter", "sqft", "sft", "sf", "sqyd", "m2", "m²", "ft2", "ft²", "mm2", "mm²", "cm2", "cm²", "cum", "cumt", "cum", "cft", "cuft", "m3", "m³", "cbm", "ft3", "cm3", "l", "ltr", "ltrs", "lt", "lit", "litre", "litres", "liter", "liters", "ml", "gal", "gallon", "gallons", "kw", "kva", "w", "v", "a", "hp", "bar", "psi", "mpa", "pa", "nm", "hr", "hrs", "hour", "hours", "day", "days", "month", "months", "year", "years", "trip", "trips", "person", "persons", "point", "points", "joint", "joints", "length", "lengths", "coil", "coils", "reel", "reels", "spool", "spools", "kit", "kits", "assembly", "assy", "tube", "tubes", "pot", "ream", "reams", "book", "books", "bunch", "strip", "strips", "%", "pax", "sqmm", "gsm", "micron", "microns", "µm", "um", "gauge", "swg", "个", "件", "只", "套", "台", "支", "张", "條", "条", "根", "块", "片", "米", "平方米", "立方米", "吨", "噸", "公斤", "千克", "克", "升", "毫升", "箱", "包", "卷", "把", "副", "双", "雙", "对", "對", "组", "組", "批", "项", "項", "座", "樘", "个套", "瓶", "桶", "袋", "盒", "本", "式", "枚", "個", "台套", "毫米", "厘米", "ud", "uds", "und", "unidad", "unidades", "pza", "pzas", "pieza", "piezas", "juego", "juegos", "caja", "cajas", "metro", "metros", "rollo", "rollos", "global", "gl", "glb", "stk", "stck", "stück", "st", "paar", "satz", "lfm", "lfdm", "psch", "pauschal", "rolle", "rollen", "karton", "kartons", "palette", "u", "pce", "pièce", "pièces", "ens", "ensemble", "ml", "paire", "boîte", "rouleau", "forfait", "ff", "un", "unid", "peça", "peças", "pç", "pçs", "cj", "conjunto", "par", "caixa", "cx", "verba", "vb", "pz", "pezzo", "pezzi", "cad", "corpo", "coppia", "mq", "mc", "шт", "штука", "штук", "компл", "комплект", "комп", "кг", "г", "т", "м", "мм", "см", "м2", "м3", "п", "м", "пм", "пог", "л", "упак", "уп", "пара", "пар", "рул", "лист", "adet", "ad", "tk", "takım", "mt", "metretül", "m²²", "kutu", "rulo", "çift", "قطعة", "عدد", "متر", "كجم", "طن", "طقم", "م", "م2", "م3", "個", "本", "枚", "式", "セット", "箱", "개", "세트", "식", "조", "매", "ea", "본", "대", "cái", "chiếc", "bộ", "hộp", "cuộn", "tấm", "thùng", "đôi", "mét", "buah", "bh", "unit", "lembar", "lbr", "batang", "btg", "dus", "rol", "pasang", "meter", "ls", "szt", "kpl", "komplet", "para", "rolka", "op", "stuks", "stuk", "paar", "doos", "set", "नग", "मीटर", "किलो"]
)
_UNIT_PREFIX = {
    "sq",
    "cu",
    "running",
    "lin",
    "linear",
    "square",
    "cubic",
    "r",
    "per",
    "п",
    "кв",
    "куб",
    "пог",
}
_BRACKETS = re.compile(r"[(\[（【]([^)\]）】]{1,24})[)\]）】]")
_NOT_WORD = re.compile(r"[^\w#№%²³°µ]+", re.UNICODE)
_QUANTITY = re.compile(r"^\s*(?P<number>[+]?\d[\d.,'  ]*)\s*(?P<unit>[^\d\s].{0,24})?\s*$")


def normalise(text: str) -> str:
    """Fold a header for comparison: width, case, accents kept, punctuation to spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _NOT_WORD.sub(" ", folded.replace("_", " ")).strip()


def _build() -> dict[str, ColumnRole]:
    table: dict[str, ColumnRole] = {}
    for role, entries in _LEXICON:
        for entry in entries.split("|"):
            key = normalise(" ".join(entry.split()))
            if key:
                table.setdefault(key, role)
    return table


_ROLES = _build()
_LONGEST = max(len(key.split()) for key in _ROLES)
_CJK = re.compile(r"[぀-ヿ㐀-鿿가-힯]")


@lru_cache(maxsize=4096)
def header_role(header: str) -> ColumnRole | None:
    """Tell what a header means.

    Args:
        header: Header as written.

    Returns:
        Its role, or None where it is no known header.

    Example:
        >>> header_role("Qty (Nos.)"), header_role("Thk. mm"), header_role("单价 (USD)")
        (<ColumnRole.QUANTITY: 'quantity'>, <ColumnRole.DIMENSION: 'dimension'>, \
<ColumnRole.PRICE: 'price'>)
    """
    if len(header) > 80:
        return None
    role = known_header(header)
    return role or _contained(normalise(_BRACKETS.sub(" ", header)) or normalise(header))


@lru_cache(maxsize=4096)
def known_header(header: str) -> ColumnRole | None:
    """Tell what a header means if it is a known one to the letter, its unit aside.

    Args:
        header: Header as written.

    Returns:
        Its role, or None.
    """
    whole = normalise(header)
    bare = normalise(_BRACKETS.sub(" ", header))
    for key in (whole, bare, _strip_unit(bare)):
        if key in _ROLES:
            return _ROLES[key]
    return None


def _strip_unit(key: str) -> str:
    words = key.split()
    while len(words) > 1 and (words[-1] in _UNITS or words[-1].isdigit()):
        words.pop()
    return " ".join(words)


def _contained(key: str) -> ColumnRole | None:
    """Find the longest known phrase inside a short header; the last one of equals."""
    words = key.split()
    if not 1 <= len(words) <= 6:
        return None
    for length in range(min(len(words), _LONGEST), 0, -1):
        found = [
            _ROLES[phrase]
            for start in range(len(words) - length, -1, -1)
            if (phrase := " ".join(words[start : start + length])) in _ROLES
            and (len(phrase) > 2 or _CJK.search(phrase))
        ]
        if found:
            return found[0]
    if len(words) == 1 and _CJK.search(key):
        # Without spaces between words, a compound ends in its head: 采购总数量 is a 数量.
        for start in range(1, len(key) - 1):
            if key[start:] in _ROLES:
                return _ROLES[key[start:]]
    return None


@lru_cache(maxsize=4096)
def is_unit_word(text: str) -> bool:
    """Tell whether a short text is a unit: "Sqm.", "Sq. Mtr.", "PCS", "m²", "个"."""
    if len(text) > 20:
        return False
    words = normalise(text).split()
    if not words or len(words) > 3:
        return False
    if "".join(words) in _UNITS:
        return True
    return words[-1] in _UNITS and all(word in _UNIT_PREFIX for word in words[:-1])


@lru_cache(maxsize=4096)
def header_unit(header: str) -> str | None:
    """Find the unit in a header: "Qty (Nos.)" → "Nos.", "Thk. mm" → "mm"."""
    for inside in reversed(_BRACKETS.findall(header)):
        candidate = inside.strip().removeprefix("in ").strip()
        if is_unit_word(candidate):
            return str(candidate)
    bare = _BRACKETS.sub(" ", header)
    pieces = re.split(r"[\s,]+", bare.strip())
    if len(pieces) > 1 and is_unit_word(pieces[-1]) and header_role(pieces[-1]) is None:
        return pieces[-1]
    return None


def split_quantity(value: str | float | None) -> tuple[float | None, str | None]:
    """Read a quantity cell.

    Args:
        value: Number, or text such as "1,200 pcs".

    Returns:
        (number, unit beside it); (None, None) for texts such as "RO" or "as required".
    """
    if value is None or isinstance(value, float):
        return value, None
    match = _QUANTITY.match(value)
    if match is None:
        return None, None
    number = parse_number(match["number"])
    unit = (match["unit"] or "").strip()
    if unit and not is_unit_word(unit):
        return None, None
    return number, unit or None


def parse_number(text: str) -> float | None:
    """Read a number with either decimal sign: "1,200", "1.200,5", "1 200", "0,5".

    A single separator followed by exactly three digits groups thousands.
    """
    digits = re.sub(r"[\s'  +]", "", text).rstrip(".,")
    marks = [char for char in digits if char in ".,"]
    if marks:
        decimal = marks[-1]
        tail = len(digits) - digits.rfind(decimal) - 1
        grouped = len(marks) > 1 and len(set(marks)) == 1
        leading_zero = digits.startswith("0" + decimal)
        if grouped or (len(marks) == 1 and tail == 3 and not leading_zero):
            decimal = ""
        for mark in ".,":
            digits = digits.replace(mark, "." if mark == decimal else "")
    try:
        return float(digits)
    except ValueError:
        return None
