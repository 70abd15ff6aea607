"""Random cron expressions, made from a seed so that a failure can be repeated."""

import random

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]


def random_expressions(count: int, seed: int) -> list[str]:
    """Return ``count`` well-formed expressions: steps, ranges, lists, names, both day fields, L, W, # and 7.

    Lists that begin with ``*`` are among them: the star alone decides how the day fields meet.

    Some of them match on no date.
    """
    choose = random.Random(seed)
    return [random_expression(choose) for _ in range(count)]


def random_expression(choose: random.Random) -> str:
    return " ".join(
        (
            _plain(choose, 0, 59, starred=0.25),
            _plain(choose, 0, 23, starred=0.4),
            _day_of_month(choose),
            _month(choose),
            _day_of_week(choose),
        )
    )


def _plain(choose: random.Random, low: int, high: int, *, starred: float) -> str:
    if choose.random() < starred:
        begun = "*" if choose.random() < 0.4 else f"*/{choose.randint(1, (high - low + 1))}"
        return begun if choose.random() < 0.85 else f"{begun},{_item(choose, low, high)}"
    return ",".join(_item(choose, low, high) for _ in range(choose.choice((1, 1, 1, 2, 3))))


def _item(choose: random.Random, low: int, high: int) -> str:
    first = choose.randint(low, high)
    kind = choose.random()
    if kind < 0.55:
        return str(first)
    last = choose.randint(first, high)
    if kind < 0.75:
        return f"{first}-{last}"
    if kind < 0.9:
        return f"{first}-{last}/{choose.randint(1, 9)}"
    return f"{first}/{choose.randint(1, high)}"


def _day_of_month(choose: random.Random) -> str:
    kind = choose.random()
    if kind < 0.38:
        return "*"
    if kind < 0.46:
        return f"*/{choose.randint(2, 9)}"
    if kind < 0.5:
        return f"*/{choose.randint(8, 31)},{_item(choose, 1, 31)}"
    if kind < 0.66:
        special = ["L", "LW", f"{choose.randint(1, 31)}W", f"{choose.randint(1, 31)},L", "1W,l,15W"]
        return choose.choice(special)
    return ",".join(_item(choose, 1, 31) for _ in range(choose.choice((1, 1, 2, 3))))


def _month(choose: random.Random) -> str:
    kind = choose.random()
    if kind < 0.6:
        return "*"
    if kind < 0.75:
        first = choose.randint(0, 11)
        return f"{MONTHS[first]}-{MONTHS[choose.randint(first, 11)].upper()}"
    return _plain(choose, 1, 12, starred=0.3)


def _day_of_week(choose: random.Random) -> str:
    kind = choose.random()
    if kind < 0.38:
        return "*"
    if kind < 0.46:
        return f"*/{choose.randint(1, 6)}"
    if kind < 0.5:
        return f"*/{choose.randint(2, 7)},{_weekday(choose)}"
    if kind < 0.6:
        return ",".join(f"{_weekday(choose)}#{choose.randint(1, 5)}" for _ in range(choose.choice((1, 1, 2))))
    if kind < 0.68:
        return choose.choice(("L{}", "{}L", "{}l")).format(_weekday(choose))
    if kind < 0.76:
        first = choose.randint(1, 6)
        return f"{DAYS[first]}-{choose.choice([*DAYS[first:], 'sun'])}"
    if kind < 0.84:
        return f"{choose.randint(0, 7)}-7" + choose.choice(("", "", "/2"))
    if kind < 0.92:
        return f"{_weekday(choose)},{_weekday(choose)}{choose.choice(('', '#3', 'L'))}"
    return _item(choose, 0, 6)


def _weekday(choose: random.Random) -> str:
    return choose.choice([*DAYS, *map(str.upper, DAYS), *"01234567"])
