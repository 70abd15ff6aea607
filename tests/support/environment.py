"""The environment of a test run, prepared before Django reads its settings.

Tests must not depend on, or touch, what the developer has: a ``.env``, a running Redis, a copy's database.
"""

import os
import shutil
import tempfile
from pathlib import Path

from tests.support.ports import free_port
from tests.support.postgresql import PostgresqlServer

#: Everything that settings.py reads and that a developer may have exported for something else.
FOREIGN = (
    "CELERY_BROKER_URL",
    "JQUANTS_API_KEY",
    "JQUANTS_BASE_URL",
    "JQUANTS_STANDIN_PORT",
    "ALLOWED_HOSTS",
    "HTTPS",
    "SECURE_SSL_REDIRECT",
    "LANGUAGE_CODE",
    "TIME_ZONE",
    "API_THROTTLE",
    "API_THROTTLE_WRITE",
    "API_THROTTLE_RUN",
    "EMAIL_URL",
    "SITE_URL",
    "LOG_LEVEL",
)


class TestRun:
    """Directories and servers of one pytest process; each xdist worker has its own.

    ``database`` is "sqlite" or "postgresql". The PostgreSQL server is the controller's; its workers are
    told the address through the environment and create databases of their own in it.
    """

    __test__ = False  # not a test class, though its name begins like one

    def __init__(self, *, database: str, worker: str) -> None:
        self.worker = worker
        self.var_dir = Path(tempfile.mkdtemp(prefix=f"stockura-tests-{worker or 'main'}-"))
        (self.var_dir / "static").mkdir()
        self._postgresql: PostgresqlServer | None = None
        given_redis = os.environ.get("TEST_REDIS_URL", "")
        self.owns_redis = not given_redis
        self.redis_port = free_port()
        for name in FOREIGN:
            os.environ.pop(name, None)
        # Hundreds of processes are started: each would compile all of the product at its start.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ.update(
            DJANGO_SETTINGS_MODULE="stockura.settings",
            STOCKURA_ENV_FILE=os.devnull,
            STOCKURA_VAR_DIR=str(self.var_dir),
            # On, so that static files are served as they lie; pytest-django switches settings.DEBUG off in
            # the tests.
            DEBUG="true",
            # Whitenoise warns when the folder is missing, and warnings are errors in the tests.
            STATIC_ROOT=str(self.var_dir / "static"),
            SECRET_KEY="a key for tests: it signs nothing of value and is long enough not to be warned about",
            REDIS_URL=_redis_url_for(worker, given_redis) or f"redis://127.0.0.1:{self.redis_port}/0",
            DATABASE_URL=self._database_url(database),
        )

    def close(self) -> None:
        """Stop what was started and delete what was written."""
        if self._postgresql:
            self._postgresql.stop()
        shutil.rmtree(self.var_dir, ignore_errors=True)

    def _database_url(self, database: str) -> str:
        if database == "sqlite":
            return f"sqlite:///{self.var_dir / 'stockura.sqlite3'}"
        if given := os.environ.get("TEST_DATABASE_URL"):
            return given
        if self.worker:
            return os.environ["DATABASE_URL"]
        self._postgresql = PostgresqlServer()
        self._postgresql.start()
        return self._postgresql.url


def _redis_url_for(worker: str, given: str) -> str:
    """Give each xdist worker (gw0, gw1 …) a database number of its own, counted up from the given one."""
    if not given or not worker:
        return given
    base, _, number = given.rpartition("/")
    if not number.isdigit():
        base, number = given.rstrip("/"), "0"
    return f"{base}/{int(number) + int(worker.removeprefix('gw'))}"
