"""Every setting of the project, explained where it stands.

Values come from the environment, or from a `.env` file beside manage.py (see `.env.example`). Without any of
them the addresses are those of `make run`: SQLite and Redis on this machine, and the stand-in J-Quants server.
"""

import sys
from datetime import timedelta
from pathlib import Path

import environ
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from stockura.addresses import checked, read_address
from stockura.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
#: Everything a running copy writes (database, Redis data, logs) lies here, so that it can be deleted in one go.
VAR_DIR = Path(environ.Env().str("STOCKURA_VAR_DIR", default=str(BASE_DIR / "var")))

env = Environment()
env_file = environ.Env().str("STOCKURA_ENV_FILE", default=str(BASE_DIR / ".env"))
if Path(env_file).is_file():
    env.read_env(env_file)

# --- Security -------------------------------------------------------------------------------------------------

#: True shows details of errors to the visitor: only for development. `make run` switches it on.
DEBUG = env.bool("DEBUG", default=False)

#: Signs sessions and password links; anyone who knows it can sign in as anyone. At least 50 random characters.
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not DEBUG:
        # Not ImproperlyConfigured: each command would print a traceback above the sentence.
        sys.exit(
            "SECRET_KEY is not set and DEBUG is off. Set SECRET_KEY in the environment or in .env "
            "(make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'), "
            "or set DEBUG=true for development. `make run` does this for you."
        )
    SECRET_KEY = "development-only-key-that-signs-nothing-of-value"

#: Host names this site answers to, comma-separated. Other names get an error page.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

#: Origins that may post forms through a proxy, with scheme: https://schedules.example.jp
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

#: True when a proxy in front speaks HTTPS: cookies then travel only encrypted and browsers are told to stay so.
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
#: Sends visitors who came without HTTPS to HTTPS. Off where the proxy does that itself.
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=HTTPS)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
#: No other site's page makes the browser send them, and no script reads them.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"

#: So many failed logins in a row with one name from one address, and both have to wait so many minutes.
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURES", default=10)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOGIN_WAIT_MINUTES", default=15))
# Name and address together: nobody can lock out a colleague by typing the colleague's name elsewhere. Behind proxies of
# your own, SCHEDULES_PROXIES says whose word on the address counts.
AXES_CLIENT_IP_CALLABLE = "schedules.client_address.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "stockura.login.tell_to_wait"
#: Only failures are kept, and only until they are forgiven.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AUTHENTICATION_BACKENDS = ["stockura.login.ThrottledLogin", "django.contrib.auth.backends.ModelBackend"]

# --- Applications ---------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    # unfold stands before django.contrib.admin, whose templates it replaces.
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "stockura.admin_without_pages.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "auditlog",
    "axes",
    "schedules",
    "stockura.companies",
    "stockura.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "stockura.content_security.ContentSecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "schedules.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Last, as it asks: it puts its answer in the place of the others'.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "stockura.urls"
WSGI_APPLICATION = "stockura.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------------------------

#: postgres://user:password@host:5432/name in production; a SQLite file otherwise.
DATABASES = {
    "default": read_address(
        "DATABASE_URL", lambda: env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'stockura.sqlite3'}")
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Web, worker and beat write the same file. WAL lets readers go on beside the one writer; IMMEDIATE takes the
    # write lock at BEGIN, where SQLite waits its turn, rather than midway, where it would refuse at once.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    #: Seconds a connection is kept between requests; checked before use, so a restarted server is no error page.
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People, languages, time ----------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="ja")
LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "stockura" / "locale"]
#: How dates are written, where Django's own way does not read well.
FORMAT_MODULE_PATH = ["stockura.formats"]
USE_I18N = True
USE_TZ = True
#: The zone in which the pages show instants. A schedule's own zone is a field of the schedule.
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Tokyo")

# --- Static files ---------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # Hashed names need `collectstatic`, which the Dockerfile runs; development serves the files as they lie.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Redis and Celery -----------------------------------------------------------------------------------------

