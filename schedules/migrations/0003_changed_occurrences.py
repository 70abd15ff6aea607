from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("schedules", "0002_when_a_run_is_tried_again")]

    operations = []
