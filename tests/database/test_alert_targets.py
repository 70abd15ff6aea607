"""Where an alert may go and how long it may take: every way to what stands behind the firewall is closed.

What a name resolves to is set here, because no test can rely on a name server; all else is real.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from schedules.alerts.sending.addresses import allowed_addresses, is_public
from schedules.alerts.sending.answers import NotSent
from schedules.alerts.sending.http import post
from tests.support.receivers import raw_receiver, web_receiver
from tests.support.waiting import patient

#: Names, addresses and sockets; no row is read.
pytestmark = pytest.mark.one_database

SHORT = timedelta(seconds=0.5)
#: Beyond the time that a receiver has, for a busy machine.
SLACK = patient(0.4)


@pytest.fixture
def given(settings: Any) -> Callable[..., None]:
    def give(**changed: Any) -> None:
        settings.SCHEDULES = {**settings.SCHEDULES, **changed}

    return give


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """Name → the answers of the name server, one after the other; the last one stays."""
    known: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> list[tuple]:
        if host not in known:
            return real(host, port, *args, **kwargs)
        answers = known[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [each for address in found for each in real(address, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


def answer(url: str, timeout: timedelta = SHORT) -> str:
    """What came of a message to ``url``."""
    try:
        return post(url, b"{}", {}, timeout)
    except NotSent as error:
        return error.answer


# --- where


@pytest.mark.parametrize(
    "address",
    [
        *("127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("192.0.0.8", "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "2001:db8::1", "3fff::1", "5f00::1"),
        # An address of IPv4 in one of IPv6: mapped, compatible, translated, 6to4, Teredo, NAT64, ISATAP.
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:127.0.0.1", "2002:7f00:1::1"),
        *("2001:0:4136:e378:8000:63bf:80ff:fffe", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1"),
        *("2001:4860::5efe:10.0.0.1", "2001:4860::200:5efe:10.0.0.1"),
    ],
)
def test_an_address_that_is_not_on_the_open_internet_is_private_however_it_is_wrapped(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1", "2002:808:808::1"]
)
def test_an_address_on_the_open_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "0",
        "127。0。0。1",
    ],
)
def test_no_way_of_writing_it_reaches_a_server_on_this_machine(host: str) -> None:
    with web_receiver() as receiver:
        port = urlsplit(receiver.url).port
        # Where the resolver takes it for an address at all, that is judged.
        assert answer(f"http://{host}:{port}/").partition(":")[0] in ("private", "unknown_host")
        assert receiver.posts == []


def test_a_name_that_leads_to_private_addresses_is_refused_and_of_both_kinds_the_public_ones_are_used(
    names: dict[str, list[list[str]]],
) -> None:
    names["inside.example.jp"] = [["10.0.0.1", "::1"]]
    names["both.example.jp"] = [["127.0.0.1", "8.8.8.8", "::ffff:10.0.0.1"]]

    assert answer("https://inside.example.jp/") == "private:inside.example.jp"
    found = allowed_addresses(urlsplit("https://both.example.jp/"), 1)
    assert {each[4][:2] for each in found} == {("8.8.8.8", 443)}


def test_a_host_that_the_settings_name_is_reached_and_no_other(names: dict[str, list[list[str]]], given: Any) -> None:
    names["chat.example.lan"] = names["db.example.lan"] = [["127.0.0.1"]]
    given(ALERT_PRIVATE_HOSTS=["Chat.example.lan"])
    with web_receiver() as receiver:
        port = urlsplit(receiver.url).port
        assert answer(f"http://chat.example.lan.:{port}/x?ä=ö#part").startswith("unknown_host:")
        assert answer(f"http://CHAT.example.lan:{port}/日本?ä=%20#part") == "sent"
        assert answer(f"http://db.example.lan:{port}/") == "private:db.example.lan"
        assert answer(f"http://127.0.0.1:{port}/") == "private:127.0.0.1"
    (received,) = receiver.posts
    assert received.path == "/%E6%97%A5%E6%9C%AC?%C3%A4=%20"
    assert received.headers["Host"] == f"CHAT.example.lan:{port}"


def test_what_was_judged_is_connected_to_though_the_name_means_something_else_a_moment_later(
    names: dict[str, list[list[str]]], given: Any
) -> None:
    given(ALERT_PRIVATE_HOSTS=["moves.example.jp"])
    with web_receiver() as inside, web_receiver("127.0.0.2", port=urlsplit(inside.url).port) as outside:
        names["moves.example.jp"] = [["127.0.0.2"], ["127.0.0.1"]]
        assert answer(f"http://moves.example.jp:{urlsplit(inside.url).port}/") == "sent"
    assert (len(outside.posts), len(inside.posts)) == (1, 0)


def test_a_redirect_is_not_followed_to_anywhere(given: Any) -> None:
    given(ALERT_PRIVATE_TARGETS=True)
    with web_receiver() as receiver:
        receiver.statuses = [301, 302, 303, 307, 308]
        assert [answer(receiver.url) for _status in range(5)] == [
            f"redirect:{status}" for status in (301, 302, 303, 307, 308)
        ]
        assert len(receiver.posts) == 5


# --- how long, how much


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (lambda: (b"H" for _ in iter(int, 1)), "timeout:0.5"),
        (lambda: iter([b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000]), "connection:"),
        (lambda: iter([b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000]), "connection:"),
        (lambda: iter([b"what?\r\n\r\n"]), "connection:"),
        (lambda: iter([b""]), "connection:"),
        (lambda: iter([b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b"z" * 1000]), "sent"),
    ],
    ids=["a byte now and then", "an endless line", "endless headers", "no HTTP", "nothing", "an endless body"],
)
def test_an_answer_that_is_slow_huge_or_none_ends_in_time(given: Any, said: Any, expected: str) -> None:
    given(ALERT_PRIVATE_TARGETS=True)
    with raw_receiver(said) as url:
        began = time.monotonic()
        assert answer(url).startswith(expected)
        assert time.monotonic() - began < SHORT.total_seconds() + SLACK


def test_many_addresses_that_do_not_answer_take_no_longer_than_one(
    names: dict[str, list[list[str]]], given: Any
) -> None:
    given(ALERT_PRIVATE_TARGETS=True)
    names["many.example.jp"] = [[f"127.0.0.{number}" for number in range(2, 12)]]
    with deaf("0.0.0.0") as port:
        began = time.monotonic()
        assert answer(f"http://many.example.jp:{port}/") == "timeout:0.5"
        assert time.monotonic() - began < SHORT.total_seconds() + SLACK


def test_an_address_that_does_not_answer_leaves_time_for_the_next(
    names: dict[str, list[list[str]]], given: Any
) -> None:
    given(ALERT_PRIVATE_TARGETS=True)
    names["two.example.jp"] = [["127.0.0.2", "127.0.0.1"]]
    with deaf("127.0.0.2") as port, web_receiver(port=port) as receiver:
        assert answer(f"http://two.example.jp:{port}/", timedelta(seconds=2)) == "sent"
        assert len(receiver.posts) == 1


def test_a_name_server_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: asked.wait(20))
    began = time.monotonic()
    assert answer("https://slow.example.jp/") == "timeout:0.5"
    assert time.monotonic() - began < SHORT.total_seconds() + SLACK
    asked.set()


@contextmanager
def deaf(host: str) -> Iterator[int]:
    """The port of a server whose queue of connections is full, so that it answers no further one."""
    with socket.create_server((host, 0), backlog=0) as server:
        port = server.getsockname()[1]
        with ExitStack() as opened:
            for sock in [opened.enter_context(socket.socket()) for _ in range(3)]:
                sock.setblocking(False)
                sock.connect_ex(("127.0.0.2", port))
            yield port
