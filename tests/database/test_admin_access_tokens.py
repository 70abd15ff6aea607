"""API tokens in the admin: shown once, revoked by people, and nobody gets hold of another's."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from schedules.models import AccessToken
from tests.support.builders import a_key

pytestmark = pytest.mark.django_db(transaction=True)

LIST, ADD = reverse("admin:schedules_accesstoken_changelist"), reverse("admin:schedules_accesstoken_add")


@pytest.fixture
def chief(client: Client) -> Client:
    return signed_in(client, User.objects.create_superuser("chief"))


@pytest.fixture
def operator(client: Client) -> Client:
    user = User.objects.create_user("operator", is_staff=True)
    of_tokens = Permission.objects.filter(content_type__app_label="schedules", content_type__model="accesstoken")
    user.user_permissions.set(of_tokens)
    return signed_in(client, user)


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def key_in(html: str) -> str:
    return re.search(r'value="(stk_[\w-]+)"', html)[1]  # type: ignore[index]


def test_a_token_is_made_shown_once_and_works(chief: Client) -> None:
    user = User.objects.get()

    answer = chief.post(ADD, {"user": user.pk, "name": "nightly", "scopes": ["read"], "lifetime": "90"})

    key = key_in(answer.content.decode())
    assert "no-store" in answer.headers["Cache-Control"]
    assert APIClient(HTTP_AUTHORIZATION=f"Bearer {key}").get("/api/v1/schedules").status_code == 200
    token = AccessToken.objects.get()
    assert (token.name, token.scopes) == ("nightly", ["read"])
    assert token.expires_at - token.created_at == timedelta(days=90)
    page = reverse("admin:schedules_accesstoken_change", args=[token.pk])
    for address in (LIST, page, reverse("admin:schedules_accesstoken_history", args=[token.pk])):
        shown = chief.get(address).content.decode()
        assert "nightly" in shown
        assert key not in shown
        assert token.digest not in shown


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "taken"}, "This user has a token of this name already."),
        ({"name": ""}, "This field is required."),
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["all"]}, "Select a valid choice."),
        ({"lifetime": "9999999999"}, "Select a valid choice."),
        ({"user": "0"}, "Select a valid choice."),
    ],
    ids=str,
)
def test_what_makes_no_token_is_said_at_its_field(chief: Client, fields: dict[str, object], sentence: str) -> None:
    a_key(User.objects.get(), name="taken")
    good = {"user": User.objects.get().pk, "name": "new", "scopes": ["read"], "lifetime": ""}

    answer = chief.post(ADD, good | fields)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert AccessToken.objects.count() == 1


def test_whoever_is_no_superuser_makes_and_sees_only_own_tokens(operator: Client) -> None:
    root = User.objects.create_superuser("root")
    a_key(root, name="of the root")

    assert 'name="user"' not in operator.get(ADD).content.decode()
    made = operator.post(ADD, {"user": root.pk, "name": "mine", "scopes": ["read"], "lifetime": ""})

    assert key_in(made.content.decode())
    assert AccessToken.objects.get(name="mine").user.username == "operator"
    listed = operator.get(LIST).content.decode()
    assert "mine" in listed
    assert "of the root" not in listed
    theirs = AccessToken.objects.get(name="of the root").pk
    assert (
        "of the root"
        not in operator.get(reverse("admin:schedules_accesstoken_change", args=[theirs]), follow=True).content.decode()
    )
    operator.post(reverse("admin:schedules_accesstoken_revoke", args=[theirs]))
    assert AccessToken.objects.get(pk=theirs).revoked_at is None


def test_a_token_is_revoked_after_asking(chief: Client) -> None:
    key = a_key(User.objects.get(), name="nightly")
    token = AccessToken.objects.get()
    address = reverse("admin:schedules_accesstoken_revoke", args=[token.pk])

    assert address in chief.get(reverse("admin:schedules_accesstoken_change", args=[token.pk])).content.decode()
    assert chief.get(address).status_code == 200
    assert AccessToken.objects.get().revoked_at is None
    answer = chief.post(address, follow=True)

    assert "1 token revoked: nightly" in answer.content.decode()
    assert APIClient(HTTP_AUTHORIZATION=f"Bearer {key}").get("/api/v1/schedules").status_code == 401
    assert "Nothing was revoked" in chief.post(address, follow=True).content.decode()


def test_several_are_revoked_from_the_list(chief: Client) -> None:
    for _number in range(3):
        a_key(User.objects.get())
    chosen = list(AccessToken.objects.values_list("pk", flat=True)[:2])

    chief.post(LIST, {"action": "revoke", "_selected_action": chosen})

    assert AccessToken.objects.filter(revoked_at__isnull=False).count() == 2


def test_who_may_only_look_cannot_make_or_revoke(client: Client) -> None:
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_accesstoken"))
    a_key(user)
    reader = signed_in(client, user)
    token = AccessToken.objects.get()

    assert reader.get(LIST).status_code == 200
    assert reader.get(ADD).status_code == 403
    assert reader.post(reverse("admin:schedules_accesstoken_revoke", args=[token.pk])).status_code == 403
    assert AccessToken.objects.filter(revoked_at__isnull=True).exists()


def test_a_user_with_tokens_can_be_deleted(chief: Client) -> None:
    leaver = User.objects.create_user("leaver")
    a_key(leaver)

    chief.post(reverse("admin:auth_user_delete", args=[leaver.pk]), {"post": "yes"})

    assert not User.objects.filter(username="leaver").exists()