#: Holds the mirror of the schedules, beat's lock and, unless CELERY_BROKER_URL says otherwise, the task queues.
#: Redis must never evict keys (maxmemory-policy noeviction) and should write them to disk (appendonly yes).
#: The default is the embedded Redis that `make run` starts, so that manage.py finds it on whichever port it runs.
REDIS_URL = env.str("REDIS_URL", default=f"redis://127.0.0.1:{env.int('REDIS_PORT', default=6389)}/0")
read_address("REDIS_URL", lambda: checked(REDIS_URL))

#: Redis watched over by Sentinels: their addresses (host:port, comma-separated), the name under which they know the
#: master, and the number of its database. Then REDIS_URL is not used; whoever is master at the moment is.
REDIS_SENTINELS = [
    (host, int(port or 26379))
    for host, _colon, port in (each.strip().partition(":") for each in env.list("REDIS_SENTINELS", default=[]))
]
REDIS_SENTINEL_MASTER = env.str("REDIS_SENTINEL_MASTER", default="mymaster")
REDIS_SENTINEL_DB = env.int("REDIS_SENTINEL_DB", default=0)

#: Where tasks are queued. Any broker that Celery supports.
CELERY_BROKER_URL = env.str(
    "CELERY_BROKER_URL",
    default=";".join(f"sentinel://{host}:{port}/{REDIS_SENTINEL_DB}" for host, port in REDIS_SENTINELS) or REDIS_URL,
)

read_address("CELERY_BROKER_URL", lambda: checked(CELERY_BROKER_URL))

#: Worker processes on one machine beyond this many tasks at a time wait in the queue.
CELERY_WORKER_CONCURRENCY = env.int("CELERY_WORKER_CONCURRENCY", default=2)

#: "shared" is for what all web processes must count together, such as the requests of one user. Losing it does no harm.
#: Redis that is away is given up on quickly: pages and API go on without it.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "shared": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "stockura:cache",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
    # Django's cache does not ask Sentinels; then each web process counts for itself.
    if not REDIS_SENTINELS
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "shared"},
}

# --- Schedules ------------------------------------------------------------------------------------------------

#: The table in which django-auditlog keeps who changed what; values keep their types, so that a change can be reverted.
AUDITLOG_LOGENTRY_MODEL = "schedules.RecordedChange"
AUDITLOG_STORE_JSON_CHANGES = True
# Its own table is not made: nobody would write to it, and Django, which takes it for replaced, could not empty the
# tables that it points at.
MIGRATION_MODULES = {"auditlog": None}

