"""What people and scripts type, by slip or on purpose: cron expressions and whole definitions."""

import random
from typing import Any

CRON_TEXTS = [
    "", " ", "\t", "\n", "\x00", "*", "* *", "* * * *", "* * * * * *", "* * * * * * *", "0 0 8 * * 1-5", "@reboot",
    "@REBOOT", "@", "@every 5m", "@dailyy", "@daily @daily", "@daily\n", "@yearly 5", "@@daily", "0 0 30 2 *",
    "0 0 31 4,6,9,11 *", "0 0 31 2 *", "0 0 30,31 2 *", "0 0 */31 2 2#3", "0 0 29 2 *", "0 0 29 2 1#5", "0 0 31 6 *",
    "0 0 * 2 mon#5", "0 0 */30 2 6#5", "0 0 30W 2 *", "0 0 */31 * 0#2", "*/0 * * * *", "*/00 * * * *", "0 */0 * * *",
    "0 0 */0 * *", "0 0 * */0 *", "0 0 * * */0", "1-5/0 * * * *", "60 * * * *", "0 24 * * *", "0 0 0 * *",
    "0 0 32 * *", "0 0 * 0 *", "0 0 * 13 *", "0 0 * * 8", "99 99 99 99 99", "-1 * * * *", "0 -1 * * *",
    "--1 * * * *", "1- * * * *", "-5 * * * *", "1--5 * * * *", "1-2-3 * * * *", "+5 * * * *", "1.5 * * * *",
    "1e1 * * * *", "0x10 * * * *", "1_0 * * * *", "١ * * * *", "５ * * * *", "0 ８ * * 1-5", "0 8 * * 1－5",
    "０ ８ ＊ ＊ ＊", "0 8 ＊ * *", "0　8　*　*　*", "② * * * *", "५ * * * *", "0 8 * * 1-5\n", "0 8\n* * *",
    "0 8 * * *\r\n0 9 * * *", "0 8 * * *\x00", "0\u200b8 * * *", "0 8 * * *\u2028", "0 8 * * 月", "0 8 * * 月-金",
    "0 8 * 1月 *", "毎日8時", "0 8 * * 🐈", "0 8 * * mo", "0 8 * * monday", "0 8 * * mo-fr", "0 22-2 * * *",
    "50-10 * * * *", "0 0 * nov-feb *", "0 0 * * fri-mon", "0 0 * * 6-1", "0 0 25-5 * *", "0 0 * * sat-mon",
    "H * * * *", "H H * * *", "h(0-7) * * * *", "R * * * *", "r(1-5) * * * *", "H/15 * * * *", "? * * * *",
    "0 0 ? * 1", "0 0 W * *", "0 0 0W * *", "0 0 32W * *", "0 0 1-5W * *", "0 0 LW-3 * *", "0 0 L-3 * *",
    "0 0 WW * *", "0 0 15w,L,lw * *", "0 0 * * L", "0 0 * * 8L", "0 0 * * LL", "0 0 * * 5LL", "0 0 * * L8",
    "0 0 * * friL", "0 0 * * 5W", "0 0 * * 1-5L", "0 0 * * 5#0", "0 0 * * 5#6", "0 0 * * #2", "0 0 * * 5#",
    "0 0 * * 5##2", "0 0 * * fri#x", "0 0 * * 1-5#2", "0 0 * * *#2", ", * * * *", "1, * * * *", ",1 * * * *",
    "1,,2 * * * *", "*,* * * * *", "** * * * *", "*5 * * * *", "*-5 * * * *", "*/5/5 * * * *", "*/-5 * * * *",
    "*/ * * * *", "/5 * * * *", "5/ * * * *", "*/x * * * *", "*/1.5 * * * *", "*/99999 * * * *", "*/60 * * * *",
    "*/90 * * * *", "*/9999 * * * *", "0 */24 * * *", "0 0 */32 * *", "59/59 * * * *", "0 23/1 * * *", "0 0 1 1 1#5",
    "0 0 13 * 5", "0 0 */13 * 5", "0 0 29 2 */7", "59 23 31 12 *", "0 0 1W 1 *", "0 0 * * 0,7", "0 0 * * 7-7",
    "%s * * * *", "%(value)s * * * *", "{0} * * * *", "$(reboot) * * * *", "`id` * * * *", "'; drop table --",
    "<b>0</b> * * * *", "cron(0 8 * * ? *)", "rate(5 minutes)", "0 8 * * * root run", "CRON_TZ=Asia/Tokyo 0 8 * * *",
    "# 0 8 * * *", "0 8 * * * # 朝", "0" * 1000, "1" * 1000 + " * * * *", "*" * 1000,
    ",".join("5" for _ in range(500)) + " * * * *", "0 0 * * " + "1," * 499 + "1", "*/" + "9" * 1000 + " * * * *",
    " ".join("*" * 1000), "0 0 * * " + "x" * 1000, "," * 1000, "-" * 1000, "/" * 1000, "#" * 1000, "@" + "d" * 1000,
    "\n" * 1000, "あ" * 1000, "0 " * 5 + " " * 400, ",".join(map(str, range(60))) + " * * * *",
    ",".join(f"{n}-59/7" for n in range(50)) + " * * * *",
]  # fmt: skip

