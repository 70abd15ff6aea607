"""What a message says, in the language of its rule. Written for somebody who is woken by it: what, which, since when,
what to do, where to look.

Whole sentences in a module for each language, as in ``schedules.recurrence``: a message has no reader whose browser
says a language, and its sentences are not those of the pages.
"""

from schedules.alerts.words.lines import Line
from schedules.alerts.words.words_en import ENGLISH
from schedules.alerts.words.words_ja import JAPANESE

__all__ = ["BY_LANGUAGE", "Line"]

BY_LANGUAGE = {"ja": JAPANESE, "en": ENGLISH}
