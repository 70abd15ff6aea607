"""django-celery-beat: `celery -A bench.peers.django_beat_app beat`, in PEER_DATABASE and the Redis of REDIS_URL."""

import os

from celery import Celery

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peers.django_beat_settings"

app = Celery("django_beat_peer", broker=os.environ["REDIS_URL"])
app.conf.update(
    timezone="UTC",
    task_ignore_result=True,
    beat_scheduler="django_celery_beat.schedulers:DatabaseScheduler",
)


@app.task(name="tests.nothing")
def nothing(*args: object) -> None:
    """Take any arguments and do nothing."""