CRON_VALUES: list[Any] = [
    *(None, 0, 5, -1, 1.5, True, False, [], ["0 8 * * *"], {}, {"minute": 0}, b"0 8 * * *", object(), float("nan")),
]


def random_texts(count: int) -> list[str]:
    """Return ``count`` texts of five or so fields, made of pieces that mean something somewhere."""
    choose = random.Random(500)
    pieces = [
        *"0123456789*/-,#LW?",
        *["60", "24", "31", "99", "mon", "FEB", "..", "５", "L-1", "1-7", "*/2", "0-59"],
        " ",
        "\t",
    ]

    def a_field() -> str:
        return "".join(choose.choice(pieces) for _ in range(choose.randint(1, 5)))

    return [" ".join(a_field() for _ in range(choose.choice((4, 5, 5, 5, 5, 6)))) for _ in range(count)]


def definitions() -> list[Any]:
    """Return whole definitions with something wrong, or right and costly."""
    daily = {"kind": "daily", "times": ["08:10"]}
    monthly = {"kind": "monthly", "times": ["08:10"], "month_days": [1]}
    interval = {"kind": "interval", "every_seconds": 60, "anchor": "2026-01-01T00:00:00Z"}
    once = {"kind": "once", "at": "2027-01-01T00:00:00Z"}
    leap_day = {"kind": "cron", "cron": "0 0 29 2 *"}
    leap_years = [year for year in range(2000, 2400, 4) if year % 100 or year % 400 == 0]
    trading = {**daily, "trading_day_rule": "skip"}
    return [
        *(None, [], "daily", 5, {}, {"kind": None}, {"kind": "hourly"}, {"kind": ["daily"]}, {1: 2}, {"": ""}),
        *({**daily, "times": value} for value in odd_values("08:10")),
        *({**daily, "times": [text]} for text in ODD_TIMES),
        {**daily, "times": [f"{hour}:{minute:02}" for hour in range(24) for minute in range(60)]},
        *({"kind": "weekly", "times": ["8:10"], "weekdays": value} for value in odd_values("mon")),
        *({"kind": "weekly", "times": ["8:10"], "weekdays": [item]} for item in ("Mon", "月", "monday", 0, 7)),
        *({**monthly, "month_days": value} for value in odd_values("last")),
        *({**monthly, "month_days": [item]} for item in ODD_DAYS),
        {**monthly, "month_days": ["5-mon", "trading:15", "trading:-15", *range(1, 32)], "trading_day_rule": "next"},
        {**monthly, "month_days": [31], "short_months": "first_day"},
        *({**daily, "timezone": value} for value in (*odd_values("Asia/Tokyo"), *ODD_ZONES)),
        *({**daily, "starts_at": value} for value in (*odd_values("2026-01-01T00:00:00Z"), *ODD_INSTANTS)),
        *({**daily, "ends_at": value} for value in ODD_INSTANTS),
        {**daily, "starts_at": "2030-01-01T00:00:00Z", "ends_at": "2020-01-01T00:00:00Z"},
        {**daily, "starts_at": "9898-12-30T00:00:00Z"},
        *({**daily, "excluded_dates": value} for value in odd_values("2026-12-31")),
        *({**daily, "excluded_dates": [item]} for item in ODD_DATES),
        {**daily, "excluded_dates": [f"{year}-{month:02}-01" for year in range(2000, 2100) for month in range(1, 13)]},
        {**leap_day, "excluded_dates": [f"{year}-02-29" for year in leap_years]},
        {"kind": "cron", "cron": "* * 29 2 1#5", "timezone": "Pacific/Chatham", "trading_day_rule": "any"},
        {**leap_day, "trading_day_rule": "skip", "exchange": "XTKS", "starts_at": "2090-01-01T00:00:00Z"},
        {**interval, "trading_day_rule": "skip", "exchange": "XNYS", "anchor": "1950-01-01T00:00:00Z"},
        {**interval, "trading_day_rule": "skip", "every_seconds": 1},
        *({**daily, "trading_day_rule": value} for value in odd_values("skip")),
        *({**daily, "exchange": value} for value in odd_values("XTKS")),
        *({**trading, "exceptional_days": value} for value in (*odd_values("2026-12-31"), [{"on": 1}])),
        *({**interval, "every_seconds": value} for value in (*odd_values(60), *ODD_LENGTHS)),
        *({**interval, "anchor": value} for value in ODD_INSTANTS),
        {**interval, "trading_day_rule": "next"},
        *({**once, "at": value} for value in (*odd_values("2027-01-01T00:00:00Z"), *ODD_INSTANTS)),
        {**once, "starts_at": "2026-01-01T00:00:00Z"},
        {**once, "trading_day_rule": "skip"},
        {**daily, "cron": "* * * * *"},
        {**daily, "x" * 5000: 1},
        {**daily, **{f"field{n}": n for n in range(1000)}},
        {"kind": "daily", "times": _nested(500)},
    ]  # fmt: skip


