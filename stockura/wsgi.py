"""What gunicorn serves: `gunicorn stockura.wsgi`."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stockura.settings")

#: Gunicorn's own status for an application that cannot be loaded: with any other it would try again without end.
APP_LOAD_ERROR = 4

try:
    application = get_wsgi_application()
except SystemExit as refusal:
    print(refusal, file=sys.stderr)
    sys.exit(APP_LOAD_ERROR)

# Imported late, when there are settings. A request's line holds its address, which may be a key: that of a calendar.
from schedules.masked_logs import mask_lines_of  # noqa: E402

mask_lines_of("gunicorn.access", "gunicorn.error")
