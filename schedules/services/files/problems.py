"""What is wrong with a file, each with its place in it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.exceptions import SchedulesError

#: Problems that a refusal spells out; whoever has more has made one mistake many times.
MOST_SAID = 100


@dataclass(frozen=True)
class FileProblem:
    """One thing that is wrong; ``line`` counts from 1, and is None where no line is to blame."""

    sentence: str
    line: int | None = None
    entry: str = ""
    field: str = ""

    def __str__(self) -> str:
        place = [
            "" if self.line is None else _("line %(line)d") % {"line": self.line},
            f'"{self.entry}"' if self.entry else "",
            self.field,
        ]
        return ": ".join([*filter(None, [", ".join(filter(None, place))]), self.sentence])


class FileRefused(SchedulesError):
    """The file was not applied; nothing was changed. ``problems`` lists everything that was found, in its order."""

    def __init__(self, problems: list[FileProblem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line or 0)
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        head = ngettext(
            "%(count)d problem in the file. Nothing was changed.",
            "%(count)d problems in the file. Nothing was changed.",
            count,
        )
        lines = [head % {"count": count}, *(f"  {problem}" for problem in self.problems[:MOST_SAID])]
        if (rest := count - MOST_SAID) > 0:
            lines.append("  " + ngettext("and %(count)d more", "and %(count)d more", rest) % {"count": rest})
        return "\n".join(lines)
