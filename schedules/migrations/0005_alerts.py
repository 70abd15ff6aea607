import django.core.validators
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("schedules", "0004_backfills")]

    operations = [
        migrations.CreateModel(
            name='AlertWatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('looked_at', models.DateTimeField(null=True)),
                ('looked_by', models.CharField(blank=True, max_length=255)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(choices=[('failed', 'Failed'), ('missed', 'Missed or expired'), ('late', 'Late'), ('running_long', 'Running too long'), ('paused_long', 'Paused too long'), ('beat_silent', 'Beat is silent'), ('drift', 'Drift not repaired'), ('calendar', 'Calendar ends soon')], max_length=20, verbose_name='event')),
                ('subject', models.CharField(max_length=100, verbose_name='subject')),
                ('title', models.CharField(max_length=200, verbose_name='about')),
                ('facts', models.JSONField(default=dict, verbose_name='facts')),
                ('state', models.CharField(choices=[('open', 'Open'), ('recovered', 'Recovered'), ('closed', 'Closed')], default='open', max_length=10, verbose_name='state')),
                ('outcome', models.CharField(blank=True, choices=[('recovered', 'Recovered by itself or by a person'), ('withdrawn', 'No longer asked for')], max_length=10, verbose_name='outcome')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('noticed_at', models.DateTimeField(verbose_name='noticed')),
                ('told_at', models.DateTimeField(null=True, verbose_name='last told')),
                ('resolved_at', models.DateTimeField(null=True, verbose_name='over since')),
                ('schedule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='schedules.apiendpointschedule', verbose_name='schedule')),
            ],
            options={
                'verbose_name': 'alert',
                'verbose_name_plural': 'alerts',
                'ordering': ['-noticed_at', '-pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='AlertChannel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('kind', models.CharField(choices=[('email', 'E-mail'), ('webhook', 'Webhook'), ('slack', 'Slack or compatible')], default='email', max_length=10, verbose_name='kind')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('recipients', models.TextField(blank=True, verbose_name='recipients')),
                ('url', models.CharField(blank=True, max_length=2000, verbose_name='address')),
                ('secret', models.CharField(blank=True, max_length=200, verbose_name='signing secret')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
            ],
            options={
                'verbose_name': 'alert channel',
                'verbose_name_plural': 'alert channels',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'email'), models.Q(('recipients', ''), _negated=True), ('secret', ''), ('url', '')), models.Q(models.Q(('kind', 'email'), _negated=True), ('recipients', ''), models.Q(('url', ''), _negated=True)), _connector='OR'), name='channel_has_what_its_kind_needs')],
            },
        ),
        migrations.CreateModel(
            name='AlertRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('events', models.JSONField(default=list, verbose_name='events')),
                ('failures_in_a_row', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='failures in a row')),
                ('late_after_seconds', models.PositiveIntegerField(default=300, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(316224000)], verbose_name='late after (seconds)')),
                ('running_after_seconds', models.PositiveIntegerField(default=3600, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(316224000)], verbose_name='running too long after (seconds)')),
                ('paused_after_seconds', models.PositiveIntegerField(default=604800, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(316224000)], verbose_name='paused too long after (seconds)')),
                ('tell_recovery', models.BooleanField(default=True, verbose_name='tell the recovery')),
                ('remind_after_seconds', models.PositiveIntegerField(blank=True, default=86400, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(316224000)], verbose_name='remind after (seconds)')),
                ('language', models.CharField(choices=[('ja', 'Japanese'), ('en', 'English')], default='ja', max_length=2, verbose_name='language')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('channels', models.ManyToManyField(blank=True, related_name='rules', to='schedules.alertchannel', verbose_name='channels')),
                ('endpoint', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schedules.apiendpoint', verbose_name='endpoint')),
                ('schedule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schedules.apiendpointschedule', verbose_name='schedule')),
            ],
            options={
                'verbose_name': 'alert rule',
                'verbose_name_plural': 'alert rules',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='AlertDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, unique=True, verbose_name='key')),
                ('channel_name', models.CharField(max_length=100, verbose_name='channel')),
                ('kind', models.CharField(choices=[('opened', 'New'), ('reminder', 'Reminder'), ('recovered', 'Recovery'), ('test', 'Test')], max_length=10, verbose_name='kind')),
                ('event', models.CharField(blank=True, choices=[('failed', 'Failed'), ('missed', 'Missed or expired'), ('late', 'Late'), ('running_long', 'Running too long'), ('paused_long', 'Paused too long'), ('beat_silent', 'Beat is silent'), ('drift', 'Drift not repaired'), ('calendar', 'Calendar ends soon')], max_length=20, verbose_name='event')),
                ('subject', models.CharField(max_length=250, verbose_name='subject line')),
                ('body', models.TextField(verbose_name='text')),
                ('payload', models.JSONField(default=dict, verbose_name='content')),
                ('state', models.CharField(choices=[('waiting', 'To be sent'), ('sent', 'Sent'), ('given_up', 'Given up')], default='waiting', max_length=10, verbose_name='state')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_attempt_at', models.DateTimeField(verbose_name='next attempt')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='answer')),
                ('created_at', models.DateTimeField(verbose_name='written')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='sent or given up')),
                ('alerts', models.ManyToManyField(related_name='deliveries', to='schedules.alert', verbose_name='alerts')),
                ('channel', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deliveries', to='schedules.alertchannel', verbose_name='alert channel')),
                ('rule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='schedules.alertrule', verbose_name='alert rule')),
            ],
            options={
                'verbose_name': 'alert message',
                'verbose_name_plural': 'alert messages',
                'ordering': ['-created_at', '-pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.AddField(
            model_name='alert',
            name='rule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='schedules.alertrule', verbose_name='alert rule'),
        ),
        migrations.AddConstraint(
            model_name='alertrule',
            constraint=models.CheckConstraint(condition=models.Q(('endpoint__isnull', True), ('schedule__isnull', True), _connector='OR'), name='rule_covers_one_thing'),
        ),
        migrations.AddIndex(
            model_name='alertdelivery',
            index=models.Index(fields=['state', 'next_attempt_at'], name='deliveries_to_send'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['state', '-noticed_at'], name='alerts_in_state'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('rule', 'event', 'subject'), name='one_open_alert_per_subject'),
        ),
    ]
