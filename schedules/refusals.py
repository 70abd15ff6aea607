"""What the recurrence refuses, as sentences in the active language. The recurrence itself knows no translations."""

from typing import Any

from django.utils.translation import gettext

from schedules.recurrence.cron_fields import DAY_OF_MONTH, DAY_OF_WEEK, HOUR, MINUTE, MONTH
from schedules.recurrence.problems import DefinitionError, Problem

#: Names of the fields of a cron expression, which sentences repeat. Other names in a sentence are keys as people typed
#: them, and stay.
_CRON_FIELDS = frozenset(field.label for field in (MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK))


def sentence_of(problem: Problem) -> str:
    """Return one problem as a sentence."""
    return gettext(problem.message) % spoken_params(problem)


def sentences_of(error: DefinitionError) -> str:
    """Return everything that is wrong with a definition, one sentence after the other."""
    return " ".join(map(sentence_of, error.problems))


def spoken_params(problem: Problem) -> dict[str, Any]:
    """Return the values that the problem's sentence repeats."""
    return {key: gettext(value) if value in _CRON_FIELDS else value for key, value in problem.params.items()}
