"""What the client makes of each refusal and fault: which error, how many tries, and what it says."""

import io
import json
import logging
import pickle
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests
from django.utils.translation import override

from stockura.jquants import errors
from stockura.jquants.answers import read_answer
from stockura.jquants.client import MAX_PAUSE_SECONDS, MAX_TRIES, JQuantsClient
from stockura.jquants.standin.faults import Fault
from stockura.jquants.standin.server import StandinServer
from tests.support.jquants import KEY, a_client, a_standin, break_answers
from tests.support.waiting import patient, wait_until


def an_answer(status: int, body: object = None, **headers: str) -> requests.Response:
    """An answer as it would come from the network, for words that the stand-in does not say."""
    response = requests.Response()
    response.status_code = status
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    response.raw = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    return response


def test_a_wrong_key_is_refused_at_once(standin: StandinServer) -> None:
    with a_client(standin, key="another") as client, pytest.raises(errors.AuthError) as refused:
        client.listed_issues()

    assert "The incoming api key is invalid or expired" in str(refused.value)
    assert "Check JQUANTS_API_KEY" in str(refused.value)
    assert (refused.value.status, len(standin.requests)) == (403, 1)


def test_a_missing_key_is_told_without_asking(standin: StandinServer) -> None:
    with pytest.raises(errors.AuthError, match="There is no J-Quants API key"):
        a_client(standin, key="  \n")
    assert not standin.requests


def test_the_server_says_when_no_key_came(standin: StandinServer) -> None:
    answer = requests.get(f"{standin.base_url}/equities/master", timeout=patient(5))

    assert (answer.status_code, answer.json()) == (403, {"message": "The api key is required."})
    with pytest.raises(errors.AuthError):
        read_answer(answer)


def test_what_surrounds_a_key_is_not_part_of_it(standin: StandinServer) -> None:
    with a_client(standin, key=f"  {KEY}\r\n") as client:
        assert client.listed_issues().issues


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "ｋｅｙ", "nul\x00"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_quoted(standin: StandinServer, key: str) -> None:
    with pytest.raises(errors.AuthError) as refused:
        a_client(standin, key=key)
    assert key not in str(refused.value)


def test_an_unknown_path_is_a_bad_request_and_not_a_key_problem(standin: StandinServer, client: JQuantsClient) -> None:
    with pytest.raises(errors.BadRequest, match="The requested endpoint does not exist"):
        client.rows("/equities/mastre")
    assert len(standin.requests) == 1


@pytest.mark.parametrize(
    ("status", "message", "error"),
    [
        (400, "This API requires at least 1 parameter as follows; date, code", errors.BadRequest),
        (400, "Your subscription covers the following dates: 2024-04-06 ~ 2026-04-06.", errors.PlanError),
        (403, "This API is not available on your subscription. If you want more data, …", errors.PlanError),
        (403, "There is no active subscription for this key", errors.PlanError),
        (403, "Forbidden", errors.AuthError),
        (401, "The incoming token is invalid or expired.", errors.AuthError),
        (404, "Not Found", errors.BadRequest),
        (410, "Gone", errors.BadRequest),
        (413, "Response data is too large.", errors.BadRequest),
        (302, "", errors.BadRequest),
        (500, "Unexpected error. Please try again later.", errors.Unavailable),
        (502, "", errors.Unavailable),
    ],
)
def test_each_refusal_has_its_error(status: int, message: str, error: type[errors.JQuantsError]) -> None:
    with pytest.raises(errors.JQuantsError) as refused:
        read_answer(an_answer(status, {"message": message}))

    assert type(refused.value) is error
    assert refused.value.status == status


def test_status_210_means_no_data() -> None:
    assert read_answer(an_answer(210, b"")).rows == []


@pytest.mark.parametrize("body", [b"", b"<html>502</html>", b'["message"]', b'{"message": 7}', b'{"message": "x'])
def test_a_fault_without_words_is_still_a_sentence(body: bytes) -> None:
    with pytest.raises(errors.Unavailable, match="fault of its own"):
        read_answer(an_answer(503, body))


@pytest.mark.parametrize("body", [{}, [], {"data": None}, {"data": {}}, {"data": [], "pagination_key": 3}, "data"])
def test_json_of_another_shape_is_refused(body: object) -> None:
    with pytest.raises(errors.BadPayload, match="may have changed"):
        read_answer(an_answer(200, body))


@pytest.mark.parametrize("key", [None, ""])
def test_an_empty_pagination_key_ends_the_pages(key: str | None) -> None:
    assert read_answer(an_answer(200, {"data": [{}], "pagination_key": key})).next_key == ""


def test_429_rises_at_once_and_asks_for_two_minutes_of_quiet(standin: StandinServer, client: JQuantsClient) -> None:
    break_answers(standin, "429")

    with pytest.raises(errors.RateLimited) as refused:
        client.listed_issues()
    assert refused.value.retry_after == 120
    assert len(standin.requests) == 1  # each further request would prolong the block


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("90", 90), ("0", 1), ("86400", 480), ("soon", 120), ("", 120), ("-5", 120), ("9" * 400, 480), ("１０", 120)],
)
def test_retry_after_is_followed_within_reason(given: str, seconds: float) -> None:
    with pytest.raises(errors.RateLimited) as refused:
        read_answer(an_answer(429, b"", Retry_After=given))
    assert refused.value.retry_after == seconds


def test_retry_after_may_be_a_date() -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)

    with pytest.raises(errors.RateLimited) as refused:
        read_answer(an_answer(429, b"", Retry_After=at))
    assert 85 < refused.value.retry_after <= 90


