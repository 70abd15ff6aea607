"""The stand-in server's command line: ``python -m stockura.jquants.standin --help``."""

import argparse
import datetime as dt
import errno
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from .faults import HELP as FAULT_HELP
from .faults import Fault, parse_fault
from .lists import BadFile, FileLists, Lists, OwnList
from .plans import PLANS
from .server import StandinServer
from .service import Service

TOKYO = ZoneInfo("Asia/Tokyo")

#: The key that settings.py sends when the person has none.
DEFAULT_KEY = "stand-in"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal comes. Returns the exit status: 1 when the port or a file cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        lists, today = _lists(options.data, options.today)
    except BadFile as error:
        return _fail(str(error))
    service = Service(
        lists,
        plan=PLANS[options.plan],
        key=options.key,
        today=today,
        page_size=options.page_size,
        refuses_undated=options.free_refuses_undated,
    )
    try:
        server = StandinServer(service, host=options.host, port=options.port)
    except (OSError, OverflowError) as error:
        return _fail(_why_not_listening(error, options.host, options.port))
    for fault, times in options.fault:
        server.faults.add(fault, times=times)
    logging.basicConfig(level=logging.WARNING if options.quiet else logging.INFO, format="%(message)s")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    source = lists.describe()
    print(f"The stand-in J-Quants server answers at {server.base_url} (plan {options.plan}, {source}).", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass  # Ctrl-C is how a person ends it
    finally:
        server.server_close()
    return 0


def _lists(paths: Sequence[Path], today: dt.date | None) -> tuple[Lists, Callable[[], dt.date]]:
    """The lists to serve, and what day it is: the one given, else the newest of the files, else today."""
    if not paths:
        return OwnList(), lambda: today or dt.datetime.now(TOKYO).date()
    files = FileLists.read(paths)
    return files, lambda: today or files.newest_day


def _why_not_listening(error: OSError | OverflowError, host: str, port: int) -> str:
    if isinstance(error, OverflowError):
        return f"{port} is no port. Write a number from 0 to 65535, for example --port 8790."
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Stop that program, or choose another port: --port {port + 1}"
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for the system. Choose one above 1023: --port 8790"
    return f'"{host}" is no address of this machine ({error.strerror or error}). Without --host it is 127.0.0.1.'


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m stockura.jquants.standin",
        description="Answer like J-Quants API V2, on this machine, with lists of listed companies.",
        epilog="Example: %(prog)s --data 2026-04.json.gz 2026-05.json.gz --today 2026-04-30. "
        "While it runs, POST a fault to /standin/faults, or DELETE there to end all faults.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    add("--port", type=int, default=8790, help="default: 8790; 0 takes a free one")
    add("--key", default=DEFAULT_KEY, help=f"the API key that is right (default: {DEFAULT_KEY})")
    add(
        "--data",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="lists of the V2 shape, plain or gzip, one date each (default: a short list of its own)",
    )
    add("--plan", choices=PLANS, default="standard", help="rate limit and window (default: standard)")
    add(
        "--today",
        type=_date,
        metavar="YYYY-MM-DD",
        help="the date to believe (default: today in Tokyo; with --data, that of the newest file)",
    )
    add("--page-size", type=_positive, metavar="N", help="rows per page (default: about 5 MB, as J-Quants)")
    add("--free-refuses-undated", action="store_true", help="the Free plan refuses a request without a date")
    add("--fault", type=_fault, action="append", default=[], help=FAULT_HELP)
    add("--quiet", action="store_true", help="do not print each request")
    return parser


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is no date. Write for example 2026-05-29.') from None


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f'"{text}" rows are no page. Write a number from 1.')
    return int(text)


def _fault(text: str) -> tuple[Fault, int | None]:
    try:
        return parse_fault(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
