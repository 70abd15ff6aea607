from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Finding the few runs that people asked for among a million of beat's; the release before goes on without."""

    dependencies = [("schedules", "0009_managed_by_file")]

    operations = [
        migrations.AddIndex(
            model_name="schedulerun",
            index=models.Index(condition=Q(trigger=trigger), fields=["-created_at"], name=name),
        )
        for trigger, name in (("manual", "runs_by_hand"), ("backfill", "runs_backfilled"))
    ]
