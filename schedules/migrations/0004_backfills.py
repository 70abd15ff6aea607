import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('schedules', '0003_changed_occurrences'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BackfillOccurrence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scheduled_for', models.DateTimeField(verbose_name='scheduled for')),
                ('position', models.PositiveIntegerField()),
                ('is_sent', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['backfill', 'position'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Backfill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('schedule_name', models.CharField(max_length=200, verbose_name='name of the schedule')),
                ('from_at', models.DateTimeField(verbose_name='from')),
                ('to_at', models.DateTimeField(verbose_name='to')),
                ('order', models.CharField(choices=[('oldest', 'Oldest first'), ('newest', 'Newest first')], default='oldest', max_length=10, verbose_name='order')),
                ('at_once', models.PositiveSmallIntegerField(default=1, verbose_name='at the same time')),
                ('include_succeeded', models.BooleanField(default=False, verbose_name='run again what has succeeded')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('cancelled', 'Cancelled')], default='waiting', max_length=10, verbose_name='state')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='asked for')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
                ('cancelled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='cancelled by')),
                ('schedule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='backfills', to='schedules.apiendpointschedule', verbose_name='schedule')),
            ],
            options={
                'verbose_name': 'backfill',
                'verbose_name_plural': 'backfills',
                'ordering': ['-created_at', '-pk'],
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='schedulerun',
            name='backfill',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='schedules.backfill', verbose_name='backfill'),
        ),
        migrations.AddIndex(
            model_name='schedulerun',
            index=models.Index(condition=models.Q(('backfill__isnull', False)), fields=['backfill'], name='runs_of_backfill'),
        ),
        migrations.AddField(
            model_name='backfilloccurrence',
            name='backfill',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='occurrences', to='schedules.backfill'),
        ),
        migrations.AddField(
            model_name='backfilloccurrence',
            name='run',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='backfill_occurrences', to='schedules.schedulerun'),
        ),
        migrations.AddIndex(
            model_name='backfill',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'running'])), fields=['id'], name='open_backfills'),
        ),
        migrations.AddIndex(
            model_name='backfill',
            index=models.Index(fields=['-created_at'], name='backfills_newest_first'),
        ),
        migrations.AddConstraint(
            model_name='backfilloccurrence',
            constraint=models.UniqueConstraint(fields=('backfill', 'position'), name='one_place_in_a_backfill'),
        ),
        migrations.AddConstraint(
            model_name='backfilloccurrence',
            constraint=models.UniqueConstraint(fields=('backfill', 'scheduled_for'), name='one_turn_for_an_occurrence'),
        ),
    ]
