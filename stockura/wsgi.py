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
