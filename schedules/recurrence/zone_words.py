"""Names of time zones in sentences: by the city in the zone's name, as Japanese write it."""

import re

from schedules.recurrence.zone_cities import CITIES_JA

#: Zones whose name is no city, or whose time has a better known name.
_JAPANESE = {
    "UTC": "協定世界時",
    "GMT": "グリニッジ標準時",
    "Asia/Tokyo": "日本時間",
    "Japan": "日本時間",
    "Asia/Seoul": "韓国時間",
    "ROK": "韓国時間",
    "Asia/Shanghai": "中国時間",
    "PRC": "中国時間",
    "Asia/Kolkata": "インド時間",
    "Asia/Calcutta": "インド時間",
    "Pacific/Honolulu": "ハワイ時間",
    "US/Hawaii": "ハワイ時間",
    "HST": "ハワイ時間",
    "US/Eastern": "米国東部時間",
    "EST5EDT": "米国東部時間",
    "US/Central": "米国中部時間",
    "CST6CDT": "米国中部時間",
    "US/Mountain": "米国山岳部時間",
    "MST7MDT": "米国山岳部時間",
    "US/Pacific": "米国太平洋時間",
    "PST8PDT": "米国太平洋時間",
    "EST": "米国東部標準時",
    "MST": "米国山岳部標準時",
    "Canada/Atlantic": "カナダ大西洋時間",
    "Canada/Central": "カナダ中部時間",
    "Canada/Eastern": "カナダ東部時間",
    "Canada/Mountain": "カナダ山岳部時間",
    "Canada/Pacific": "カナダ太平洋時間",
    "Mexico/General": "メキシコ中部時間",
    "Brazil/East": "ブラジル東部時間",
    "Brazil/West": "ブラジル西部時間",
    "WET": "西ヨーロッパ時間",
    "CET": "中央ヨーロッパ時間",
    "MET": "中央ヨーロッパ時間",
    "EET": "東ヨーロッパ時間",
    "GB": "英国時間",
    "GB-Eire": "英国時間",
    "NZ": "ニュージーランド時間",
    "W-SU": "モスクワ時間",
}
_ENGLISH = {"UTC": "UTC", "GMT": "GMT", "Asia/Kolkata": "Indian time", "Pacific/Honolulu": "Hawaii time"}
_FIXED_UTC = re.compile(r"(Etc/)?(UTC|UCT|Universal|Zulu)")
_FIXED_GMT = re.compile(r"(Etc/)?(GMT|Greenwich|GMT[+-]?0)")
_ETC = re.compile(r"Etc/GMT([+-])([0-9]{1,2})")


def zone_ja(name: str) -> str:
    """Return how a Japanese sentence names the zone; one that is not known here keeps its identifier."""
    city = CITIES_JA.get(name.rpartition("/")[2])
    return _JAPANESE.get(_plain(name)) or (f"{city}時間" if city else _offset(name) or f"タイムゾーン {name}")


def zone_en(name: str) -> str:
    """Return how an English sentence names the zone."""
    city = name.rpartition("/")[2].replace("_", " ")
    return _ENGLISH.get(_plain(name)) or _offset(name) or f"{city} time"


def _plain(name: str) -> str:
    if _FIXED_UTC.fullmatch(name):
        return "UTC"
    return "GMT" if _FIXED_GMT.fullmatch(name) else name


def _offset(name: str) -> str:
    # POSIX counts the other way round: Etc/GMT-9 is nine hours ahead.
    match = _ETC.fullmatch(name)
    return f"UTC{'-' if match[1] == '+' else '+'}{match[2]}" if match else ""