def odd_values(right: Any) -> list[Any]:
    """Return values of other types and sizes than a field wants; ``right`` is one that it would take."""
    return [None, "", [], {}, 0, True, 1.5, "x" * 5000, [right] * 2000, [[right]], {"a": right}, [None], ["\x00"], [{}]]


ODD_LENGTHS = [-1, 0.5, 10**9, 10**30, 2**70, 10**5000, "60", float("inf")]
ODD_TIMES = [
    "30:00", "29:60", "8:5", "8", "810", "08:10:60", "-1:00", "８:１０", "08：10", "24:00:01", "8:10 ", "8.10", "99:99",
    "08:10+09:00", "8:10am", "朝8時", "", None, 8, 8.5, ["8:10"], "0" * 300, "08:10:30.5", "29:59:59",
]  # fmt: skip
ODD_DAYS = [
    0, 32, -1, 1.0, True, "1", "31", "L", "first", "6-mon", "0-mon", "2-MON", "last-月", "lastmon", "trading:0",
    "trading:16", "trading:-16", "trading:--1", "trading:", "trading:1.5", "trading:１", "trading:01", None, [], {},
    "x" * 5000,
]  # fmt: skip
ODD_ZONES = [
    "asia/tokyo", "Tokyo", "JST", "UTC+9", "+09:00", "Asia/Tokio", "Asia//Tokyo", "../etc/passwd", "/etc/localtime",
    "posix/Asia/Tokyo", "right/UTC", "Factory", "localtime", "Asia/Tokyo\n", "Asia/Tokyo\x00", "アジア/東京",
    "x/" * 500,
]  # fmt: skip
ODD_INSTANTS = [
    "2026-01-01", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z",
    "now", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "10000-01-01T00:00:00Z",
    "1899-12-31T00:00:00Z", "9900-01-01T00:00:00Z", "２０２６-01-01T00:00:00Z", 1767225600, "1767225600",
    "2026-01-01T00:00:00+99:00",
]  # fmt: skip
ODD_DATES = [
    "2026-02-30", "2026-2-3", "20261231", "2026-W53-4", "2026-12-31T00:00:00Z", "31.12.2026", "2026/12/31",
    "令和8年1月1日", "0000-00-00", "0001-01-01", "9999-12-31", "２０２６-12-31", 20261231, None, [], {}, "x" * 5000,
]  # fmt: skip


def _nested(depth: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found
