"""The names columns go by, in English, Chinese, German, Spanish and French."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["header_tokens", "header_unit", "name_scores"]

_NAMES: dict[str, str] = {
    "id": "id|product id|item id|itemid|productid|listing id|offer id|article id|product no|"
    "item no|item number|article number|art nr|artikelnummer|artikel nr|bestellnummer|"
    "产品编号|商品编号|货号|编号|商品id|产品id|id del producto|número de artículo|"
    "código de artículo|numéro d article|référence|ref|asin",
    "title": "title|product name|item name|name|product title|item title|listing title|"
    "product|item|article|goods|goods name|subject|product name published|产品名称|商品名称|"
    "品名|名称|标题|产品标题|produktname|bezeichnung|artikelbezeichnung|artikel|produkt|titel|"
    "produktbezeichnung|nombre|nombre del producto|título|producto|denominación|artículo|nom|"
    "nom du produit|désignation|libellé|titre|produit",
    "description": "description|product description|item description|details|long description|"
    "detail|summary|desc|描述|产品描述|商品描述|详情|说明|beschreibung|produktbeschreibung|"
    "langtext|descripción|descripción del producto|détails|description du produit|descriptif",
    "category": "category|product category|categories|product type|group|product group|family|"
    "department|search keyword|keyword|分类|类别|类目|产品类别|品类|kategorie|warengruppe|"
    "produktgruppe|categoría|familia|catégorie|famille|gamme",
    "brand": "brand|brand name|make|manufacturer brand|trademark|品牌|marke|hersteller marke|"
    "marca|marque",
    "model": "model|model no|model number|model name|type no|item model|型号|规格型号|modell|"
    "modellnummer|typ|modelo|número de modelo|modèle|numéro de modèle",
    "url": "url|product url|link|product link|page|product page|detail url|item url|href|链接|"
    "产品链接|商品链接|网址|produktlink|enlace|url del producto|lien|lien produit",
    "image": "image|images|image url|image urls|img|picture|pictures|photo|photos|main image|"
    "thumbnail|image link|图片|主图|图片链接|产品图片|bild|bilder|bild url|imagen|imágenes|"
    "foto|fotos|image produit",
    "video": "video|videos|video url|视频",
    "origin": "origin|country of origin|made in|place of origin|产地|原产国|原产地|"
    "ursprungsland|herkunftsland|país de origen|origen|pays d origine|origine",
    "price": "price|unit price|price range|fob price|selling price|sale price|list price|cost|"
    "unit cost|rate|price per unit|exw price|价格|单价|售价|报价|fob价|价格区间|preis|"
    "einzelpreis|stückpreis|listenpreis|nettopreis|vk preis|precio|precio unitario|prix|"
    "prix unitaire|prix ht|tarif",
    "price_min": "min price|price min|minimum price|price from|lowest price|price low|最低价|"
    "最低价格|mindestpreis|precio mínimo|prix min",
    "price_max": "max price|price max|maximum price|price to|highest price|price high|最高价|"
    "最高价格|höchstpreis|precio máximo|prix max",
    "currency": "currency|price currency|currency code|ccy|币种|货币|währung|moneda|divisa|"
    "devise|monnaie",
    "price_unit": "price unit|unit of price|price per|uom|unit of measure|unit|sales unit|"
    "单位|计价单位|einheit|preiseinheit|mengeneinheit|unidad|unité",
    "min_order_quantity": "moq|min order|minimum order|min order quantity|"
    "minimum order quantity|min order qty|min qty|minimum quantity|起订量|最小起订量|"
    "最低起订量|起批量|mindestbestellmenge|mindestmenge|mindestabnahme|cantidad mínima|"
    "pedido mínimo|cantidad mínima de pedido|quantité minimum|quantité minimale|"
    "commande minimum|commande minimale",
    "order_unit": "moq unit|order unit|min order unit|起订单位",
    "lead_time": "lead time|leadtime|production time|production lead time|delivery time|"
    "delivery days|lead days|交货期|交期|生产周期|货期|lieferzeit|produktionszeit|"
    "plazo de entrega|tiempo de entrega|délai|délai de livraison|délai de production",
    "dispatch_time": "dispatch|dispatch time|dispatch days|handling time|ships in|"
    "ready to ship|发货时间|发货期|versandzeit|tiempo de despacho|délai d expédition",
    "warranty": "warranty|warranty period|guarantee|质保|质保期|保修|保修期|garantie|"
    "gewährleistung|garantía",
    "sample_price": "sample price|sample cost|样品价|样品价格|musterpreis|precio de muestra|"
    "prix échantillon",
    "sample_time": "sample time|sample lead time|sample days|打样时间|样品时间|musterzeit",
    "payment_terms": "payment terms|payment|payment method|payment methods|terms of payment|"
    "付款方式|支付方式|zahlungsbedingungen|zahlungsart|condiciones de pago|forma de pago|"
    "conditions de paiement|mode de paiement",
    "incoterms": "incoterm|incoterms|delivery terms|trade terms|shipping terms|贸易术语|"
    "贸易条款|lieferbedingungen|lieferbedingung|términos de entrega",
    "monthly_capacity": "supply ability|monthly capacity|production capacity|monthly output|"
    "供货能力|月产量|产能|monatskapazität|capacidad mensual|capacité mensuelle",
    "stock": "stock|in stock|stock quantity|inventory|qty available|available quantity|"
    "quantity available|库存|库存量|lagerbestand|bestand|existencias|inventario",
    "ship_from": "ship from|ships from|port|port of loading|loading port|shipping port|"
    "warehouse|发货地|港口|装运港|versand ab|verladehafen|puerto|port de chargement",
    "certifications": "certification|certifications|certificate|certificates|certified|"
    "approvals|认证|证书|资质|zertifikate|zertifizierung|zertifikat|certificación|"
    "certificaciones|certificado|certificados",
    "specifications": "specs|specifications|specification|attributes|product attributes|"
    "parameters|features|properties|technical data|规格参数|参数|属性|产品参数|"
    "technische daten|eigenschaften|especificaciones|características|atributos|"
    "caractéristiques|spécifications",
    "gtin": "gtin|ean|ean13|ean code|upc|barcode|bar code|条码|条形码|código de barras|code barres",
    "hs_code": "hs code|hscode|hs|customs code|tariff code|commodity code|海关编码|"
    "zolltarifnummer|código arancelario|code douanier",
    "unspsc": "unspsc|unspsc code",
    "etim": "etim|etim class|etim code",
    "sku": "sku|sku code|seller sku|variant sku|商品sku",
    "mpn": "mpn|manufacturer part number|part number|part no|mfr part number|mfg part|"
    "herstellernummer|零件号|número de pieza|numéro de pièce",
    "supplier.id": "supplier id|company id|seller id|vendor id|member id|shop id|store id|"
    "供应商编号|店铺id|lieferantennummer",
    "supplier.name": "supplier|supplier name|company|company name|seller|seller name|vendor|"
    "vendor name|store|store name|shop|shop name|manufacturer|manufacturer name|供应商|公司|"
    "公司名称|供应商名称|厂家|生产厂家|店铺|店铺名称|卖家|lieferant|firma|anbieter|hersteller|"
    "unternehmen|proveedor|empresa|vendedor|fabricante|fournisseur|société|entreprise|vendeur|"
    "fabricant",
    "supplier.type": "business type|supplier type|company type|nature of business|企业类型|"
    "经营模式|公司类型|firmentyp|tipo de empresa|type d entreprise",
    "supplier.country": "country|supplier country|company country|country code|seller country|"
    "国家|国家地区|land|país|pays",
    "supplier.state": "state|province|supplier state|company state|省|省份|bundesland|"
    "provincia|estado|région|département",
    "supplier.city": "city|town|supplier city|company city|城市|市|stadt|ort|ciudad|ville",
    "supplier.location": "location|address|company location|supplier location|seller location|"
    "place|所在地|地址|地区|standort|adresse|ubicación|dirección|emplacement|lieu",
    "supplier.url": "supplier url|company url|seller url|shop url|store url|company link|"
    "company website|website|company href|company page|公司网址|店铺链接|公司主页|firmen url|"
    "webseite|página web|site web",
    "supplier.years": "supplier year|supplier years|years|years in business|gold years|"
    "supplier age|company age|years on platform|年限|经营年限|诚信通年限|jahre|años|années",
    "section": "section heading",
    "supplier.established": "year established|established|established in|established year|"
    "year of establishment|founded|founded in|year founded|founding year|year of foundation|"
    "year of incorporation|in business since|years in business|company established|"
    "成立年份|成立时间|成立日期|成立于|创立时间|创立年份|建厂时间|gründungsjahr|gegründet|"
    "gegründet in|jahr der gründung|año de fundación|fundada en|fundado en|"
    "año de establecimiento|año de creación|année de création|année de fondation|"
    "date de fondation|fondée en|fondé en",
    "supplier.verified": "verified|verified supplier|supplier verified|is verified|"
    "verification|gold supplier|trust seal|verified icon|已认证|实力商家|verifiziert|geprüft|"
    "verificado|vérifié",
    "supplier.trade_assurance": "trade assurance|order protection|buyer protection|信用保障",
    "supplier.rating": "rating|supplier rating|seller rating|stars|star rating|company rating|"
    "score|overall rating|评分|星级|bewertung|calificación|valoración|note|évaluation",
    "supplier.rating_count": "rating count|ratings|ratings count|number of ratings|"
    "review count|reviews|review|number of reviews|reviews count|评分数|评价数|评论数|"
    "anzahl bewertungen|bewertungen|opiniones|avis|nombre d avis",
    "supplier.review_score": "review score|store rating|store score|review rating|店铺评分",
    "supplier.store_reviews": "store reviews|shop reviews|seller reviews|店铺评价",
    "supplier.reorder_rate": "reorder rate|repurchase rate|re order rate|repeat rate|复购率|"
    "回头率|wiederkaufrate|tasa de recompra|taux de réachat",
    "supplier.on_time_rate": "on time rate|on time delivery|on time delivery rate|准时交付率|"
    "准时率|liefertreue|entrega a tiempo|livraison à temps",
    "supplier.dispute_rate": "dispute rate|disputes|纠纷率",
    "supplier.response_rate": "response rate|回复率|响应率|antwortrate|tasa de respuesta|"
    "taux de réponse",
    "supplier.response_time": "response time|reply time|响应时间|回复时间|antwortzeit|"
    "tiempo de respuesta|délai de réponse|temps de réponse",
    "supplier.orders": "orders|transactions|order count|total orders|sold|sales|交易数|成交数|"
    "销量|bestellungen|pedidos|ventas|commandes",
    "supplier.employees": "employees|number of employees|staff|total employees|员工人数|"
    "员工数|mitarbeiter|empleados|employés|effectif",
    "supplier.floor_area": "floor area|factory size|factory area|floor space|plant area|"
    "厂房面积|工厂面积|werksfläche|superficie",
    "supplier.annual_revenue": "annual revenue|annual sales|turnover|total revenue|"
    "annual turnover|年营业额|年销售额|jahresumsatz|umsatz|facturación|chiffre d affaires",
    "supplier.main_markets": "main markets|export markets|exports to|export to|"
    "export countries|markets|主要市场|出口市场|exportmärkte|mercados|marchés",
    "supplier.badges": "badges|badge|labels|supplier badges|company badges|marks|标签|徽章",
}
_UNIT = re.compile(r"[(\[（【]\s*([^)\]）】]{1,24})\s*[)\]）】]|\s+in\s+(\w{1,12})$", re.IGNORECASE)
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def header_unit(header: str) -> tuple[str, str | None]:
    """Take the unit off a header: "Weight (kg)" → ("Weight", "kg").

    Args:
        header: As it stands.

    Returns:
        The header without it, and what stood in brackets or after "in".
    """
    match = _UNIT.search(header)
    if match is None or not header[: match.start()].strip():
        return header, None
    rest = (header[: match.start()] + " " + header[match.end() :]).strip()
    return rest, (match[1] or match[2]).strip()


@lru_cache(maxsize=4096)
def header_tokens(header: str) -> tuple[str, ...]:
    """Split a header into lower-case words: "searchx-product-e-company href", "priceMin".

    Args:
        header: Without its unit.

    Returns:
        Its words; a trailing number that only tells repeated headers apart is left out.
    """
    bare = re.sub(r"\s+\d{1,2}$", "", header.replace("\ufeff", ""))
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", bare)
    return tuple(word for word in re.split(r"[\W_]+", spaced.lower()) if word)


@lru_cache(maxsize=1)
def _phrases() -> list[tuple[str, tuple[str, ...]]]:
    return [
        (field, header_tokens(name)) for field, names in _NAMES.items() for name in names.split("|")
    ]


def name_scores(header: str) -> dict[str, float]:
    """Score the fields a header's name speaks for.

    Args:
        header: Without its unit.

    Returns:
        Field → 0..1: 1 for a known name whole, less for one within a longer header.
    """
    tokens = header_tokens(header)
    if not tokens:
        return {}
    scores: dict[str, float] = {}
    whole = "".join(tokens)
    for field, phrase in _phrases():
        if tokens == phrase:
            score = 1.0
        elif _CJK.search(phrase[0]):
            joined = "".join(phrase)
            score = 0.6 + 0.35 * len(joined) / len(whole) if joined in whole else 0.0
        elif len(phrase) < len(tokens) and any(
            tokens[i : i + len(phrase)] == phrase for i in range(len(tokens) - len(phrase) + 1)
        ):
            # the last words of a header say what it is: "supplier city" is a city
            tail = 0.05 if tokens[-len(phrase) :] == phrase else 0.0
            score = 0.5 + tail + 0.35 * len(phrase) / len(tokens)
        else:
            continue
        scores[field] = max(scores.get(field, 0.0), score)
    return scores
