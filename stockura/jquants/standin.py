"""A server that stands in for J-Quants V2: `python -m stockura.jquants.standin --port 8790 [--data FILE …]`.

It speaks the documented protocol of /equities/master (key check, both date formats, pages, refusals), on
loopback, from a small list that the project carries or from files of the V2 shape, plain or gzipped.
"""

import argparse
import contextlib
import gzip
import json
import re
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

CARRIED_LIST = Path(__file__).with_name("well_known_issues.json")
MASTER_PATH = "/v2/equities/master"
NO_SUCH_ENDPOINT = (
    "The requested endpoint does not exist. Please check the URL, HTTP method, and API version:"
    "https://jpx-jquants.com/spec/"
)


@dataclass(frozen=True)
class Refusal(Exception):
    """An answer other than 200, with the message that the real service gives."""

    status: int
    message: str


@dataclass(frozen=True)
class StandIn:
    """What is served: lists by their date, ascending; the key that opens it; rows on one page."""

    lists: tuple[tuple[date, list[dict[str, Any]]], ...]
    key: str
    page_size: int

    def master(self, key: str | None, query: dict[str, str]) -> dict[str, Any]:
        """Answer a request for the list of issues. Raises Refusal."""
        if not key:
            raise Refusal(403, "The api key is required.")
        if key != self.key:
            raise Refusal(403, "The incoming api key is invalid or expired.")
        rows = self._rows_on(_date(query["date"]) if query.get("date") else None)
        if code := query.get("code"):
            rows = [row for row in rows if row["Code"] == (code if len(code) == 5 else f"{code}0")]
        start = _position(query.get("pagination_key"))
        page: dict[str, Any] = {"data": rows[start : start + self.page_size]}
        if start + self.page_size < len(rows):
            page["pagination_key"] = f"{start + self.page_size}.{len(rows)}."
        return page

    def _rows_on(self, wanted: date | None) -> list[dict[str, Any]]:
        """Return the newest list not later than ``wanted``; before the first list, the first."""
        if wanted is None:
            return self.lists[-1][1]
        earlier = [rows for on, rows in self.lists if on <= wanted]
        return earlier[-1] if earlier else self.lists[0][1]


def read_lists(files: Sequence[Path]) -> tuple[tuple[date, list[dict[str, Any]]], ...]:
    """Read files of the shape ``{"data": [...]}``, each one date's list. Raises OSError and ValueError."""
    lists = []
    for file in files:
        text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        rows = json.loads(text)["data"]
        lists.append((date.fromisoformat(rows[0]["Date"]), rows))
    return tuple(sorted(lists, key=lambda each: each[0]))


def serve(stand_in: StandIn, *, port: int) -> ThreadingHTTPServer:
    """Return a server bound to loopback, not yet serving. Raises OSError when the port is taken."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(address.query).items()}
            try:
                if address.path != MASTER_PATH:
                    raise Refusal(403, NO_SUCH_ENDPOINT)
                self._answer(200, stand_in.master(self.headers.get("x-api-key"), query))
            except Refusal as refusal:
                self._answer(refusal.status, {"message": refusal.message})

        def do_POST(self) -> None:
            self._answer(403, {"message": NO_SUCH_ENDPOINT})

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            if "gzip" in self.headers.get("Accept-Encoding", ""):
                body = gzip.compress(body)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{8}|\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise Refusal(400, f"The date {text!r} is not YYYYMMDD or YYYY-MM-DD.")
    try:
        return datetime.strptime(text.replace("-", ""), "%Y%m%d").date()
    except ValueError as error:
        raise Refusal(400, f"The date {text!r} does not exist.") from error


def _position(pagination_key: str | None) -> int:
    if not pagination_key:
        return 0
    if not (match := re.fullmatch(r"(\d{1,9})\.\d{1,9}\.", pagination_key, re.ASCII)):
        raise Refusal(400, "The pagination_key is not one that was given.")
    return int(match[1])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Stand in for the J-Quants API V2.")
    parser.add_argument("--port", type=int, default=8790)
    parser.add_argument("--data", type=Path, nargs="*", default=[CARRIED_LIST], help="files of the V2 shape")
    parser.add_argument("--key", default="stand-in", help="the key to ask for")
    parser.add_argument("--page-size", type=int, default=5000, help="rows on one page")
    options = parser.parse_args(arguments)
    try:
        lists = read_lists(options.data)
    except (OSError, ValueError, KeyError, IndexError) as error:
        print(f"The list of issues cannot be read: {error}.", file=sys.stderr)
        return 1
    try:
        server = serve(StandIn(lists, options.key, options.page_size), port=options.port)
    except OSError as error:
        print(f"Port {options.port} cannot be used: {error}. Choose another with --port.", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"The stand-in J-Quants server answers on http://127.0.0.1:{options.port}/v2", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
