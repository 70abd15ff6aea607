"""Schedules by the names that people type, and instants as they type them."""

import difflib
from argparse import ArgumentTypeError
from datetime import datetime

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from schedules.models import APIEndpointSchedule


def schedule_called(name: str) -> APIEndpointSchedule:
    """Return the schedule of this name, or of this number if none has it as a name. Raises CommandError."""
    rows = APIEndpointSchedule.objects.select_related("endpoint")
    found = rows.filter(name=name).first()
    if found is None and name.isascii() and name.isdigit() and len(name) < 19:
        found = rows.filter(pk=int(name)).first()
    if found is not None:
        return found
    names = list(APIEndpointSchedule.objects.values_list("name", flat=True))
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5) or [known for known in names if name in known][:3]
    if near:
        raise CommandError(
            _('No schedule is called "%(name)s". Did you mean %(near)s?')
            % {"name": name, "near": ", ".join(f'"{known}"' for known in near)}
        )
    raise CommandError(_('No schedule is called "%(name)s".') % {"name": name})


def instant(text: str) -> datetime:
    """Read an instant: ISO 8601, in the site's zone when it names none; a date alone is its midnight."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f'"{text}" is no date and time. Write it as 2026-12-31T09:00.') from error
    return found if found.tzinfo else found.replace(tzinfo=timezone.get_current_timezone())
