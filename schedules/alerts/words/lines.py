"""What both languages are told, and have to say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Line:
    """One alert of a message. ``since`` is on the reader's clock; ``link`` is empty where there is none."""

    event: str
    title: str
    since: datetime
    facts: Mapping[str, Any]
    #: Why the run did not run, in the message's language; empty when nothing is known.
    reason: str
    link: str
    is_over: bool = False


@dataclass(frozen=True)
class Words:
    """The sentences of one language. ``now`` is on the reader's clock."""

    #: (event, kind, number of alerts, title of the first) → the subject line.
    subject: Callable[[str, str, int, str], str]
    #: (line, now) → what is the matter with one alert, after its title.
    detail: Callable[[Line, datetime], str]
    #: Event → what to do.
    advice: Mapping[str, str]
    name: Callable[[Line], str]
    recovered: str
    reminder: str
    more: Callable[[int], str]
    look_here: str
    by_rule: Callable[[str], str]
    test_subject: Callable[[str], str]
    test_body: Callable[[str], str]
