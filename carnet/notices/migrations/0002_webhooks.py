"""Addresses told of events, and what is sent to them, behind walls; how far the journal was told."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0001_notices'),
    ]

    operations = [
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('label', models.CharField(blank=True, max_length=80)),
                ('url', models.CharField(max_length=500)),
                ('events', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('state', models.CharField(default='RUNNING', max_length=8)),
                ('secret', models.BinaryField()),
                ('earlier_secret', models.BinaryField(null=True)),
                ('earlier_until', models.DateTimeField(null=True)),
                ('failing_since', models.DateTimeField(null=True)),
                ('quiet_until', models.DateTimeField(null=True)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('stopped_reason', models.CharField(blank=True, default='', max_length=20)),
                ('created_by_id', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['organisation_id', 'id'], name='notices_webhookendpoint_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['RUNNING', 'PAUSED', 'STOPPED', 'ENDED'])), name='notices_webhookendpoint_state'), models.CheckConstraint(condition=models.Q(('events__len__gte', 1)), name='notices_webhookendpoint_listens'), models.CheckConstraint(condition=models.Q(models.Q(('earlier_secret__isnull', True), ('earlier_until__isnull', True)), models.Q(('earlier_secret__isnull', False), ('earlier_until__isnull', False)), _connector='OR'), name='notices_webhookendpoint_rotation_whole')],
            },
        ),
        migrations.CreateModel(
            name='WebhookMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('xid', models.BigIntegerField()),
                ('line_id', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='notices_webhookmark_one')],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('message', models.CharField(max_length=40)),
                ('event', models.CharField(max_length=40)),
                ('body', models.TextField()),
                ('occurred_at', models.DateTimeField()),
                ('state', models.CharField(default='WAITING', max_length=9)),
                ('attempts', models.SmallIntegerField(default=0)),
                ('next_at', models.DateTimeField(null=True)),
                ('latest_at', models.DateTimeField(null=True)),
                ('latest_status', models.SmallIntegerField(null=True)),
                ('latest_error', models.CharField(blank=True, default='', max_length=20)),
                ('latest_ms', models.IntegerField(null=True)),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notices.webhookendpoint')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'WAITING')), fields=['next_at'], name='notices_webhookdelivery_due'), models.Index(fields=['occurred_at'], name='notices_webhookdelivery_old')],
                'constraints': [models.UniqueConstraint(fields=('endpoint', 'message'), name='notices_webhookdelivery_once'), models.CheckConstraint(condition=models.Q(models.Q(('next_at__isnull', False), ('state', 'WAITING')), models.Q(models.Q(('state', 'WAITING'), _negated=True), ('next_at__isnull', True)), _connector='OR'), name='notices_webhookdelivery_next'), models.CheckConstraint(condition=models.Q(('state__in', ['WAITING', 'DELIVERED', 'FAILED', 'CANCELLED'])), name='notices_webhookdelivery_state')],
            },
        ),
        migrations.RunSQL(
            """
            SELECT carnet_guard_rows('notices_webhookendpoint', NULL, 'organisation_id');
            SELECT carnet_guard_rows('notices_webhookdelivery', NULL, 'organisation_id');
            """,
            migrations.RunSQL.noop,
        ),
    ]
