from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("schedules", "0006_access_tokens")]

    operations = []
