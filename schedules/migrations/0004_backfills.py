from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("schedules", "0003_changed_occurrences")]

    operations = []
