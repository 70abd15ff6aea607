"""Access tokens instead of Django REST framework's, and the answers of requests that must have their effect once."""

import hashlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

#: What the earlier tokens are called from now on; nobody had named them.
NAME = "API token"
EARLIER_TABLE = "authtoken_token"


def take_over_earlier_tokens(apps, schema_editor):
    """Let the scripts go on that have a token of Django REST framework's. Theirs could do everything.

    The earlier table stays as it is, because the previous release still reads it.
    """
    connection = schema_editor.connection
    if EARLIER_TABLE not in connection.introspection.table_names():
        return
    AccessToken = apps.get_model("schedules", "AccessToken")
    EarlierToken = apps.get_model("schedules", "EarlierToken")
    AccessToken.objects.using(connection.alias).bulk_create(
        AccessToken(
            user_id=earlier.user_id,
            name=NAME,
            prefix=earlier.key[:8],
            digest=hashlib.sha256(earlier.key.encode()).hexdigest(),
            scopes=["read", "run", "write"],
            created_at=earlier.created,
        )
        for earlier in EarlierToken.objects.using(connection.alias).all()
    )


def hand_over_permissions(apps, schema_editor):
    """Let those who managed the earlier tokens manage these."""
    alias = schema_editor.connection.alias
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    earlier = Permission.objects.using(alias).filter(
        content_type__app_label="authtoken", content_type__model="token", codename__endswith="_token"
    )
    if not earlier.exists():
        return
    # Django makes permissions after all migrations; those that are there already, it leaves alone.
    content_type, _new = ContentType.objects.using(alias).get_or_create(app_label="schedules", model="accesstoken")
    for old in earlier:
        verb = old.codename.partition("_")[0]
        new, _new = Permission.objects.using(alias).get_or_create(
            content_type=content_type, codename=f"{verb}_accesstoken", defaults={"name": f"Can {verb} API token"}
        )
        for holder in (*old.user_set.all(), *old.group_set.all()):
            getattr(holder, "user_permissions" if hasattr(holder, "user_permissions") else "permissions").add(new)


class Migration(migrations.Migration):
    dependencies = [
        ("schedules", "0005_alerts"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="What uses the token, such as: nightly import.", max_length=100, verbose_name="name"
                    ),
                ),
                ("prefix", models.CharField(editable=False, max_length=12, verbose_name="begins with")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True, verbose_name="digest")),
                ("scopes", models.JSONField(default=list, verbose_name="scopes")),
                ("created_at", models.DateTimeField(editable=False, verbose_name="made")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="valid until")),
                ("last_used_at", models.DateTimeField(editable=False, null=True, verbose_name="last used")),
                ("revoked_at", models.DateTimeField(editable=False, null=True, verbose_name="revoked")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="access_tokens",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="acts as",
                    ),
                ),
            ],
            options={
                "verbose_name": "API token",
                "verbose_name_plural": "API tokens",
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("user", "name"),
                        name="one_valid_token_of_a_name",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AnsweredRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=255, verbose_name="key")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                ("status", models.PositiveSmallIntegerField(default=0, verbose_name="status")),
                ("body", models.TextField(blank=True, verbose_name="answer")),
                ("created_at", models.DateTimeField(db_index=True, verbose_name="recorded")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "answered request",
                "verbose_name_plural": "answered requests",
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="one_answer_for_a_key")],
            },
        ),
        # The table of an app that need not be installed, so it cannot be depended on. It is neither made nor deleted.
        migrations.CreateModel(
            name="EarlierToken",
            fields=[
                ("key", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("created", models.DateTimeField()),
                ("user_id", models.BigIntegerField()),
            ],
            options={"managed": False, "db_table": EARLIER_TABLE},
        ),
        migrations.RunPython(take_over_earlier_tokens, migrations.RunPython.noop, elidable=True),
        migrations.DeleteModel("EarlierToken"),
        migrations.RunPython(hand_over_permissions, migrations.RunPython.noop, elidable=True),
    ]
