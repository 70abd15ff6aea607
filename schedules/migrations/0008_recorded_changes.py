from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("schedules", "0007_calendar_feeds")]

    operations = []
