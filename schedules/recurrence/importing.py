"""Take over lines of a crontab: the definition, and what of the line is not taken over."""

import re
from typing import Any

from schedules.recurrence.parsing import parse_definition
from schedules.recurrence.problems import DefinitionError, Problem, gettext_noop, quote
from schedules.recurrence.values import Notice

_MAX_LINE = 4096


def import_crontab_line(line: str, timezone: str) -> tuple[dict[str, Any], list[Notice]]:
    """Return the definition of a line of a crontab, whose times are those of ``timezone``.

    What follows the five fields (or ``@daily`` and its kin) is the command: it is not taken over, and a notice says
    so. Comments, blank lines and settings such as ``CRON_TZ=…`` are refused with DefinitionError, as are
    expressions that cannot be read.
    """
    text = line.strip() if isinstance(line, str) else ""
    if not text or text.startswith("#") or len(text) > _MAX_LINE or re.match(r"[A-Za-z_][A-Za-z0-9_]*\s*=", text):
        message = gettext_noop(
            '"%(value)s" is not a line of a crontab that runs something. Paste a line such as "0 8 * * 1-5 command".'
        )
        raise DefinitionError([Problem("line", "not_a_job", message, {"value": quote(line)})])
    size = 1 if text.startswith("@") else 5
    parts = text.split(None, size)
    recurrence = parse_definition({"kind": "cron", "cron": " ".join(parts[:size]), "timezone": timezone})
    notices = []
    if len(parts) > size:
        notices.append(
            Notice(
                "command_left_out",
                "コマンドは取り込まれません。エンドポイントを選んでください。",
                "The command is not taken over. Choose the endpoint to call.",
            )
        )
    return recurrence.definition, notices
