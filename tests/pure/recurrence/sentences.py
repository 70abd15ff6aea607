"""Read the sentences back as a person would, without the engine: which dates and which times of day do they say?"""

import re
from datetime import date, timedelta

DAY = timedelta(days=1)
MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
JA, EN = "月火水木金土日", ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def times_said_in_japanese(sentence: str) -> set[int]:
    """Return minutes after midnight."""
    text = _without_notes(sentence).split(" ", 1)[-1]
    if re.fullmatch(r"[0-9:、]+", text):
        return {_minute(time) for time in text.split("、")}
    if match := re.fullmatch(r"([0-9:]+)から([0-9:]+)まで(.+)", text):
        return set(range(_minute(match[1]), _minute(match[2]) + 1, _length_ja(match[3])))
    if match := re.fullmatch(r"(毎分|[0-9]+分ごと)", text):
        return set(range(0, 1440, _length_ja(match[1])))
    hours, minutes = "0〜23時台", text
    if match := re.fullmatch(r"(.+時台)[のに](.+)", text):
        hours, minutes = match[1], match[2]
    minutes = minutes.removeprefix("毎時")
    return {60 * hour + minute for hour in _numbers_ja(hours, "時台") for minute in _minutes_ja(minutes)}


def _minutes_ja(text: str) -> set[int]:
    if match := re.fullmatch(r"([0-9]+)分から([0-9]+)分まで(.+)", text):
        return set(range(int(match[1]), int(match[2]) + 1, _length_ja(match[3])))
    if text == "毎分" or text.endswith("分ごと"):
        return set(range(0, 60, _length_ja(text)))
    return _numbers_ja(text, "分")


def _length_ja(text: str) -> int:
    if text == "毎分":
        return 1
    match = re.fullmatch(r"(?:([0-9]+)時間)?(?:([0-9]+)分)?ごと", text)
    assert match, text
    return 60 * int(match[1] or 0) + int(match[2] or 0)


def _numbers_ja(text: str, unit: str) -> set[int]:
    found: set[int] = set()
    for part in text.split("・"):
        first, _, last = part.removesuffix(unit).replace(unit, "").partition("〜")
        found.update(range(int(first), int(last or first) + 1))
    return found


def says_date_in_japanese(sentence: str, day: date) -> bool:
    """Return whether the sentence of a cron expression says that it runs on ``day``."""
    text = sentence.replace("平日（月〜金）", "平日").split("（31日")[0].split("（30日")[0].split("（29日")[0]
    text = text.split("（月にない")[0].split("（うるう年")[0]
    condition = re.search(r"（(.+)に当たる日のみ）", text)
    said = re.sub(r"（.+?）", "", text).split(" ")[0]
    if not said.startswith(("毎日", "毎週", "毎月", "毎年")):
        return True
    if condition and not _any_item(condition[1], day):
        return False
    if year := re.match(r"毎年((?:[0-9]+月(?:〜[0-9]+月)?・?)+)(?:の|は)?", said):
        if day.month not in _numbers_ja(year[1], "月"):
            return False
        said = said[year.end() :]
    return any(_any_item(part, day) for part in re.split("または|(?<!ご)と", said))


def _any_item(text: str, day: date) -> bool:
    if text == "毎日":
        return True
    text = text.removeprefix("毎月").removeprefix("毎週")
    # 月・水・金曜日 and 月〜金: the weekdays without a number of their own.
    plain = re.sub(r"(第[0-9]|最終)[月火水木金土日]曜日", "", text).strip("・")
    if re.fullmatch(r"[月火水木金土日〜・]+(曜日)?", plain) and _weekday_in(plain.replace("曜日", ""), day):
        return True
    return any(_item(item, day) for item in text.split("・"))


def _weekday_in(text: str, day: date) -> bool:
    for part in text.split("・"):
        first, _, last = part.partition("〜")
        if JA.index(first) <= day.weekday() <= JA.index(last or first):
            return True
    return False


