"""What the sync is told, as people read it. The forms look these up by the task's own words, under these contexts."""

from django.utils.translation import pgettext_lazy

NAMES = (
    pgettext_lazy("argument of a task", "trigger"),
    pgettext_lazy("argument of a task", "on"),
    pgettext_lazy("argument of a task", "allow older"),
    pgettext_lazy("argument of a task", "allow shrunken"),
)
HELP = (
    pgettext_lazy("help of an argument", "What caused the run; it only enters the log."),
    pgettext_lazy("help of an argument", "The list of this date; without it the newest."),
    pgettext_lazy("help of an argument", "Take a list that is older than the one applied last."),
    pgettext_lazy("help of an argument", "Take a list that lacks too many of the known companies."),
)
TASK = pgettext_lazy(
    "what a task does", "Fetch the list of companies from J-Quants and record what is new, changed, gone and back."
)
