"""Names of exchange holidays as people read them, where the calendars' own names would not do.

Tokyo's calendar speaks both languages; the others speak English only. One-off closures without an entry are
called "closed" in Japanese, so that no English name stands in a Japanese sentence.
"""

import re

#: What Tokyo's calendar calls bank holidays are the days around New Year on which the exchange rests.
NEW_YEAR_DAYS = ("年末年始", "Year-end and New Year holidays")
_TOKYO_JA = {"銀行休業日": NEW_YEAR_DAYS[0], "国民の休日": "国民の休日"}
_TOKYO_EN = {"Bank Holiday": NEW_YEAR_DAYS[1], "National Holiday": "Citizens' Holiday"}

UNNAMED_JA = "取引所の休業日"

_JAPANESE = {
    "New Year's Day": "元日",
    "New Year's Eve": "大晦日",
    "Martin Luther King Jr. Day": "キング牧師記念日",
    "Washington's Birthday": "ワシントン誕生日",
    "Good Friday": "聖金曜日",
    "Easter Monday": "復活祭の翌月曜日",
    "Memorial Day": "戦没者追悼記念日",
    "Juneteenth National Independence Day": "ジューンティーンス",
    "Independence Day": "独立記念日",
    "Labor Day": "労働者の日",
    "Thanksgiving Day": "感謝祭",
    "Christmas Eve": "クリスマスイブ",
    "Christmas Day": "クリスマス",
    "Second Day of Christmas": "クリスマス翌日",
    "Boxing Day": "ボクシングデー",
    "May Day": "5月初めの銀行休業日",
    "Early May Bank Holiday": "5月初めの銀行休業日",
    "Spring Bank Holiday": "春の銀行休業日",
    "Late Summer Bank Holiday": "夏の銀行休業日",
    "Platinum Jubilee of Elizabeth II": "エリザベス女王即位70年",
    "State Funeral of Queen Elizabeth II": "エリザベス女王国葬",
    "Coronation of Charles III": "チャールズ国王戴冠式",
    "Pentecost Monday": "聖霊降臨祭の翌月曜日",
    "German Unity Day": "ドイツ統一の日",
    "Reformation Day": "宗教改革記念日",
    "Chinese New Year": "旧正月",
    "The second day of Chinese New Year": "旧正月2日目",
    "The third day of Chinese New Year": "旧正月3日目",
    "The fourth day of Chinese New Year": "旧正月4日目",
    "Tomb-Sweeping Day": "清明節",
    "The Buddha's Birthday": "仏誕節",
    "Dragon Boat Festival": "端午節",
    "Hong Kong S.A.R. Establishment Day": "香港特別行政区設立記念日",
    "Mid-Autumn Festival": "中秋節",
    "Double Ninth Festival": "重陽節",
    "National Day": "国慶節",
    "The first weekday after Christmas Day": "クリスマス後の最初の平日",
    "The second weekday after Christmas Day": "クリスマス後の2番目の平日",
    "Trading Suspended for the Whole Day due to Severe Weather": "悪天候による終日休場",
}

_FOLLOWING = re.compile(r"The (?:second )?day following (?:the )?(.+)", re.IGNORECASE)


def tokyo_names(japanese: str, english: str) -> tuple[str, str]:
    """Return the names of a Tokyo holiday for people; several names of one date are joined."""
    # 1 January is both a national holiday and one of the days around New Year: the better known name stands.
    ja = [name for name in japanese.split("; ") if name != "銀行休業日"] or [japanese.split("; ")[0]]
    en = [name for name in english.split("; ") if name != "Bank Holiday"] or [english.split("; ")[0]]
    return "・".join(_TOKYO_JA.get(name, name) for name in ja), ", ".join(_TOKYO_EN.get(n, n) for n in en)


def foreign_names(english: str) -> tuple[str, str]:
    """Return the Japanese and English names of a holiday of an exchange whose calendar speaks English."""
    names = english.split("; ")
    return "・".join(_translated(name) for name in names), ", ".join(names)


def _translated(name: str) -> str:
    observed = name.endswith(" (observed)")
    name = name.removesuffix(" (observed)")
    if name.startswith("National Day of Mourning"):
        return "大統領経験者の追悼日"
    if name in _JAPANESE:
        return _JAPANESE[name] + ("（振替）" if observed else "")
    if match := _FOLLOWING.fullmatch(name):
        base = _JAPANESE.get(match[1])
        if base:
            return f"{base}の{'翌々日' if 'second' in name.lower() else '翌日'}"
    return UNNAMED_JA
