"""The pages that come instead of others: in the reader's words and language, with a way on."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.utils import translation
from django.views.defaults import bad_request, server_error

pytestmark = pytest.mark.django_db

OVERVIEW = 'href="/admin/"'


@pytest.fixture
def nobody_special() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.create_user("viewer", is_staff=True))
    return client


def test_an_address_that_leads_nowhere_says_so_and_leads_to_the_overview(nobody_special: Client) -> None:
    answer = nobody_special.get("/admin/schedules/nowhere/")

    assert answer.status_code == 404
    assert "There is no such page." in answer.text
    assert OVERVIEW in answer.text


def test_who_may_not_is_told_whom_to_ask(nobody_special: Client) -> None:
    answer = nobody_special.get("/admin/schedules/apiendpointschedule/add/")

    assert answer.status_code == 403
    assert "You do not have permission for this." in answer.text
    assert OVERVIEW in answer.text


def test_a_form_that_was_open_too_long_says_that_nothing_was_saved() -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})

    answer = client.post("/admin/login/", {"username": "chief", "password": "wrong"})

    assert answer.status_code == 403
    assert "The page had been open for too long." in answer.text


@pytest.mark.parametrize(("view", "heading"), [(server_error, "Something went wrong"), (bad_request, "could not")])
def test_an_error_of_ours_is_a_page_that_needs_nothing_and_tells_nothing(view: Any, heading: str) -> None:
    request = RequestFactory().get("/admin/")
    arguments = [] if view is server_error else [ValueError("a secret of the inside")]
    with translation.override("en"):
        answer = view(request, *arguments)

    assert heading in answer.text
    assert OVERVIEW in answer.text
    assert "secret" not in answer.text
