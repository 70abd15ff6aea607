"""The stand-in speaks the documented protocol, over real HTTP."""

import threading
from collections.abc import Iterator

import pytest
import requests

from stockura.jquants.standin import CARRIED_LIST, StandIn, read_lists, serve


@pytest.fixture
def master_url() -> Iterator[str]:
    server = serve(StandIn(read_lists([CARRIED_LIST]), key="right", page_size=8), port=0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v2/equities/master"
    server.shutdown()
    thread.join()
    server.server_close()


def ask(url: str, key: str | None = "right", **query: str) -> requests.Response:
    return requests.get(url, params=query, headers={"x-api-key": key} if key else {}, timeout=5)


def test_a_missing_and_a_wrong_key_are_refused_with_the_documented_messages(master_url: str) -> None:
    missing, wrong = ask(master_url, key=None), ask(master_url, key="wrong")
    assert (missing.status_code, missing.json()["message"]) == (403, "The api key is required.")
    assert (wrong.status_code, wrong.json()["message"]) == (403, "The incoming api key is invalid or expired.")


def test_following_the_pagination_key_yields_every_issue_once(master_url: str) -> None:
    codes, key, pages = [], "", 0
    while True:
        answer = ask(master_url, **({"pagination_key": key} if key else {})).json()
        codes += [row["Code"] for row in answer["data"]]
        pages += 1
        if not (key := answer.get("pagination_key", "")):
            break
    assert pages == 3
    assert codes == [row["Code"] for row in read_lists([CARRIED_LIST])[0][1]]


def test_a_code_of_four_characters_is_the_common_stock(master_url: str) -> None:
    assert [row["Code"] for row in ask(master_url, code="2593").json()["data"]] == ["25930"]
    assert [row["Code"] for row in ask(master_url, code="25935").json()["data"]] == ["25935"]
    assert ask(master_url, code="0000").json() == {"data": []}


@pytest.mark.parametrize("impossible", ["20240230", "2024-13-01", "yesterday", "２０２４０１０１"])
def test_a_date_that_does_not_exist_is_refused(master_url: str, impossible: str) -> None:
    assert ask(master_url, date=impossible).status_code == 400


def test_an_unknown_path_is_refused_as_the_real_service_does(master_url: str) -> None:
    assert ask(master_url.replace("master", "nothing")).status_code == 403
