"""Booklets asked by post: the address sealed, seen by the one desk that sends, erased with the sending."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('distribution_postalrequest', 'programme_id', 'organisation_id');
-- Whoever holds the number of a request may read it and take it back (docs/decisions/0023-a-booking-is-a-number.md).
CREATE POLICY presented ON distribution_postalrequest FOR SELECT USING (number = NULLIF(current_setting('carnet.postal', true), ''));
"""


class Migration(migrations.Migration):

    dependencies = [
        ('distribution', '0007_joining'),
        ('funding', '0003_phone_hours'),
        ('parties', '0001_parties'),
    ]

    operations = [
        migrations.CreateModel(
            name='PostalRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=8, unique=True)),
                ('state', models.CharField(max_length=9)),
                ('sealed_address', models.BinaryField(null=True)),
                ('address_mark', models.BinaryField(max_length=32, null=True)),
                ('age_band', models.CharField(max_length=14)),
                ('reason', models.CharField(max_length=12)),
                ('area', models.CharField(max_length=18)),
                ('asked_through', models.CharField(max_length=9)),
                ('asked_at', models.DateTimeField()),
                ('asked_by_id', models.BigIntegerField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by_id', models.BigIntegerField(null=True)),
                ('refused_for', models.CharField(blank=True, max_length=13)),
                ('request_id', models.UUIDField(unique=True)),
                ('hand_over', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='distribution.handover')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', '-asked_at'], name='distribution_postal_desk'), models.Index(fields=['programme', 'asked_at'], name='distribution_postal_season'), models.Index(condition=models.Q(('ended_at', None)), fields=['asked_at'], name='distribution_postal_waiting')],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ['WAITING', 'READY', 'SENT', 'REFUSED', 'WITHDRAWN', 'EXPIRED'])), name='distribution_postal_state'),
                    models.CheckConstraint(condition=models.Q(('asked_through__in', ['PAGE', 'TELEPHONE'])), name='distribution_postal_through'),
                    models.CheckConstraint(condition=models.Q(models.Q(('address_mark__isnull', False), ('ended_at__isnull', True), ('sealed_address__isnull', False), ('state__in', ['READY', 'WAITING'])), models.Q(models.Q(('state__in', ['READY', 'WAITING']), _negated=True), ('address_mark__isnull', True), ('ended_at__isnull', False), ('sealed_address__isnull', True)), _connector='OR'), name='distribution_postal_erased_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('hand_over__isnull', False), ('state__in', ['READY', 'SENT'])), models.Q(models.Q(('state__in', ['READY', 'SENT', 'EXPIRED']), _negated=True), ('hand_over__isnull', True)), ('state', 'EXPIRED'), _connector='OR'), name='distribution_postal_handed'),
                    models.CheckConstraint(condition=models.Q(models.Q(('refused_for__in', ['NO_STOCK', 'NOT_CONCERNED', 'WRONG_ADDRESS', 'TWICE']), ('state', 'REFUSED')), models.Q(models.Q(('state', 'REFUSED'), _negated=True), ('refused_for', '')), _connector='OR'), name='distribution_postal_refused'),
                    models.CheckConstraint(condition=models.Q(('age_band__in', ['UNDER_26', 'FROM_26_TO_59', 'FROM_60_TO_74', 'FROM_75', 'NOT_SAID']), ('area__in', ['PRIORITY_DISTRICT', 'TOWN', 'COUNTRYSIDE', 'NOT_SAID']), ('reason__in', ['PROCEDURES', 'WORK', 'MESSAGES', 'EQUIPMENT', 'EVERYDAY', 'NOT_SAID'])), name='distribution_postal_ticks'),
                    models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('asked_at')), _connector='OR'), name='distribution_postal_dates'),
                ],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
