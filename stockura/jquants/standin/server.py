"""The HTTP side of the stand-in: requests in, JSON out, and faults where they were asked for.

Beside ``/v2/…`` there is ``/standin/faults``: POST a text such as ``500*2`` to break the next two answers, DELETE
to let all work again. A single request breaks itself with the header ``x-standin-fault``.
"""

import contextlib
import gzip
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from .faults import Fault, Faults, parse_fault
from .service import UNKNOWN_ENDPOINT, Answer, Service

logger = logging.getLogger(__name__)

FAULTS_PATH = "/standin/faults"

#: Longest body that is read; the name of a fault is short.
MAX_BODY_BYTES = 10_000

HTML = b"<!DOCTYPE html><html><body><h1>Maintenance</h1></body></html>"


class StandinServer(ThreadingHTTPServer):
    """Serves ``service`` on ``host``:``port``; port 0 takes a free one. ``requests`` lists what was asked."""

    daemon_threads = True

    def __init__(self, service: Service, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.service = service
        self.faults = Faults()
        #: Path and query of the latest GET requests, in order.
        self.requests: deque[tuple[str, dict[str, str]]] = deque(maxlen=1000)
        super().__init__((host, port), _Handler)

    @property
    def base_url(self) -> str:
        """What JQUANTS_BASE_URL has to be."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}/v2"

    @contextlib.contextmanager
    def in_background(self) -> Iterator[Self]:
        """Serve in a thread while the context lasts."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: StandinServer
    protocol_version = "HTTP/1.1"
    server_version = "stockura-standin"
    # The headers and the body go out in one piece; Nagle's algorithm would hold back the second.
    wbufsize = -1
    #: Seconds after which a silent connection is closed.
    timeout = 60

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query))
        self.server.requests.append((url.path, dict(query)))
        fault = self._own_fault() or self.server.faults.take()
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds)
        if fault and fault.kind == "status":
            self._send(*_status_answer(fault))
            return
        if fault and fault.kind == "same-key":
            query.pop("pagination_key", None)  # its own key, which stands for no page
        answer = self.server.service.answer(url.path, query, self.headers.get("x-api-key"))
        self._send_answer(answer, fault)

    def do_POST(self) -> None:
        text = self._body().decode(errors="replace").strip()
        if urlsplit(self.path).path != FAULTS_PATH:
            self._refuse_method()
            return
        try:
            fault, times = parse_fault(text)
        except ValueError as error:
            self._send(400, _json({"message": str(error)}))
            return
        self.server.faults.add(fault, times=times)
        self._send(200, _json({"message": f"The fault {text} is set."}))

    def do_DELETE(self) -> None:
        self._body()
        if urlsplit(self.path).path != FAULTS_PATH:
            self._refuse_method()
            return
        self.server.faults.clear()
        self._send(200, _json({"message": "There are no faults."}))

    def do_PUT(self) -> None:
        self._body()
        self._refuse_method()

    do_PATCH = do_OPTIONS = do_PUT

    def _body(self) -> bytes:
        """Read in any case: on a kept connection an unread body would pass for the next request."""
        length = self.headers.get("Content-Length") or "0"
        if length.isascii() and length.isdecimal() and int(length) <= MAX_BODY_BYTES:
            return self.rfile.read(int(length))
        self.close_connection = True
        return b""

    def _refuse_method(self) -> None:
        self._send(403, _json({"message": UNKNOWN_ENDPOINT}))

    def _own_fault(self) -> Fault | None:
        text = self.headers.get("x-standin-fault")
        if not text:
            return None
        try:
            return parse_fault(text)[0]
        except ValueError as error:
            return Fault("status", status=400, message=str(error))

    def _send_answer(self, answer: Answer, fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        body = answer.body
        if kind == "same-key" and answer.status == 200:
            body = {**body, "pagination_key": "the.same."}
        content = _json(body)
        if kind == "html":
            self._send(200, HTML, content_type="text/html")
        elif kind == "truncated":
            self._send(answer.status, content[: len(content) // 2])
        elif kind == "drop":
            self.close_connection = True
        elif kind == "cut":
            self._send(answer.status, content[: len(content) // 2], announced=len(content))
            self.close_connection = True
        else:
            self._send(answer.status, content)

    def _send(
        self,
        status: int,
        content: bytes,
        headers: dict[str, str] | None = None,
        *,
        content_type: str = "application/json; charset=utf-8",
        announced: int | None = None,
    ) -> None:
        """Send ``content``; ``announced`` makes Content-Length say something else."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if announced is None and "gzip" in self.headers.get("Accept-Encoding", ""):
            content = gzip.compress(content, compresslevel=1)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content) if announced is None else announced))
        # A client that has had enough is no fault of ours.
        with contextlib.suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        # The request line and the status; headers, and so the key, are never logged.
        logger.info(format, *args)


def _status_answer(fault: Fault) -> tuple[int, bytes, dict[str, str]]:
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
    return fault.status, _json({"message": fault.message}) if fault.message else b"", headers


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
