import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("schedules", "0006_access_tokens"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="Where it is read, such as a phone or a team room.", max_length=100, verbose_name="name")),
                ("language", models.CharField(choices=[("ja", "Japanese"), ("en", "English")], max_length=10, verbose_name="language")),
                ("secret_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created")),
                ("last_read_at", models.DateTimeField(editable=False, null=True, verbose_name="last read")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="calendar_feeds", to=settings.AUTH_USER_MODEL, verbose_name="person")),
            ],
            options={"verbose_name": "calendar subscription", "verbose_name_plural": "calendar subscriptions", "ordering": ["-created_at"]},
        ),
    ]
