"""One occurrence of a schedule that is skipped or moved, without touching its rule."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("schedules", "0002_when_a_run_is_tried_again"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OccurrenceChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="occurrence_changes",
                        to="schedules.apiendpointschedule",
                        verbose_name="schedule",
                    ),
                ),
                ("scheduled_for", models.DateTimeField(verbose_name="scheduled for")),
                (
                    "kind",
                    models.CharField(choices=[("skip", "Skip"), ("move", "Move")], max_length=10, verbose_name="kind"),
                ),
                ("moved_to", models.DateTimeField(null=True, verbose_name="moved to")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="changed by",
                    ),
                ),
                ("changed_by_name", models.CharField(blank=True, max_length=150, verbose_name="changed by")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created")),
                ("recorded_at", models.DateTimeField(null=True, verbose_name="recorded")),
            ],
            options={
                "verbose_name": "one-time change",
                "verbose_name_plural": "one-time changes",
                "ordering": ["scheduled_for"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=["schedule", "scheduled_for"], name="one_change_per_occurrence"),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "move"), ("moved_to__isnull", False))
                        | models.Q(("kind", "skip"), ("moved_to__isnull", True)),
                        name="new_time_belongs_to_move",
                    ),
                ],
            },
        ),
    ]
