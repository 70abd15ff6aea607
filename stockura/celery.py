"""The Celery app: workers and beat run it as `celery -A stockura worker` and `celery -A stockura beat`."""

import os

from celery import Celery, signals
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stockura.settings")
# Celery would run all of Django's checks, for which all pages and addresses are loaded, and drop what they say:
# a second and more at each start of beat and workers.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")

app = Celery("stockura")

app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    # A broker that is down when beat or a worker starts is waited for, not a reason to exit.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # Results stand in the run ledger (schedules.ScheduleRun); a second copy would only age.
    result_backend=None,
    result_expires=None,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_default_queue="default",
    timezone=settings.TIME_ZONE,
    enable_utc=True,
    # A worker that dies gives its message back. The ledger lets each occurrence be taken once, so redelivery is safe.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_concurrency=settings.CELERY_WORKER_CONCURRENCY,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    beat_scheduler="schedules.beat.scheduler:StockuraScheduler",
)
if settings.CELERY_BROKER_URL.startswith(("redis://", "rediss://", "unix://", "sentinel://")):
    app.conf.broker_transport_options = {
        # Seconds after which an unacknowledged message is handed out again.
        "visibility_timeout": 600,
        "socket_connect_timeout": 3,
        # A frozen Redis must not hold a web request for ever.
        "socket_timeout": 4,
        "socket_keepalive": True,
    }
elif settings.CELERY_BROKER_URL.startswith(("amqp://", "amqps://", "pyamqp://")):
    # What is sent counts as sent when the broker has it on disk: one that dies takes the rest along.
    app.conf.broker_transport_options = {"confirm_publish": True}
if settings.CELERY_BROKER_URL.startswith("sentinel://"):
    app.conf.broker_transport_options |= {"master_name": settings.REDIS_SENTINEL_MASTER}

# Set here and not as CELERY_REDBEAT_*: RedBeat reads those but believes several of them unset.
app.conf.redbeat_redis_url = settings.REDIS_URL
app.conf.redbeat_key_prefix = "stockura:schedule:"
app.conf.redbeat_redis_options = {"socket_connect_timeout": 2, "socket_timeout": 3, "socket_keepalive": True}
if settings.REDIS_SENTINELS:
    app.conf.redbeat_redis_url = "redis-sentinel://"
    app.conf.redbeat_redis_options = {
        "sentinels": settings.REDIS_SENTINELS,
        "service_name": settings.REDIS_SENTINEL_MASTER,
        "db": settings.REDIS_SENTINEL_DB,
        "socket_timeout": 3,
        "sentinel_kwargs": {"socket_timeout": 1},
    }
app.conf.redbeat_lock_timeout = settings.SCHEDULES["BEAT_LOCK_SECONDS"]

app.autodiscover_tasks()


@signals.setup_logging.connect
def leave_logging_to_django(**kwargs: object) -> None:
    """With a receiver here, Celery keeps Django's LOGGING. Its own takes the pool processes' lines away with it."""
