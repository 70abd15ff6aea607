"""Two who save the same in the same moment."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models.signals import pre_save
from django.test import Client

from schedules.models import ExceptionalDay

pytestmark = pytest.mark.django_db

ADD = "/admin/schedules/exceptionalday/add/"
DAY = {"exchange": "XTKS", "on": "2027-03-01", "reason_ja": "障害", "reason_en": "Halt"}


@pytest.fixture
def before_saving() -> Iterator[Callable[[Callable[[], None]], None]]:
    """Do something once, between a form's looking and its saving."""
    waiting: list[Callable[[], None]] = []

    def act(**kwargs: Any) -> None:
        if waiting:
            waiting.pop()()

    pre_save.connect(act, sender=ExceptionalDay)
    yield waiting.append
    pre_save.disconnect(act, sender=ExceptionalDay)


def test_who_was_slower_by_a_moment_sees_no_fault_and_no_second_row_comes(
    chief: Client, before_saving: Callable[[Callable[[], None]], None]
) -> None:
    def somebody_saves_the_same() -> None:
        ExceptionalDay.objects.bulk_create([ExceptionalDay(**DAY)])

    before_saving(somebody_saves_the_same)

    answer = chief.post(ADD, DAY)

    assert answer.status_code == 302
    assert ExceptionalDay.objects.count() == 1


def test_a_second_click_after_the_first_is_told_what_is_there(chief: Client) -> None:
    chief.post(ADD, DAY)

    answer = chief.post(ADD, DAY)

    assert answer.status_code == 200
    assert "already exists" in answer.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        ExceptionalDay.objects.bulk_create([ExceptionalDay(**DAY)])
