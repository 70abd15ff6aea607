from django.db import migrations, models

MANAGED_BY = {"blank": True, "db_default": "", "default": "", "editable": False, "max_length": 200}


class Migration(migrations.Migration):
    """Who keeps a row: a file, or people in the pages. The database's own default lets the release before go on."""

    dependencies = [("schedules", "0008_recorded_changes")]

    operations = [
        migrations.AddField(
            model_name=model,
            name="managed_by",
            field=models.CharField(verbose_name="managed by", **MANAGED_BY),
        )
        for model in ("apiendpoint", "apiendpointschedule", "exceptionalday")
    ]
