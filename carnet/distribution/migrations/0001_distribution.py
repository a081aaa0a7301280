"""The tables of the desk, their walls, and a hand-over that is never changed."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('distribution_programmeprescriber', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('distribution_handover', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('distribution_handover');
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('journal', '0001_journal'),
        ('funding', '0001_funding'),
        ('parties', '0001_parties'),
    ]

    operations = [
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('series_id', models.BigIntegerField()),
                ('first_booklet_id', models.BigIntegerField()),
                ('last_booklet_id', models.BigIntegerField()),
                ('voucher_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('voucher_count', models.IntegerField()),
                ('printed_until', models.DateTimeField()),
                ('age_band', models.CharField(default='NOT_SAID', max_length=14)),
                ('reason', models.CharField(default='NOT_SAID', max_length=12)),
                ('area', models.CharField(default='NOT_SAID', max_length=18)),
                ('low_qualified_job_seeker', models.BooleanField(null=True)),
                ('handed_over_at', models.DateTimeField()),
                ('actor_person_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', '-handed_over_at'], name='distribution_handover_desk'), models.Index(fields=['programme', 'handed_over_at'], name='distribution_handover_season')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['BOOKLETS', 'VOUCHERS', 'TAKEN_OUT'])), name='distribution_handover_kind'), models.CheckConstraint(condition=models.Q(('first_booklet_id__gt', 0), ('last_booklet_id__gte', models.F('first_booklet_id')), ('voucher_count__gt', 0)), name='distribution_handover_range'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'VOUCHERS'), ('voucher_ids__len', models.F('voucher_count'))), models.Q(models.Q(('kind', 'VOUCHERS'), _negated=True), ('voucher_ids', [])), _connector='OR'), name='distribution_handover_part'), models.CheckConstraint(condition=models.Q(('age_band__in', ['UNDER_26', 'FROM_26_TO_59', 'FROM_60_TO_74', 'FROM_75', 'NOT_SAID'])), name='distribution_handover_age'), models.CheckConstraint(condition=models.Q(('reason__in', ['PROCEDURES', 'WORK', 'MESSAGES', 'EQUIPMENT', 'EVERYDAY', 'NOT_SAID'])), name='distribution_handover_reason'), models.CheckConstraint(condition=models.Q(('area__in', ['PRIORITY_DISTRICT', 'TOWN', 'COUNTRYSIDE', 'NOT_SAID'])), name='distribution_handover_area')],
            },
        ),
        migrations.CreateModel(
            name='ProgrammePrescriber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('joined_at', models.DateTimeField()),
                ('left_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation'], name='distribution_prescriber_of')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('programme', 'organisation'), name='distribution_prescriber_once'), models.CheckConstraint(condition=models.Q(('left_at__isnull', True), ('left_at__gt', models.F('joined_at')), _connector='OR'), name='distribution_prescriber_dates')],
            },
        ),        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
