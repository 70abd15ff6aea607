"""The project's marks, said beside what was measured."""


def mark(what: str, value: float, unit: str, *, at_least: float | None = None, at_most: float | None = None) -> None:
    """Print a figure and whether it meets its mark, if it has one."""
    said = f"  {what}: {value:,.2f} {unit}"
    if at_least is not None:
        said += f" (at least {at_least:g}: {_verdict(value >= at_least)})"
    if at_most is not None:
        said += f" (at most {at_most:g}: {_verdict(value <= at_most)})"
    print(said, flush=True)


def _verdict(is_met: bool) -> str:
    return "met" if is_met else "MISSED"