def test_the_plan_s_limit_is_answered_with_429() -> None:
    with a_standin(plan="free") as standin, a_client(standin) as client:
        for _ in range(5):
            client.rows("/markets/calendar", {"from": "2026-01-01", "to": "2026-01-09"})
        with pytest.raises(errors.RateLimited) as refused:
            client.rows("/markets/calendar")
    assert refused.value.status == 429


@pytest.mark.parametrize("fault", ["500", "502", "503", "drop", "cut", "html", "truncated"])
def test_a_fault_that_passes_is_tried_again(standin: StandinServer, client: JQuantsClient, fault: str) -> None:
    break_answers(standin, f"{fault}*3")

    assert len(client.listed_issues().issues) > 30
    assert len(standin.requests) == 4


@pytest.mark.parametrize(
    ("fault", "error", "sentence"),
    [
        ("500", errors.Unavailable, '(500): "Unexpected error. Please try again later"'),
        ("drop", errors.Unavailable, "could not be reached"),
        ("cut", errors.Unavailable, "the connection broke off"),
        ("html", errors.BadPayload, "not JSON"),
        ("truncated", errors.BadPayload, "not JSON"),
    ],
)
def test_a_fault_that_stays_is_told_after_four_tries(
    standin: StandinServer, fault: str, error: type[errors.JQuantsError], sentence: str
) -> None:
    break_answers(standin, fault)
    pauses: list[float] = []

    with a_client(standin, pauses=pauses) as client, pytest.raises(error) as failed:
        client.listed_issues()

    assert sentence in str(failed.value)
    assert len(standin.requests) == MAX_TRIES == len(pauses) + 1
    assert 1 <= pauses[0] < pauses[-1] <= MAX_PAUSE_SECONDS


def test_a_fault_in_the_middle_of_the_pages_costs_only_that_page() -> None:
    with a_standin(page_size=20) as standin, a_client(standin) as client:
        break_answers(standin, "slow=0*1", "500*1")

        assert len(client.listed_issues().issues) > 30
        assert len(standin.requests) == 3


def test_an_answer_that_does_not_come_in_time_is_given_up(standin: StandinServer) -> None:
    break_answers(standin, "slow=0.5")

    with a_client(standin, read_timeout=0.05) as client, pytest.raises(errors.Unavailable, match=r"0\.05 s to answer"):
        client.listed_issues()
    # The server may come to read the last request only after the client has given it up.
    wait_until(lambda: len(standin.requests) == MAX_TRIES, within=10, saying="the last try to arrive")


def test_nobody_listening_is_a_sentence_with_the_address(client: JQuantsClient, standin: StandinServer) -> None:
    client.base_url = "http://127.0.0.1:9/v2"

    with pytest.raises(errors.Unavailable, match=r"could not be reached at http://127\.0\.0\.1:9/v2"):
        client.listed_issues()


@pytest.mark.parametrize("address", ["", "api.jquants.com/v2", "ftp://127.0.0.1/v2", "http://[::1/v2", "http:///v2"])
def test_an_address_that_is_none_is_told_at_once(address: str) -> None:
    pauses: list[float] = []

    client = JQuantsClient(KEY, base_url=address, sleep=pauses.append)
    with client, pytest.raises(errors.BadRequest, match="JQUANTS_BASE_URL"):
        client.listed_issues()
    assert pauses == []


def test_a_redirect_is_not_followed_so_that_the_key_stays_here(standin: StandinServer, client: JQuantsClient) -> None:
    break_answers(standin, "302")

    with pytest.raises(errors.BadRequest):
        client.listed_issues()
    assert len(standin.requests) == 1


def test_a_proxy_of_the_machine_is_not_asked_for_this_machine(
    standin: StandinServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)

    with a_client(standin) as client:
        assert client.listed_issues().issues


def test_answers_are_asked_for_and_read_compressed(standin: StandinServer) -> None:
    answer = requests.get(f"{standin.base_url}/equities/master", headers={"x-api-key": KEY}, timeout=patient(5))
    plain = requests.get(
        f"{standin.base_url}/equities/master",
        headers={"x-api-key": KEY, "Accept-Encoding": "identity"},
        timeout=patient(5),
    )

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert int(answer.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
    assert answer.json() == plain.json()


@pytest.mark.parametrize("fault", ["500", "429", "403", "400", "drop", "cut", "html", "truncated", "slow=0.3", ""])
def test_the_key_shows_in_no_error_log_or_repr(
    standin: StandinServer, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    if fault:
        break_answers(standin, fault)

    seen = ""
    with a_client(standin, read_timeout=0.1) as client:
        seen += repr(client) + repr(vars(client)) + repr(vars(client._session))
        try:
            client.listed_issues()
        except errors.JQuantsError as error:
            seen += "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))

    assert caplog.text
    assert KEY not in seen + caplog.text


def test_a_server_that_repeats_the_key_is_not_quoted_with_it(standin: StandinServer) -> None:
    standin.faults.add(Fault("status", status=403, message=f"The key {KEY} is expired."))

    with a_client(standin) as client, pytest.raises(errors.AuthError) as refused:
        client.listed_issues()
    assert "The key *** is expired" in str(refused.value)
    assert KEY not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(
    "error",
    [
        errors.RateLimited("Wait.", status=429, retry_after=90.0),
        errors.PlanError("No.", status=400, covers_from=datetime(2024, 1, 1).date()),
        errors.AuthError("Key."),
    ],
)
def test_errors_survive_the_way_between_processes(error: errors.JQuantsError) -> None:
    copy = pickle.loads(pickle.dumps(error))

    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


def test_messages_are_in_the_language_of_the_process() -> None:
    with override("en"), pytest.raises(errors.RateLimited) as refused:
        read_answer(an_answer(429, b""))
    assert str(refused.value) == "J-Quants received too many requests (429). The next one waits 120 seconds."
