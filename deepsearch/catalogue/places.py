"""Countries, states and cities as cells name them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["Place", "country_code", "currency_of", "parse_place", "state_country"]

_LANGUAGES = ("en", "zh", "de", "es", "fr")
_ALIASES = {
    "usa": "US",
    "u.s.a.": "US",
    "u.s.": "US",
    "united states of america": "US",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "uae": "AE",
    "china (mainland)": "CN",
    "mainland china": "CN",
    "p.r.china": "CN",
    "p.r. china": "CN",
    "pr china": "CN",
    "prc": "CN",
    "中国大陆": "CN",
    "hong kong": "HK",
    "hongkong": "HK",
    "hong kong s.a.r.": "HK",
    "macau": "MO",
    "taiwan, china": "TW",
    "taiwan": "TW",
    "korea": "KR",
    "south korea": "KR",
    "republic of korea": "KR",
    "viet nam": "VN",
    "turkey": "TR",
    "türkiye": "TR",
    "czech republic": "CZ",
    "russia": "RU",
    "holland": "NL",
    "bharat": "IN",
}
_STATES = {
    "IN": "andhra pradesh|arunachal pradesh|assam|bihar|chhattisgarh|goa|gujarat|haryana|himachal "
    "pradesh|jharkhand|karnataka|kerala|madhya pradesh|maharashtra|manipur|meghalaya|mizoram|"
    "nagaland|odisha|orissa|punjab|rajasthan|sikkim|tamil nadu|telangana|tripura|uttar pradesh|"
    "uttarakhand|west bengal|delhi|new delhi|chandigarh|puducherry|jammu and kashmir|jammu & "
    "kashmir|ladakh|dadra and nagar haveli|dadra & nagar haveli|daman and diu|lakshadweep",
    "CN": "anhui|beijing|chongqing|fujian|gansu|guangdong|guangxi|guizhou|hainan|hebei|"
    "heilongjiang|henan|hubei|hunan|inner mongolia|jiangsu|jiangxi|jilin|liaoning|ningxia|"
    "qinghai|shaanxi|shandong|shanghai|shanxi|sichuan|tianjin|tibet|xinjiang|yunnan|zhejiang|"
    "广东|广东省|浙江|浙江省|江苏|江苏省|山东|山东省|福建|福建省|河北|河北省|河南|河南省|上海|上海市|"
    "北京|北京市|天津|天津市|重庆|重庆市|安徽|安徽省|湖北|湖北省|湖南|湖南省|四川|四川省|辽宁|辽宁省",
    "US": "alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|"
    "hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|"
    "michigan|minnesota|mississippi|missouri|montana|nebraska|nevada|new hampshire|new jersey|"
    "new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|rhode "
    "island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington|west "
    "virginia|wisconsin|wyoming",
    "DE": "baden-württemberg|bayern|bavaria|berlin|brandenburg|bremen|hamburg|hessen|"
    "mecklenburg-vorpommern|niedersachsen|nordrhein-westfalen|rheinland-pfalz|saarland|sachsen|"
    "sachsen-anhalt|schleswig-holstein|thüringen",
}
_COUNTRY_OF_STATE = {
    state: country for country, states in _STATES.items() for state in states.split("|")
}


def _key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).lower().split()).strip(" .,")


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    from babel import Locale

    names: dict[str, str] = {}
    for language in reversed(_LANGUAGES):
        for code, name in Locale(language).territories.items():
            if (
                len(code) == 2
                and code.isalpha()
                and code not in ("EU", "EZ", "UN", "XA", "XB", "ZZ")
            ):
                names[_key(name)] = code
                names[code.lower()] = code
    return names | {_key(alias): code for alias, code in _ALIASES.items()}


@lru_cache(maxsize=8192)
def country_code(text: str) -> str | None:
    """Find the country a cell names.

    Args:
        text: "China", "CN", "德国", "Alemania", "U.S.A.", a flag's file name "cn.png".

    Returns:
        ISO 3166-1 alpha-2, or None where it names none.
    """
    key = _key(text)
    flag = re.fullmatch(r".*flags?/.*?([a-z]{2})\.(?:png|svg|gif|jpg)", key)
    if flag:
        key = flag[1]
    if len(key) == 2 and key.isascii() and not text.strip().isupper() and flag is None:
        return None  # "in", "no", "de" are words before they are countries
    return _names().get(key) or _names().get(_key(re.sub(r"^(?:made in|origin:?)\s+", "", key)))


def state_country(text: str) -> str | None:
    """Find the country a state or province lies in.

    Args:
        text: "Tamil Nadu", "Guangdong".

    Returns:
        Its country, or None for a state this module does not know.
    """
    return _COUNTRY_OF_STATE.get(_key(text))


def currency_of(country: str) -> str | None:
    """Give the currency of a country.

    Args:
        country: ISO 3166-1 alpha-2.

    Returns:
        ISO 4217, or None where there is none or several.
    """
    from babel.numbers import get_territory_currencies

    codes = get_territory_currencies(country)
    return codes[0] if len(codes) == 1 else None


class Place(tuple[str | None, str | None, str | None]):
    """(city, state, country code); each None where it is not said."""

    __slots__ = ()


def parse_place(text: str) -> Place:
    """Take a location apart: "Gujarat, India", "Shenzhen, Guangdong, China (Mainland)".

    Args:
        text: Parts separated by commas, from the smallest to the largest.

    Returns:
        City, state and country, as far as they can be told apart.
    """
    parts = [part.strip() for part in re.split(r"[,，/|]|\s-\s", text) if part.strip()]
    country = country_code(parts[-1]) if parts else None
    if country is not None:
        parts.pop()
    state = None
    if parts and (len(parts) > 1 or state_country(parts[-1])):
        state = parts.pop()
        country = country or state_country(state)
    return Place((parts[-1] if parts else None, state, country))
