"""What gunicorn serves: `gunicorn stockura.wsgi`."""

import os
import sys
from datetime import date

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import reverse
from django.utils import translation

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stockura.settings")

#: Gunicorn's own status for an application that cannot be loaded: with any other it would try again without end.
APP_LOAD_ERROR = 4

try:
    application = get_wsgi_application()
except SystemExit as refusal:
    print(refusal, file=sys.stderr)
    sys.exit(APP_LOAD_ERROR)

# Imported late, when there are settings.
from schedules.masked_logs import mask_lines_of  # noqa: E402
from schedules.recurrence import day_status  # noqa: E402


def load_what_the_first_request_needs() -> None:
    """Load pages, API, texts and the exchanges' holidays while nobody waits: half a second, no database.

    Django loads them at the first request, which is somebody's, in each process.
    """
    for language, _name in settings.LANGUAGES:
        # The addresses are kept for each language.
        with translation.override(language):
            reverse("admin:index")
    day_status("XTKS", date.today())


# A request's line holds its address, which may be a key: that of a calendar.
mask_lines_of("gunicorn.access", "gunicorn.error")
load_what_the_first_request_needs()