#: See schedules/conf.py, which holds the defaults and the meaning of each.
SCHEDULES = {
    "RECONCILE_EVERY_SECONDS": env.float("SCHEDULES_RECONCILE_EVERY_SECONDS", default=60.0),
    "BEAT_LOCK_SECONDS": env.float("SCHEDULES_BEAT_LOCK_SECONDS", default=10.0),
    "HEARTBEAT_EVERY_SECONDS": env.float("SCHEDULES_HEARTBEAT_EVERY_SECONDS", default=10.0),
    "HEARTBEAT_LOST_AFTER_SECONDS": env.float("SCHEDULES_HEARTBEAT_LOST_AFTER_SECONDS", default=60.0),
    "RUNS_KEPT_DAYS": env.int("SCHEDULES_RUNS_KEPT_DAYS", default=400),
    "BACKFILLS_KEPT_DAYS": env.int("SCHEDULES_BACKFILLS_KEPT_DAYS", default=400),
    "CHANGES_KEPT_DAYS": env.int("SCHEDULES_CHANGES_KEPT_DAYS", default=3653),
    "PROXIES": env.int("SCHEDULES_PROXIES", default=0),
    "LONG_PAUSE_DAYS": env.int("SCHEDULES_LONG_PAUSE_DAYS", default=7),
    "BACKFILL_MAX_OCCURRENCES": env.int("SCHEDULES_BACKFILL_MAX_OCCURRENCES", default=1000),
    "PAUSE_MAX_ROWS": env.int("SCHEDULES_PAUSE_MAX_ROWS", default=10_000),
    "ALERT_LOOK_EVERY_SECONDS": env.float("SCHEDULES_ALERT_LOOK_EVERY_SECONDS", default=15.0),
    "ALERT_GROUP_SECONDS": env.float("SCHEDULES_ALERT_GROUP_SECONDS", default=20.0),
    "ALERT_GROUP_AGAIN_SECONDS": env.float("SCHEDULES_ALERT_GROUP_AGAIN_SECONDS", default=300.0),
    "ALERT_BEAT_SILENT_SECONDS": env.float("SCHEDULES_ALERT_BEAT_SILENT_SECONDS", default=60.0),
    "ALERT_DRIFT_SECONDS": env.float("SCHEDULES_ALERT_DRIFT_SECONDS", default=300.0),
    "ALERT_CALENDAR_DAYS": env.int("SCHEDULES_ALERT_CALENDAR_DAYS", default=60),
    "ALERT_TIMEOUT_SECONDS": env.float("SCHEDULES_ALERT_TIMEOUT_SECONDS", default=10.0),
    "ALERT_PRIVATE_TARGETS": env.bool("SCHEDULES_ALERT_PRIVATE_TARGETS", default=False),
    #: Names of hosts in the own network that webhooks may reach nevertheless, comma-separated: "chat.example.lan".
    "ALERT_PRIVATE_HOSTS": env.list("SCHEDULES_ALERT_PRIVATE_HOSTS", default=[]),
    #: Prometheus sends it as a bearer token to /metrics; without it there is no such page.
    "METRICS_TOKEN": env.str("METRICS_TOKEN", default=""),
    "SITE_URL": env.str("SITE_URL", default=f"http://127.0.0.1:{env.str('WEB_PORT', default='8000')}" if DEBUG else ""),
    #: Patterns of the tasks that endpoints may call, comma-separated: "stockura.*,prices.*".
    "ALLOWED_TASKS": env.list("SCHEDULES_ALLOWED_TASKS", default=["*"]),
    #: Who may make and run what calls a task: "orders.*=orders.place_order,prices.*=prices.fetch".
    "TASK_PERMISSIONS": env.dict("SCHEDULES_TASK_PERMISSIONS", default={}),
}

# --- E-mail ---------------------------------------------------------------------------------------------------

#: The mail server that takes alerts: smtp://host:25, smtp+tls://user:password@host:587 (STARTTLS) or
#: smtp+ssl://user:password@host:465. Signs like @ or / in the password are written as %40, %2F.
_mail = read_address("EMAIL_URL", lambda: env.email_url("EMAIL_URL", default="smtp://127.0.0.1:25"))
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"] or "127.0.0.1", _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
#: Who the alerts come from; mail servers often demand one of their own addresses.
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Stockura <stockura@localhost>")

# --- J-Quants -------------------------------------------------------------------------------------------------

#: Key of the J-Quants dashboard. Empty: the stand-in server of `make run` is asked instead of the real one.
JQUANTS_API_KEY = env.str("JQUANTS_API_KEY", default="")
#: The stand-in's address when there is no key.
JQUANTS_STANDIN_PORT = env.int("JQUANTS_STANDIN_PORT", default=8790)
JQUANTS_BASE_URL = env.str(
    "JQUANTS_BASE_URL",
    default="https://api.jquants.com/v2"
    if JQUANTS_API_KEY
    else f"http://127.0.0.1:{JQUANTS_STANDIN_PORT}/v2",
)
if not JQUANTS_API_KEY and JQUANTS_BASE_URL.startswith("http://127.0.0.1:"):
    JQUANTS_API_KEY = "stand-in"
