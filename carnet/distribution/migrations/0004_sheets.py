"""A desk's sheets of paper and their lines, with their walls; and which translated sentences a person has read."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('distribution_papersheet', NULL, 'organisation_id');
SELECT carnet_guard_rows('distribution_papersheetline', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('distribution_papersheetline');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('distribution', '0005_points'),
        ('funding', '0002_programme_colour'),
        ('parties', '0001_parties'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaperSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('opened_at', models.DateTimeField()),
                ('opened_by_id', models.BigIntegerField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('finished_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='PaperSheetLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.SmallIntegerField()),
                ('given_on', models.DateField()),
                ('was_taken_out', models.BooleanField()),
                ('booklet_id', models.BigIntegerField()),
                ('voucher_count', models.SmallIntegerField()),
                ('age_band', models.CharField(max_length=14)),
                ('reason', models.CharField(max_length=12)),
                ('area', models.CharField(max_length=18)),
                ('low_qualified_job_seeker', models.BooleanField(null=True)),
                ('wants', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=list, size=None)),
                ('sends_mail', models.BooleanField(null=True)),
                ('moves_files', models.BooleanField(null=True)),
                ('no_equipment', models.BooleanField(default=False)),
                ('no_connection', models.BooleanField(default=False)),
                ('too_costly', models.BooleanField(default=False)),
                ('prefers_somebody', models.BooleanField(default=False)),
                ('typed_at', models.DateTimeField()),
                ('typed_by_id', models.BigIntegerField(null=True)),
                ('hand_over', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='distribution.handover')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='distribution.papersheet')),
            ],
        ),
        migrations.CreateModel(
            name='TranslationCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=2)),
                ('key', models.CharField(max_length=40)),
                ('digest', models.CharField(max_length=64)),
                ('checked_at', models.DateTimeField()),
                ('checked_by_id', models.BigIntegerField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_by_id', models.BigIntegerField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('language', 'key', 'digest'), name='distribution_translationcheck_once'), models.CheckConstraint(condition=models.Q(('language__in', ('ar', 'uk'))), name='distribution_translationcheck_language'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by_id__isnull', True)), models.Q(('withdrawn_at__gte', models.F('checked_at')), ('withdrawn_by_id__isnull', False)), _connector='OR'), name='distribution_translationcheck_withdrawn')],
            },
        ),
        migrations.AddConstraint(
            model_name='papersheet',
            constraint=models.UniqueConstraint(fields=('organisation', 'number'), name='distribution_papersheet_number'),
        ),
        migrations.AddConstraint(
            model_name='papersheet',
            constraint=models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='distribution_papersheet_from_one'),
        ),
        migrations.AddConstraint(
            model_name='papersheet',
            constraint=models.CheckConstraint(condition=models.Q(('finished_at__isnull', False), ('finished_by_id__isnull', True), _connector='OR'), name='distribution_papersheet_finished_once'),
        ),
        migrations.AddIndex(
            model_name='papersheetline',
            index=models.Index(condition=models.Q(('was_taken_out', True)), fields=['booklet_id'], name='distribution_paperline_out'),
        ),
        migrations.AddIndex(
            model_name='papersheetline',
            index=models.Index(fields=['programme', 'given_on'], name='distribution_paperline_season'),
        ),
        migrations.AddConstraint(
            model_name='papersheetline',
            constraint=models.UniqueConstraint(fields=('sheet', 'position'), name='distribution_paperline_once'),
        ),
        migrations.AddConstraint(
            model_name='papersheetline',
            constraint=models.CheckConstraint(condition=models.Q(('position__range', (1, 12)), ('voucher_count__gt', 0)), name='distribution_paperline_real'),
        ),
        migrations.AddConstraint(
            model_name='papersheetline',
            constraint=models.CheckConstraint(condition=models.Q(('age_band__in', ['UNDER_26', 'FROM_26_TO_59', 'FROM_60_TO_74', 'FROM_75', 'NOT_SAID'])), name='distribution_paperline_age'),
        ),
        migrations.AddConstraint(
            model_name='papersheetline',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['PROCEDURES', 'WORK', 'MESSAGES', 'EQUIPMENT', 'EVERYDAY', 'NOT_SAID'])), name='distribution_paperline_reason'),
        ),
        migrations.AddConstraint(
            model_name='papersheetline',
            constraint=models.CheckConstraint(condition=models.Q(('area__in', ['PRIORITY_DISTRICT', 'TOWN', 'COUNTRYSIDE', 'NOT_SAID'])), name='distribution_paperline_area'),
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
