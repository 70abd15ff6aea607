"""Say a recurrence in words. The sentences themselves are in ``words_ja`` and ``words_en``."""

from functools import lru_cache

from schedules.recurrence import words_en, words_ja
from schedules.recurrence.recurrence import Recurrence


@lru_cache(maxsize=8192)
def describe(recurrence: Recurrence, language: str) -> str:
    """Return one sentence, without a full stop, that says exactly when the recurrence fires.

    ``language`` is ``ja`` or ``en``; variants such as ``en-gb`` are read as their language, others as
    English. Dates and times are those of the recurrence's own zone, which is named unless it is Asia/Tokyo.
    """
    if language.partition("-")[0].lower() == "ja":
        return words_ja.sentence(recurrence.rule)
    return words_en.sentence(recurrence.rule)