def _item(text: str, day: date) -> bool:
    is_last = (day + DAY).day == 1
    match text:
        case "末日":
            return is_last
        case "奇数日" | "偶数日":
            return day.day % 2 == (text == "奇数日")
        case "最後の平日":
            later = [day + n * DAY for n in (1, 2, 3)]
            return day.weekday() < 5 and not any(d.month == day.month and d.weekday() < 5 for d in later)
    if match := re.fullmatch(r"([0-9]+)日から([0-9]+)日まで([0-9]+)日ごと", text):
        return day.day in range(int(match[1]), int(match[2]) + 1, int(match[3]))
    if match := re.fullmatch(r"([0-9]+)日(?:〜([0-9]+)日)?", text):
        return int(match[1]) <= day.day <= int(match[2] or match[1])
    if match := re.fullmatch(r"([0-9]+)日に最も近い平日", text):
        near = [day + n * DAY for n in (0, 1, -1, 2, -2)]
        target = next((d for d in near if d.day == int(match[1]) and d.month == day.month), None)
        if target is None or day.weekday() > 4:
            return False
        open_days = [d for n in range(-2, 3) if (d := target + n * DAY).weekday() < 5 and d.month == target.month]
        return day == min(open_days, key=lambda d: (abs((d - target).days), d))
    if match := re.fullmatch(r"第([0-9])([月火水木金土日])曜日", text):
        return JA[day.weekday()] == match[2] and (day.day + 6) // 7 == int(match[1])
    if match := re.fullmatch(r"最終([月火水木金土日])曜日", text):
        return JA[day.weekday()] == match[1] and (day + 7 * DAY).month != day.month
    return False


def weekdays_said_in_english(sentence: str) -> set[int]:
    """Return weekdays, Monday = 0, of a sentence that begins with "Every"."""
    text = _without_notes(sentence)
    if not any(name in text for name in EN):
        return set(range(7))
    found: set[int] = set()
    for first, last in re.findall(rf"({'|'.join(EN)})(?: to ({'|'.join(EN)}))?", text):
        found.update(range(EN.index(first), EN.index(last or first) + 1))
    return found


def months_said_in_english(sentence: str) -> set[int]:
    """Return the months of a sentence, all if it names none."""
    found: set[int] = set()
    for first, last in re.findall(rf"({'|'.join(MONTHS)})(?: to ({'|'.join(MONTHS)}))?", sentence):
        found.update(range(MONTHS.index(first) + 1, MONTHS.index(last or first) + 2))
    return found or set(range(1, 13))


def times_said_in_english(sentence: str) -> set[int]:
    """Return minutes after midnight."""
    text = _without_notes(sentence)
    if match := re.search(r"every (.+?) from ([0-9:]+) to ([0-9:]+)$", text, re.IGNORECASE):
        return set(range(_minute(match[2]), _minute(match[3]) + 1, _length_en(match[1])))
    if re.search(r"[0-9]:[0-9]", text):
        return {_minute(time) for time in re.findall(r"[0-9]+:[0-9]+", text)}
    hours = set(range(24))
    if match := re.search(r"in the hours? ([0-9, to and]+)", text):
        hours = _numbers_en(match[1])
    minutes = set(range(60))
    if match := re.search(r"every (.+?) from minute ([0-9]+) to minute ([0-9]+)", text, re.IGNORECASE):
        minutes = set(range(int(match[2]), int(match[3]) + 1, _length_en(match[1].rpartition("every ")[2])))
    elif match := re.search(r"at minutes? ([0-9, and]+)", text):
        minutes = _numbers_en(match[1])
    elif match := re.search(r"every ([0-9]+ minutes|minute)", text, re.IGNORECASE):
        minutes = set(range(0, 60, _length_en(match[1])))
    return {60 * hour + minute for hour in hours for minute in minutes}


def _numbers_en(text: str) -> set[int]:
    found: set[int] = set()
    for first, last in re.findall(r"([0-9]+)(?: to ([0-9]+))?", text):
        found.update(range(int(first), int(last or first) + 1))
    return found


def _length_en(text: str) -> int:
    amounts = re.findall(r"([0-9]+ )?(hour|minute)", text)
    return sum(int(number or 1) * (60 if unit == "hour" else 1) for number, unit in amounts)


def _without_notes(sentence: str) -> str:
    return re.sub(r" ?[（(].*?[）)]", "", sentence)


def _minute(time: str) -> int:
    hour, minute = time.split(":")
    return 60 * int(hour) + int(minute)