#: Requests a minute that the plan allows: Free 5, Light 60, Standard 120, Premium 500.
JQUANTS_REQUESTS_PER_MINUTE = env.int("JQUANTS_REQUESTS_PER_MINUTE", default=5)
JQUANTS_CONNECT_TIMEOUT_SECONDS = env.float("JQUANTS_CONNECT_TIMEOUT_SECONDS", default=5.0)
JQUANTS_READ_TIMEOUT_SECONDS = env.float("JQUANTS_READ_TIMEOUT_SECONDS", default=30.0)
#: Share of the known listed companies that may vanish in one sync. Above it the sync fails and changes nothing.
JQUANTS_SHRINK_LIMIT = env.float("JQUANTS_SHRINK_LIMIT", default=0.2)

# --- API ------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    # The token first: its refusal is a 401 that names how to sign in.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "schedules.api.authentication.AccessTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["schedules.api.permissions.ModelPermissions"],
    "DEFAULT_PARSER_CLASSES": ["schedules.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "schedules.api.errors.problem_response",
    "DEFAULT_PAGINATION_CLASS": "schedules.api.pagination.NumberedPages",
    "DEFAULT_FILTER_BACKENDS": [
        "schedules.api.filters.FieldFilters",
        "rest_framework.filters.SearchFilter",
        "schedules.api.filters.KnownOrdering",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["schedules.api.throttling.ScopeThrottle"],
    # Requests of one user, over all web processes. Starting runs costs other people's work, so it has the lowest rate.
    "DEFAULT_THROTTLE_RATES": {
        "read": env.str("API_THROTTLE", default="600/min"),
        "write": env.str("API_THROTTLE_WRITE", default="300/min"),
        "run": env.str("API_THROTTLE_RUN", default="60/min"),
    },
    # ?format= would be one more way to ask for what there is only one of.
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    # One set of choices under two names of fields, and two sets under one name.
    "ENUM_NAME_OVERRIDES": {
        "CatchUpPolicyEnum": "schedules.models.APIEndpointSchedule.CatchUpPolicy",
        "StateEnum": "schedules.models.ScheduleRun.State",
        "BackfillStateEnum": "schedules.models.Backfill.State",
        "AlertStateEnum": "schedules.models.Alert.State",
    },
    "TITLE": "Stockura schedules",
    "DESCRIPTION": "Decide when data endpoints run, preview it, and see what happened.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["schedules.api.schema.write_addresses_without_slash"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "schedules.api.schema.add_problem_documents",
        "schedules.api.answers.add_example_answers",
        "schedules.api.reasons.add_reason_header",
    ],
    # The pages of the schema, served from this site: they work without the internet.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Pages ----------------------------------------------------------------------------------------------------

#: The admin's look (django-unfold). Everything it loads comes from this site.
UNFOLD = {
    "SITE_TITLE": "Stockura",
    "SITE_HEADER": "Stockura",
    "SITE_SUBHEADER": _("When data is fetched"),
    "SITE_SYMBOL": "candlestick_chart",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("schedules/favicon.svg"),
        }
    ],
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    #: What the first page shows.
    "DASHBOARD_CALLBACK": "schedules.admin.overview.dashboard",
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "stockura.navigation.sidebar",
    },
    "COLORS": {
        "primary": {
            "50": "oklch(96.2% .018 272.314)",
            "100": "oklch(93% .034 272.788)",
            "200": "oklch(87% .065 274.039)",
            "300": "oklch(78.5% .115 274.713)",
            "400": "oklch(67.3% .182 276.935)",
            "500": "oklch(58.5% .233 277.117)",
            "600": "oklch(51.1% .262 276.966)",
            "700": "oklch(45.7% .24 277.023)",
            "800": "oklch(39.8% .195 277.366)",
            "900": "oklch(35.9% .144 278.697)",
            "950": "oklch(25.7% .09 281.288)",
        },
    },
}

# --- Logging --------------------------------------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        # Without the secrets of these settings, tracebacks included.
        "line": {
            "()": "schedules.masked_logs.MaskedFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Django's own handler would say everything a second time.
    "loggers": {"django": {"handlers": [], "propagate": True}},
}
