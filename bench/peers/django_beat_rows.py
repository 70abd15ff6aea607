"""Write the rows of django-celery-beat: `python -m bench.peers.django_beat_rows DUE COUNT QUEUE`, DUE in ISO 8601."""

import json
import os
import sys
from datetime import datetime, timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peers.django_beat_settings"

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django_celery_beat.models import CrontabSchedule, PeriodicTask  # noqa: E402


def main(due: datetime, count: int, queue: str) -> None:
    call_command("migrate", verbosity=0)
    daily, _created = CrontabSchedule.objects.get_or_create(minute=due.minute, hour=due.hour, timezone="UTC")
    PeriodicTask.objects.all().delete()
    PeriodicTask.objects.bulk_create(
        PeriodicTask(
            name=f"bench-{number}",
            task="tests.nothing",
            crontab=daily,
            args=json.dumps([number]),
            queue=queue,
            last_run_at=due - timedelta(days=1),
        )
        for number in range(count)
    )


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
